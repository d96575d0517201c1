"""Which visits count in `condition_insight`: of whom, when, for what, and where."""

from collections.abc import Callable
from functools import partial

import pytest

from pipelines.core.settings import PROJECT
from pipelines.validate import load_activities
from tests.spec.conftest import Spec

Measure = Callable[..., None]
ONE = {
    "person": "person\na",
    "person_referral": "person | condition | referred_on\na | cardiac | 2025-06-01",
}
VISIT = "person | attended_on | day_kind | time_band | site | visits"
CONCEPTS = {activity.concept for activity in load_activities(PROJECT / "schemas")}
CLASSES = {
    "Group Exercise", "Aerobics", "Indoor Cycling", "Circuit Training", "Yoga", "Pilates",
    "Tai Chi",
}  # fmt: skip


@pytest.fixture
def insight(spec: Spec) -> Measure:
    return partial(spec, dataset="condition_insight", **ONE)


@pytest.mark.parametrize(
    ("day", "count"),
    [("2025-05-31", 0), ("2025-06-01", 1), ("2025-11-29", 1), ("2025-11-30", 0)],
)
def test_visits_count_for_26_weeks_from_the_day_of_the_referral(
    insight: Measure, day: str, count: int
) -> None:
    insight(
        indicator="condition_visited",
        person_day=f"person | attended_on\na | {day}",
        expect=f"count | denominator\n{count} | 1",
    )


def test_a_visit_at_another_provider_is_the_same_persons(insight: Measure) -> None:
    insight(
        indicator="condition_visited",
        person="""
          provider | member_key | person_key
          alpha    | m1         | p
          beta     | m2         | p
        """,
        person_referral="""
          provider | member_key | condition | referred_on
          alpha    | m1         | cardiac   | 2025-06-01
        """,
        person_day="provider | member_key | attended_on\nbeta | m2 | 2025-06-10",
        expect="""
          category_type        | category              | count | denominator
          all                  | all                   | 1     | 1
          condition            | cardiac               | 1     | 1
          deprivation_quintile | 1 most deprived fifth | 1     | 1
        """,
    )


def test_visits_without_consent_are_not_seen(insight: Measure) -> None:
    insight(
        indicator="condition_visited",
        consent_period="person | consented_from\na | 2025-06-11",
        person_referral="person | condition | referred_on\na | cardiac | 2025-06-11",
        person_day="person | attended_on\na | 2025-06-10",
        expect="count | denominator\n0 | 1",
    )


@pytest.fixture
def many(insight: Measure) -> Callable[..., None]:
    """One person for each of some cells of a table, all referred and all seen."""

    def check(indicator: str, table: str, header: str, cells: list[str], count: int) -> None:
        people = [f"p{n}" for n in range(len(cells))]
        referred = [f"{p} | cardiac | 2025-06-01" for p in people]
        rows = [f"{p} | 2025-06-10 | {c}" for p, c in zip(people, cells, strict=True)]
        tables = {
            "person": ["person", *people],
            "person_referral": ["person | condition | referred_on", *referred],
            "person_day": ["person | attended_on", *(f"{p} | 2025-06-10" for p in people)],
            table: [header, *rows],
        }
        insight(
            indicator=indicator,
            **{name: "\n".join(lines) for name, lines in tables.items()},
            expect=f"count | denominator\n{count} | {len(people)}",
        )

    return check


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        ("gym", {"Gym Workout"}),
        ("water", {"Swimming", "Aqua Aerobics"}),
        ("class", CLASSES),
        ("sport", CONCEPTS - CLASSES - {"Gym Workout", "Swimming", "Aqua Aerobics"}),
    ],
)
def test_every_activity_that_is_known_is_of_one_kind(
    many: Callable[..., None], kind: str, of: set[str]
) -> None:
    header = "person | attended_on | activity"
    concepts = [*sorted(CONCEPTS), "unknown"]
    many(f"condition_used_{kind}", "person_activity", header, concepts, len(of))


def test_activities_outside_the_26_weeks_do_not_count(insight: Measure) -> None:
    insight(
        indicator="condition_used_gym",
        person_day="person | attended_on\na | 2025-06-10",
        person_activity="person | attended_on | activity\na | 2025-11-30 | Gym Workout",
        expect="count | denominator\n0 | 1",
    )


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("on_weekday_mornings", 1),
        ("on_weekday_afternoons", 2),
        ("on_weekday_evenings", 3),
        ("at_weekends", 4),
    ],
)
def test_a_weekend_is_one_at_any_time_and_a_weekday_needs_one(
    many: Callable[..., None], part: str, count: int
) -> None:
    days = ["morning", *["afternoon"] * 2, *["evening"] * 3, "unknown"]
    cells = [f"weekday | {band} | NLC | 1" for band in days]
    cells += [f"weekend | {band} | NLC | 1" for band in sorted(set(days))]
    many(f"condition_came_{part}", "person_visit", VISIT, cells, count)


def test_people_count_at_the_site_that_they_visit_most(insight: Measure) -> None:
    insight(
        indicator="condition_main_site",
        person_visit=f"""
          {VISIT}
          a | 2025-06-10 | weekday | morning | NLC | 1
          a | 2025-06-11 | weekday | morning | SLC | 2
          a | 2025-11-30 | weekday | morning | NLC | 9
        """,
        expect="category_type | category | count\nsite | Alpha: SLC | 1",
    )


def test_of_two_sites_visited_as_often_the_first_by_name_counts(insight: Measure) -> None:
    insight(
        indicator="condition_main_site",
        person_visit=f"""
          {VISIT}
          a | 2025-06-10 | weekday | morning | SLC | 1
          a | 2025-06-11 | weekday | morning | NLC | 1
        """,
        expect="category_type | category | count\nsite | Alpha: NLC | 1",
    )


@pytest.mark.parametrize(("second", "count"), [("NLC", 0), ("SLC", 1)])
def test_several_sites_are_two_or_more(insight: Measure, second: str, count: int) -> None:
    insight(
        indicator="condition_used_several_sites",
        person_day="person | attended_on\na | 2025-06-10",
        person_visit=f"""
          {VISIT}
          a | 2025-06-10 | weekday | morning | NLC | 1
          a | 2025-06-11 | weekend | evening | {second} | 1
        """,
        expect=f"count | denominator\n{count} | 1",
    )


def test_coverage_is_of_the_providers_of_what_is_counted(insight: Measure) -> None:
    agreed = """
      provider | provider_name | table_name
      alpha    | Alpha         | referral
      beta     | Beta          | attendance
      gamma    | Gamma         | attendance
    """
    for indicator, of in (("condition_referred", "1 | 1"), ("condition_visited", "0 | 2")):
        insight(
            indicator=indicator,
            agreed_file=agreed,
            expect=f"providers_reporting | providers_expected\n{of}",
        )
