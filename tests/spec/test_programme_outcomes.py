"""What the funnel and the changes of `programme_outcomes` mean.

The cohort of a period that ends on 2026-09-30 was referred from 2025-04-02 to 2026-04-01.
"""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

FOUR = """
    person | sex
    a      | 1
    b      | 2
    c      | 2
    d      | 2
"""
# Of four referred, three start; one keeps to it for 84 days, one stops after 83.
REFERRALS = """
    person | condition | referred_on | started_on | last_attended_on | completed_on
    a      | obesity   | 2025-06-01  | 2025-06-10 | 2025-09-02       | 2025-09-02
    b      | obesity   | 2025-06-01  | 2025-06-10 | 2025-09-01       |
    c      | cardiac   | 2025-06-01  | 2025-06-10 | 2025-06-20       |
    d      | cardiac   | 2025-06-01  |            |                  |
"""


@pytest.fixture
def programme(spec: Spec) -> Measure:
    return partial(spec, dataset="programme_outcomes", person=FOUR, person_referral=REFERRALS)


@pytest.mark.parametrize(
    ("indicator", "count", "denominator"),
    [
        ("referred", "4", ""),
        ("started_of_referred", "3", "4"),
        ("adhered_of_started", "1", "3"),
        ("adhered_of_referred", "1", "4"),
        ("completed_of_started", "1", "3"),
        ("completed_of_referred", "1", "4"),
    ],
)
def test_the_funnel_stands_over_both_denominators(
    programme: Measure, indicator: str, count: str, denominator: str
) -> None:
    programme(
        indicator=indicator,
        expect=f"""
          count | denominator
          {count} | {denominator}
        """,
    )


def test_the_period_is_the_cohorts(programme: Measure) -> None:
    programme(
        indicator="referred",
        expect="""
          period_start | period_end | count
          2025-04-02   | 2026-04-01 | 4
        """,
    )


def test_the_cohort_ends_26_weeks_before_the_period(programme: Measure) -> None:
    programme(
        indicator="referred",
        person_referral="""
          person | referred_on
          a      | 2025-04-01
          b      | 2025-04-02
          c      | 2026-04-01
          d      | 2026-04-02
        """,
        expect="""
          count
          2
        """,
    )


def test_someone_referred_twice_counts_once_by_the_first(programme: Measure) -> None:
    programme(
        indicator="started_of_referred",
        person_referral="""
          person | referral_key | referred_on | started_on
          a      | r1           | 2025-06-01  |
          a      | r2           | 2025-09-01  | 2025-09-10
        """,
        expect="""
          count | denominator
          0     | 1
        """,
    )


def test_what_happens_after_the_period_is_not_counted(programme: Measure) -> None:
    programme(
        indicator="completed_of_started",
        person_referral="""
          person | referred_on | started_on | completed_on
          a      | 2026-03-01  | 2026-03-10 | 2026-09-30
          b      | 2026-03-01  | 2026-03-10 | 2026-10-01
          c      | 2026-03-01  | 2026-10-01 | 2026-12-01
        """,
        expect="""
          count | denominator
          1     | 2
        """,
    )


def test_completion_after_84_days_is_adherence_without_a_last_attendance(
    programme: Measure,
) -> None:
    programme(
        indicator="adhered_of_started",
        person_referral="""
          person | referred_on | started_on | completed_on
          a      | 2025-06-01  | 2025-06-10 | 2025-09-02
          b      | 2025-06-01  | 2025-06-10 | 2025-09-01
        """,
        expect="""
          count | denominator
          1     | 2
        """,
    )


def test_the_funnel_is_cut_by_sex_condition_and_deprivation(programme: Measure) -> None:
    programme(
        indicator="started_of_referred",
        expect="""
          sex     | category_type        | category              | count | denominator
          persons | all                  | all                   | 3     | 4
          male    | all                  | all                   | 1     | 1
          female  | all                  | all                   | 2     | 3
          persons | condition            | obesity               | 2     | 2
          persons | condition            | cardiac               | 1     | 2
          persons | deprivation_quintile | 1 most deprived fifth | 3     | 4
        """,
    )


