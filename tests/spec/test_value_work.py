"""What became of sickness absence and work, where it was recorded.

Work status is 1 at work, 2 in a job and off sick, 3 not in paid work.
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
REFERRALS = """
    person | referred_on | started_on
    a      | 2025-06-01  | 2025-06-10
    b      | 2025-06-01  | 2025-06-10
    c      | 2025-06-01  | 2025-06-10
    d      | 2025-06-01  | 2025-06-10
"""
STATUS = """
    person | measure     | timepoint | recorded_on | score
    a      | work_status | baseline  | 2025-06-10  | 2
    a      | work_status | 12_weeks  | 2025-09-02  | 1
    b      | work_status | baseline  | 2025-06-10  | 2
    b      | work_status | 12_weeks  | 2025-09-02  | 3
    c      | work_status | baseline  | 2025-06-10  | 1
    c      | work_status | 12_weeks  | 2025-09-02  | 1
    d      | work_status | baseline  | 2025-06-10  | 2
"""
ABSENCE = """
    person | measure                  | timepoint | recorded_on | score
    a      | sickness_absence_days_28 | baseline  | 2025-06-10  | 20
    a      | sickness_absence_days_28 | 12_weeks  | 2025-09-02  | 5
    b      | sickness_absence_days_28 | baseline  | 2025-06-10  | 0
    b      | sickness_absence_days_28 | 12_weeks  | 2025-09-02  | 2
    c      | sickness_absence_days_28 | baseline  | 2025-06-10  | 3
"""


@pytest.fixture
def work(spec: Spec) -> Measure:
    return partial(spec, dataset="value", person=FOUR, person_referral=REFERRALS)


@pytest.mark.parametrize(
    ("indicator", "count", "denominator"),
    [
        ("completeness_of_work_status_12_weeks", 3, 4),
        ("off_sick_at_entry_12_weeks", 2, 3),
        ("returned_to_work_12_weeks", 1, 2),
    ],
)
def test_returned_is_off_sick_first_and_at_work_later(
    work: Measure, indicator: str, count: int, denominator: int
) -> None:
    work(
        indicator=indicator,
        person_outcome=STATUS,
        expect=f"""
          count   | denominator
          {count} | {denominator}
        """,
    )


def test_the_change_in_absence_is_later_minus_first_of_those_asked_twice(work: Measure) -> None:
    work(
        indicator="change_in_sickness_absence_12_weeks",
        person_outcome=ABSENCE,
        expect="""
          count | total | total_squares | total_absolute | largest | second_largest
          2     | -13   | 229           | 17             | 15      | 2
        """,
    )


def test_absence_is_told_with_how_many_were_asked_twice(work: Measure) -> None:
    work(
        indicator="completeness_of_sickness_absence_12_weeks",
        person_outcome=ABSENCE,
        expect="""
          count | denominator
          2     | 4
        """,
    )


def test_what_was_never_asked_here_has_no_row(work: Measure) -> None:
    work(
        indicator="completeness_of_work_status_12_weeks",
        person_outcome=ABSENCE,
        expect="count | denominator",
    )


def test_twelve_months_are_of_people_referred_40_weeks_earlier(work: Measure) -> None:
    work(
        indicator="returned_to_work_12_months",
        person_referral="""
          person | referred_on | started_on
          a      | 2024-06-25  | 2024-07-01
          b      | 2024-06-26  | 2024-07-01
        """,
        person_outcome="""
          person | measure     | timepoint | recorded_on | score
          a      | work_status | baseline  | 2024-07-01  | 2
          a      | work_status | 12_months | 2025-07-01  | 1
          b      | work_status | baseline  | 2024-07-01  | 2
          b      | work_status | 12_months | 2025-07-01  | 1
        """,
        expect="""
          period_start | period_end | count | denominator
          2024-06-26   | 2025-06-25 | 1     | 1
        """,
    )
