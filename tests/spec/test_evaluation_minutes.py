"""The minutes that an evaluation compares: which visits count, in which window, for how much."""

import pytest

from pipelines.core.contract import Contracts
from pipelines.evaluate.people import people_of
from tests.spec.tables import SCOPE, fill, stored

REFERRAL = """
    person | programme            | referred_on | started_on
    a      | exercise_on_referral | 2026-01-10  | 2026-01-20
"""
HEADER = "person | attended_on | activity | intensity | minutes_source | minutes | visits"


def minutes(contracts: Contracts, *visits: str, **tables: str) -> tuple[float, float]:
    """Minutes a week before and after of a person who started on 20 January."""
    given = {
        "protocol": "protocol\ntrial/1.0.0", "person": "person\na", "person_referral": REFERRAL,
        "person_activity": "\n".join([HEADER, *visits]), **tables,
    }  # fmt: skip
    with stored(contracts, fill(contracts, given), SCOPE) as engine:
        (row,) = people_of(engine, SCOPE).to_pylist()
    return row["minutes_before"], row["minutes_after"]


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("2025-12-22", 0, 0),
        ("2025-12-23", 10, 0),
        ("2026-01-19", 10, 0),
        ("2026-01-20", 0, 10),
        ("2026-02-16", 0, 10),
        ("2026-02-17", 0, 0),
    ],
)
def test_a_window_has_its_first_and_its_last_day(
    contracts: Contracts, day: str, before: float, after: float
) -> None:
    """Forty minutes in 28 days are ten a week."""
    visit = f"a | {day} | Swimming | moderate | scheduled | 40 | 1"
    assert minutes(contracts, visit) == (before, after)


@pytest.mark.parametrize(
    ("intensity", "length", "visits", "a_week"),
    [
        ("moderate", 40, 1, 10),
        ("moderate", 40, 2, 20),
        ("vigorous", 40, 1, 20),
        ("light", 40, 1, 0),
        ("unknown", 40, 1, 0),
        ("moderate", 9.99, 1, 0),
        ("moderate", 10, 1, 2.5),
    ],
)
def test_a_visit_counts_as_in_member_activity(
    contracts: Contracts, intensity: str, length: float, visits: int, a_week: float
) -> None:
    visit = f"a | 2026-01-20 | Swimming | {intensity} | scheduled | {length} | {visits}"
    assert minutes(contracts, visit) == (0, a_week)


def test_a_visit_without_minutes_has_the_usual_ones_of_its_activity(contracts: Contracts) -> None:
    person = "person\na\nz"
    stays = [
        f"z | 2026-08-{day:02} | Swimming | moderate | measured | {length} | 1"
        for day, length in enumerate([20] * 9 + [40] * 11, start=1)
    ]
    unknown = "a | 2026-01-20 | Swimming | moderate | none | | 1"
    assert minutes(contracts, *stays, unknown, person=person) == (0, 10)


def test_visits_at_two_providers_are_one_persons(contracts: Contracts) -> None:
    person = "provider | person | person_key\nalpha | a | p\nbeta | b | p"
    agreed = """
        provider | provider_name | table_name
        alpha    | Alpha         | attendance
        beta     | Beta          | attendance
    """
    visits = "\n".join(
        [
            f"provider | {HEADER}",
            "alpha | a | 2026-01-20 | Swimming | moderate | scheduled | 40 | 1",
            "beta | b | 2026-01-21 | Swimming | moderate | scheduled | 20 | 1",
        ]
    )
    found = minutes(contracts, person=person, agreed_file=agreed, person_activity=visits)
    assert found == (0, 15)


def test_what_an_evaluation_sees_of_a_person_has_no_key(contracts: Contracts) -> None:
    given = {
        "protocol": "protocol\ntrial/1.0.0",
        "person": "person\na",
        "person_referral": REFERRAL,
    }
    with stored(contracts, fill(contracts, given), SCOPE) as engine:
        columns = set(people_of(engine, SCOPE).column_names)
    assert columns == {
        "protocol", "arm", "age_band", "sex", "deprivation_quintile", "condition",
        "minutes_before", "minutes_after",
    }  # fmt: skip
