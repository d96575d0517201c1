"""A unique count is planted; no file of a release holds it, nor two numbers that give it.

Figure: places in a release where 1,137, 1,143 or their difference of 6 can be found: 0.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.stages import Release
from pipelines.release import plan_release
from tests.attacks.made_house import (
    FIRST_DAY,
    MEN,
    WOMEN,
    Numbers,
    a_house,
    numbers_of,
    release,
    take_members,
)
from tests.released import PERIOD_END

PLANTED = (MEN, MEN + WOMEN)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Release:
    house = a_house(tmp_path_factory.mktemp("canary"))
    take_members(house)
    return release(house)


def places_of(folder: Path, planted: tuple[int, ...]) -> set[str]:
    """Files in which a planted number stands: as a word of a text, or as a value of a column."""
    words = re.compile("|".join(rf"\b({n}|{n:,})\b" for n in planted))
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        path.name
        for path in files
        if (any(n in planted for n in _values(path)) if path.suffix == ".parquet" else False)
        or words.search(_text(path))
    }


def _values(path: Path) -> Iterator[float]:
    table = pq.read_table(path)
    for name in table.column_names:
        if pa.types.is_integer(table[name].type) or pa.types.is_floating(table[name].type):
            yield from (n for n in table[name].to_pylist() if n is not None)


def _text(path: Path) -> str:
    """A file's words; of Parquet those of its schema, since its pages are read as values."""
    if path.suffix == ".parquet":
        return str(pq.read_schema(path).metadata)
    return path.read_text("utf-8")


def test_no_file_of_a_release_holds_the_planted_numbers(released: Release) -> None:
    assert places_of(released.folder, PLANTED) == set()


def test_no_two_numbers_of_a_release_differ_by_the_women(released: Release) -> None:
    told = {n for n in numbers_of(released).values() if n is not None}
    assert (
        [(a, b) for a in told for b in told if b - a == WOMEN],
        len(told) > 3,
    ) == ([], True)


def members(numbers: Numbers) -> dict[str, int | None]:
    table = ("inactive_population", "members_low_attendance", "E54000057")
    return {
        sex: n
        for (*of, sex, age, category, name), n in numbers.items()
        if (tuple(of), age in {"all", "19+"}, category, name) == (table, True, "all", "denominator")
    }


def test_the_numbers_are_told_as_the_rule_allows(released: Release) -> None:
    """So that the search above searched something: the members are there, the women are not."""
    assert members(numbers_of(released)) == {"persons": 1145, "male": 1135, "female": None}


def test_the_search_finds_a_number_in_a_column(released: Release, tmp_path: Path) -> None:
    leaky = tmp_path / "leaky"
    shutil.copytree(released.folder, leaky)
    pq.write_table(pa.table({"count": [5, MEN]}), leaky / "QOP" / "inactive_population.parquet")
    assert places_of(leaky, PLANTED) == {"inactive_population.parquet"}


@pytest.mark.parametrize("written", ["1137 members", '{"members": 1143}', "<td>1,143</td>"])
def test_the_search_finds_a_number_in_a_text(
    released: Release, tmp_path: Path, written: str
) -> None:
    leaky = tmp_path / "leaky"
    shutil.copytree(released.folder, leaky)
    (leaky / "notes.html").write_text(written)
    assert places_of(leaky, PLANTED) == {"notes.html"}


def test_the_plan_that_goes_to_a_scheduler_does_not_hold_them(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    take_members(house)
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=FIRST_DAY)
    assert not re.search(r"\b(1137|1143)\b", repr(plan))
