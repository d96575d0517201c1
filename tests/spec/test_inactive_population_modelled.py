"""What `modelled_inactive_adults` of `inactive_population` means."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

# One neighbourhood of 2011 with 100 adults, unchanged in 2021; a flat national gradient of 20 %.
PLACE = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 19       | 100
    L1        | lsoa21    | census_2021  | 0        | 130
"""
SAME = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
"""
RATES = """
    indicator_id | area_code | area_type | category_type | category | value | source | period
    93015 | E92000001 | england | {0} | Most deprived decile  | 20 | ohid_fingertips     | 2022
    93015 | E92000001 | england | {0} | Least deprived decile | 10 | ohid_fingertips     | 2022
    93015 | D1        | ltla    |     |                       | 25 | ohid_fingertips_93015 | 2024/25
""".format("LSOA11 deprivation deciles within area")


@pytest.fixture
def modelled(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="inactive_population",
        indicator="modelled_inactive_adults",
        population=PLACE,
        geography=SAME,
        health_indicator=RATES,
    )


def test_the_published_district_rate_is_reproduced(modelled: Measure) -> None:
    modelled(
        expect="""
          area_type | area_code | count | denominator
          lsoa21    | L1        | 25    | 100
          ltla      | D1        | 25    | 100
          icb       | E54000057 | 25    | 100
        """,
    )


def test_the_gradient_divides_a_district_and_its_rate_sets_the_sum(modelled: Measure) -> None:
    """Twice the national rate in L1, so two thirds of the district's 50 are there."""
    modelled(
        population=PLACE
        + """
    L2        | lsoa11    | ons_mid_2020 | 19       | 100
    L2        | lsoa21    | census_2021  | 0        | 130""",
        geography=SAME
        + """
    L2        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L2        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa11    | L2          | lsoa21      |                 |             | U""",
        deprivation="""
          area_code | decile
          L1        | 1
          L2        | 10
        """,
        expect="""
          area_type | area_code | count | denominator
          lsoa21    | L1        | 33    | 100
          lsoa21    | L2        | 17    | 100
          ltla      | D1        | 50    | 200
          icb       | E54000057 | 50    | 200
        """,
    )


def test_a_straddling_district_is_matched_whole_and_shown_in_part(modelled: Measure) -> None:
    modelled(
        population=PLACE
        + """
    L2        | lsoa11    | ons_mid_2020 | 19       | 300
    L2        | lsoa21    | census_2021  | 0        | 390""",
        geography=SAME
        + """
    L2        | lsoa21    | E54000013   | icb         | QJM             | There       |
    L2        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa11    | L2          | lsoa21      |                 |             | U""",
        deprivation="""
          area_code | decile
          L1        | 1
          L2        | 10
        """,
        expect="""
          area_type | area_code | count | denominator
          lsoa21    | L1        | 40    | 100
          ltla      | D1        | 40    | 100
          icb       | E54000057 | 40    | 100
        """,
    )


def test_a_split_neighbourhood_shares_its_adults_by_residents(modelled: Measure) -> None:
    modelled(
        population="""
          area_code | area_type | source       | age_from | people
          L0        | lsoa11    | ons_mid_2020 | 19       | 60
          L0        | lsoa11    | ons_mid_2020 | 25       | 40
          L0        | lsoa11    | ons_mid_2020 | 15       | 11
          L1        | lsoa21    | census_2021  | 0        | 90
          L2        | lsoa21    | census_2021  | 0        | 30
        """,
        geography="""
          area_code | area_type | parent_code | parent_type | change_code
          L1        | lsoa21    | E54000057   | icb         |
          L2        | lsoa21    | E54000057   | icb         |
          L1        | lsoa21    | D1          | ltla        |
          L2        | lsoa21    | D1          | ltla        |
          L0        | lsoa11    | L1          | lsoa21      | S
          L0        | lsoa11    | L2          | lsoa21      | S
        """,
        deprivation="""
          area_code | decile
          L1        | 1
          L2        | 1
        """,
        expect="""
          area_type | area_code | denominator
          lsoa21    | L1        | 75
          lsoa21    | L2        | 25
          ltla      | D1        | 100
          icb       | E54000057 | 100
        """,
    )


def test_merged_neighbourhoods_bring_all_their_adults(modelled: Measure) -> None:
    modelled(
        population="""
          area_code | area_type | source       | age_from | people
          L8        | lsoa11    | ons_mid_2020 | 19       | 60
          L9        | lsoa11    | ons_mid_2020 | 19       | 50
          L1        | lsoa21    | census_2021  | 0        | 0
        """,
        geography="""
          area_code | area_type | parent_code | parent_type | change_code
          L1        | lsoa21    | E54000057   | icb         |
          L1        | lsoa21    | D1          | ltla        |
          L8        | lsoa11    | L1          | lsoa21      | M
          L9        | lsoa11    | L1          | lsoa21      | M
        """,
        expect="""
          count | denominator
          28    | 110
        """,
    )


def test_only_the_newest_published_year_counts(modelled: Measure) -> None:
    modelled(
        health_indicator=RATES + "93015 | D1 | ltla | | | 99 | ohid_fingertips_93015 | 2023/24",
        expect="""
          count | denominator
          25    | 100
        """,
    )


def test_a_district_without_a_published_rate_has_no_estimate(modelled: Measure) -> None:
    modelled(
        health_indicator="\n".join(RATES.strip().splitlines()[:3]),
        expect="""
          area_type | count
        """,
    )
