"""The publishers' tables in the store's shape, without the intake line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.core.consented import STORED, use_of_data
from pipelines.core.contract import Contracts
from pipelines.core.shapes import empty_table
from pipelines.measure import DuckDBEngine, narrow_to_consented
from pipelines.measure.engine import AGREED_FILE
from tests.spec.tables import SCOPE

GROUPS = {
    "Asian, Asian British or Asian Welsh": "Asian",
    "Black, Black British, Black Welsh, Caribbean or African": "Black",
    "Mixed or Multiple ethnic groups": "Mixed",
    "Other ethnic group": "Other",
    "White": "White",
    "Disabled under the Equality Act": "Disabled",
    "Not disabled under the Equality Act": "Not disabled",
}


@contextmanager
def engine_over(reference: Path, contracts: Contracts) -> Iterator[DuckDBEngine]:
    """The real tables in the store's shape, without the intake line."""
    with duckdb.connect(":memory:") as connection:
        tables = {
            "geography": geography(reference),
            "population": population(reference),
            "population_group": population_group(reference),
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
    both = pd.concat(
        [
            pd.DataFrame({"area_code": long.lsoa11_code, "area_type": "lsoa11",
                          "age_from": bands, "people": long.people, "source": "ons_mid_2020"}),
            pd.DataFrame({"area_code": census.lsoa21_code, "area_type": "lsoa21", "age_from": 0,
                          "people": census.total_residents, "source": "census_2021"}),
        ]
    ).assign(sex="persons")  # fmt: skip
    by_sex = pd.concat([people_by_sex(reference, "female"), people_by_sex(reference, "male")])
    return pd.concat([both, by_sex]).assign(age_to=120, reference_on="2021-03-21")


def people_by_sex(reference: Path, sex: str) -> pd.DataFrame:
    wide = pd.read_csv(reference / "population/census2021_ltla21_age3_sex.csv")
    younger, working = wide[f"younger_{sex}s"], wide[f"working_age_{sex}s"]
    ages = {0: younger, 16: working, 65: wide[f"total_{sex}s"] - younger - working}
    return pd.concat(
        pd.DataFrame({"area_code": wide.ltla21_code, "area_type": "ltla", "age_from": age,
                      "people": people.astype(int), "source": "census_2021_by_sex", "sex": sex})
        for age, people in ages.items()
    )  # fmt: skip


def population_group(reference: Path) -> pd.DataFrame:
    ethnic = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    disabled = pd.read_csv(reference / "population/census2021_lsoa21_england_disability.csv")
    tables = {"ethnic_group": ethnic.drop(columns="total_residents"), "disability": disabled}
    return pd.concat(
        table.rename(columns=lambda name: GROUPS.get(name, name))
        .melt("lsoa21_code", var_name="category", value_name="people")
        .rename(columns={"lsoa21_code": "area_code"})
        .assign(category_type=kind, area_type="lsoa21", source="census_2021",
                reference_on="2021-03-21")
        for kind, table in tables.items()
    )  # fmt: skip


def deprivation(reference: Path) -> pd.DataFrame:
    imd = pd.read_csv(reference / "imd/imd2025_lsoa21.csv")
    return pd.DataFrame({"area_code": imd.lsoa21_code, "area_type": "lsoa21",
                         "index_version": "imd2025", "rank": imd.IMD_rank,
                         "decile": imd.IMD_decile})  # fmt: skip


def health_indicator(reference: Path) -> pd.DataFrame:
    district = pd.read_csv(reference / "fingertips/trafforddatalab_inactive_adults.csv")
    district = district[district.area_type != "Country"]
    other = pd.read_csv(
        reference / "fingertips/fingertipsnext_healthdata_2025-02-13.csv", low_memory=False
    ).query("IndicatorId == 93015")
    kinds = {"E9": "england", "E1": "utla"}
    return pd.concat(
        [
            pd.DataFrame({"area_code": district.area_code, "area_type": "ltla", "sex": "persons",
                          "period": district.period, "value": district.value,
                          "age_band": "19+ yrs", "source": "ohid_fingertips_93015"}),
            pd.DataFrame({"area_code": other.AreaCode, "period": other.Year.astype(str),
                          "area_type": [kinds.get(c[:2], "ltla") for c in other.AreaCode],
                          "sex": other.Sex.str.lower(), "age_band": other.Age,
                          "category_type": other.CategoryType, "category": other.Category,
                          "value": other.Value, "lower_ci_95": other.LowerCI,
                          "upper_ci_95": other.UpperCI, "denominator": other.Denominator,
                          "source": "ohid_fingertips"}),
        ]
    ).assign(indicator_id="93015")  # fmt: skip
