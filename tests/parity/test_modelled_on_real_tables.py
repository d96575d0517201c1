"""The modelled measure on the publishers' tables, against the same sums done another way."""

import dataclasses
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
from pipelines.measure import DuckDBEngine, area_atoms, measure, narrow_to_consented
from pipelines.measure.engine import AGREED_FILE
from tests.spec.tables import SCOPE

DEVELOPERS_THEN = {
    "QOP": "E54000057",
    "QJM": "E54000013",
    "QWO": "E54000054",
    "QKK": "E54000030",
    "QUE": "E54000056",
    "QF7": "E54000061",
}
DEVELOPERS_NOW = {**DEVELOPERS_THEN, "QUE": "E54000065"}
DECILES = [
    "Most deprived decile",
    "Second most deprived decile",
    "Third more deprived decile",
    "Fourth more deprived decile",
    "Fifth more deprived decile",
    "Fifth less deprived decile",
    "Fourth less deprived decile",
    "Third less deprived decile",
    "Second least deprived decile",
    "Least deprived decile",
]
Places = pd.DataFrame


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture(scope="module")
def engine(reference: Path, contracts: Contracts) -> Iterator[DuckDBEngine]:
    """The real tables in the store's shape, without the intake line."""
    with duckdb.connect(":memory:") as connection:
        tables = {
            "geography": geography(reference),
            "population": population(reference),
            "deprivation": deprivation(reference),
            "health_indicator": health_indicator(reference),
        }
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


