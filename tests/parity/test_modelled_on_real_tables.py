"""The modelled measure on the publishers' tables, against the same sums done another way."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.measure import DuckDBEngine, area_atoms, measure
from tests.parity.inactivity_by_hand import inactivity_by_hand
from tests.parity.real_tables import engine_over
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
Places = pd.DataFrame


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture(scope="module")
def engine(reference: Path, contracts: Contracts) -> Iterator[DuckDBEngine]:
    with engine_over(reference, contracts) as real:
        yield real


@pytest.fixture(scope="module")
def places(reference: Path) -> Places:
    """Every English neighbourhood's adults and modelled inactive adults, worked out in NumPy."""
    found = inactivity_by_hand(reference)
    icb = pd.read_csv(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv")
    return found.join(icb.set_index("lsoa21_code"))


def measured(engine: DuckDBEngine, contracts: Contracts, icb: str, on: str) -> pd.DataFrame:
    scope = dataclasses.replace(SCOPE, icb_code=icb, boundaries_on=pd.Timestamp(on).date())
    contract, shape = contracts.output("inactive_population"), contracts.shape("measured")
    found: pd.DataFrame = measure(contract, shape, scope, engine).table.to_pandas()
    return found[found.category == "all"].set_index("area_code")


def modelled(
    engine: DuckDBEngine, contracts: Contracts, icb: str, on: str, which: str = ""
) -> pd.DataFrame:
    """The rows of all adults, of the indicator or of one end of its range."""
    found = measured(engine, contracts, icb, on)
    name = f"modelled_inactive_adults{which}"
    whole = (found.sex == "persons") & (found.age_band == "19+")
    return found[(found.indicator_id == name) & whole]


@pytest.mark.parametrize("ods_code", sorted(DEVELOPERS_THEN))
def test_every_neighbourhood_of_2024_is_as_worked_out_by_hand(
    engine: DuckDBEngine, contracts: Contracts, places: Places, ods_code: str
) -> None:
    code = DEVELOPERS_THEN[ods_code]
    found = modelled(engine, contracts, code, "2025-04-01").query("area_type == 'lsoa21'")
    expected = places[places.icb24_code == code].inactive
    assert (found["count"] - expected).abs().max() <= 0.5


@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_the_range_is_as_worked_out_by_hand(
    engine: DuckDBEngine, contracts: Contracts, places: Places, end: str
) -> None:
    code = DEVELOPERS_THEN["QJM"]
    found = modelled(engine, contracts, code, "2025-04-01", f"_{end}")
    assert (found["count"] - places[places.icb24_code == code][end]).abs().max() <= 0.5


def test_every_district_of_the_developers_has_its_published_percentage(
    engine: DuckDBEngine, contracts: Contracts, places: Places
) -> None:
    """Whole districts: a part in another ICB is added from there."""
    theirs = places[places.icb24_code.isin(DEVELOPERS_THEN.values())].district.unique()
    icbs = places[places.district.isin(theirs)].icb24_code.unique()
    parts = pd.concat(modelled(engine, contracts, code, "2025-04-01") for code in icbs)
    districts = parts[parts.area_type == "ltla"].groupby(level=0)["count"].sum().loc[theirs]
    whole = places[places.district.isin(theirs)].groupby("district")
    published = whole.adults.sum() * whole.published.first()
    # Half a person in each ICB that has a part of it: the counts are whole people.
    off = (districts - published).abs() - whole.icb24_code.nunique() / 2
    assert (len(theirs), bool(off.max() <= 1e-6)) == (40, True)


def test_no_group_of_adults_is_more_than_all_inactive(
    engine: DuckDBEngine, contracts: Contracts
) -> None:
    found = measured(engine, contracts, DEVELOPERS_THEN["QOP"], "2025-04-01")
    cells = found[found.indicator_id == "modelled_inactive_adults"]
    inside = cells["count"].between(0, cells.denominator)
    assert (len(cells) > 15_000, bool(inside.all())) == (True, True)


def test_no_neighbourhood_of_england_is_below_nought_or_above_a_hundred(places: Places) -> None:
    shares = places[["inactive", "lowest", "highest"]].div(places.adults, axis=0)
    assert (len(shares), bool(shares.min().min() > 0), bool(shares.max().max() < 1)) == (
        33_755,
        True,
        True,
    )


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
