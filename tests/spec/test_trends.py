"""What a month of each headline indicator holds, and which months there are.

Every series begins with October 2024 and ends with the last whole month of the period, here
September 2026.
"""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

FOUR = """
    person
    a
    b
    c
    d
"""


@pytest.fixture
def month(spec: Spec) -> Measure:
    return partial(spec, dataset="trends", person=FOUR)


def test_a_member_counts_once_in_each_month_with_a_visit(month: Measure) -> None:
    month(
        indicator="members_with_a_visit",
        person_day="""
          person | attended_on
          a      | 2026-08-01
          a      | 2026-08-31
          b      | 2026-08-15
          a      | 2026-09-01
        """,
        expect="""
          category_type | category | period_start | period_end | count
          month         | 2026-08  | 2026-08-01   | 2026-08-31 | 2
          month         | 2026-09  | 2026-09-01   | 2026-09-30 | 1
        """,
    )


def test_one_person_with_two_memberships_is_one(month: Measure) -> None:
    month(
        indicator="members_with_a_visit",
        person="""
          member_key | person_key
          m1         | p1
          m2         | p1
        """,
        person_day="""
          member_key | attended_on
          m1         | 2026-08-01
          m2         | 2026-08-01
        """,
        expect="""
          category_type | category | count
          month         | 2026-08  | 1
        """,
    )


def test_visits_are_added_up_with_what_protection_needs(month: Measure) -> None:
    month(
        indicator="visits_per_visiting_member",
        person_day="""
          person | attended_on | visits
          a      | 2026-08-01  | 1
          a      | 2026-08-31  | 2
          b      | 2026-08-15  | 1
        """,
        expect="""
          category_type | category | count | total | total_squares | largest | second_largest
          month         | 2026-08  | 2     | 4     | 10            | 3       | 1
        """,
    )


def test_staff_and_guests_are_not_members(month: Measure) -> None:
    month(
        indicator="members_with_a_visit",
        person="""
          person | person_kind
          a      | member
          b      | staff
        """,
        person_day="""
          person | attended_on
          a      | 2026-08-01
          b      | 2026-08-01
        """,
        expect="""
          category_type | category | count
          month         | 2026-08  | 1
        """,
    )


def test_the_series_begins_in_october_2024_and_ends_with_the_period(month: Measure) -> None:
    month(
        indicator="members_with_a_visit",
        person_day="""
          person | attended_on
          a      | 2024-09-30
          b      | 2024-10-01
          c      | 2026-09-30
          d      | 2026-10-01
        """,
        expect="""
          category_type | category | count
          month         | 2024-10  | 1
          month         | 2026-09  | 1
        """,
    )


@pytest.mark.parametrize(
    ("day", "last"), [("2025-02-10", "2025-02-28"), ("2025-04-10", "2025-04-30")]
)
def test_a_month_ends_on_its_last_day(month: Measure, day: str, last: str) -> None:
    month(
        indicator="members_with_a_visit",
        person_day=f"""
          person | attended_on
          a      | {day}
        """,
        expect=f"""
          category_type | category  | period_end
          month         | {day[:7]} | {last}
        """,
    )


def test_a_month_in_which_only_others_were_seen_has_a_nought(month: Measure) -> None:
    month(
        indicator="members_with_a_visit",
        person="""
          person | lsoa21_code
          a      | L1
          b      | elsewhere
        """,
        person_day="""
          person | attended_on
          a      | 2026-07-01
          b      | 2026-08-01
        """,
        expect="""
          category_type | category | count
          month         | 2026-07  | 1
          month         | 2026-08  | 0
        """,
    )


def test_coverage_counts_the_providers_that_delivered_of_the_month(month: Measure) -> None:
    month(
        indicator="members_with_a_visit",
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | attendance
        """,
        person="""
          provider | person
          alpha    | a
          beta     | b
        """,
        person_day="""
          provider | person | attended_on
          alpha    | a      | 2026-07-01
          alpha    | a      | 2026-08-01
          beta     | b      | 2026-08-01
        """,
        expect="""
          category_type | category | providers_reporting | providers_expected
          month         | 2026-07  | 1                   | 2
          month         | 2026-08  | 2                   | 2
        """,
    )


def test_a_person_referred_in_two_months_counts_in_both_and_once_in_each(month: Measure) -> None:
    month(
        indicator="people_referred",
        person_referral="""
          person | referral_key | referred_on
          a      | r1           | 2026-07-01
          a      | r2           | 2026-07-31
          a      | r3           | 2026-08-01
        """,
        expect="""
          category_type | category | count
          month         | 2026-07  | 1
          month         | 2026-08  | 1
        """,
    )


def test_84_days_are_within_twelve_weeks_and_85_are_not(month: Measure) -> None:
    month(
        indicator="started_within_12_weeks",
        person_referral="""
          person | referred_on | started_on
          a      | 2026-01-01  | 2026-03-26
          b      | 2026-01-01  | 2026-03-27
          c      | 2026-01-01  |
        """,
        expect="""
          category_type | category | count | denominator
          month         | 2026-01  | 1     | 3
        """,
    )


def test_whoever_is_referred_twice_in_a_month_has_started_when_either_did(month: Measure) -> None:
    month(
        indicator="started_within_12_weeks",
        person_referral="""
          person | referral_key | referred_on | started_on
          a      | r1           | 2026-01-01  |
          a      | r2           | 2026-01-20  | 2026-01-30
        """,
        expect="""
          category_type | category | count | denominator
          month         | 2026-01  | 1     | 1
        """,
    )


@pytest.mark.parametrize(
    ("period_end", "judged"), [("2026-09-21", "2026-05"), ("2026-09-22", "2026-06")]
)
def test_a_month_is_judged_84_days_after_its_last_day(
    month: Measure, period_end: str, judged: str
) -> None:
    month(
        indicator="started_within_12_weeks",
        period_end=period_end,
        person_referral="""
          person | referred_on | started_on
          a      | 2026-05-10  | 2026-05-20
          b      | 2026-06-10  | 2026-06-20
        """,
        expect="category_type | category\n"
        + "\n".join(f"month | {name}" for name in ("2026-05", "2026-06") if name <= judged),
    )


def test_starts_and_completions_count_in_the_month_in_which_they_happen(month: Measure) -> None:
    month(
        indicator="people_who_started",
        person_referral="""
          person | referred_on | started_on | completed_on
          a      | 2026-06-30  | 2026-07-01 | 2026-08-20
          b      | 2026-07-01  |            |
        """,
        expect="""
          category_type | category | count
          month         | 2026-07  | 1
        """,
    )


def test_a_completion_counts_whenever_the_person_was_referred(month: Measure) -> None:
    month(
        indicator="people_who_completed",
        person_referral="""
          person | referred_on | started_on | completed_on
          a      | 2024-09-01  | 2024-09-10 | 2024-10-20
          b      | 2024-08-01  | 2024-08-10 | 2024-09-30
        """,
        expect="""
          category_type | category | count
          month         | 2024-10  | 1
        """,
    )
