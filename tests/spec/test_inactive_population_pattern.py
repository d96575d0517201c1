"""What sets neighbourhoods, ages and sexes apart in `modelled_inactive_adults`."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

MODELLED = "modelled_inactive_adults"
LOWEST, HIGHEST = f"{MODELLED}_lowest", f"{MODELLED}_highest"
LOWER, UPPER = f"{MODELLED}_survey_lower", f"{MODELLED}_survey_upper"

# Two neighbourhoods of one district, 1,000 adults each, in one tenth of deprivation.
PEOPLE = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 19       | 1000
    L2        | lsoa11    | ons_mid_2020 | 70       | 1000
    L1        | lsoa21    | census_2021  | 0        | 1200
    L2        | lsoa21    | census_2021  | 0        | 1200
"""
OF_ONE_AGE = PEOPLE.replace("70       ", "19       ")
PLACES = """
    area_code | area_type | parent_code | parent_type | change_code
    L1        | lsoa21    | E54000057   | icb         |
    L2        | lsoa21    | E54000057   | icb         |
    L1        | lsoa21    | D1          | ltla        |
    L2        | lsoa21    | D1          | ltla        |
    L1        | lsoa11    | L1          | lsoa21      | U
    L2        | lsoa11    | L2          | lsoa21      | U
"""
DECILES = "LSOA11 deprivation deciles within area (IMD trend)"
DISTRICT = """
    area_code | sex | age_band | category_type | category | value | denominator | area_type | period
    D1        | persons | 19+ yrs | | | 30 | | ltla | 2024/25
"""
TENTHS = f"""
    E92000001 | persons | 19+ yrs | {DECILES} | Most deprived decile  | 40 | 1 | england | 2022
    E92000001 | persons | 19+ yrs | {DECILES} | Least deprived decile | 20 | 1 | england | 2022
"""
AGES = """
    E92000001 | persons | 19-24 yrs | | | 15 | 1 | england | 2022
    E92000001 | persons | 65-74 yrs | | | 30 | 1 | england | 2022
"""
SEXES = """
    E92000001 | female | 19+ yrs | | | 24 | 1 | england | 2022
    E92000001 | male   | 19+ yrs | | | 12 | 1 | england | 2022
"""
ETHNIC = """
    E92000001 | persons | 19+ yrs | Ethnic groups | Asian         | 40 | 3 | england | 2022
    E92000001 | persons | 19+ yrs | Ethnic groups | Chinese       | 20 | 1 | england | 2022
    E92000001 | persons | 19+ yrs | Ethnic groups | White British | 10 | 4 | england | 2022
    E92000001 | persons | 19+ yrs | Ethnic groups | White Other   | 10 | 1 | england | 2022
"""
DISABLED = """
    E92000001 | persons | 19+ yrs | Disability | Disabled     | 40 | 1 | england | 2022
    E92000001 | persons | 19+ yrs | Disability | Not disabled | 20 | 1 | england | 2022
"""
SAME_TENTH = "area_code | decile\nL1 | 1\nL2 | 1"


@pytest.fixture
def modelled(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="inactive_population",
        population=PEOPLE,
        geography=PLACES,
        deprivation=SAME_TENTH,
    )


def test_older_neighbourhoods_have_more_inactive_adults(modelled: Measure) -> None:
    """Twice the percentage at 65 to 74, so two thirds of the district's 600 are in L2."""
    modelled(
        indicator=MODELLED,
        health_indicator=DISTRICT + TENTHS + AGES,
        expect="""
          area_type | area_code | age_band | count
          lsoa21    | L1        | 19+      | 200
          lsoa21    | L2        | 19+      | 400
          ltla      | D1        | 19+      | 600
          icb       | E54000057 | 19+      | 600
          icb       | E54000057 | 19-34    | 200
          icb       | E54000057 | 65+      | 400
        """,
    )


def test_women_and_men_differ_as_published(modelled: Measure) -> None:
    modelled(
        indicator=MODELLED,
        health_indicator=DISTRICT + TENTHS + SEXES,
        expect="""
          area_type | sex     | age_band | count | denominator
          icb       | persons | 19+      | 600   | 2000
          icb       | persons | 19-34    | 300   | 1000
          icb       | persons | 65+      | 300   | 1000
          icb       | female  | 19+      | 400   | 1000
          icb       | female  | 19-34    | 200   | 500
          icb       | female  | 65+      | 200   | 500
          icb       | male    | 19+      | 200   | 1000
          icb       | male    | 19-34    | 100   | 500
          icb       | male    | 65+      | 100   | 500
          ltla      | persons | 19+      | 600   | 2000
          ltla      | female  | 19-34    | 200   | 500
          ltla      | female  | 65+      | 200   | 500
          ltla      | male    | 19-34    | 100   | 500
          ltla      | male    | 65+      | 100   | 500
          lsoa21    | persons | 19+      | 300   | 1000
          lsoa21    | persons | 19+      | 300   | 1000
          lsoa21    | female  | 19-34    | 200   | 500
          lsoa21    | female  | 65+      | 200   | 500
          lsoa21    | male    | 19-34    | 100   | 500
          lsoa21    | male    | 65+      | 100   | 500
        """,
    )


