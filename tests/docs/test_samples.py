"""The Python and SQL that the pages show run, as shown, against a release."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.core.settings import settings_from
from pipelines.house import House, open_house
from pipelines.release import make_release, plan_release
from tests.conftest import TEST_KEY
from tests.docs.pages import Block, blocks
from tests.released import PERIOD_END, SIGNED, TODAY, fill_store

PYTHON, SQL = blocks("python"), blocks("sql")


def name(block: Block) -> str:
    return f"{block.page}: {block.code.strip().splitlines()[-1][:40]}"


@pytest.fixture(scope="module")
def beside_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `demo/` holds a release, as after `make demo`."""
    folder = tmp_path_factory.mktemp("clone")
    environ = {
        "WIDEBRIDGE_HOME": str(folder / "demo"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(folder / "none"),
    }
    house: House = open_house(settings_from(environ), environ)
    fill_store(house)
    plan = plan_release(house, vintage="2026", period_end=PERIOD_END, as_of=TODAY)
    make_release(house, plan, SIGNED)
    return folder


def test_there_are_samples_to_run() -> None:
    assert {block.page for block in PYTHON} >= {"README.md", "docs/how-to/read-an-extract.md"}
    assert {block.page for block in SQL} >= {"README.md", "docs/how-to/read-an-extract.md"}


@pytest.mark.parametrize("block", PYTHON, ids=name)
def test_a_python_sample_runs_and_prints_rows(block: Block, beside_the_demo: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", block.code]
    done = subprocess.run(command, cwd=beside_the_demo, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("block", SQL, ids=name)
def test_an_sql_sample_runs(
    block: Block, beside_the_demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(beside_the_demo)
    # `copy` answers with the number of rows that it wrote; a query with its rows.
    assert duckdb.execute(block.code).fetchall() is not None


def test_the_readme_finds_a_denominator_in_sql(
    beside_the_demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(beside_the_demo)
    (sample,) = (block.code for block in SQL if block.page == "README.md")
    shown = {(row[0], row[5]) for row in duckdb.execute(sample).fetchall()}
    assert ("members_low_attendance", 20) in shown
