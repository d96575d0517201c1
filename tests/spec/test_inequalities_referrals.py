"""What the indicators of `inequalities` that are of people referred mean."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

RESIDENTS = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 0        | 30
    L1        | lsoa11    | ons_mid_2020 | 15       | 10
    L1        | lsoa11    | ons_mid_2020 | 19       | 20
    L1        | lsoa11    | ons_mid_2020 | 65       | 40
    L1        | lsoa21    | census_2021  | 0        | 110
"""
PLACES = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
"""


@pytest.fixture
def inequalities(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="inequalities",
        population=RESIDENTS,
        geography=PLACES,
    )


def test_age_groups_begin_with_19_and_are_of_residents_of_that_age(
    inequalities: Measure,
) -> None:
    inequalities(
        indicator="referred_per_1000_residents",
        person="""
          person | birth_year
          a      | 2008
          b      | 2007
          c      | 1992
          d      | 1991
          e      | 1961
        """,
        person_referral="""
          person | referred_on
          a      | 2026-01-10
          b      | 2026-01-10
          c      | 2026-01-10
          d      | 2026-01-10
          e      | 2026-01-10
        """,
        expect="""
          age_band | count | denominator
          19-34    | 2     | 20
          65+      | 1     | 40
          all      | 5     | 110
        """,
    )


def test_shares_of_referrals_have_an_age_group_below_19_as_well(inequalities: Measure) -> None:
    inequalities(
        indicator="started_of_referred",
        person="""
          person | birth_year
          a      | 2008
          b      | 2007
          c      |
        """,
        person_referral="""
          person | referred_on | started_on
          a      | 2026-01-10  | 2026-01-20
          b      | 2026-01-10  |
          c      | 2026-01-10  |
        """,
        expect="""
          age_band | count | denominator
          0-18     | 1     | 1
          19-34    | 0     | 1
          all      | 1     | 3
        """,
    )


def test_residents_have_the_sexes_of_their_district(inequalities: Measure) -> None:
    """60 of 100 of the district are women, so 66 of the 110 here."""
    inequalities(
        indicator="referred_per_1000_residents",
        population="""
          area_code | area_type | source             | sex     | age_from | age_to | people
          L1        | lsoa21    | census_2021        | persons | 0        | 120    | 110
          D1        | ltla      | census_2021_by_sex | female  | 0        | 120    | 60
          D1        | ltla      | census_2021_by_sex | female  | 16       | 64     | 1
          D1        | ltla      | census_2021_by_sex | male    | 0        | 120    | 40
        """,
        person="""
          person | sex
          a      | 1
          b      | 9
        """,
        person_referral="""
          person | referred_on
          a      | 2026-01-10
          b      | 2026-01-10
        """,
        expect="""
          sex     | count | denominator
          persons | 2     | 110
          female  | 0     | 66
          male    | 1     | 44
        """,
    )


FUNNEL = """
    person | referred_on | started_on | completed_on
    a      | 2026-01-10  |            |
    b      | 2026-01-10  | 2026-02-01 |
    c      | 2026-01-10  | 2026-02-01 | 2026-09-30
    d      | 2026-01-10  | 2026-02-01 | 2026-10-01
    e      | 2026-01-10  | 2026-10-01 |
"""
FIVE = """
    person | sex
    a      | 1
    b      | 1
    c      | 2
    d      | 2
    e      | 9
"""


@pytest.mark.parametrize(
    ("indicator", "count", "denominator"),
    [
        ("started_of_referred", 3, 5),
        ("completed_of_started", 1, 3),
        ("completed_of_referred", 1, 5),
    ],
)
def test_a_step_counts_when_it_lies_in_the_period(
    inequalities: Measure, indicator: str, count: int, denominator: int
) -> None:
    inequalities(
        indicator=indicator,
        person=FIVE,
        person_referral=FUNNEL,
        expect=f"""
          count   | denominator
          {count} | {denominator}
        """,
    )


def test_sexes_other_than_male_and_female_are_in_the_total_only(inequalities: Measure) -> None:
    inequalities(
        indicator="started_of_referred",
        person=FIVE,
        person_referral=FUNNEL,
        expect="""
          sex     | count | denominator
          persons | 3     | 5
          male    | 1     | 2
          female  | 2     | 2
        """,
    )


@pytest.mark.parametrize(
    ("day", "people"),
    [("2025-04-01", 0), ("2025-04-02", 1), ("2026-04-01", 1), ("2026-04-02", 0)],
)
def test_the_cohort_is_that_of_programme_outcomes(
    inequalities: Measure, day: str, people: int
) -> None:
    inequalities(
        indicator="referred_per_1000_residents",
        person="""
          person
          a
        """,
        person_referral=f"""
          person | referred_on
          a      | {day}
        """,
        expect=f"""
          period_start | period_end | count    | denominator
          2025-04-02   | 2026-04-01 | {people} | 110
        """,
    )


def test_a_person_referred_twice_counts_by_the_first_referral(inequalities: Measure) -> None:
    inequalities(
        indicator="started_of_referred",
        person="""
          person
          a
        """,
        person_referral="""
          person | referral_key | referred_on | started_on
          a      | r2           | 2026-02-10  | 2026-02-20
          a      | r1           | 2026-01-10  |
        """,
        expect="""
          count | denominator
          0     | 1
        """,
    )


def test_referrals_rest_on_referral_platforms_and_members_on_leisure_providers(
    inequalities: Measure,
) -> None:
    inequalities(
        indicator="referred_per_1000_residents",
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | referral
          gamma    | Gamma         | referral
        """,
        intake_count="""
          provider | table_name | rows
          alpha    | attendance | 5
          beta     | referral   | 5
        """,
        expect="""
          count | providers_reporting | providers_expected
          0     | 1                   | 2
        """,
    )
