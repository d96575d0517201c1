"""Back tests: what has been published is worked out again from the tables under it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.indicate import poisson, quantiles, wilson

DIABETES, DEMENTIA, INACTIVE = 241, 247, 93015
YEAR = 2020
"""Of QOF 2020-21, as Fingertips counts years."""

LAST_DIGIT = 5.1e-6
"""Fingertips gives five decimals."""

GREATER_MANCHESTER = [f"E080000{i:02d}" for i in range(1, 11)]
LANCASHIRE, LANCASHIRE_DISTRICTS = "E10000017", [f"E07000{i}" for i in range(117, 129)]
SURVEY_WEIGHTS = 0.1
"""Percentage points by which a survey's own weights differ from weights of residents alone."""


@pytest.fixture(scope="module")
def fingertips(reference: Path) -> pd.DataFrame:
    name = "fingertips/fingertipsnext_healthdata_2025-02-13.csv"
    return pd.read_csv(reference / name, low_memory=False).drop_duplicates()


@pytest.fixture(scope="module")
def registers(reference: Path) -> pd.DataFrame:
    registers = pd.read_csv(reference / "qof/PREVALENCE_2021_v2.csv")
    places = pd.read_csv(reference / "qof/MAPPING_NHS_GEOGRAPHIES_2021.csv")
    return registers.merge(places, on="PRACTICE_CODE", validate="many_to_one")


@pytest.fixture(scope="module")
def adults(reference: Path) -> pd.Series:
    ages = pd.read_csv(reference / "population/ons_mid2020_ltla21_single_year_age.csv")
    return ages.set_index("ltla21_code").loc[:, "19":"90+"].sum(axis=1)


@pytest.mark.parametrize(("group", "indicator"), [("DM", DIABETES), ("DEM", DEMENTIA)])
@pytest.mark.parametrize(
    ("level", "areas"),
    [("PRACTICE_CODE", 30), ("CCG_ONS_CODE", 17), ("STP_ONS_CODE", 2), ("NAT_ONS_CODE", 1)],
)
def test_qof_registers_add_up_to_the_published_prevalence(
    registers: pd.DataFrame,
    fingertips: pd.DataFrame,
    group: str,
    indicator: int,
    level: str,
    areas: int,
) -> None:
    """Each register over the list of its own ages: 17 and over for diabetes."""
    here = registers[registers["GROUP_CODE"] == group].groupby(level)
    sums = here[["REGISTER", "PRACTICE_LIST_SIZE"]].sum()
    told = fingertips[(fingertips.IndicatorId == indicator) & (fingertips.Year == YEAR)]
    both = told.drop_duplicates("AreaCode").set_index("AreaCode").join(sums, how="inner")
    prevalence = 100 * both.REGISTER / both.PRACTICE_LIST_SIZE
    assert len(both) == areas
    np.testing.assert_allclose(prevalence, both.Value, rtol=1e-12)


@pytest.mark.parametrize("indicator", [DIABETES, DEMENTIA])
def test_the_limits_of_prevalence_by_practice_ccg_and_icb_are_wilsons(
    fingertips: pd.DataFrame, indicator: int
) -> None:
    """Those by council are of rounded counts."""
    of_lists = fingertips.AreaCode.str.match("A82|N81|E38|E54|E92")
    told = fingertips[(fingertips.IndicatorId == indicator) & of_lists]
    assert len(told) == 299
    limits = np.array(wilson(told.Count, told.Denominator)) * 100
    np.testing.assert_allclose(limits, [told.LowerCI, told.UpperCI], rtol=0, atol=LAST_DIGIT)


@pytest.mark.parametrize(
    ("indicator", "rows"), [(30302, 59), (91040, 616), (93474, 2280), (94063, 193)]
)
def test_published_proportions_have_wilsons_limits(
    fingertips: pd.DataFrame, indicator: int, rows: int
) -> None:
    told = _with_counts(fingertips, indicator, 100)
    assert len(told) == rows
    limits = np.array(wilson(told.Count, told.Denominator)) * 100
    np.testing.assert_allclose(limits, [told.LowerCI, told.UpperCI], rtol=0, atol=LAST_DIGIT)


@pytest.mark.parametrize(
    ("indicator", "per", "rows"), [(20401, 1000, 208), (41203, 100_000, 161), (92266, 1000, 175)]
)
def test_published_rates_have_byars_limits_or_exact_ones(
    fingertips: pd.DataFrame, indicator: int, per: float, rows: int
) -> None:
    told = _with_counts(fingertips, indicator, per)
    assert len(told) == rows
    limits = np.array(poisson(told.Count)) / told.Denominator.to_numpy() * per
    np.testing.assert_allclose(limits, [told.LowerCI, told.UpperCI], rtol=0, atol=LAST_DIGIT)


