"""Who counts as preparing for treatment in `waiting_well`, and how their scores changed."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]
REFERRAL = "person | programme | condition | referred_on | started_on | completed_on"
SCORE = "person | measure | timepoint | recorded_on | score"
VALUES = """
    scale                 | measure        | recorded | value
    eq5d5l_uk_2026        | eq5d5l_profile | 11111    | 1
    eq5d5l_uk_2026        | eq5d5l_profile | 21111    | 0.9
    eq5d5l_england_2018   | eq5d5l_profile | 11111    | 1
    eq5d5l_england_2018   | eq5d5l_profile | 21111    | 0.8
    eq5d5l_crosswalk_2012 | eq5d5l_profile | 11111    | 1
    eq5d5l_crosswalk_2012 | eq5d5l_profile | 21111    | 0.7
"""


def referrals(*rows: str) -> dict[str, str]:
    people = sorted({row.split("|")[0].strip() for row in rows})
    return {
        "person": "\n".join(["person", *people]),
        "person_referral": "\n".join([REFERRAL, *rows]),
    }


ONE = referrals("a | prehabilitation | other | 2025-06-01 | 2025-06-10 |")


@pytest.fixture
def programmes(spec: Spec) -> Measure:
    return partial(spec, dataset="waiting_well", score_value=VALUES)


@pytest.mark.parametrize(
    ("programme", "condition", "kind"),
    [
        ("prehabilitation", "musculoskeletal", "prehabilitation"),
        ("prehabilitation", "cardiac", "prehabilitation"),
        ("musculoskeletal", "other", "musculoskeletal"),
        ("exercise_on_referral", "musculoskeletal", "musculoskeletal"),
        ("exercise_on_referral", "obesity", ""),
        ("cardiac_rehab", "cardiac", ""),
    ],
)
def test_the_programme_and_then_the_condition_make_the_kind(
    programmes: Measure, programme: str, condition: str, kind: str
) -> None:
    counts = {k: int(k == kind) for k in ("musculoskeletal", "prehabilitation")}
    programmes(
        indicator="waiting_well_referred",
        **referrals(f"a | {programme} | {condition} | 2025-06-01 | |"),
        expect="category_type | category | count\n"
        + "\n".join(f"programme_kind | {k} | {n}" for k, n in counts.items()),
    )


def test_only_the_first_referral_of_the_cohort_says_which_kind(programmes: Measure) -> None:
    """As in programme_outcomes, so that its people and these are the same."""
    programmes(
        indicator="waiting_well_referred",
        person="person\na",
        person_referral=f"""
          referral_key | {REFERRAL}
          r1 | a | exercise_on_referral | obesity | 2025-06-01 | |
          r2 | a | prehabilitation      | obesity | 2025-07-01 | |
        """,
        expect="""
          category_type  | category        | count
          programme_kind | musculoskeletal | 0
          programme_kind | prehabilitation | 0
        """,
    )


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-04-01", 0), ("2025-04-02", 1), ("2026-04-01", 1), ("2026-04-02", 0)],
)
def test_the_cohort_is_that_of_programme_outcomes(
    programmes: Measure, day: str, count: int
) -> None:
    programmes(
        indicator="waiting_well_referred",
        **referrals(f"a | prehabilitation | other | {day} | |"),
        expect=f"""
          category_type  | category        | period_start | period_end | count
          programme_kind | musculoskeletal | 2025-04-02   | 2026-04-01 | 0
          programme_kind | prehabilitation | 2025-04-02   | 2026-04-01 | {count}
        """,
    )


def test_starters_and_completers_are_those_by_the_end_of_the_period(programmes: Measure) -> None:
    people = referrals(
        "a | prehabilitation | other | 2026-04-01 | 2026-09-30 | 2026-09-30",
        "b | prehabilitation | other | 2026-04-01 | 2026-09-30 | 2026-10-01",
        "c | prehabilitation | other | 2026-04-01 | 2026-10-01 | 2026-10-01",
        "d | prehabilitation | other | 2026-04-01 | |",
    )
    for indicator, count, of in (("started", 2, 4), ("completed", 1, 2)):
        programmes(
            indicator=f"waiting_well_{indicator}",
            **people,
            expect=f"""
              category_type  | category        | count   | denominator
              programme_kind | musculoskeletal | 0       | 0
              programme_kind | prehabilitation | {count} | {of}
            """,
        )


def scored(programmes: Measure, scores: list[str], expect: str, **tables: str) -> None:
    programmes(
        indicator="waiting_well_change_in_eq5d5l",
        **{**ONE, **tables},
        person_outcome="\n".join([SCORE, *scores]),
        expect=f"""
          category_type  | category        | count | total | largest | second_largest
          programme_kind | musculoskeletal | 0     |       |         |
          programme_kind | prehabilitation | {expect}
        """,
    )


def eq5d(person: str, timepoint: str, day: str, profile: str = "11111") -> str:
    return f"{person} | eq5d5l_profile | {timepoint} | {day} | {profile}"


def test_a_change_is_in_thousandths_of_the_uk_value_set(programmes: Measure) -> None:
    first = eq5d("a", "baseline", "2025-06-10", "21111")
    scored(programmes, [first, eq5d("a", "12_weeks", "2025-09-05")], "1 | 100 | 100 |")


def test_a_score_of_another_time_makes_no_pair(programmes: Measure) -> None:
    first = eq5d("a", "baseline", "2025-06-10", "21111")
    scored(programmes, [first, eq5d("a", "12_months", "2026-06-05")], "0 | | |")


def test_a_later_score_lies_after_the_first(programmes: Measure) -> None:
    first = eq5d("a", "baseline", "2025-06-10", "21111")
    scored(programmes, [first, eq5d("a", "12_weeks", "2025-06-10")], "0 | | |")


def test_a_later_score_lies_in_the_period(programmes: Measure) -> None:
    first = eq5d("a", "baseline", "2026-06-10", "21111")
    scored(programmes, [first, eq5d("a", "12_weeks", "2026-10-01")], "0 | | |")


def test_who_never_started_has_no_change(programmes: Measure) -> None:
    first = eq5d("a", "baseline", "2025-06-10", "21111")
    scored(
        programmes,
        [first, eq5d("a", "12_weeks", "2025-09-05")],
        "0 | | |",
        **referrals("a | prehabilitation | other | 2025-06-01 | |"),
    )


def test_the_two_largest_changes_are_told(programmes: Measure) -> None:
    people = referrals(
        *(f"{p} | prehabilitation | other | 2025-06-01 | 2025-06-10 |" for p in "abc")
    )
    scores = [
        eq5d("a", "baseline", "2025-06-10", "21111"), eq5d("a", "12_weeks", "2025-09-05"),
        eq5d("b", "baseline", "2025-06-10"), eq5d("b", "12_weeks", "2025-09-05", "21111"),
        eq5d("c", "baseline", "2025-06-10"), eq5d("c", "12_weeks", "2025-09-05"),
    ]  # fmt: skip
    scored(programmes, scores, "3 | 0 | 100 | 100", **people)


def test_completeness_is_of_starters(programmes: Measure) -> None:
    people = referrals(
        "a | musculoskeletal | other | 2025-06-01 | 2025-06-10 |",
        "b | musculoskeletal | other | 2025-06-01 | 2025-06-10 |",
        "c | musculoskeletal | other | 2025-06-01 | |",
    )
    programmes(
        indicator="waiting_well_completeness_of_oxford_knee",
        **people,
        person_outcome=f"""
          {SCORE}
          a | oxford_knee | baseline | 2025-06-10 | 20
          a | oxford_knee | 12_weeks | 2025-09-05 | 27
        """,
        expect="""
          category_type  | category        | count | denominator
          programme_kind | musculoskeletal | 1     | 2
          programme_kind | prehabilitation | 0     | 0
        """,
    )


def test_coverage_is_of_providers_of_referrals(programmes: Measure) -> None:
    programmes(
        indicator="waiting_well_referred",
        **ONE,
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | referral
          beta     | Beta          | referral
        """,
        expect="""
          category_type  | category        | providers_reporting | providers_expected
          programme_kind | musculoskeletal | 1                   | 2
          programme_kind | prehabilitation | 1                   | 2
        """,
    )
