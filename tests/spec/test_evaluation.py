"""Whom `evaluation` counts: starters and the people that a protocol compares them with.

The protocol recruits from January to March 2026, and looks at the 28 days before a person's index
day and at the 28 days from it on.
"""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Arms = Callable[..., None]
ANY = "protocol\ntrial/1.0.0"
PEOPLE = "person\na\nb"
REFERRALS = """
    person | programme            | condition | referred_on | started_on
    a      | exercise_on_referral | obesity   | 2026-01-10  | 2026-01-20
    b      | exercise_on_referral | cardiac   | 2026-01-10  |
"""


@pytest.fixture
def arms(spec: Spec) -> Arms:
    """How many starters and comparators there are."""

    def check(starters: int, comparators: int, **tables: str) -> None:
        given = {
            "protocol": ANY, "person": PEOPLE, "person_referral": REFERRALS, **tables,
        }  # fmt: skip
        measured = partial(spec, dataset="evaluation", **given)
        for indicator, count in (
            ("evaluated_starters", starters), ("evaluated_comparators", comparators),
        ):  # fmt: skip
            measured(
                indicator=indicator,
                expect=f"category_type | category | count\nprotocol | trial/1.0.0 | {count}",
            )

    return check


def referred(*rows: str) -> str:
    return "\n".join(["person | programme | condition | referred_on | started_on", *rows])


def person_a(started_on: str) -> str:
    return referred(f"a | exercise_on_referral | obesity | 2025-12-31 | {started_on}")


def test_who_started_is_compared_with_who_was_referred_and_did_not(arms: Arms) -> None:
    arms(1, 1)


def test_every_estimate_stands_over_both_groups(spec: Spec) -> None:
    spec(
        dataset="evaluation", protocol=ANY, person=PEOPLE, person_referral=REFERRALS,
        indicator="difference_in_recorded_minutes",
        expect="category_type | category | count | denominator\nprotocol | trial/1.0.0 | 1 | 1",
    )  # fmt: skip


def test_without_a_protocol_there_is_no_row(spec: Spec) -> None:
    spec(
        dataset="evaluation", person=PEOPLE, person_referral=REFERRALS,
        indicator="evaluated_starters", expect="category_type | category | count",
    )  # fmt: skip


def test_a_protocol_that_finds_nobody_says_so(arms: Arms) -> None:
    arms(0, 0, protocol="protocol | programme\ntrial/1.0.0 | glp1_with_exercise")


def test_a_protocol_may_be_of_one_condition(arms: Arms) -> None:
    arms(1, 0, protocol="protocol | condition\ntrial/1.0.0 | obesity")


def test_conditions_are_counted_together(arms: Arms) -> None:
    arms(1, 1, protocol="protocol | condition\ntrial/1.0.0 | obesity\ntrial/1.0.0 | cardiac")


@pytest.mark.parametrize(
    ("started_on", "starters"),
    [("2025-12-31", 0), ("2026-01-01", 1), ("2026-03-31", 1), ("2026-04-01", 0)],
)
def test_a_starter_is_recruited_by_the_day_of_the_start(
    arms: Arms, started_on: str, starters: int
) -> None:
    arms(starters, 0, person_referral=person_a(started_on))


@pytest.mark.parametrize(
    ("referred_on", "comparators"),
    [("2025-12-21", 0), ("2025-12-22", 1), ("2026-03-21", 1), ("2026-03-22", 0)],
)
def test_a_comparator_is_recruited_by_the_referral_and_the_starters_median_wait(
    arms: Arms, referred_on: str, comparators: int
) -> None:
    """The only starter waited ten days."""
    rows = referred(
        "a | exercise_on_referral | obesity | 2026-01-10 | 2026-01-20",
        f"b | exercise_on_referral | obesity | {referred_on} |",
    )
    arms(1, comparators, person_referral=rows)


@pytest.mark.parametrize(("starts_on", "starters"), [("2026-09-03", 1), ("2026-09-04", 0)])
def test_the_follow_up_has_ended_within_the_period(
    arms: Arms, starts_on: str, starters: int
) -> None:
    """Twenty-eight days from 3 September end on the 30th, the period's last."""
    arms(
        starters, 0, person_referral=person_a(starts_on),
        protocol="protocol | recruited_to\ntrial/1.0.0 | 2026-09-30",
    )  # fmt: skip


