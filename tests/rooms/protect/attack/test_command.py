"""The command says what it found, in three forms, and its exit status says whether it is safe."""

import csv
import io
import json

import pytest
import typer
from typer.testing import CliRunner, Result

from pipelines.commands.attack import attack
from pipelines.core.errors import BadTables, Disclosive, Refused
from pipelines.core.settings import PROJECT

EXAMPLES = PROJECT / "docs/how-to/examples"
app = typer.Typer()
app.command()(attack)


def run(name: str, *options: str) -> Result:
    return CliRunner().invoke(app, [str(EXAMPLES / name), *options])


def test_tables_that_pass_end_well() -> None:
    assert run("referrals-rounded.yaml").exit_code == 0


def test_tables_that_give_numbers_away_are_refused() -> None:
    result = run("referrals.yaml")
    assert isinstance(result.exception, Disclosive)


def test_a_file_that_cannot_be_read_has_another_status() -> None:
    assert isinstance(run("none.yaml").exception, BadTables)
    assert BadTables.exit_status != Disclosive.exit_status


def test_every_refusal_has_an_exit_status_of_its_own() -> None:
    statuses = [kind.exit_status for kind in Refused.__subclasses__()]
    assert len(set(statuses)) == len(statuses)


def test_ranges_are_written_as_csv() -> None:
    rows = list(
        csv.DictReader(io.StringIO(run("referrals-rounded.yaml", "--output", "csv").stdout))
    )
    marked = [(r["cell"], r["low"], r["high"]) for r in rows if r["asked"] == "marked"]
    assert marked == [("area cedar, sex female", "0", "32"), ("area cedar, sex male", "0", "32")]


def test_ranges_are_written_as_json() -> None:
    rows = json.loads(run("referrals.yaml", "--output", "json").stdout)
    assert {key: rows[0][key] for key in ("found", "low", "high")} == {
        "found": "certain small",
        "low": 0,
        "high": 5,
    }


def test_only_what_is_given_away_may_be_asked_for() -> None:
    rows = json.loads(run("referrals.yaml", "--output", "json", "--found-only").stdout)
    assert rows
    assert all(row["found"] for row in rows)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [("--whole", "none outside its range"), ("--starts", "0 break a published number, 0 reach")],
)
def test_the_ranges_may_be_checked_in_another_way(option: str, sentence: str) -> None:
    assert sentence in " ".join(run("referrals-rounded.yaml", option, "5").stderr.split())
