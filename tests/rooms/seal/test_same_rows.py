"""An export taken in open and the same export taken in sealed give the same linked rows."""

import dataclasses
import datetime as dt
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines import synthetic
from pipelines.core.files import write_whole
from pipelines.core.settings import settings_from
from pipelines.counts import IntakeSummary
from pipelines.house import House, open_house
from pipelines.intake import take_in
from pipelines.seal import issue_kit, open_edge, seal_drop
from tests.conftest import TEST_KEY, Bench
from tests.rooms.seal.conftest import DAY, PASSPHRASE, PROVIDER, ProviderMachine
from tests.rooms.test_intake import CONSENTS, PEOPLE, REFERRALS, movewell

NAME = "2026-09-30"
LINKED = (
    "person", "person_token", "person_day", "person_referral", "person_outcome", "consent_period",
)  # fmt: skip
TRAPS = movewell(
    **{
        "consents_2026.csv": CONSENTS
        + "C8,service_evaluation,granted,2025-01-10,,PN-1,form\n"
        + "C8,service_evaluation,changed his mind,2026-05-01,,PN-1,letter\n"
        + "C9,service_evaluation,granted,2025-01-10,,PN-1,form\n",
        "people_2026.csv": PEOPLE
        + "C8,,Hal,Test,1960-05-01,male,XA1 1AA,A,2025-01-10,\n"
        + "C9,999 000 0018,Ann-Lou,O'Test,1960-05-01,female,xa11ab,A,2025-01-10,\n"
        + "C9,,Another,Test,1971-12-03,female,XA1 1AA,A,2025-01-10,\n",
        "referrals_2026.csv": REFERRALS
        + "R1,C1,9990000018,weight_management,obesity,self,2025-07-01,,,,\n"
        + "R9,C9,,weight_management,obesity,self,2025-07-01,2025-07-02,,,\n",
    }
)
"""A consent event that cannot be read, references that stand twice, loose spelling."""


def rows_of(house: House, table: str) -> list[dict[str, object]]:
    """A linked table's rows without the delivery's id, which comes from the bytes sent."""
    rows = [row for part in house.store.parts(table) for row in pq.read_table(part).to_pylist()]
    return sorted(({**row, "delivery_id": ""} for row in rows), key=repr)


def linked_rows(house: House) -> dict[str, list[dict[str, object]]]:
    return {table: rows_of(house, table) for table in LINKED}


@pytest.fixture
def open_rows(tmp_path: Path) -> dict[str, list[dict[str, object]]]:
    """What a house of the same root key makes of the small export, sent as it is."""
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path / "open-home"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "no-expectations"),
    }
    bench = Bench(open_house(settings_from(environ), environ))
    files = {"postcodes.csv": "postcode,lsoa21\nXA1 1AA,E01900001\nXA1 1AB,E01900002\n"}
    bench.put("synthetic_postcodes", NAME, files)
    take_in(bench.house, "synthetic_postcodes", NAME, as_of=DAY)
    bench.put(PROVIDER, NAME, TRAPS)
    take_in(bench.house, PROVIDER, NAME, as_of=DAY)
    return linked_rows(bench.house)


def test_a_sealed_delivery_gives_the_rows_of_the_open_one(
    machine: ProviderMachine, open_rows: Mapping[str, list[dict[str, object]]]
) -> None:
    machine.seal(NAME, TRAPS)
    take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    sealed_rows = linked_rows(machine.bench.house)
    made = {table for table, rows in open_rows.items() if rows}
    assert made == set(LINKED) - {"person_day"}, "this delivery would prove little"
    assert sealed_rows == open_rows


def test_a_member_stays_the_same_when_the_provider_begins_to_seal(
    machine: ProviderMachine,
) -> None:
    machine.bench.know_postcodes()
    machine.bench.put(PROVIDER, "2026-09-29", movewell())
    take_in(machine.bench.house, PROVIDER, "2026-09-29", as_of=DAY)
    again = {
        **movewell(),
        "people_2026.csv": PEOPLE + "C8,,Hal,Test,1960-05-01,male,XA1 1AA,A,2025-01-10,\n",
    }
    machine.seal(NAME, again)
    take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    people = rows_of(machine.bench.house, "person")
    assert len(people) == 2, "the member is in both deliveries"
    assert people[0] == people[1]


