"""The health profile on the publishers' tables, against the same sums done in pandas."""

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

BORDERS = {"2024": dt.date(2025, 4, 1), "2026": dt.date(2026, 4, 1)}
ICBS = {"2024": 42, "2026": 36}
CODE = {"2024": "icb24_code", "2026": "icb26_code"}
# Three ICBs of 2026 have part of the sub-ICB location D4U1Y, which was divided.
WITHOUT_REGISTERS = {"2024": 0, "2026": 3}
MOVED = {"01Y", "06H", "15E", "15M", "70F", "78H", "92A", "D2P2L"}
Table = pd.DataFrame


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture(scope="module")
def engine(reference: Path, contracts: Contracts) -> Iterator[DuckDBEngine]:
    """The real tables that the profile adds up, in the store's shape, without the intake line."""
    with duckdb.connect(":memory:") as connection:
        tables = {
            "geography": geography(reference),
            "health_indicator": registers(reference),
            "deprivation": deciles(reference),
            "rural_urban": classes(reference),
            "population": residents(reference),
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


def lookup(reference: Path) -> Table:
    """Every neighbourhood's sub-ICB location, and its ICB of both vintages."""
    sub = pd.read_csv(reference / "geography/lsoa21_sicbl24_icb24.csv")
    icb = pd.read_csv(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv")
    return sub[["lsoa21_code", "sicbl24_code", "sicbl24_code_nhs"]].merge(icb, on="lsoa21_code")


def geography(reference: Path) -> Table:
    found = lookup(reference)
    practice = pd.read_csv(reference / "qof/MAPPING_NHS_GEOGRAPHIES_2021.csv")
    kinds = {
        ("lsoa21", "icb", "2024-04-01", "2026-03-31"): ("lsoa21_code", "icb24_code", None),
        ("lsoa21", "icb", "2026-04-01", None): ("lsoa21_code", "icb26_code", None),
        ("lsoa21", "sub_icb", "2024-04-01", "2026-03-31"):
            ("lsoa21_code", "sicbl24_code", "sicbl24_code_nhs"),
        ("gp_practice", "sub_icb", "2020-04-01", "2021-03-31"):
            ("PRACTICE_CODE", "CCG_ONS_CODE", "CCG_ODS_CODE"),
    }  # fmt: skip
    parts = [
        pd.DataFrame(
            {
                "area_code": rows[code], "area_type": kind, "area_name": rows[code],
                "parent_code": rows[of], "parent_type": parent, "valid_from": start,
                "valid_to": end, "parent_ods_code": rows[ods] if ods else None,
            }
        )
        for (kind, parent, start, end), (code, of, ods) in kinds.items()
        for rows in [found if kind == "lsoa21" else practice]
    ]  # fmt: skip
    return pd.concat(parts)


def registers(reference: Path) -> Table:
    qof = pd.read_csv(reference / "qof/PREVALENCE_2021_v2.csv")
    return pd.DataFrame(
        {
            "indicator_id": "qof_" + qof.GROUP_CODE.str.lower(), "area_code": qof.PRACTICE_CODE,
            "area_type": "gp_practice", "period": "2020/21", "sex": "persons",
            "count": qof.REGISTER, "denominator": qof.PRACTICE_LIST_SIZE,
            "list_type": qof.PATIENT_LIST_TYPE, "source": "nhs_england_qof",
        }
    )  # fmt: skip


def deciles(reference: Path) -> Table:
    imd = pd.read_csv(reference / "imd/imd2025_lsoa21.csv")
    return pd.DataFrame(
        {
            "area_code": imd.lsoa21_code, "area_type": "lsoa21", "index_version": "imd2025",
            "rank": imd.IMD_rank, "decile": imd.IMD_decile,
        }
    )  # fmt: skip


def classes(reference: Path) -> Table:
    rural = pd.read_csv(reference / "geography/ruc21_lsoa21.csv")
    return pd.DataFrame(
        {
            "area_code": rural.lsoa21_code, "area_type": "lsoa21", "class_code": rural.ruc21_code,
            "class_name": rural.classification, "index_version": "ruc2021",
        }
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


@pytest.fixture(scope="module", params=sorted(BORDERS))
def vintage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def profiles(engine: DuckDBEngine, contracts: Contracts, reference: Path, vintage: str) -> Table:
    """What the measure makes of every ICB of a vintage, its own rows only."""
    contract, shape = contracts.output("health_profile"), contracts.shape("measured")
    found = []
    for code in sorted(lookup(reference)[CODE[vintage]].unique()):
        scope = dataclasses.replace(SCOPE, icb_code=code, boundaries_on=BORDERS[vintage])
        found.append(measure(contract, shape, scope, engine).table.to_pandas())
    rows: Table = pd.concat(found).query("area_type == 'icb'")
    return rows


def test_every_register_of_every_icb_is_the_sum_of_its_practices(
    profiles: Table, reference: Path, vintage: str
) -> None:
    """Practice by practice: its location that year, and the ICB that has all of that today."""
    qof = pd.read_csv(reference / "qof/PREVALENCE_2021_v2.csv")
    practice = pd.read_csv(reference / "qof/MAPPING_NHS_GEOGRAPHIES_2021.csv")
    places = lookup(reference)
    icbs = places.groupby("sicbl24_code_nhs")[CODE[vintage]].agg(["nunique", "first"])
    partial = set(places[places.sicbl24_code_nhs.isin(icbs.index[icbs["nunique"] > 1])]
                  [CODE[vintage]])  # fmt: skip
    located = qof.merge(practice, on="PRACTICE_CODE")
    located["icb"] = located.CCG_ODS_CODE.map(icbs["first"])
    whole = located[~located.icb.isin(partial)]
    sums = whole.groupby(["icb", "GROUP_CODE"])[["REGISTER", "PRACTICE_LIST_SIZE"]].sum()
    ours = profiles[profiles.indicator_id == "registered_with_disease"]
    expected = sorted(zip(sums.index.get_level_values(0), *sums.to_numpy().T, strict=True))
    columns = (ours.area_code, ours["count"], ours.denominator.astype(int))
    assert sorted(zip(*columns, strict=True)) == expected


def test_every_icb_has_21_registers_but_those_with_part_of_a_location(
    profiles: Table, vintage: str
) -> None:
    ours = profiles[profiles.indicator_id == "registered_with_disease"].groupby("area_code").size()
    assert (set(ours), len(ours)) == ({21}, ICBS[vintage] - WITHOUT_REGISTERS[vintage])


def test_the_locations_that_the_page_names_are_those_whose_borders_moved(reference: Path) -> None:
    practice = pd.read_csv(reference / "qof/MAPPING_NHS_GEOGRAPHIES_2021.csv")
    then = practice.drop_duplicates("CCG_ODS_CODE").set_index("CCG_ODS_CODE").CCG_ONS_CODE
    now = lookup(reference).drop_duplicates("sicbl24_code_nhs").set_index("sicbl24_code_nhs")
    moved = {str(ods) for ods, code in now.sicbl24_code.items() if then[str(ods)] != code}
    page = (PROJECT / "docs/how-to/questions/health_profile.md").read_text("utf-8")
    assert (moved, {ods for ods in moved if f"`{ods}`" not in page}) == (MOVED, set())


def test_the_deprivation_of_every_icb_is_that_of_its_residents(
    profiles: Table, reference: Path, vintage: str
) -> None:
    place = lookup(reference).merge(deciles(reference), left_on="lsoa21_code", right_on="area_code")
    place = place.merge(residents(reference)[["area_code", "people"]], on="area_code")
    place["total"] = place.people * place.decile
    sums = place.groupby(CODE[vintage])[["people", "total"]].sum()
    ours = profiles[profiles.indicator_id == "mean_deprivation_decile"].set_index("area_code")
    assert ours[["count", "total"]].astype(int).sort_index().values.tolist() == (
        sums.sort_index().values.tolist()
    )


def test_nobody_is_lost_between_the_classes_of_an_icb(profiles: Table, reference: Path) -> None:
    ours = profiles[profiles.indicator_id == "residents"].groupby("category_type")["count"].sum()
    everybody = residents(reference).people.sum()
    assert ours.to_dict() == {"deprivation_decile": everybody, "rural_urban": everybody}


def test_rural_residents_are_those_of_rural_classes(
    profiles: Table, reference: Path, vintage: str
) -> None:
    rural = pd.read_csv(reference / "geography/ruc21_lsoa21.csv").set_index("lsoa21_code").ruc
    place = lookup(reference).merge(
        residents(reference)[["area_code", "people"]], left_on="lsoa21_code", right_on="area_code"
    )
    place["rural"] = place.people.where(place.lsoa21_code.map(rural) == "Rural", 0)
    sums = place.groupby(CODE[vintage]).rural.sum()
    ours = profiles[profiles.indicator_id == "residents_in_rural_areas"].set_index("area_code")
    assert ours["count"].to_dict() == sums.to_dict()
