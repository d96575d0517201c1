"""A unique count is planted; no file of a release holds it, nor two numbers that give it.

Figure: places in a release where 1,137, 1,143 or their difference of 6 can be found: 0.
"""

import base64
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

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
SHEETS = "xl/worksheets/sheet"
EXCEL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Release:
    house = a_house(tmp_path_factory.mktemp("canary"))
    take_members(house)
    return release(house)


def places_of(folder: Path, planted: tuple[int, ...]) -> set[str]:
    """Files in which a planted number stands: as a word of a text, or as a value of a column."""
    words = re.compile("|".join(rf"\b({n}|{n:,})\b" for n in planted))
    return {
        path.name
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for name, content in _unpacked(path.name, path.read_bytes())
        if any(n in planted for n in _values(name, content)) or words.search(_text(name, content))
    }


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, or what is in it: a workbook is a zip too, and a zip can hold another."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        yield name, content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        for member in pack.infolist():
            yield from _unpacked(member.filename, pack.read(member))


def _values(name: str, content: bytes) -> Iterator[float]:
    if not name.endswith(".parquet"):
        return
    table = pq.read_table(io.BytesIO(content))
    for column in table.columns:
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            yield from (n for n in column.to_pylist() if n is not None)


def _text(name: str, content: bytes) -> str:
    """A file's words; of Parquet those of its schema, since its pages are read as values.

    A kind of file that is neither text nor a table nor a zip fails here rather than be passed over.
    """
    if name.endswith(".parquet"):
        return str(pq.read_schema(io.BytesIO(content)).metadata)
    text = content.decode("utf-8")
    if name.startswith(SHEETS):
        return _of_sheet(text)
    if name.endswith(".dsse.json"):
        text += base64.b64decode(json.loads(text)["payload"]).decode("utf-8")
    return text


def _of_sheet(sheet: str) -> str:
    """What a reader sees of a sheet, without the numbers by which Excel knows its rows.

    A cell of text holds only its place in a list of texts, which is a member of its own.
    """
    root = ElementTree.fromstring(sheet)  # noqa: S314 (this release's own workbook)
    for cell in root.iter(f"{EXCEL}c"):
        if cell.get("t") == "s":
            cell.clear()
    return "\n".join(root.itertext())


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


@pytest.mark.parametrize("cell", [MEN, f"{MEN + WOMEN:,} members"])
def test_the_search_finds_a_number_in_a_workbook_in_a_zip(tmp_path: Path, cell: int | str) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write(0, 0, cell)
    with zipfile.ZipFile(tmp_path / "kit.zip", "w") as pack:
        pack.writestr("workbooks/QOP.xlsx", stream.getvalue())
    assert places_of(tmp_path, PLANTED) == {"kit.zip"}


def test_a_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "drawing.bin").write_bytes(b"\xb7\xff")
    with pytest.raises(UnicodeDecodeError):
        places_of(tmp_path, PLANTED)


def test_the_plan_that_goes_to_a_scheduler_does_not_hold_them(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    take_members(house)
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=FIRST_DAY)
    assert not re.search(r"\b(1137|1143)\b", repr(plan))
