"""The Python and SQL that the pages show run, as shown, against a release."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.commands.demo import run_demo
from pipelines.core.settings import settings_from
from tests.docs.pages import Block, blocks

PYTHON, SQL = blocks("python"), blocks("sql")


def name(block: Block) -> str:
    return f"{block.page}: {block.code.strip().splitlines()[-1][:40]}"


@pytest.fixture(scope="module")
def beside_the_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `demo/` holds a release, as after `make demo`."""
    folder = tmp_path_factory.mktemp("clone")
    environ: dict[str, str] = {}
    run_demo(settings_from(environ, folder / "demo"), environ, people=600, seed=1, icbs=["QOP"])
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
    denominators = [row[5] for row in duckdb.execute(sample).fetchall()]
    assert any(denominators)
