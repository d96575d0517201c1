"""pycanon, which others use to check extracts, finds the same figures as we do."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from pipelines.protect.person_level import Anonymity, anonymity
from tests.side_environment import python_of

TABLES = 24
Figures = Mapping[str, Mapping[str, float]]


def tables() -> dict[str, pa.Table]:
    """From tables in which nearly everybody is alone to tables of a few large groups."""
    return {f"{seed:02d}": table(seed) for seed in range(TABLES)}


def table(seed: int) -> pa.Table:
    random = np.random.default_rng(seed)
    rows, values = int(random.integers(30, 400)), int(random.integers(2, 6))
    names = [f"q{n}" for n in range(1 + seed % 3)] + [f"s{n}" for n in range(1 + seed % 2)]
    return pa.table({
        name: [f"{name}v{value}" for value in random.binomial(values, 0.4, rows).tolist()]
        for name in names
    })  # fmt: skip


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    folder = tmp_path_factory.mktemp("pycanon")
    for name, rows in tables().items():
        pa_csv.write_csv(rows, folder / f"{name}.csv")
    child = Path(__file__).with_name("pycanon_in_child.py")
    done = subprocess.run(
        [str(python_of("pycanon")), str(child), str(folder)],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    answer: Figures = json.loads(done.stdout)
    return answer


def ours() -> dict[str, Anonymity]:
    return {
        name: anonymity(
            rows,
            [column for column in rows.column_names if column.startswith("q")],
            [column for column in rows.column_names if column.startswith("s")],
        )
        for name, rows in tables().items()
    }


def test_all_tables_were_looked_at(theirs: Figures) -> None:
    assert len(theirs) == TABLES


def test_the_tables_are_of_many_kinds() -> None:
    assert len({(found.k, found.l) for found in ours().values()}) > 8


@pytest.mark.parametrize("figure", ["k", "l"])
def test_whole_figures_are_the_same(figure: str, theirs: Figures) -> None:
    assert {n: getattr(found, figure) for n, found in ours().items()} == {
        n: found[figure] for n, found in theirs.items()
    }


@pytest.mark.parametrize("figure", ["t", "alpha"])
def test_shares_are_the_same(figure: str, theirs: Figures) -> None:
    assert {n: getattr(found, figure) for n, found in ours().items()} == pytest.approx(
        {n: found[figure] for n, found in theirs.items()}, abs=1e-9
    )


def test_entropy_l_is_the_same_rounded_down(theirs: Figures) -> None:
    """Theirs may round 2, come out a hair too small, down to 1."""
    wrong = {
        name
        for name, found in ours().items()
        if theirs[name]["entropy_l"]
        not in (int(found.entropy_l - 1e-9), int(found.entropy_l + 1e-9))
    }
    assert wrong == set()
