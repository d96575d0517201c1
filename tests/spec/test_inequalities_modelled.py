"""What `inactive_adults_by_group` of `inequalities` means."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

ADULTS = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 15       | 30
    L1        | lsoa11    | ons_mid_2020 | 19       | 100
    L1        | lsoa21    | census_2021  | 0        | 130
"""
SAME = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
"""
# A second neighbourhood of the district, over the border.
OVER_THE_BORDER = {
    "population": ADULTS
    + """
    L2        | lsoa11    | ons_mid_2020 | 19       | 100
    L2        | lsoa21    | census_2021  | 0        | 130""",
    "geography": SAME
    + """
    L2        | lsoa21    | E54000013   | icb         | QJM             | There       |
    L2        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa11    | L2          | lsoa21      |                 |             | U""",
    "deprivation": """
        area_code | decile
        L1        | 1
        L2        | 10
    """,
}
TENTHS = "LSOA11 deprivation deciles within area"
HEADER = (
    "area_code | area_type | category_type | category | value | age_band | period | denominator"
)
ENGLAND = f"""
    {HEADER}
    E92000001 | england | {TENTHS}      | Most deprived decile  | 40 | 19+ yrs   | 2022    | 10
    E92000001 | england | {TENTHS}      | Least deprived decile | 10 | 19+ yrs   | 2022    | 10
    E92000001 | england | Ethnic groups | Asian                 | 30 | 19+ yrs   | 2022    | 30
    E92000001 | england | Ethnic groups | Chinese               | 20 | 19+ yrs   | 2022    | 10
    E92000001 | england | Ethnic groups | White British         | 20 | 19+ yrs   | 2022    | 90
    E92000001 | england | Ethnic groups | White Other           | 30 | 19+ yrs   | 2022    | 10
    E92000001 | england | Disability    | Disabled              | 40 | 19+ yrs   | 2022    | 10
    E92000001 | england | Disability    | Not disabled          | 20 | 19+ yrs   | 2022    | 10
    E92000001 | england |               |                       | 20 | 19-24 yrs | 2022    | 10
    E92000001 | england |               |                       | 10 | 25-34 yrs | 2022    | 10
    E92000001 | england |               |                       | 60 | 85+ yrs   | 2022    | 10
    E92000001 | england |               |                       | 22 | 19+ yrs   | 2022    | 10
"""
TOWN = "D1 | ltla | | | 25 | 19+ yrs | 2024/25 |"
GROUPS = """
    area_code | category_type | category     | people
    L1        | ethnic_group  | Asian        | 26
    L1        | ethnic_group  | White        | 104
    L1        | disability    | Disabled     | 39
    L1        | disability    | Not disabled | 91
"""


@pytest.fixture
def modelled(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="inequalities",
        indicator="inactive_adults_by_group",
        population=ADULTS,
        geography=SAME,
        population_group=GROUPS,
        health_indicator=ENGLAND + TOWN,
    )


def test_a_group_has_its_share_of_adults_and_its_rate_is_matched_to_the_district(
    modelled: Measure,
) -> None:
    """30 of the 100 adults are disabled: 12 and 14 are expected, and 25 are published."""
    modelled(
        expect="""
          category_type      | category               | count | denominator
          all                | all                    | 25    | 100
          deprivation_decile | 01 most deprived tenth | 25    | 100
          ethnic_group       | Asian                  | 6     | 20
          ethnic_group       | White                  | 19    | 80
          disability         | Disabled               | 12    | 30
          disability         | Not disabled           | 13    | 70
        """,
    )


def test_two_groups_of_the_survey_weigh_as_many_as_were_asked(modelled: Measure) -> None:
    """Of White people 90 were asked at 20 % and 10 at 30 %: 21 %. Evenly it would be 25 %."""
    modelled(
        population_group="""
          area_code | category_type | category | people
          L1        | ethnic_group  | Black    | 65
          L1        | ethnic_group  | White    | 65
        """,
        health_indicator=ENGLAND
        + "E92000001 | england | Ethnic groups | Black | 79 | 19+ yrs | 2022 | 10\n"
        + TOWN.replace("25", "50", 1),
        expect="""
          category_type      | category               | count | denominator
          all                | all                    | 50    | 100
          deprivation_decile | 01 most deprived tenth | 50    | 100
          ethnic_group       | Black                  | 40    | 50
          ethnic_group       | White                  | 11    | 50
        """,
    )


def test_an_age_has_the_rate_of_its_own_age_in_the_survey(modelled: Measure) -> None:
    """100 at 20 %, 100 at 10 % and 100 at 60 %: 90 expected, and 45 of 300 published."""
    modelled(
        population="""
          area_code | area_type | source       | age_from | people
          L1        | lsoa11    | ons_mid_2020 | 15       | 30
          L1        | lsoa11    | ons_mid_2020 | 19       | 100
          L1        | lsoa11    | ons_mid_2020 | 25       | 100
          L1        | lsoa11    | ons_mid_2020 | 90       | 100
          L1        | lsoa21    | census_2021  | 0        | 330
        """,
        health_indicator=ENGLAND + TOWN.replace("25", "15", 1),
        expect="""
          age_band | count | denominator
          19+      | 45    | 300
          19-34    | 15    | 200
          65+      | 30    | 100
        """,
    )


def test_a_straddling_district_is_matched_whole_and_counted_in_part(modelled: Measure) -> None:
    """40 expected here and 10 there, as many as are published: those there are not ours."""
    modelled(
        **OVER_THE_BORDER,
        population_group="area_code | category_type | category | people",
        expect="""
          category_type      | category               | count | denominator
          all                | all                    | 40    | 100
          deprivation_decile | 01 most deprived tenth | 40    | 100
        """,
    )


def test_only_the_newest_year_of_england_and_of_the_district_counts(modelled: Measure) -> None:
    older = "E92000001 | england | Disability | Disabled | 90 | 19+ yrs | 2021 | 10\n"
    modelled(
        health_indicator=ENGLAND + older + TOWN + "\nD1 | ltla | | | 99 | 19+ yrs | 2023/24 |",
        expect="""
          category_type      | category               | count | denominator
          all                | all                    | 25    | 100
          deprivation_decile | 01 most deprived tenth | 25    | 100
          ethnic_group       | Asian                  | 6     | 20
          ethnic_group       | White                  | 19    | 80
          disability         | Disabled               | 12    | 30
          disability         | Not disabled           | 13    | 70
        """,
    )


def test_a_district_without_a_published_rate_has_no_estimate(modelled: Measure) -> None:
    modelled(
        health_indicator=ENGLAND,
        expect="""
          category_type | category | count
        """,
    )
