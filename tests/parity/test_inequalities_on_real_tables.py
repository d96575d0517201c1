"""The public side of `inequalities` on real tables, held against `inactive_population`."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.measure import DuckDBEngine, measure
from tests.parity.real_tables import engine_over
from tests.spec.tables import SCOPE

BORDERS = dt.date(2026, 4, 1)
DEVELOPERS = {
    "QOP": "E54000057", "QJM": "E54000013", "QWO": "E54000054", "QKK": "E54000030",
    "S1Y5D": "E54000065", "QF7": "E54000061",
}  # fmt: skip
ROUNDING = 6
"""Ten tenths, each half a person off, and the total's own half."""


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture(scope="module")
def engine(reference: Path, contracts: Contracts) -> Iterator[DuckDBEngine]:
    with engine_over(reference, contracts) as found:
        yield found


def counted(engine: DuckDBEngine, contracts: Contracts, dataset: str, icb: str) -> pd.DataFrame:
    scope = dataclasses.replace(SCOPE, icb_code=icb, boundaries_on=BORDERS)
    contract, shape = contracts.output(dataset), contracts.shape("measured")
    table: pd.DataFrame = measure(contract, shape, scope, engine).table.to_pandas()
    return table


@pytest.fixture(scope="module", params=sorted(DEVELOPERS))
def icb(request: pytest.FixtureRequest) -> str:
    return DEVELOPERS[request.param]


@pytest.fixture(scope="module")
def groups(engine: DuckDBEngine, contracts: Contracts, icb: str) -> pd.DataFrame:
    return counted(engine, contracts, "inequalities", icb)


@pytest.fixture(scope="module")
def modelled(groups: pd.DataFrame) -> pd.DataFrame:
    return groups[groups.indicator_id == "inactive_adults_by_group"]


def whole(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows.sex == "persons") & (rows.age_band == "19+") & (rows.category == "all")]


def test_the_total_is_that_of_inactive_population(
    engine: DuckDBEngine, contracts: Contracts, modelled: pd.DataFrame, icb: str
) -> None:
    other = counted(engine, contracts, "inactive_population", icb)
    other = other[(other.indicator_id == "modelled_inactive_adults") & (other.area_code == icb)]
    columns = ["count", "denominator"]
    assert whole(modelled)[columns].values.tolist() == whole(other)[columns].values.tolist()


def test_tenths_sexes_and_ages_each_add_up_to_the_total(modelled: pd.DataFrame) -> None:
    total = whole(modelled)["count"].sum()
    sums = {
        "tenths": modelled[modelled.category_type == "deprivation_decile"]["count"].sum(),
        "sexes": modelled[modelled.sex != "persons"]["count"].sum(),
        "ages": modelled[modelled.age_band != "19+"]["count"].sum(),
    }
    assert {name: n for name, n in sums.items() if abs(n - total) > ROUNDING} == {}


@pytest.mark.parametrize("kind", ["ethnic_group", "disability"])
def test_a_groups_adults_add_up_to_all_adults(modelled: pd.DataFrame, kind: str) -> None:
    adults = modelled[modelled.category_type == kind].denominator.sum()
    assert abs(adults - whole(modelled).denominator.sum()) <= ROUNDING


def test_no_group_has_more_inactive_adults_than_adults(modelled: pd.DataFrame) -> None:
    shares = modelled["count"] / modelled.denominator
    assert (len(shares) > 20, shares.min() > 0, shares.max() < 1) == (True, True, True)


def test_residents_of_an_ethnic_group_are_those_of_the_census(
    groups: pd.DataFrame, reference: Path, icb: str
) -> None:
    census = pd.read_csv(reference / "population/census2021_lsoa21_england_ethnic_group5.csv")
    here = pd.read_csv(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv")
    codes = here[here.icb26_code == icb].lsoa21_code
    sums = census[census.lsoa21_code.isin(codes)].iloc[:, 1:6].sum()
    rate = groups[groups.indicator_id == "members_per_1000_residents"]
    ours = rate[rate.category_type == "ethnic_group"].denominator
    assert sorted(ours) == sorted(sums)


def test_men_and_women_are_all_residents(groups: pd.DataFrame) -> None:
    rate = groups[groups.indicator_id == "referred_per_1000_residents"]
    everybody = rate[(rate.sex == "persons") & (rate.age_band == "all") & (rate.category == "all")]
    by_sex = rate[rate.sex != "persons"].denominator
    assert (len(by_sex), abs(by_sex.sum() - everybody.denominator.sum()) <= 1) == (2, True)
