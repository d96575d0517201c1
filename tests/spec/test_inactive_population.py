"""What `members_low_attendance` of `inactive_population` means."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]


@pytest.fixture
def low_attendance(spec: Spec) -> Measure:
    return partial(spec, dataset="inactive_population", indicator="members_low_attendance")


def test_three_days_of_the_last_28_are_few_and_four_are_not(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person
          a
          b
        """,
        person_day="""
          person | attended_on
          a      | 2026-09-03
          a      | 2026-09-10
          a      | 2026-09-30
          b      | 2026-09-03
          b      | 2026-09-10
          b      | 2026-09-20
          b      | 2026-09-30
        """,
        expect="""
          count | denominator
          1     | 2
        """,
    )


def test_two_deliveries_of_one_day_are_one_day(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person
          a
        """,
        person_day="""
          person | attended_on | delivery_id
          a      | 2026-09-03  | one
          a      | 2026-09-03  | other
          a      | 2026-09-10  | one
          a      | 2026-09-30  | one
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_the_28_days_begin_on_the_third_of_september(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person
          a
        """,
        person_day="""
          person | attended_on
          a      | 2026-09-02
          a      | 2026-09-10
          a      | 2026-09-20
          a      | 2026-09-30
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_a_member_of_two_providers_counts_once_with_all_visits(
    low_attendance: Measure,
) -> None:
    low_attendance(
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | attendance
        """,
        person="""
          provider | member_key | person_key
          alpha    | m1         | p
          beta     | m2         | p
        """,
        person_day="""
          provider | member_key | attended_on
          alpha    | m1         | 2026-09-04
          alpha    | m1         | 2026-09-05
          beta     | m2         | 2026-09-06
          beta     | m2         | 2026-09-07
        """,
        expect="""
          count | denominator | providers_reporting | providers_expected
          0     | 1           | 1                   | 2
        """,
    )


def test_guests_and_cancelled_members_are_not_members(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person | person_kind | member_status
          a      | member      | active
          b      | member      |
          c      | member      | cancelled
          d      | guest       | active
        """,
        expect="""
          count | denominator
          2     | 2
        """,
    )


def test_someone_who_never_consented_is_not_there(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person
          a
          b
        """,
        consent_period="""
          person
          a
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_withdrawal_before_the_day_of_use_removes_a_person(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person
          a
          b
        """,
        consent_period="""
          person | consented_until
          a      |
          b      | 2026-11-21
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_consent_to_another_purpose_is_no_consent(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person
          a
          b
        """,
        consent_period="""
          person | purpose
          a      | service_evaluation
          b      | research
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_consent_must_cover_all_28_days(low_attendance: Measure) -> None:
    low_attendance(
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
          1     | 1
        """,
    )


def test_people_who_live_elsewhere_are_counted_elsewhere(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person | lsoa21_code
          a      | L1
          b      | L2
          c      |
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_members_are_cut_as_the_contract_declares(low_attendance: Measure) -> None:
    low_attendance(
        person="""
          person | sex | birth_year
          a      | 1   | 2000
          b      | 2   | 1960
          c      | 9   | 1960
        """,
        expect="""
area_type | sex | age_band | category_type | category | denominator
          icb | persons | all | all | all | 3
          icb | male | all | all | all | 1
          icb | female | all | all | all | 1
          icb | persons | 19-34 | all | all | 1
          icb | persons | 65+ | all | all | 2
          icb | male | 19-34 | all | all | 1
          icb | female | 65+ | all | all | 1
          icb | persons | all | deprivation_quintile | 1 most deprived fifth | 3
          ltla | persons | all | all | all | 3
          ltla | male | all | all | all | 1
          ltla | female | all | all | all | 1
        """,
    )


def test_members_turn_19_in_the_year_of_the_period_or_do_not_count(
    low_attendance: Measure,
) -> None:
    low_attendance(
        person="""
          person | birth_year
          a      | 2007
          b      | 2008
          c      |
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_somebody_of_no_district_is_in_the_icb_only(low_attendance: Measure) -> None:
    low_attendance(
        geography="""
          area_code | parent_code | parent_type
          L1        | E54000057   | icb
        """,
        person="""
          person
          a
        """,
        expect="""
          area_type | sex     | denominator
          icb       | persons | 1
          icb       | female  | 1
        """,
    )


VINTAGES = """
    area_code | parent_code | parent_type | valid_from | valid_to
    L1        | E54000057   | icb         | 2024-04-01 | 2026-03-31
    L1        | E54000065   | icb         | 2026-04-01 |
    L2        | E54000057   | icb         | 2024-04-01 |
"""
TWO_PLACES = """
    person | lsoa21_code
    a      | L1
    b      | L2
"""


def test_the_borders_of_2024_hold_both_neighbourhoods(low_attendance: Measure) -> None:
    low_attendance(
        geography=VINTAGES,
        person=TWO_PLACES,
        boundaries_on="2025-04-01",
        expect="""
          area_code | denominator
          E54000057 | 2
        """,
    )


def test_the_borders_of_2026_moved_one_away(low_attendance: Measure) -> None:
    low_attendance(
        geography=VINTAGES,
        person=TWO_PLACES,
        expect="""
          area_code | denominator
          E54000057 | 1
        """,
    )
