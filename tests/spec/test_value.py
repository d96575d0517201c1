"""What programmes cost for each person, and who counts as newly active.

The cohort of a period that ends on 2026-09-30 was referred from 2025-04-02 to 2026-04-01: 365 days.
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
    person | programme            | referred_on | started_on | completed_on
    a      | exercise_on_referral | 2025-06-01  | 2025-06-10 | 2025-09-02
    b      | exercise_on_referral | 2025-06-01  | 2025-06-10 |
    c      | cardiac_rehab        | 2025-06-01  | 2025-06-10 |
    d      | cardiac_rehab        | 2025-06-01  |            |
"""
COST = "programme_provider | programme | icb_code | period_start | period_end | cost_gbp"
WHOLE = "2025-04-02 | 2026-04-01"
COSTS = f"""
    {COST}
    alpha | exercise_on_referral | E54000057 | {WHOLE} | 1000
    alpha | cardiac_rehab        | E54000057 | {WHOLE} | 500
"""


@pytest.fixture
def value(spec: Spec) -> Measure:
    return partial(
        spec, dataset="value", person=FOUR, person_referral=REFERRALS, programme_cost=COSTS
    )


@pytest.mark.parametrize(
    ("indicator", "count"),
    [("cost_per_person_referred", 4), ("cost_per_starter", 3), ("cost_per_completer", 1)],
)
def test_the_whole_cost_stands_over_those_who_came_so_far(
    value: Measure, indicator: str, count: int
) -> None:
    value(
        indicator=indicator,
        expect=f"""
          period_start | period_end | count   | denominator
          2025-04-02   | 2026-04-01 | {count} | 1500
        """,
    )


def test_each_programme_has_its_own_cost_and_people(value: Measure) -> None:
    value(
        indicator="cost_per_starter",
        expect="""
          category_type | category             | count | denominator
          all           | all                  | 3     | 1500
          programme     | cardiac_rehab        | 1     | 500
          programme     | exercise_on_referral | 2     | 1000
        """,
    )


def test_a_sum_is_shared_by_the_days_that_fall_into_the_cohorts_months(value: Measure) -> None:
    """Of 730 days the cohort has 365: half of the sum."""
    value(
        indicator="cost_per_starter",
        person_referral="""
          person | programme     | referred_on | started_on
          a      | cardiac_rehab | 2025-06-01  | 2025-06-10
        """,
        programme_cost=f"""
          {COST}
          alpha | cardiac_rehab | E54000057 | 2024-04-02 | 2026-04-01 | 4001
        """,
        expect="""
          count | denominator
          1     | 2001
        """,
    )


def test_two_sums_that_follow_each_other_are_added(value: Measure) -> None:
    value(
        indicator="cost_per_starter",
        person_referral="""
          person | programme     | referred_on | started_on
          a      | cardiac_rehab | 2025-06-01  | 2025-06-10
        """,
        programme_cost=f"""
          {COST}
          alpha | cardiac_rehab | E54000057 | 2025-04-02 | 2025-12-31 | 300
          alpha | cardiac_rehab | E54000057 | 2026-01-01 | 2026-04-01 | 100
        """,
        expect="""
          count | denominator
          1     | 400
        """,
    )


@pytest.mark.parametrize("days", ["2025-04-03 | 2026-04-01", "2025-04-02 | 2026-03-31"])
def test_a_day_without_a_cost_leaves_the_programme_and_the_whole_without_one(
    value: Measure, days: str
) -> None:
    value(
        indicator="cost_per_starter",
        programme_cost=f"""
          {COST}
          alpha | exercise_on_referral | E54000057 | {WHOLE} | 1000
          alpha | cardiac_rehab        | E54000057 | {days}  | 500
        """,
        expect="""
          category_type | category             | count | denominator
          programme     | exercise_on_referral | 2     | 1000
        """,
    )


def test_the_cost_of_another_icb_is_not_counted(value: Measure) -> None:
    value(
        indicator="cost_per_starter",
        programme_cost=f"""
          {COST}
          alpha | exercise_on_referral | E54000013 | {WHOLE} | 1000
          alpha | cardiac_rehab        | E54000057 | {WHOLE} | 500
        """,
        expect="""
          category_type | category      | count | denominator
          programme     | cardiac_rehab | 1     | 500
        """,
    )


def test_a_programme_of_two_providers_needs_the_cost_of_both(value: Measure) -> None:
    value(
        indicator="cost_per_starter",
        person="""
          provider | person | lsoa21_code
          alpha    | a      | L1
          beta     | b      | elsewhere
        """,
        person_referral="""
          provider | person | programme     | referred_on | started_on
          alpha    | a      | cardiac_rehab | 2025-06-01  | 2025-06-10
          beta     | b      | cardiac_rehab | 2025-06-01  | 2025-06-10
        """,
        expect="count | denominator",
    )


def test_a_programme_that_costs_nothing_here_says_so(value: Measure) -> None:
    value(
        indicator="cost_per_starter",
        programme_cost=f"""
          {COST}
          alpha | exercise_on_referral | E54000057 | {WHOLE} | 1000
          alpha | cardiac_rehab        | E54000057 | {WHOLE} | 0
        """,
        expect="""
          category_type | category             | count | denominator
          all           | all                  | 3     | 1000
          programme     | cardiac_rehab        | 1     | 0
          programme     | exercise_on_referral | 2     | 1000
        """,
    )


# Before and after, in active minutes a week: only b comes from under 30 to 30 or more.
MINUTES = """
    person | timepoint | recorded_on | score
    a      | baseline  | 2025-06-10  | 30
    a      | 12_weeks  | 2025-09-02  | 90
    b      | baseline  | 2025-06-10  | 29.99
    b      | 12_weeks  | 2025-09-02  | 30
    c      | baseline  | 2025-06-10  | 0
    c      | 12_weeks  | 2025-09-02  | 29.99
    d      | baseline  | 2025-06-10  | 0
    d      | 12_weeks  | 2025-09-02  | 200
"""


@pytest.mark.parametrize(
    ("indicator", "count", "denominator"),
    [
        ("measured_for_activity_12_weeks", 3, 3),
        ("inactive_at_entry_12_weeks", 2, 3),
        ("newly_active_12_weeks", 1, 2),
        ("cost_per_newly_active_person", 1, 1500),
    ],
)
def test_newly_active_is_from_under_30_minutes_to_30_or_more(
    value: Measure, indicator: str, count: int, denominator: int
) -> None:
    """d never started, whatever was recorded of d."""
    value(
        indicator=indicator,
        person_outcome=MINUTES,
        expect=f"""
          count   | denominator
          {count} | {denominator}
        """,
    )


def test_a_later_score_of_the_same_day_is_no_second_one(value: Measure) -> None:
    value(
        indicator="newly_active_12_weeks",
        person_outcome="""
          person | timepoint | recorded_on | score
          a      | baseline  | 2025-06-10  | 0
          a      | 12_weeks  | 2025-06-10  | 90
        """,
        expect="""
          count | denominator
          0     | 0
        """,
    )
