"""What `inactive_at_entry` of `inactive_population` means."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]


@pytest.fixture
def at_entry(spec: Spec) -> Measure:
    return partial(spec, dataset="inactive_population", indicator="inactive_at_entry")


def test_29_99_minutes_at_entry_are_inactive_and_30_are_not(at_entry: Measure) -> None:
    at_entry(
        person="""
          person
          a
          b
        """,
        person_outcome="""
          person | recorded_on | score
          a      | 2026-01-10  | 29.99
          b      | 2026-01-10  | 30
        """,
        expect="""
          count | denominator
          1     | 2
        """,
    )


def test_only_the_first_baseline_in_the_period_counts(at_entry: Measure) -> None:
    at_entry(
        person="""
          person
          a
        """,
        person_outcome="""
          person | referral_key | recorded_on | score | timepoint
          a      | r0           | 2025-09-30  | 0     | baseline
          a      | r1           | 2025-10-01  | 60    | baseline
          a      | r2           | 2026-05-01  | 0     | baseline
          a      | r1           | 2025-12-24  | 0     | 12_weeks
        """,
        expect="""
          count | denominator
          0     | 1
        """,
    )


def test_a_baseline_from_before_consent_is_not_used(at_entry: Measure) -> None:
    at_entry(
        person="""
          person
          a
          b
        """,
        consent_period="""
          person | consented_from
          a      | 2026-01-10
          b      | 2026-01-11
        """,
        person_outcome="""
          person | recorded_on | score
          a      | 2026-01-10  | 0
          b      | 2026-01-10  | 0
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_people_at_entry_are_not_cut_by_two_at_once_nor_by_district(at_entry: Measure) -> None:
    at_entry(
        person="""
          person | birth_year
          a      | 1960
        """,
        person_outcome="""
          person | recorded_on | score
          a      | 2026-01-10  | 10
        """,
        expect="""
          area_type | sex     | age_band | category_type        | denominator
          icb       | persons | all      | all                  | 1
          icb       | female  | all      | all                  | 1
          icb       | persons | 65+      | all                  | 1
        """,
    )