def _with_counts(fingertips: pd.DataFrame, indicator: int, per: float) -> pd.DataFrame:
    """Rows whose value is their published count over their published denominator."""
    told = fingertips[(fingertips.IndicatorId == indicator) & (fingertips.Count >= 0)]
    told = told.dropna(subset=["Count", "Denominator", "Value", "LowerCI"])
    value = told.Count / told.Denominator * per
    return told[(value - told.Value).abs() <= LAST_DIGIT]


def test_the_limits_of_inactivity_are_not_wilsons(fingertips: pd.DataFrame) -> None:
    """Its metadata name simulation, of a weighted share and an unweighted number of people."""
    told = fingertips[fingertips.IndicatorId == INACTIVE].dropna(subset=["Value", "Denominator"])
    lower, _ = wilson(told.Denominator * told.Value / 100, told.Denominator)
    assert (100 * lower - told.LowerCI).abs().max() > 0.1


@pytest.mark.parametrize(
    "period",
    ["2015/16", "2016/17", "2017/18", "2018/19", "2019/20", "2020/21", "2021/22"],
)
def test_districts_weighted_by_adults_give_englands_published_inactivity(
    reference: Path, adults: pd.Series, period: str
) -> None:
    told = _inactive(reference, period)
    districts = told.index.intersection(adults.index)
    assert len(districts) > 300
    assert abs(_weighted(told[districts], adults) - told["E92000001"]) < SURVEY_WEIGHTS


@pytest.mark.parametrize("year", range(2018, 2023))
def test_districts_weighted_by_adults_give_a_countys_published_inactivity(
    fingertips: pd.DataFrame, adults: pd.Series, year: int
) -> None:
    here = (fingertips.IndicatorId == INACTIVE) & fingertips.Category.isna()
    whole = here & (fingertips.Age == "19+ yrs") & (fingertips.Sex == "Persons")
    told = fingertips[whole & (fingertips.Year == year)].set_index("AreaCode").Value
    told = told[~told.index.duplicated()]
    found = _weighted(told[LANCASHIRE_DISTRICTS], adults)
    assert abs(found - told[LANCASHIRE]) < SURVEY_WEIGHTS


def test_greater_manchesters_inactivity_is_that_of_its_ten_districts(
    reference: Path, adults: pd.Series
) -> None:
    """Our own sum: no table here has it published, as England's and Lancashire's are."""
    told = _inactive(reference, "2023/24")[GREATER_MANCHESTER]
    assert round(_weighted(told, adults), 1) == 25.6


def _inactive(reference: Path, period: str) -> pd.Series:
    told = pd.read_csv(reference / "fingertips/trafforddatalab_inactive_adults.csv")
    told = told[told.period == period].drop_duplicates("area_code")
    return told.set_index("area_code").value.dropna()


def _weighted(values: pd.Series, adults: pd.Series) -> float:
    weights = adults[values.index]
    return float((values * weights).sum() / weights.sum())


@pytest.mark.parametrize(("name", "domains"), [("imd2019_lsoa11", 8), ("imd2025_lsoa21", 8)])
def test_ranks_of_deprivation_give_the_published_tenths_but_at_their_borders(
    reference: Path, name: str, domains: int
) -> None:
    """Two publishers cut a number that ten does not divide at slightly other places."""
    told = pd.read_csv(reference / f"imd/{name}.csv")
    ranks = [str(name) for name in told if str(name).endswith("_rank")]
    found = [quantiles(told[c], 10, invert=False) - told[c[:-5] + "_decile"] for c in ranks]
    assert len(ranks) == domains
    assert max(np.abs(away).sum() for away in found) <= 9


def test_manchester_has_122_of_282_neighbourhoods_in_englands_most_deprived_tenth(
    reference: Path,
) -> None:
    """Manchester City Council, Indices of Deprivation 2019: 43 per cent, 122 out of 282."""
    told = pd.read_csv(reference / "imd/imd2019_lsoa11.csv").set_index("lsoa11_code")
    places = pd.read_csv(reference / "geography/lookup_lsoa11_lsoa21_ltla22.csv")
    here = places[places.ltla22_code == "E08000003"].lsoa11_code.unique()
    tenth = told.IMD_decile[here] == 1
    assert (int(tenth.sum()), len(here)) == (122, 282)
