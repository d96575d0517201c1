"""The sidecar's count of each kind is what the files really hold."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadSettings
from pipelines.core.settings import PROJECT
from pipelines.synthetic import ALL_DIRT, DIRT, Neighbourhood, write_deliveries
from pipelines.synthetic.planting import Outcome
from tests.rooms.synthetic.conftest import SEED, THROUGH, Written
from tests.rooms.synthetic.recounts import RECOUNTS, UNSEEN


def test_every_kind_is_recounted_or_excused() -> None:
    assert set(ALL_DIRT) == set(RECOUNTS) | set(UNSEEN)


@pytest.mark.parametrize("kind", sorted(RECOUNTS))
def test_the_files_hold_as_much_of_a_kind_as_the_sidecar_says(dirty: Written, kind: str) -> None:
    assert RECOUNTS[kind](dirty) == dirty.sidecar.dirt[kind]


@pytest.mark.parametrize("kind", sorted(RECOUNTS))
def test_clean_files_hold_nothing_of_a_kind(clean: Written, kind: str) -> None:
    assert RECOUNTS[kind](clean) == 0


@pytest.mark.parametrize("kind", ALL_DIRT)
def test_a_delivery_of_some_thousands_holds_some_of_every_kind(dirty: Written, kind: str) -> None:
    assert dirty.sidecar.dirt[kind] > 0


def test_a_clean_delivery_counts_no_dirt(clean: Written) -> None:
    assert sum(clean.sidecar.dirt.values()) == 0


@pytest.mark.parametrize("kind", ["double_swipe", "file_late", "rejoined", "byte_order_mark"])
def test_a_kind_that_is_switched_off_is_not_there(
    kind: str, places: list[Neighbourhood], tmp_path: Path
) -> None:
    others = set(ALL_DIRT) - {kind}
    sidecar = write_deliveries(
        tmp_path / "inbox", places, people=500, seed=SEED, through=THROUGH, dirt=others
    )
    assert sidecar.dirt.get(kind, 0) == 0


def test_an_unknown_kind_is_refused(places: list[Neighbourhood], tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="synthetic-unknown-dirt"):
        write_deliveries(
            tmp_path, places, people=100, seed=SEED, through=dt.date(2026, 9, 30), dirt={"mud"}
        )


def test_every_expected_rule_exists_in_its_contract() -> None:
    contracts = load_contracts(PROJECT / "schemas")
    rules = {rule.code for contract in contracts for rule in contract.rules}
    columns = {f"{c.name}.{column.name}" for c in contracts for column in c.columns}
    judged = (Outcome.QUARANTINED, Outcome.NOTED)
    codes = {kind.fate.code for kind in DIRT if kind.fate.outcome in judged}
    assert {c for c in codes - rules if c.rpartition(".")[0] not in columns} == set()