def test_women_are_a_share_of_each_age_as_in_the_districts_census(modelled: Measure) -> None:
    modelled(
        indicator=MODELLED,
        geography=PLACES.replace("D1 ", "E0 "),
        population="""
          area_code | area_type | source             | sex     | age_from | people
          L1        | lsoa11    | ons_mid_2020       | persons | 19       | 1000
          L2        | lsoa11    | ons_mid_2020       | persons | 70       | 1000
          E0        | ltla      | census_2021_by_sex | female  | 0        | 90
          E0        | ltla      | census_2021_by_sex | male    | 0        | 10
          E0        | ltla      | census_2021_by_sex | female  | 16       | 51
          E0        | ltla      | census_2021_by_sex | male    | 16       | 49
          E0        | ltla      | census_2021_by_sex | female  | 65       | 60
          E0        | ltla      | census_2021_by_sex | male    | 65       | 40
        """,
        health_indicator=DISTRICT.replace("D1 ", "E0 ") + TENTHS,
        expect="""
          sex     | age_band | denominator
          persons | 19+      | 2000
          persons | 19-34    | 1000
          persons | 65+      | 1000
          female  | 19+      | 1110
          female  | 19-34    | 510
          female  | 65+      | 600
          male    | 19+      | 890
          male    | 19-34    | 490
          male    | 65+      | 400
        """,
    )


def test_the_surveys_seven_ethnic_groups_are_the_five_of_the_census(modelled: Measure) -> None:
    """Asian is 35 with Chinese in it (by sample), White is 10: L1 has 35 for each 10 of L2."""
    modelled(
        indicator=MODELLED,
        population=OF_ONE_AGE,
        population_group="""
          area_code | category_type | category | people
          L1        | ethnic_group  | Asian    | 1200
          L2        | ethnic_group  | White    | 1200
        """,
        health_indicator=DISTRICT + TENTHS + ETHNIC,
        expect="""
          area_type | area_code | count
          lsoa21    | L1        | 467
          lsoa21    | L2        | 133
          ltla      | D1        | 600
          icb       | E54000057 | 600
        """,
    )


def test_what_two_kinds_share_is_not_counted_twice(modelled: Measure) -> None:
    """Disabled people all live in the deprived place: one ratio of 2 explains both."""
    modelled(
        indicator=MODELLED,
        population=OF_ONE_AGE,
        deprivation="area_code | decile\nL1 | 1\nL2 | 10",
        population_group="""
          area_code | category_type | category     | people
          L1        | disability    | Disabled     | 1200
          L2        | disability    | Not disabled | 1200
        """,
        health_indicator=DISTRICT + TENTHS + DISABLED,
        expect="""
          area_type | area_code | count
          lsoa21    | L1        | 400
          lsoa21    | L2        | 200
          ltla      | D1        | 600
          icb       | E54000057 | 600
        """,
    )


@pytest.mark.parametrize(("indicator", "counts"), [(LOWEST, (300, 120)), (HIGHEST, (480, 300))])
def test_the_range_is_of_four_models(
    modelled: Measure, indicator: str, counts: tuple[int, int]
) -> None:
    """Multiplied as published L1 has four times as many as L2; by age and sex alone, as many."""
    modelled(
        indicator=indicator,
        population=OF_ONE_AGE,
        deprivation="area_code | decile\nL1 | 1\nL2 | 10",
        population_group="""
          area_code | category_type | category     | people
          L1        | disability    | Disabled     | 1200
          L2        | disability    | Not disabled | 1200
        """,
        health_indicator=DISTRICT + TENTHS + DISABLED,
        expect=f"""
          area_type | area_code | count
          lsoa21    | L1        | {counts[0]}
          lsoa21    | L2        | {counts[1]}
        """,
    )


@pytest.mark.parametrize(("indicator", "count"), [(LOWER, 480), (UPPER, 660)])
def test_a_district_has_the_surveys_limits_where_they_are_published(
    modelled: Measure, indicator: str, count: int
) -> None:
    """Limits of 20 and 27.5 around 25 in 2022 are 24 and 33 around 30 now."""
    modelled(
        indicator=indicator,
        health_indicator="""
          area_code | area_type | period  | value | lower_ci_95 | upper_ci_95
          D1        | ltla      | 2024/25 | 30    |             |
          D1        | ltla      | 2022    | 25    | 20          | 27.5
          D1        | ltla      | 2021    | 25    | 10          | 40
        """,
        expect=f"""
          area_type | area_code | count
          ltla      | D1        | {count}
        """,
    )


def test_a_district_has_no_survey_limits_where_none_are_published(modelled: Measure) -> None:
    modelled(
        indicator=LOWER,
        health_indicator=DISTRICT,
        expect="area_type | count",
    )