def test_withdrawal_takes_a_person_out_of_the_funnel(programme: Measure) -> None:
    programme(
        indicator="referred",
        consent_period="""
          person | consented_until
          a      |
          b      | 2026-10-01
        """,
        expect="""
          count
          1
        """,
    )


def test_a_referral_from_before_consent_is_not_used(programme: Measure) -> None:
    programme(
        indicator="referred",
        consent_period="""
          person | consented_from
          a      | 2025-06-01
          b      | 2025-06-02
        """,
        expect="""
          count
          1
        """,
    )


SCORES = """
    person | timepoint | recorded_on | score
    a      | baseline  | 2025-06-10  | 20
    a      | 12_weeks  | 2025-09-02  | 80
    b      | baseline  | 2025-06-10  | 50
    b      | 12_weeks  | 2025-09-02  | 40
    c      | baseline  | 2025-06-10  | 10
    d      | baseline  | 2025-06-10  | 10
    d      | 12_weeks  | 2025-09-02  | 10
"""


def test_change_is_of_starters_with_both_scores(programme: Measure) -> None:
    programme(
        indicator="change_in_active_minutes_12_weeks",
        person_outcome=SCORES,
        expect="""
          count | denominator | total | total_squares
          2     |             | 50    | 3700
        """,
    )


def test_a_change_says_how_much_two_people_move_it(programme: Measure) -> None:
    """Of +60 and -10, without their signs."""
    programme(
        indicator="change_in_active_minutes_12_weeks",
        person_outcome=SCORES,
        expect="""
          count | total_absolute | largest | second_largest
          2     | 70             | 60      | 10
        """,
    )


def test_two_people_may_move_a_change_as_much(programme: Measure) -> None:
    programme(
        indicator="change_in_active_minutes_12_weeks",
        person_outcome="""
          person | timepoint | recorded_on | score
          a      | baseline  | 2025-06-10  | 20
          a      | 12_weeks  | 2025-09-02  | 50
          b      | baseline  | 2025-06-10  | 50
          b      | 12_weeks  | 2025-09-02  | 20
        """,
        expect="""
          total | total_absolute | largest | second_largest
          0     | 60             | 30      | 30
        """,
    )


def test_a_change_of_one_person_has_no_second(programme: Measure) -> None:
    programme(
        indicator="change_in_active_minutes_12_weeks",
        person_outcome=SCORES,
        expect="""
          sex     | count | largest | second_largest
          persons | 2     | 60      | 10
          male    | 1     | 60      |
          female  | 1     | 10      |
        """,
    )


@pytest.mark.parametrize(
    "indicator", ["referred", "started_of_referred", "completeness_of_active_minutes_12_weeks"]
)
def test_what_is_no_mean_has_no_sums(programme: Measure, indicator: str) -> None:
    programme(
        indicator=indicator,
        person_outcome=SCORES,
        expect="""
          total | total_squares | total_absolute | largest | second_largest
                |               |                |         |
        """,
    )


def test_completeness_stands_beside_every_change(programme: Measure) -> None:
    programme(
        indicator="completeness_of_active_minutes_12_weeks",
        person_outcome=SCORES,
        expect="""
          count | denominator
          2     | 3
        """,
    )


@pytest.mark.parametrize(
    "indicator", ["completeness_of_weight_12_weeks", "change_in_weight_12_weeks"]
)
def test_a_group_in_which_nobody_started_has_its_rows(programme: Measure, indicator: str) -> None:
    """A row that was not there would say so, also where the group's numbers are hidden."""
    programme(
        indicator=indicator,
        person_referral="""
          person | condition | referred_on | started_on
          a      | cardiac   | 2025-06-01  |
        """,
        expect="""
          sex     | category_type        | category              | count
          persons | all                  | all                   | 0
          male    | all                  | all                   | 0
          persons | condition            | cardiac               | 0
          persons | deprivation_quintile | 1 most deprived fifth | 0
        """,
    )


def test_a_change_without_pairs_has_no_sum(programme: Measure) -> None:
    programme(
        indicator="change_in_weight_12_weeks",
        person_outcome=SCORES,
        expect="""
          count | total
          0     |
        """,
    )


def test_an_empty_cohort_gives_no_row(programme: Measure) -> None:
    programme(
        indicator="referred",
        person_referral="""
          person | referred_on
        """,
        expect="""
          count
        """,
    )
