"""Referral-to-treatment records of every ICB on the published table, against sums in pandas."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.core.consented import STORED, use_of_data
from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import empty_table
from pipelines.measure import DuckDBEngine, measure, narrow_to_consented
from pipelines.measure.engine import AGREED_FILE
from tests.spec.tables import SCOPE

Table = pd.DataFrame
BORDERS = {"2024": dt.date(2025, 4, 1), "2026": dt.date(2026, 4, 1)}
NEWEST = dt.date(2025, 2, 1)
# ICBs of 2026 that took a part of a divided one: of Frimley, of Hertfordshire and West Essex, or
# of Suffolk and North East Essex.
PARTLY = {"E54000065", "E54000066", "E54000067", "E54000068", "E54000069", "E54000070"}
# NHS England's own count of incomplete pathways, February 2025 (statistics of 10 April 2025).
WAITING_OVER_18, WAITING_OVER_52 = 3_020_973, 193_516


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture(scope="module")
def waits(reference: Path) -> Table:
    path = reference / "health" / "rtt_stp20_by_treatment_2020-04_2025-02.parquet"
    return pd.read_parquet(path)


@pytest.fixture(scope="module")
def lookup(reference: Path) -> Table:
    return pd.read_csv(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv")


@pytest.fixture(scope="module")
def engine(
    reference: Path, contracts: Contracts, waits: Table, lookup: Table
) -> Iterator[DuckDBEngine]:
    tables = {
        "geography": geography(lookup),
        "health_indicator": indicators(waits),
        "population": residents(reference),
    }
    with duckdb.connect(":memory:") as connection:
        for contract in contracts.store_tables():
            name = f"{STORED}{contract.name}"
            connection.register(f"empty_{name}", empty_table(contract))
            connection.execute(f"create table {name} as from empty_{name}")
            if contract.name in tables:
                connection.register("real", tables[contract.name])
                connection.execute(f"insert into {name} by name from real")
        connection.register("agreed_file", AGREED_FILE.empty_table())
        connection.register("use_of_data", use_of_data(SCOPE.purpose, SCOPE.as_of))
        for statement in narrow_to_consented(c.name for c in contracts.store_tables()):
            connection.execute(statement)
        yield DuckDBEngine(connection)


def geography(lookup: Table) -> Table:
    vintages = {"24": ("2024-04-01", "2026-03-31"), "26": ("2026-04-01", None)}
    return pd.concat(
        pd.DataFrame({"area_code": lookup.lsoa21_code, "area_type": "lsoa21",
                      "parent_code": lookup[f"icb{year}_code"], "parent_type": "icb",
                      "parent_ods_code": lookup[f"icb{year}_code_nhs"],
                      "valid_from": start, "valid_to": end})
        for year, (start, end) in vintages.items()
    )  # fmt: skip


def indicators(waits: Table) -> Table:
    """The newest names are the ones that the agreement keeps, so the newest month needs none."""
    return pd.concat(
        pd.DataFrame({"indicator_id": f"rtt_over_{weeks}_weeks", "area_code": waits.stp20_nhs_code,
                      "area_type": "icb", "sex": "persons", "category": waits.treatment,
                      "period": pd.to_datetime(waits.date).dt.strftime("%Y-%m"),
                      "category_type": "treatment function", "source": "nhs_england_rtt",
                      "count": waits[f"waits_over_{weeks}_weeks"]})
        for weeks in (18, 52)
    )  # fmt: skip


def residents(reference: Path) -> Table:
    census = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    return pd.DataFrame(
        {
            "area_code": census.lsoa21_code, "area_type": "lsoa21", "sex": "persons",
            "age_from": 0, "age_to": 120, "people": census.total_residents,
            "reference_on": "2021-03-21", "source": "census_2021",
        }
    )  # fmt: skip


def measured(engine: DuckDBEngine, contracts: Contracts, lookup: Table, vintage: str) -> Table:
    """What the measure makes of the records of every ICB of a vintage."""
    contract, shape = contracts.output("waiting_well"), contracts.shape("measured")
    found = []
    for code in sorted(lookup[f"icb{vintage[2:]}_code"].unique()):
        scope = dataclasses.replace(SCOPE, icb_code=code, boundaries_on=BORDERS[vintage])
        found.append(measure(contract, shape, scope, engine).table.to_pandas())
    rows: Table = pd.concat(found)
    return rows


@pytest.fixture(scope="module")
def of_2024(engine: DuckDBEngine, contracts: Contracts, lookup: Table) -> Table:
    return measured(engine, contracts, lookup, "2024")


@pytest.fixture(scope="module")
def of_2026(engine: DuckDBEngine, contracts: Contracts, lookup: Table) -> Table:
    return measured(engine, contracts, lookup, "2026")


def in_newest_month(waits: Table) -> Table:
    return waits[pd.to_datetime(waits.date) == pd.Timestamp(NEWEST)]


def by_function(rows: Table, weeks: int) -> dict[tuple[str, str], int]:
    ours = rows[rows.indicator_id == f"rtt_records_over_{weeks}_weeks"]
    names = ours.category.str.replace(r"^[CX]_?\d+ ", "", regex=True).replace("all", "Total")
    return dict(zip(zip(ours.area_code, names, strict=True), ours["count"], strict=True))


@pytest.mark.parametrize("weeks", [18, 52])
def test_the_records_of_each_of_42_icbs_are_the_published_ones(
    of_2024: Table, waits: Table, lookup: Table, weeks: int
) -> None:
    newest = in_newest_month(waits)
    code = lookup.drop_duplicates("icb24_code_nhs").set_index("icb24_code_nhs").icb24_code
    areas = newest.stp20_nhs_code.map(code)
    counts = newest[f"waits_over_{weeks}_weeks"].astype(int)
    expected = dict(zip(zip(areas, newest.treatment, strict=True), counts, strict=True))
    found = by_function(of_2024, weeks)
    assert (found, len({area for area, _ in found})) == (expected, 42)


@pytest.mark.parametrize("weeks", [18, 52])
def test_merged_icbs_have_the_sum_and_those_with_a_part_none(
    of_2026: Table, waits: Table, lookup: Table, weeks: int
) -> None:
    newest = in_newest_month(waits)
    code = lookup.drop_duplicates("icb24_code_nhs").set_index("icb24_code_nhs").icb26_code
    areas = newest.stp20_nhs_code.map(code)
    sums = newest.groupby([areas, "treatment"])[f"waits_over_{weeks}_weeks"].sum().astype(int)
    whole = sums[~sums.index.get_level_values(0).isin(PARTLY)]
    expected = whole.to_dict()
    found = by_function(of_2026, weeks)
    assert (found, len({area for area, _ in found})) == (expected, 36 - len(PARTLY))


def test_the_icbs_without_records_are_those_that_took_a_part(lookup: Table) -> None:
    parts = lookup.groupby("icb24_code").icb26_code.nunique()
    divided = lookup[lookup.icb24_code.isin(parts.index[parts > 1])]
    assert set(divided.icb26_code) == PARTLY


def test_an_icb_without_records_says_for_how_many_residents_there_would_be_some(
    of_2026: Table, lookup: Table, reference: Path
) -> None:
    people = residents(reference).set_index("area_code").people
    here = lookup[lookup.icb26_code == "E54000065"]
    whole = here[here.icb24_code != "E54000025"]
    ours = of_2026[(of_2026.indicator_id == "residents_with_rtt_records")]
    row = ours.set_index("area_code").loc["E54000065"]
    assert (row["count"], row.denominator) == (
        people.loc[whole.lsoa21_code].sum(),
        people.loc[here.lsoa21_code].sum(),
    )


def test_every_function_of_the_newest_month_has_its_code(of_2024: Table) -> None:
    ours = of_2024[of_2024.category_type == "treatment_function"]
    assert ours.category.str.match(r"^(C_\d{3}|X0\d) ").all()


def test_functions_add_up_to_the_total(of_2024: Table) -> None:
    ours = of_2024[of_2024.indicator_id == "rtt_records_over_18_weeks"]
    sums = ours.groupby(["category_type", "area_code"])["count"].sum()
    assert sums["treatment_function"].to_dict() == sums["all"].to_dict()


def test_the_table_is_no_count_of_people_waiting(of_2024: Table) -> None:
    """Why nothing is called a waiting list, and why nothing is divided by it."""
    whole = of_2024[of_2024.category_type == "all"].groupby("indicator_id")["count"].sum()
    over_18, over_52 = whole["rtt_records_over_18_weeks"], whole["rtt_records_over_52_weeks"]
    more = (round(over_18 / WAITING_OVER_18, 2), round(over_52 / WAITING_OVER_52, 2))
    assert more == (1.38, 1.91)