def geography(reference: Path) -> pd.DataFrame:
    icb = pd.read_csv(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv")
    ltla = pd.read_csv(reference / "geography/lsoa21_ltla24_england.csv")
    lsoa = pd.read_csv(reference / "geography/lookup_lsoa11_lsoa21_ltla22.csv")
    parts = [
        rows("lsoa21", icb.lsoa21_code, "icb", icb.icb24_code, "2024-04-01", "2026-03-31"),
        rows("lsoa21", icb.lsoa21_code, "icb", icb.icb26_code, "2026-04-01", None),
        rows("lsoa21", ltla.lsoa21_code, "ltla", ltla.ltla24_code, "2023-04-01", None),
        rows("lsoa11", lsoa.lsoa11_code, "lsoa21", lsoa.lsoa21_code, "2021-03-21", None).assign(
            change_code=lsoa.change_code
        ),
    ]
    return pd.concat(parts)


def rows(
    kind: str, codes: "pd.Series[str]", parent: str, parents: "pd.Series[str]", start: str,
    end: str | None,
) -> pd.DataFrame:  # fmt: skip
    return pd.DataFrame(
        {
            "area_code": codes, "area_type": kind, "parent_code": parents, "parent_type": parent,
            "valid_from": start, "valid_to": end,
        }
    )  # fmt: skip


def population(reference: Path) -> pd.DataFrame:
    wide = pd.read_csv(reference / "population/ons_mid2020_lsoa11_england_agebands.csv")
    long = wide.drop(columns="total_population").melt("lsoa11_code", value_name="people")
    census = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    bands = long.variable.str.extract(r"^(\d+)")[0].astype(int)
    return pd.concat(
        [
            pd.DataFrame({"area_code": long.lsoa11_code, "area_type": "lsoa11",
                          "age_from": bands, "people": long.people, "source": "ons_mid_2020"}),
            pd.DataFrame({"area_code": census.lsoa21_code, "area_type": "lsoa21", "age_from": 0,
                          "people": census.total_residents, "source": "census_2021"}),
        ]
    ).assign(sex="persons", age_to=120, reference_on="2021-03-21")  # fmt: skip


def deprivation(reference: Path) -> pd.DataFrame:
    imd = pd.read_csv(reference / "imd/imd2025_lsoa21.csv")
    return pd.DataFrame({"area_code": imd.lsoa21_code, "area_type": "lsoa21",
                         "index_version": "imd2025", "rank": imd.IMD_rank,
                         "decile": imd.IMD_decile})  # fmt: skip


def health_indicator(reference: Path) -> pd.DataFrame:
    district = pd.read_csv(reference / "fingertips/trafforddatalab_inactive_adults.csv")
    england = pd.read_csv(
        reference / "fingertips/fingertipsnext_healthdata_2025-02-13.csv", low_memory=False
    ).query("IndicatorId == 93015 and AreaCode == 'E92000001'")
    return pd.concat(
        [
            pd.DataFrame({"area_code": district.area_code, "area_type": "ltla",
                          "period": district.period, "value": district.value,
                          "source": "ohid_fingertips_93015"}),
            pd.DataFrame({"area_code": england.AreaCode, "area_type": "england",
                          "period": england.Year.astype(str), "value": england.Value,
                          "category_type": england.CategoryType, "category": england.Category,
                          "source": "ohid_fingertips"})[england.Sex == "Persons"],
        ]
    ).assign(indicator_id="93015", sex="persons")  # fmt: skip


@pytest.fixture(scope="module")
def places(reference: Path) -> Places:
    """Every English neighbourhood's adults and modelled inactive adults, worked out in pandas."""
    wide = pd.read_csv(reference / "population/ons_mid2020_lsoa11_england_agebands.csv")
    adults11 = wide.set_index("lsoa11_code").loc[:, "19-24":"90+"].sum(axis=1)
    change = pd.read_csv(reference / "geography/lookup_lsoa11_lsoa21_ltla22.csv")
    change = change[change.lsoa21_code.str.startswith("E")].copy()
    census = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    change["weight"] = change.lsoa21_code.map(census.set_index("lsoa21_code").total_residents)
    change["weight"] /= change.groupby("lsoa11_code").weight.transform("sum")
    change["adults"] = change.lsoa11_code.map(adults11) * change.weight
    found = change.groupby("lsoa21_code").adults.sum().to_frame()
    health = health_indicator(reference)
    england = health[(health.period == "2022") & health.category.isin(DECILES)]
    england = england[england.category_type.str.startswith("LSOA11")]
    gradient = england.set_index("category").value
    imd = pd.read_csv(reference / "imd/imd2025_lsoa21.csv").set_index("lsoa21_code").IMD_decile
    found["expected"] = found.adults * imd.map(lambda d: gradient[DECILES[d - 1]])
    ltla = pd.read_csv(reference / "geography/lsoa21_ltla24_england.csv").set_index("lsoa21_code")
    found["district"] = ltla.ltla24_code
    newest = health[health.period == "2024/25"].set_index("area_code").value
    by_district = found.groupby("district")
    wanted = found.district.map(newest) / 100 * by_district.adults.transform("sum")
    found["inactive"] = found.expected * wanted / by_district.expected.transform("sum")
    icb = pd.read_csv(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv")
    return found.join(icb.set_index("lsoa21_code"))


def modelled(engine: DuckDBEngine, contracts: Contracts, icb: str, on: str) -> pd.DataFrame:
    scope = dataclasses.replace(SCOPE, icb_code=icb, boundaries_on=pd.Timestamp(on).date())
    contract, shape = contracts.output("inactive_population"), contracts.shape("measured")
    found: pd.DataFrame = measure(contract, shape, scope, engine).table.to_pandas()
    return found.set_index("area_code")


@pytest.mark.parametrize("ods_code", sorted(DEVELOPERS_THEN))
def test_every_neighbourhood_of_2024_is_as_worked_out_by_hand(
    engine: DuckDBEngine, contracts: Contracts, places: Places, ods_code: str
) -> None:
    code = DEVELOPERS_THEN[ods_code]
    found = modelled(engine, contracts, code, "2025-04-01").query("area_type == 'lsoa21'")
    expected = places[places.icb24_code == code].inactive
    assert (found["count"] - expected).abs().max() <= 0.5


@pytest.mark.parametrize("ods_code", sorted(DEVELOPERS_NOW))
def test_the_icb_of_2026_is_the_sum_of_its_neighbourhoods(
    engine: DuckDBEngine, contracts: Contracts, places: Places, ods_code: str
) -> None:
    code = DEVELOPERS_NOW[ods_code]
    found = modelled(engine, contracts, code, "2026-04-01").loc[code]
    expected = places[places.icb26_code == code].inactive.sum()
    assert found["count"] == int(expected + 0.5)


def test_no_adult_is_lost_between_the_vintages_of_neighbourhoods(
    reference: Path, places: Places
) -> None:
    wide = pd.read_csv(reference / "population/ons_mid2020_lsoa11_england_agebands.csv")
    adults = wide.loc[:, "19-24":"90+"].to_numpy().sum()
    assert round(places.adults.sum()) == adults


def atoms(engine: DuckDBEngine, icb: str, vintage: str, on: str) -> pd.DataFrame:
    day = pd.Timestamp(on).date()
    scope = dataclasses.replace(SCOPE, icb_code=icb, vintage=vintage, boundaries_on=day)
    found: pd.DataFrame = area_atoms(engine, scope).to_pandas()
    return found


@pytest.mark.parametrize(
    ("code", "vintage", "on", "icbs_then", "icbs_now"),
    [
        ("E54000057", "2026", "2026-04-01", 1, 1),
        ("E54000065", "2026", "2026-04-01", 3, 2),
        ("E54000056", "2024", "2025-04-01", 3, 1),
    ],
    ids=["unchanged", "made of three", "taken in"],
)
def test_the_atoms_of_an_icb_hold_every_resident_of_the_icbs_that_overlap(
    engine: DuckDBEngine, places: Places, residents: "pd.Series[int]", code: str, vintage: str,
    on: str, icbs_then: int, icbs_now: int,
) -> None:  # fmt: skip
    found = atoms(engine, code, vintage, on)
    here = places[places[f"icb{vintage[2:]}_code"] == code]
    near = places[places.icb24_code.isin(here.icb24_code) | places.icb26_code.isin(here.icb26_code)]
    assert (found.residents.sum(), found.icb_2024.nunique(), found.icb_2026.nunique()) == (
        residents.loc[near.index].sum(), icbs_then, icbs_now,
    )  # fmt: skip


@pytest.fixture(scope="module")
def residents(reference: Path) -> "pd.Series[int]":
    census = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    by_place: pd.Series[int] = census.set_index("lsoa21_code").total_residents
    return by_place
