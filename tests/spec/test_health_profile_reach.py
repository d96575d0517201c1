"""What the indicators of reach of `health_profile` mean."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

PLACES = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L2        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa21    | D2          | ltla        |                 | City        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
    L2        | lsoa11    | L2          | lsoa21      |                 |             | U
    L1        | lsoa21    | S1          | sub_icb     | 01A             | One         |
    L2        | lsoa21    | S2          | sub_icb     | 02A             | Two         |
"""
RESIDENTS = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa21    | census_2021  | 0        | 300
    L2        | lsoa21    | census_2021  | 0        | 100
    L1        | lsoa11    | ons_mid_2020 | 19       | 200
    L2        | lsoa11    | ons_mid_2020 | 19       | 80
"""


@pytest.fixture
def profile(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="health_profile",
        geography=PLACES,
        population=RESIDENTS,
    )


def test_members_are_those_of_inactive_population(profile: Measure) -> None:
    profile(
        indicator="members_per_1000_residents",
        person="""
          person | lsoa21_code | member_status
          a      | L1          | active
          b      | L1          | lapsed
          c      | L2          |
          d      | L3          | active
        """,
        expect="""
          area_type | area_code | count | denominator
          ltla      | D1        | 1     | 300
          ltla      | D2        | 1     | 100
          icb       | E54000057 | 2     | 400
        """,
    )


def test_a_member_whose_consent_begins_within_the_28_days_is_not_counted(
    profile: Measure,
) -> None:
    profile(
        indicator="members_per_1000_residents",
        person="""
          person
          a
          b
        """,
        consent_period="""
          person | consented_from
          a      | 2026-09-03
          b      | 2026-09-04
        """,
        expect="""
          count | denominator
          1     | 400
        """,
    )


def test_starters_are_those_of_programme_outcomes(profile: Measure) -> None:
    profile(
        indicator="starters_per_1000_residents",
        person="""
          person
          a
          b
          c
          d
        """,
        person_referral="""
          person | referred_on | started_on
          a      | 2025-04-02  | 2025-05-01
          b      | 2026-04-01  | 2026-09-30
          c      | 2026-04-01  | 2026-10-01
          d      | 2025-04-01  | 2025-05-01
        """,
        expect="""
          area_type | period_start | period_end | count | denominator
          icb       | 2025-04-02   | 2026-04-01 | 2     | 400
        """,
    )


def test_reach_rests_on_its_own_providers_and_public_figures_on_none(profile: Measure) -> None:
    profile(
        indicator="starters_per_1000_residents",
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | referral
          gamma    | Gamma         | referral
        """,
        intake_count="""
          provider | table_name | rows
          beta     | referral   | 5
        """,
        expect="""
          providers_reporting | providers_expected
          1                   | 2
        """,
    )
