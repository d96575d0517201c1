"""Which scores make a change in `programme_outcomes`, and what is summed of them.

The cohort of a period that ends on 2026-09-30 was referred from 2025-04-02 to 2026-04-01; that
of the change after twelve months from 2024-06-26 to 2025-06-25.
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
REFERRALS = """
    person | condition | referred_on | started_on
    a      | obesity   | 2025-06-01  | 2025-06-10
    b      | obesity   | 2025-06-01  | 2025-06-10
    c      | cardiac   | 2025-06-01  | 2025-06-10
    d      | cardiac   | 2025-06-01  |
"""
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
MINUTES = "change_in_active_minutes_12_weeks"


@pytest.fixture
def programme(spec: Spec) -> Measure:
    return partial(spec, dataset="programme_outcomes", person=FOUR, person_referral=REFERRALS)


def test_change_is_of_starters_with_both_scores(programme: Measure) -> None:
    programme(
        indicator=MINUTES,
        person_outcome=SCORES,
        expect="""
          count | denominator | total | total_squares
          2     |             | 50    | 3700
        """,
    )


def test_a_change_says_how_much_two_people_move_it(programme: Measure) -> None:
    """Of +60 and -10, without their signs."""
    programme(
        indicator=MINUTES,
        person_outcome=SCORES,
        expect="""
          count | total_absolute | largest | second_largest
          2     | 70             | 60      | 10
        """,
    )


def test_two_people_may_move_a_change_as_much(programme: Measure) -> None:
    programme(
        indicator=MINUTES,
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
        indicator=MINUTES,
        person_referral="""
          person | condition | referred_on | started_on
          a      | obesity   | 2025-06-01  | 2025-06-10
          b      | cardiac   | 2025-06-01  | 2025-06-10
        """,
        person_outcome=SCORES,
        expect="""
          category_type | category | count | largest | second_largest
          all           | all      | 2     | 60      | 10
          condition     | obesity  | 1     | 60      |
          condition     | cardiac  | 1     | 10      |
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


def test_completeness_is_a_share_of_starters(programme: Measure) -> None:
    programme(
        indicator="completeness_of_active_minutes_12_weeks",
        person_outcome=SCORES,
        expect="""
          category_type | category | count | denominator
          all           | all      | 2     | 3
          condition     | obesity  | 2     | 2
          condition     | cardiac  | 0     | 1
        """,
    )


def test_changes_are_not_cut_by_sex_or_deprivation(programme: Measure) -> None:
    programme(
        indicator=MINUTES,
        person_outcome=SCORES,
        expect="""
          sex     | category_type | category | count
          persons | all           | all      | 2
          persons | condition     | obesity  | 2
          persons | condition     | cardiac  | 0
        """,
    )


def test_a_change_without_pairs_has_no_sum(programme: Measure) -> None:
    programme(
        indicator="change_in_weight_12_weeks",
        person_outcome="""
          person | measure   | timepoint | recorded_on | score
          a      | weight_kg | baseline  | 2025-06-10  | 90
        """,
        expect="""
          count | total
          0     |
        """,
    )


def test_a_scale_that_nobody_was_measured_with_has_no_row(programme: Measure) -> None:
    programme(
        indicator="change_in_weight_12_weeks",
        person_outcome=SCORES,
        expect="""
          count
        """,
    )


@pytest.mark.parametrize(("recorded_on", "count"), [("2026-09-30", "1"), ("2026-10-01", "0")])
def test_a_score_after_the_period_is_not_counted(
    programme: Measure, recorded_on: str, count: str
) -> None:
    programme(
        indicator=MINUTES,
        person_outcome=f"""
          person | timepoint | recorded_on   | score
          a      | baseline  | 2025-06-10    | 20
          a      | 12_weeks  | {recorded_on} | 80
        """,
        expect=f"""
          count
          {count}
        """,
    )


@pytest.mark.parametrize(("recorded_on", "count"), [("2025-06-10", "0"), ("2025-06-11", "1")])
def test_a_later_score_lies_after_the_first(
    programme: Measure, recorded_on: str, count: str
) -> None:
    programme(
        indicator=MINUTES,
        person_outcome=f"""
          person | timepoint | recorded_on   | score
          a      | baseline  | 2025-06-10    | 20
          a      | 12_weeks  | {recorded_on} | 80
        """,
        expect=f"""
          count
          {count}
        """,
    )


