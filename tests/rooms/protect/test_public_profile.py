"""The profile `public`: numbers as they are, and only where nobody stands behind them."""

import dataclasses
from pathlib import Path

import pytest

from pipelines.core.contract import Contract
from pipelines.core.contract_file import read_contract
from pipelines.core.disclosure import Profile
from pipelines.core.errors import BadContract, BadRelease
from pipelines.core.settings import PROJECT
from pipelines.protect import protect
from tests.rooms.protect.made_tables import (
    CONTRACTS,
    LIMITS,
    REFERRED,
    measured,
    row,
    with_profile,
)

PROVISION = CONTRACTS.output("provision")


def supply(contract: Contract = PROVISION) -> list[tuple[int, int | None, str]]:
    """Three programmes of four, and seven in all, as they are published."""
    rows = [
        row("programmes_updated_in_90_days", 3, 4),
        row("open_sites", 7, category_type="cost_band", category="free"),
    ]
    table = protect(measured(rows, contract), LIMITS).table
    return [(r["count"], r["denominator"], r["suppression_status"]) for r in table.to_pylist()]


def test_small_numbers_of_things_are_neither_hidden_nor_rounded() -> None:
    assert supply() == [(3, 4, "none"), (7, None, "none")]


def test_people_never_leave_under_it() -> None:
    with pytest.raises(BadRelease) as caught:
        protect(measured([row(REFERRED, 100)], with_profile(Profile.PUBLIC)), LIMITS)
    assert caught.value.code == "protect-not-public"


def test_what_is_public_and_of_people_never_leaves_under_it() -> None:
    disclosure = PROVISION.disclosure
    assert disclosure is not None
    people = tuple(dataclasses.replace(p, of_people=True) for p in disclosure.populations)
    changed = dataclasses.replace(
        PROVISION, disclosure=dataclasses.replace(disclosure, populations=people)
    )
    with pytest.raises(BadRelease):
        supply(changed)


@pytest.mark.parametrize("flag", ["public: true, ", ", of_people: false"])
def test_a_contract_may_not_claim_it_for_people(tmp_path: Path, flag: str) -> None:
    text = (PROJECT / "schemas" / "outputs" / "provision.yaml").read_text()
    path = tmp_path / "provision.yaml"
    path.write_text(text.replace(flag, "", 1))
    with pytest.raises(BadContract):
        read_contract(path, CONTRACTS.by_group["shapes"])
