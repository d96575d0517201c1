"""What `condition_insight` means: who is counted, who keeps going, and by what they are cut."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]
REFERRAL = "person | condition | referred_on | started_on | last_attended_on | completed_on"


def referrals(*rows: str) -> dict[str, str]:
    people = sorted({row.split("|")[0].strip() for row in rows})
    return {
        "person": "\n".join(["person", *people]),
        "person_referral": "\n".join([REFERRAL, *rows]),
    }


@pytest.fixture
def insight(spec: Spec) -> Measure:
    return partial(spec, dataset="condition_insight")


def test_people_are_counted_by_the_condition_of_their_first_referral(insight: Measure) -> None:
    insight(
        indicator="condition_referred",
        person="person\na\nb",
        person_referral="""
          person | referral_key | condition | referred_on
          a      | r1           | obesity   | 2025-06-02
          a      | r2           | cardiac   | 2025-06-01
          b      | r3           | obesity   | 2025-06-01
        """,
        expect="""
          category_type        | category              | count
          all                  | all                   | 2
          condition            | cardiac               | 1
          condition            | obesity               | 1
          deprivation_quintile | 1 most deprived fifth | 2
        """,
    )


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-04-01", ""), ("2025-04-02", 1), ("2026-04-01", 1), ("2026-04-02", "")],
)
def test_the_cohort_ends_26_weeks_before_the_period(
    insight: Measure, day: str, count: object
) -> None:
    insight(
        indicator="condition_referred",
        **referrals(f"a | obesity | {day} | | |"),
        expect=f"period_start | period_end | count\n2025-04-02 | 2026-04-01 | {count}"
        if count
        else "period_start | period_end | count",
    )


@pytest.mark.parametrize(("day", "count"), [("2026-09-30", 1), ("2026-10-01", 0), ("", 0)])
def test_a_start_lies_in_the_period(insight: Measure, day: str, count: int) -> None:
    insight(
        indicator="condition_started",
        **referrals(f"a | obesity | 2026-04-01 | {day} | |"),
        expect=f"count | denominator\n{count} | 1",
    )


@pytest.mark.parametrize(
    ("started", "last", "completed", "count"),
    [
        ("2026-01-01", "2026-03-25", "", 0),  # the 83rd day
        ("2026-01-01", "2026-03-26", "", 1),  # the 84th
        ("2026-01-01", "", "2026-03-26", 1),
        ("2026-07-08", "2026-10-01", "", 1),  # 84 days passed by the period's end
        ("2026-07-09", "2026-10-02", "", 0),  # 83 had
    ],
)
def test_twelve_weeks_are_84_days(
    insight: Measure, started: str, last: str, completed: str, count: int
) -> None:
    insight(
        indicator="condition_kept_twelve_weeks",
        **referrals(f"a | obesity | 2026-01-01 | {started} | {last} | {completed}"),
        expect=f"count | denominator\n{count} | 1",
    )


@pytest.mark.parametrize(
    ("last", "completed", "count"),
    [
        ("2025-07-01", "", 0),  # the 181st day
        ("2025-07-02", "", 1),  # the 182nd
        ("", "2025-07-01", 0),
        ("", "2025-07-02", 1),
    ],
)
def test_six_months_are_182_days(insight: Measure, last: str, completed: str, count: int) -> None:
    insight(
        indicator="condition_kept_six_months",
        **referrals(f"a | obesity | 2025-01-01 | 2025-01-01 | {last} | {completed}"),
        expect=f"count | denominator\n{count} | 1",
    )


@pytest.mark.parametrize(
    ("visit", "count"),
    [("2025-07-01", 0), ("2025-07-02", 1), ("2025-07-29", 1), ("2025-07-30", 0)],
)
def test_a_visit_in_the_four_weeks_from_the_182nd_day_is_still_active(
    insight: Measure, visit: str, count: int
) -> None:
    insight(
        indicator="condition_kept_six_months",
        **referrals("a | obesity | 2025-01-01 | 2025-01-01 | 2025-02-01 |"),
        person_day=f"person | attended_on\na | {visit}",
        expect=f"count | denominator\n{count} | 1",
    )


def test_182_days_must_have_passed_by_the_end_of_the_period(insight: Measure) -> None:
    insight(
        indicator="condition_kept_six_months",
        **referrals(
            "a | obesity | 2025-01-01 | 2026-04-01 | 2026-10-01 |",
            "b | obesity | 2025-01-01 | 2026-04-02 | 2026-10-02 |",
        ),
        expect="count | denominator\n1 | 2",
    )


def test_who_never_started_is_not_still_active(insight: Measure) -> None:
    insight(
        indicator="condition_kept_six_months",
        **referrals("a | obesity | 2025-01-01 | | |"),
        person_day="person | attended_on\na | 2025-07-10",
        expect="count | denominator\n0 | 0",
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-06-25", ""), ("2024-06-26", "2024-06-26 | 2025-06-25"),
        ("2025-06-25", "2024-06-26 | 2025-06-25"), ("2025-06-26", ""),
    ],
)  # fmt: skip
def test_six_months_are_of_people_referred_40_weeks_earlier(
    insight: Measure, day: str, expected: str
) -> None:
    insight(
        indicator="condition_kept_six_months",
        **referrals(f"a | obesity | {day} | {day} | |"),
        expect=f"period_start | period_end\n{expected}",
    )


def test_people_who_live_elsewhere_are_not_counted(insight: Measure) -> None:
    insight(
        indicator="condition_referred",
        person="person | lsoa21_code\na | L1\nb | L2\nc |",
        person_referral="""
          person | condition | referred_on
          a      | cardiac   | 2025-06-01
          b      | cardiac   | 2025-06-01
          c      | cardiac   | 2025-06-01
        """,
        expect="count\n1",
    )