YEAR = "change_in_active_minutes_12_months"
FIRST_AND_LAST = """
    person | referred_on | started_on
    a      | 2024-06-25  | 2024-07-01
    b      | 2024-06-26  | 2024-07-01
    c      | 2025-06-25  | 2025-07-01
    d      | 2025-06-26  | 2025-07-01
"""


def test_the_earlier_cohort_ends_66_weeks_before_the_period(programme: Measure) -> None:
    programme(
        indicator="completeness_of_active_minutes_12_months",
        person_referral=FIRST_AND_LAST,
        person_outcome="""
          person | timepoint | recorded_on | score
          b      | baseline  | 2024-07-01  | 20
        """,
        expect="""
          period_start | period_end | count | denominator
          2024-06-26   | 2025-06-25 | 0     | 2
        """,
    )


def test_a_change_after_a_year_is_of_the_earlier_cohort(programme: Measure) -> None:
    programme(
        indicator=YEAR,
        person_referral=FIRST_AND_LAST,
        person_outcome="""
          person | timepoint | recorded_on | score
          b      | baseline  | 2024-07-01  | 20
          b      | 12_weeks  | 2024-09-30  | 90
          b      | 12_months | 2025-07-01  | 50
          d      | baseline  | 2025-07-01  | 0
          d      | 12_months | 2026-07-01  | 99
        """,
        expect="""
          period_start | count | total
          2024-06-26   | 1     | 30
        """,
    )


def test_someone_in_both_cohorts_is_followed_in_each(programme: Measure) -> None:
    """Referred again within the later cohort: each cohort takes its own first referral."""
    programme(
        indicator=MINUTES,
        person_referral="""
          person | referral_key | referred_on | started_on
          a      | r1           | 2025-01-01  | 2025-01-10
          a      | r2           | 2025-12-01  | 2025-12-10
        """,
        person_outcome="""
          person | referral_key | timepoint | recorded_on | score
          a      | r1           | baseline  | 2025-01-10  | 10
          a      | r1           | 12_weeks  | 2025-04-10  | 30
          a      | r2           | baseline  | 2025-12-10  | 20
          a      | r2           | 12_weeks  | 2026-03-10  | 25
        """,
        expect="""
          count | total
          1     | 5
        """,
    )


def test_blood_pressure_needs_both_pressures_at_both_times(programme: Measure) -> None:
    programme(
        indicator="change_in_systolic_blood_pressure_12_weeks",
        person_outcome="""
          person | measure      | timepoint | recorded_on | score
          a      | systolic_bp  | baseline  | 2025-06-10  | 140
          a      | systolic_bp  | 12_weeks  | 2025-09-02  | 134
          a      | diastolic_bp | baseline  | 2025-06-10  | 90
          a      | diastolic_bp | 12_weeks  | 2025-09-02  | 88
          b      | systolic_bp  | baseline  | 2025-06-10  | 150
          b      | systolic_bp  | 12_weeks  | 2025-09-02  | 130
          b      | diastolic_bp | baseline  | 2025-06-10  | 95
        """,
        expect="""
          count | total
          1     | -6
        """,
    )


def test_measures_of_the_same_people_have_one_completeness(programme: Measure) -> None:
    programme(
        indicator="completeness_of_ons4_12_weeks",
        person_outcome="\n".join(
            [
                "person | measure | timepoint | recorded_on | score",
                *(
                    f"a | ons4_{question} | {timepoint} | {day} | 5"
                    for question in ("satisfaction", "worthwhile", "happiness", "anxiety")
                    for timepoint, day in (("baseline", "2025-06-10"), ("12_weeks", "2025-09-02"))
                ),
            ]
        ),
        expect="""
          count | denominator
          1     | 3
        """,
    )


@pytest.mark.parametrize("indicator", ["completeness_of_active_minutes_12_weeks", MINUTES])
def test_a_group_in_which_nobody_started_has_its_rows(programme: Measure, indicator: str) -> None:
    """A row that was not there would say so, also where the group's numbers are hidden."""
    programme(
        indicator=indicator,
        person_referral="""
          person | condition   | referred_on | started_on
          a      | obesity     | 2025-06-01  | 2025-06-10
          d      | respiratory | 2025-06-01  |
        """,
        person_outcome=SCORES,
        expect="""
          category_type | category    | count
          all           | all         | 1
          condition     | obesity     | 1
          condition     | respiratory | 0
        """,
    )
