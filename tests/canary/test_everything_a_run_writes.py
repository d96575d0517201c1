"""Two thousand marks through every door, every bad row, every fault: none may be found again."""

from pathlib import Path

import pytest

from pipelines.consent import REASONS
from pipelines.core.agreement import load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from tests.canary.deliveries import column_codes
from tests.canary.marks import Kind, make_marks
from tests.canary.played import Played
from tests.canary.scenes import SCENES

pytestmark = pytest.mark.slow

CONTRACTS = load_contracts(PROJECT / "schemas")
FILES = [
    (agreement, file)
    for agreement in load_agreements(PROJECT / "schemas").values()
    if agreement.person_level
    for file in agreement.files
]
BY_AGREEMENT_ONLY = {
    "age_unknown", "national_opt_out", "opt_out_unknown", "parent_consent_missing", "too_young",
}  # fmt: skip
"""Reasons that need an age limit or an opt-out check, which no agreement here asks for."""


def possible_codes() -> set[str]:
    """Every code that a file of people can be given, by its contract."""
    codes = set()
    for contract in {CONTRACTS.delivered(file.table) for _, file in FILES}:
        kinds = [file for _, file in FILES if file.table == contract.name]
        local = {
            column: any(f.timestamp_format != "iso" for f in kinds if column in f.columns.values())
            for file in kinds
            for column in file.columns.values()
        }
        codes |= column_codes(contract, local) | {rule.code for rule in contract.rules}
        # Consent comes first: a row that names no person is refused, or stops the consent file.
        codes -= {f"{contract.name}.person_ref.required"}
    return codes


def test_every_scene_ends_as_it_should(played: Played) -> None:
    """Else a fault did not happen, and the search of what it wrote proves nothing."""
    expected = {scene.name: scene.exits for scene in SCENES}
    assert {name: played.outcomes[name] for name in expected} == expected


def test_two_thousand_marks_are_planted(played: Played) -> None:
    marks = make_marks()
    assert len(marks) >= 2000
    assert {mark.kind for mark in marks} == set(Kind)
    assert len(played.planted.marks) == len(marks)


def test_every_kind_of_bad_row_is_among_them(played: Played) -> None:
    met = {code for fate, code in played.codes("taken-in") if fate in ("quarantined", "noted")}
    assert len(possible_codes()) > 60
    assert possible_codes() - met == set()


def test_every_reason_of_a_refusal_is_among_them(played: Played) -> None:
    met = {code for fate, code in played.codes("taken-in") if fate == "refused"}
    assert set(REASONS) - met == BY_AGREEMENT_ONLY


def test_no_mark_is_found_in_anything_that_was_written(played: Played) -> None:
    assert played.escaped.bytes > 5_000_000, "too little was searched to prove anything"
    assert played.escaped.finds == set()


def test_no_process_leaves_a_core_file(played: Played) -> None:
    assert any(ended[0] == -6 for ended in played.outcomes.values()), "nothing was aborted"
    assert list(played.watched.rglob("core*")) == []


def test_a_release_is_among_what_was_searched(played: Played) -> None:
    kinds = {path.suffix for path in played.watched.glob("accepted/home/releases/**/*")}
    assert {".parquet", ".html", ".json"} <= kinds


def test_temporary_files_lie_where_they_are_searched(played: Played) -> None:
    said = list(played.watched.glob("*/said/*.tempdir"))
    assert len(said) > len(SCENES)
    assert {Path(p.read_text()) == p.parents[1] / "temporary" for p in said} == {True}