def test_whoever_ever_started_is_no_comparator(arms: Arms) -> None:
    rows = referred(
        "a | exercise_on_referral | obesity | 2026-01-05 |",
        "a | exercise_on_referral | obesity | 2026-01-10 | 2026-01-20",
    )
    referral_keys = "\n".join(
        f"{row} | {key}"
        for row, key in zip(rows.splitlines(), ("referral_key", "1", "2"), strict=True)
    )
    arms(1, 0, person_referral=referral_keys)


def test_another_programme_is_not_compared(arms: Arms) -> None:
    rows = referred("a | cardiac_rehab | cardiac | 2026-01-10 | 2026-01-20")
    arms(0, 0, person_referral=rows)


def test_only_members_whose_visits_are_seen_are_compared(arms: Arms) -> None:
    arms(1, 0, person="person | person_kind\na | member\nb | guest")


def test_a_person_is_known_through_another_provider(arms: Arms) -> None:
    person = """
        provider | person | person_key | person_kind
        alpha    | m      | p          | member
        beta     | c      | p          | guest
    """
    agreed = """
        provider | provider_name | table_name
        alpha    | Alpha         | attendance
        beta     | Beta          | referral
    """
    rows = "provider | " + referred(
        "beta | c | exercise_on_referral | obesity | 2026-01-10 | 2026-01-20"
    )
    arms(1, 0, person=person, agreed_file=agreed, person_referral=rows)


@pytest.mark.parametrize(
    ("covered_from", "covered_until", "starters"),
    [
        ("2025-12-23", "2026-02-16", 1),
        ("2025-12-24", "", 0),
        ("2025-12-23", "2026-02-15", 0),
    ],
)
def test_consent_covers_both_windows_or_nobody_is_counted(
    arms: Arms, covered_from: str, covered_until: str, starters: int
) -> None:
    """The baseline begins on 23 December, the follow-up ends on 16 February."""
    consent = f"""
        person | consented_from | consented_until
        a      | {covered_from} | {covered_until}
        a      | 2026-09-01     |
    """
    arms(starters, 0, person="person\na", consent_period=consent,
         person_referral=person_a("2026-01-20"))  # fmt: skip


@pytest.mark.parametrize(("birth_year", "starters"), [("2007", 1), ("2008", 0)])
def test_adults_alone_are_compared(arms: Arms, birth_year: str, starters: int) -> None:
    arms(
        starters, 0, person=f"person | birth_year\na | {birth_year}",
        person_referral=person_a("2026-01-20"),
    )  # fmt: skip


def test_people_who_live_elsewhere_are_not_counted(arms: Arms) -> None:
    arms(1, 0, person="person | lsoa21_code\na | L1\nb | L9")


SITES = """
    protocol    | comparison      | site | opened_on
    trial/1.0.0 | stepped_by_site | alpha | 2025-01-01
    trial/1.0.0 | stepped_by_site | beta  | 2026-03-01
"""
TWO_SITES = """
    provider | person | person_key
    alpha    | a      | a
    beta     | b      | b
    alpha    | b      | b
"""


@pytest.mark.parametrize(("referred_on", "comparators"), [("2026-01-22", 1), ("2026-01-23", 0)])
def test_by_site_a_comparators_follow_up_ends_before_their_site_opens(
    arms: Arms, referred_on: str, comparators: int
) -> None:
    """Ten days of waiting and 28 of follow-up from 22 January end on 28 February."""
    rows = "provider | " + referred(
        "alpha | a | exercise_on_referral | obesity | 2026-01-10 | 2026-01-20",
        f"beta | b | weight_management | obesity | {referred_on} | {referred_on}",
    )
    arms(1, comparators, protocol=SITES, person=TWO_SITES, person_referral=rows)


def test_by_site_a_start_before_the_site_opened_is_no_start(arms: Arms) -> None:
    rows = "provider | " + referred(
        "beta | b | exercise_on_referral | obesity | 2026-01-10 | 2026-02-20",
    )
    arms(0, 0, protocol=SITES, person=TWO_SITES, person_referral=rows)
