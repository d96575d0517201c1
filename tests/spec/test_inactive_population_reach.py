"""What `members_per_1000_…` and `starters_per_1000_modelled_inactive` mean."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

MEMBERS, STARTERS = "members_per_1000_modelled_inactive", "starters_per_1000_modelled_inactive"
# 200 adults in one neighbourhood, half of them under 35; a quarter is inactive.
HERE = {
    "population": """
        area_code | area_type | source       | age_from | people
        L1        | lsoa11    | ons_mid_2020 | 19       | 100
        L1        | lsoa11    | ons_mid_2020 | 70       | 100
        L1        | lsoa21    | census_2021  | 0        | 230
    """,
    "geography": """
        area_code | area_type | parent_code | parent_type | change_code
        L1        | lsoa21    | E54000057   | icb         |
        L1        | lsoa21    | D1          | ltla        |
        L1        | lsoa11    | L1          | lsoa21      | U
    """,
    "health_indicator": """
        area_code | area_type | value | source
        D1        | ltla      | 25    | ohid_fingertips_93015
    """,
}


@pytest.fixture
def reach(spec: Spec) -> Measure:
    return partial(spec, dataset="inactive_population", **HERE)


def test_members_stand_beside_the_modelled_inactive_adults_of_the_same_area(
    reach: Measure,
) -> None:
    reach(
        indicator=MEMBERS,
        person="""
          person
          a
          b
        """,
        expect="""
          area_type | area_code | count | denominator
          icb       | E54000057 | 2     | 50
          ltla      | D1        | 2     | 50
        """,
    )


def test_members_of_an_age_stand_beside_inactive_adults_of_that_age(reach: Measure) -> None:
    reach(
        indicator=MEMBERS,
        person="""
          person | birth_year | sex
          a      | 2000       | 1
          b      | 1950       | 1
          c      | 1950       | 2
        """,
        expect="""
          sex     | age_band | count | denominator
          persons | all      | 3     | 50
          male    | all      | 2     | 25
          female  | all      | 1     | 25
          persons | 19-34    | 1     | 25
          persons | 65+      | 2     | 25
          male    | 19-34    | 1     | 13
          male    | 65+      | 1     | 13
          female  | 65+      | 1     | 13
        """,
    )


def test_there_is_no_reach_where_nothing_is_modelled(reach: Measure) -> None:
    reach(
        indicator=MEMBERS,
        person="person\na",
        health_indicator="area_code | area_type | value\n",
        expect="count | denominator",
    )


def test_starters_began_between_the_first_and_the_last_day_of_the_period(
    reach: Measure,
) -> None:
    reach(
        indicator=STARTERS,
        person="""
          person
          a
          b
          c
          d
          e
        """,
        person_referral="""
          person | referred_on | started_on
          a      | 2025-09-01  | 2025-09-30
          b      | 2025-09-01  | 2025-10-01
          c      | 2026-09-01  | 2026-09-30
          d      | 2026-09-01  | 2026-10-01
          e      | 2026-09-01  |
        """,
        expect="""
          count | denominator
          2     | 50
        """,
    )


def test_somebody_who_starts_twice_is_one_starter(reach: Measure) -> None:
    reach(
        indicator=STARTERS,
        person="person\na",
        person_referral="""
          person | referral_key | referred_on | started_on
          a      | r1           | 2025-11-01  | 2025-11-10
          a      | r2           | 2026-04-01  | 2026-04-10
        """,
        expect="""
          count
          1
        """,
    )


def test_a_starter_turns_19_in_the_year_of_the_period(reach: Measure) -> None:
    reach(
        indicator=STARTERS,
        person="""
          person | birth_year
          a      | 2007
          b      | 2008
        """,
        person_referral="""
          person | referred_on | started_on
          a      | 2026-04-01  | 2026-04-10
          b      | 2026-04-01  | 2026-04-10
        """,
        expect="""
          count
          1
        """,
    )


def test_starters_are_cut_by_one_thing_at_a_time(reach: Measure) -> None:
    reach(
        indicator=STARTERS,
        person="person | birth_year\na | 1950",
        person_referral="""
          person | referred_on | started_on
          a      | 2026-04-01  | 2026-04-10
        """,
        expect="""
          area_type | sex     | age_band | category              | count
          icb       | persons | all      | all                   | 1
          icb       | female  | all      | all                   | 1
          icb       | persons | 65+      | all                   | 1
          ltla      | persons | all      | all                   | 1
        """,
    )


def test_reach_of_a_fifth_is_of_the_inactive_adults_who_live_in_it(reach: Measure) -> None:
    reach(
        indicator=MEMBERS,
        person="person\na",
        expect="""
          category_type        | category              | count | denominator
          all                  | all                   | 1     | 50
          deprivation_quintile | 1 most deprived fifth | 1     | 50
        """,
    )
