"""The notebook, the R Markdown file and the SQL file run beside the release's own tables."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from pipelines.kit.lessons import questions
from pipelines.kit.staged import read_staged
from tests.kit.staged import OUTPUTS

RSCRIPT = shutil.which("Rscript")
PARSE = """
lines <- readLines("questions.Rmd")
starts <- grep("^```\\\\{r\\\\}", lines)
ends <- grep("^```$", lines)
code <- unlist(Map(function(a, b) lines[(a + 1):(b - 1)], starts, ends))
cat(length(parse(text = code)))
"""


def test_every_dataset_has_a_question_in_every_language(release: Path) -> None:
    asked = [q for q in questions(read_staged(release, OUTPUTS)) if q.dataset]
    assert {q.dataset for q in asked} == {contract.name for contract in OUTPUTS}
    assert {frozenset(q.code) for q in asked} == {frozenset({"python", "r", "sql"})}


def test_a_dataset_that_the_release_lacks_is_not_asked_about(release: Path) -> None:
    staged = read_staged(release, [c for c in OUTPUTS if c.name != "inequalities"])
    assert "inequalities" not in {question.dataset for question in questions(staged)}


def test_the_notebook_runs_with_pandas_alone(opened: Path) -> None:
    notebook = json.loads((opened / "kit" / "questions.ipynb").read_bytes())
    code = [c["source"] for c in notebook["cells"] if c["cell_type"] == "code"]
    assert len(code) == len(OUTPUTS) + 1
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join("".join(lines) for lines in code)],
        cwd=opened / "kit", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_notebook_has_the_form_of_one(files: Mapping[str, bytes]) -> None:
    notebook = json.loads(files["kit/questions.ipynb"])
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) > len(OUTPUTS)
    assert all(cell["outputs"] == [] for cell in notebook["cells"] if cell["cell_type"] == "code")


def test_the_sql_runs_in_the_folder_of_the_kit(
    opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(opened / "kit")
    statements = duckdb.extract_statements(Path("questions.sql").read_text())
    with duckdb.connect() as database:
        answers = [database.execute(statement).fetchall() for statement in statements]
    # The first statement says which ICB; the next reads its coverage, which is always there.
    assert len(answers) == len(OUTPUTS) + 1
    assert len(answers[1]) == 1


@pytest.mark.skipif(RSCRIPT is None, reason="R is not installed")
def test_the_r_code_parses(opened: Path) -> None:
    done = subprocess.run(
        [str(RSCRIPT), "--vanilla", "-e", PARSE],
        cwd=opened / "kit", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) > 20