def test_a_file_that_came_open_is_passed_over_when_it_comes_sealed(
    machine: ProviderMachine,
) -> None:
    machine.bench.know_postcodes()
    machine.bench.put(PROVIDER, "2026-09-29", movewell())
    take_in(machine.bench.house, PROVIDER, "2026-09-29", as_of=DAY)
    machine.seal(NAME, movewell())
    summary = take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    noted = {t.table: t.noted.get(f"{t.table}.file_already_taken_in") for t in summary.tables}
    assert noted == dict.fromkeys(noted, 1)
    assert sum(t.received for t in summary.tables) == 0


def test_what_the_provider_kept_back_is_counted_at_the_house(machine: ProviderMachine) -> None:
    machine.seal(NAME, movewell())
    summary = take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    noted = {k: n for t in summary.tables for k, n in t.noted.items() if "kept_back" in k}
    assert noted == {
        "participant.kept_back_by_provider": 1,
        "referral.kept_back_by_provider": 2,
        "outcome_measure.kept_back_by_provider": 2,
    }


LATER = dt.date(2026, 10, 15)
PROVIDERS = ("harbour_leisure", "movewell_referrals", "parkside_trust")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deliveries of some hundred synthetic people at three providers, with every kind of dirt."""
    inbox = tmp_path_factory.mktemp("synthetic") / "inbox"
    synthetic.write_reference(inbox / "reference", 1)
    places = synthetic.read_neighbourhoods(inbox / "reference")
    through = dt.date(2026, 9, 30)
    synthetic.write_postcode_directory(inbox / "synthetic_postcodes" / NAME, places, 1)
    synthetic.write_deliveries(inbox, places, people=300, seed=1, through=through)
    return inbox


def house_of(inbox: Path, home: Path) -> House:
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_INBOX": str(inbox),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
    }
    house = open_house(settings_from(environ), environ)
    # A sealed delivery tells only the year of birth, so rules about age are stricter with it.
    ageless = {
        name: dataclasses.replace(a, consent=dataclasses.replace(a.consent, age_rules=()))
        for name, a in house.agreements.items()
    }
    return dataclasses.replace(house, agreements=ageless)


def take_all_in(house: House, providers: tuple[str, ...]) -> dict[str, IntakeSummary]:
    drops = [
        (provider, path.name)
        for provider in providers
        for path in sorted((house.settings.inbox / provider).iterdir())
    ]

    return {f"{p}/{name}": take_in(house, p, name, as_of=LATER) for p, name in drops}


def seal_all(house: House, inbox: Path, folder: Path) -> None:
    """Every provider's deliveries, sealed into the house's own inbox."""
    write_whole(folder / "passphrase", PASSPHRASE)
    postcodes = next((inbox / "synthetic_postcodes" / NAME).glob("*.csv"))
    for provider in PROVIDERS:
        kit = issue_kit(house, provider, folder / "passphrase", on=DAY)
        write_whole(folder / f"{provider}.json", kit)
        settings = dataclasses.replace(house.settings, home=folder / "no-home")
        edge = open_edge(settings, provider, folder / f"{provider}.json", folder / "passphrase")
        for export in sorted((inbox / provider).iterdir()):
            target = house.settings.inbox / provider / export.name
            seal_drop(edge, export, target, as_of=LATER, postcodes=postcodes)


@pytest.mark.slow
def test_three_providers_dirty_deliveries_give_the_same_rows_open_and_sealed(
    inbox: Path, tmp_path: Path
) -> None:
    as_sent = house_of(inbox, tmp_path / "open")
    take_all_in(as_sent, ("synthetic_postcodes", *PROVIDERS))
    sealed = house_of(tmp_path / "inbox", tmp_path / "sealed")
    shutil.copytree(inbox / "synthetic_postcodes", tmp_path / "inbox" / "synthetic_postcodes")
    os.umask(0o077)
    seal_all(sealed, inbox, tmp_path / "provider")
    take_all_in(sealed, ("synthetic_postcodes", *PROVIDERS))
    expected = linked_rows(as_sent)
    assert all(expected.values()), "a linked table is empty: this test would prove little"
    found = linked_rows(sealed)
    assert {t: len(rows) for t, rows in found.items()} == {t: len(r) for t, r in expected.items()}
    assert [t for t in LINKED if found[t] != expected[t]] == []
