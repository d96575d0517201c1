"""The change page tells what moved since the release before, and only what is news."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.contract import Contract
from pipelines.kit.changes import FIRST, changes, page
from pipelines.kit.staged import read_staged
from tests.kit.staged import OUTPUTS, manifest, row, write_release

MEMBERS = next(contract for contract in OUTPUTS if contract.name == "member_activity")
SHOWN = {"count": 130, "denominator": 510, "value": 25.5}


def compared(
    tmp_path: Path,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    facts: Mapping[str, Any] | None = None,
    outputs: tuple[Contract, ...] = OUTPUTS,
) -> dict[str, Any]:
    """What changed between two releases that differ in one row."""
    earlier = write_release(
        tmp_path / "before", {MEMBERS.name: [row(MEMBERS, {**SHOWN, **before})]}, facts
    )
    later = write_release(tmp_path / "now", {MEMBERS.name: [row(MEMBERS, {**SHOWN, **now})]})
    return changes(read_staged(later, outputs), earlier)


def test_the_first_release_says_that_it_is_the_first(release: Path) -> None:
    found = changes(read_staged(release, OUTPUTS), None)
    assert found["previous"] is None
    assert FIRST in page(found)


def test_the_same_release_again_changes_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {})
    rows = found["rows"][MEMBERS.name]
    assert (rows["new"], rows["gone"], rows["revised"]) == (0, 0, [])
    assert found["indicators"] == {"added": [], "removed": [], "redefined": {}}


def test_a_number_that_moves_beyond_rounding_is_revised(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {"count": 140, "value": 27.5})
    revised = found["rows"][MEMBERS.name]["revised"]
    assert [told["now"]["count"] for told in revised] == [140, 140]


def test_one_step_of_rounding_is_no_revision(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {"count": 135, "value": 26.5})
    assert found["rows"][MEMBERS.name]["revised"] == []


def test_a_value_worked_out_anew_is_revised(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {"value": 26.0})
    assert len(found["rows"][MEMBERS.name]["revised"]) == 2


@pytest.mark.parametrize(("before", "now", "counted"), [
    ("rounded", "hidden", "hidden_since"), ("hidden", "rounded", "shown_since"),
])  # fmt: skip
def test_a_number_hidden_or_shown_since_is_counted_and_not_revised(
    tmp_path: Path, before: str, now: str, counted: str
) -> None:
    hidden: dict[str, Any] = {"count": None, "value": None}
    found = compared(
        tmp_path,
        {"suppression_status": before, **(hidden if before == "hidden" else {})},
        {"suppression_status": now, **(hidden if now == "hidden" else {})},
    )
    rows = found["rows"][MEMBERS.name]
    assert (rows[counted], rows["revised"]) == (2, [])


def test_another_period_makes_new_rows(tmp_path: Path) -> None:
    found = compared(tmp_path, {"category": "before"}, {"category": "now"})
    rows = found["rows"][MEMBERS.name]
    assert (rows["new"], rows["gone"], rows["same_period_and_place"]) == (2, 2, 0)


def test_a_redefined_indicator_is_named_with_what_changed(tmp_path: Path) -> None:
    facts = manifest()
    facts["datasets"][0]["indicators"][0]["denominator"] = "Something else."
    named = f"{facts['datasets'][0]['name']}/{facts['datasets'][0]['indicators'][0]['id']}"
    found = compared(tmp_path, {}, {}, facts)
    assert list(found["indicators"]["redefined"]) == [named]
    assert f"- Redefined: {named} (denominator)." in page(found)


def test_an_icb_that_came_is_named(tmp_path: Path) -> None:
    facts = manifest()
    facts["icbs"] = facts["icbs"][:1]
    assert compared(tmp_path, {}, {}, facts)["icbs"]["added"] == ["E54000013"]


def test_a_new_indicator_is_named(tmp_path: Path) -> None:
    facts = manifest()
    gone = facts["datasets"][0]["indicators"].pop()
    added = compared(tmp_path, {}, {}, facts)["indicators"]["added"]
    assert added == [f"{facts['datasets'][0]['name']}/{gone['id']}"]


def test_a_tighter_rounding_is_told(tmp_path: Path) -> None:
    facts = {**manifest(), "protection": {"limits": {"hide_up_to": 7, "round_to": 10}}}
    found = compared(tmp_path, {}, {}, facts)
    assert "- Protection, round_to: 10 before, 5 now." in page(found)
