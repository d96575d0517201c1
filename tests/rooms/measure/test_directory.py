"""Directories are listed where there is no person to be found."""

import dataclasses

import duckdb
import pytest

from pipelines.core.contract import Contract
from pipelines.core.errors import BadContract
from pipelines.measure import list_directory, open_directories
from tests.conftest import Bench
from tests.released import put_in_store
from tests.spec.tables import SCOPE

GEOGRAPHY = """
    area_code | parent_code | parent_type | parent_ods_code | parent_name
    L1        | E54000057   | icb         | QOP             | Here
    L2        | E54000013   | icb         | QJM             | There
    L1        | D1          | ltla        |                 | Town
"""
OFFERS = """
    provider | opportunity_kind | opportunity_id | site_name | lsoa21_code | access_criteria | ends_on    | updated_on | sessions_per_week | activity_label
    feed     | session          | 1              | Town Pool | L1          | anyone          |            | 2026-07-01 | 2                 | Swim
    list     | programme        | 1              | town pool | L1          | referral        | 2026-09-30 | 2026-07-02 | 1                 |
    list     | programme        | 2              | Town Hall | L1          |                 |            |            |                   |
    list     | programme        | 3              | Town Hall | L1          | members_only    |            |            |                   |
    list     | programme        | 4              | Town Hall | L1          | anyone          | 2026-09-29 |            |                   |
    list     | programme        | 5              | Other     | L2          | anyone          |            |            |                   |
    list     | programme        | 6              | Nowhere   |             | anyone          |            |            |                   |
"""  # noqa: E501 - a text table cannot be broken


@pytest.fixture
def stocked(bench: Bench) -> Bench:
    put_in_store(bench.house, "ons_geography", "0" * 12, {"geography": GEOGRAPHY})
    put_in_store(bench.house, "feed", "1" * 12, {"placed_opportunity": OFFERS})
    return bench


def contract_of(bench: Bench) -> Contract:
    (contract,) = bench.house.contracts.directories
    return contract


def rows(bench: Bench, *columns: str) -> list[tuple[object, ...]]:
    house = bench.house
    with open_directories(house.settings, house.contracts, house.store) as engine:
        found = list_directory(contract_of(bench), SCOPE, engine, "release")
    return [tuple(row[c] for c in columns) for row in found.table.to_pylist()]


def test_what_is_open_to_referral_here_is_listed_with_its_sites(stocked: Bench) -> None:
    assert rows(stocked, "entry", "provider", "entry_id", "programmes") == [
        ("programme", "feed", "session:1", 1),
        ("programme", "list", "programme:1", 1),
        ("programme", "list", "programme:2", 1),
        ("site", "all", "L1|town hall", 1),
        ("site", "all", "L1|town pool", 2),
    ]


def test_stale_is_told_and_not_left_out(stocked: Bench) -> None:
    assert rows(stocked, "entry", "freshness") == [
        ("programme", "stale"), ("programme", "fresh"), ("programme", "unknown"),
        ("site", "unknown"), ("site", "fresh"),
    ]  # fmt: skip


def test_what_nobody_tells_is_called_unknown(stocked: Bench) -> None:
    found = rows(stocked, "activity", "access_criteria", "cost_band", "staff_qualification")
    assert found[2] == ("unknown", "unknown", "unknown", "unknown")


def test_every_row_says_which_release_and_contract_it_is_of(stocked: Bench) -> None:
    told = rows(stocked, "release_id", "contract_version", "parent_area_ods_code", "ltla_name")
    assert set(told) == {("release", contract_of(stocked).label, "QOP", "Town")}


def test_an_engine_for_directories_holds_no_table_of_people(stocked: Bench) -> None:
    house = stocked.house
    of_people = [c.name for c in house.contracts.store_tables() if c.person_level]
    found = []
    with open_directories(house.settings, house.contracts, house.store) as engine:
        for name in of_people:
            try:
                engine.run(f"select * from {name}", {})
            except duckdb.CatalogException:
                continue
            found.append(name)
    assert (len(of_people) > 4, found) == (True, [])


def test_rows_of_another_shape_are_refused(stocked: Bench) -> None:
    house, contract = stocked.house, contract_of(stocked)
    fewer = dataclasses.replace(contract, columns=contract.columns[1:])
    with (
        open_directories(house.settings, house.contracts, house.store) as engine,
        pytest.raises(BadContract),
    ):
        list_directory(fewer, SCOPE, engine, "release")


def test_a_directory_without_sql_is_refused(stocked: Bench) -> None:
    house = stocked.house
    nameless = dataclasses.replace(contract_of(stocked), name="nothing")
    with (
        open_directories(house.settings, house.contracts, house.store) as engine,
        pytest.raises(BadContract),
    ):
        list_directory(nameless, SCOPE, engine, "release")
