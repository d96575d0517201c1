"""Consent periods whatever happened, in whatever order it was told."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.consent import PARENT, make_periods, withdrawn_people
from pipelines.core.agreement_terms import AgeRule

USE, OTHER = "service_evaluation", "research"
START = dt.date(2025, 1, 1)
DAYS = 60
RULE = AgeRule(USE, minimum_age=11, own_consent_from=13)


@dataclass(frozen=True)
class Event:
    """One line of a register."""

    purpose: str
    kind: str
    day: dt.date
    until: dt.date | None
    evidence: str = "form"


days = st.integers(0, DAYS - 1).map(lambda n: START + dt.timedelta(days=n))
events = st.builds(
    Event,
    purpose=st.sampled_from([USE, USE, USE, OTHER]),
    kind=st.sampled_from(["granted", "granted", "narrowed", "withdrawn", "expired", "unreadable"]),
    day=days,
    until=st.none() | days,
    evidence=st.sampled_from(["form", f"{PARENT}form"]),
)
histories = st.lists(events, max_size=8)
quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def fill_register(engine: duckdb.DuckDBPyConnection, history: Sequence[Event]) -> str:
    engine.execute(
        "create or replace table consent_register (member_token varchar, purpose varchar, "
        "event varchar, happened_on date, expires_on date, notice_version varchar, "
        "evidence varchar, recorded_on date, delivery_id varchar, file_number bigint, "
        "row_number bigint)"
    )
    rows = [
        ["P", e.purpose, e.kind, e.day, e.until, "PN-1", e.evidence, START, "0" * 12, 1, number]
        for number, e in enumerate(history, start=1)
    ]
    if rows:
        places = ", ".join("?" * len(rows[0]))
        engine.executemany(f"insert into consent_register values ({places})", rows)
    return "consent_register"


def covered_days(
    engine: duckdb.DuckDBPyConnection,
    history: Sequence[Event],
    born_on: dt.date | None = None,
) -> set[dt.date]:
    rules = []
    if born_on is not None:
        rules = [RULE]
        engine.execute(
            "create or replace table member_birth as select 'P' as member_token, $b as born_on",
            {"b": born_on},
        )
    make_periods(fill_register(engine, history), engine, rules)
    found = engine.execute(
        "select consented_from, consented_until from consent_periods where purpose = $use",
        {"use": USE},
    ).fetchall()
    return {
        day
        for day in (START + dt.timedelta(days=n) for n in range(DAYS))
        if any(first <= day and (last is None or day <= last) for first, last in found)
    }


def expected_days(history: Sequence[Event]) -> set[dt.date]:
    """The rule again, day by day: some grant covers it, and nothing has ended that grant since."""

    def ends(event: Event, grant: Event, day: dt.date) -> bool:
        about = event.kind == "unreadable" or event.purpose == USE
        return event.kind != "granted" and about and grant.day <= event.day <= day

    grants = [e for e in history if e.kind == "granted" and e.purpose == USE]
    return {
        day
        for day in (START + dt.timedelta(days=n) for n in range(DAYS))
        for grant in grants
        if grant.day <= day
        and (grant.until is None or day <= grant.until)
        and not any(ends(event, grant, day) for event in history)
    }


@quick
@given(histories)
def test_a_day_is_covered_only_by_a_grant_that_nothing_ended(
    engine: duckdb.DuckDBPyConnection, history: list[Event]
) -> None:
    assert covered_days(engine, history) == expected_days(history)


@quick
@given(histories, st.randoms())
def test_the_order_in_which_events_arrive_plays_no_part(
    engine: duckdb.DuckDBPyConnection, history: list[Event], draw: st.DataObject
) -> None:
    shuffled = list(history)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]  # (a random.Random)
    assert covered_days(engine, history) == covered_days(engine, shuffled)


@quick
@given(histories, days)
def test_a_withdrawal_holds_until_a_later_grant(
    engine: duckdb.DuckDBPyConnection, history: list[Event], day: dt.date
) -> None:
    earlier = [e for e in history if e.day <= day]
    left = [*earlier, Event(USE, "withdrawn", day, None)]
    assert {d for d in covered_days(engine, left) if d >= day} == set()


@quick
@given(histories, days)
def test_nobody_who_is_covered_counts_as_withdrawn(
    engine: duckdb.DuckDBPyConnection, history: list[Event], day: dt.date
) -> None:
    is_covered = day in covered_days(engine, history)
    has_withdrawn = withdrawn_people([USE], day, engine).num_rows > 0
    assert not (is_covered and has_withdrawn)


@quick
@given(histories, days)
def test_whoever_withdrew_last_counts_as_withdrawn(
    engine: duckdb.DuckDBPyConnection, history: list[Event], day: dt.date
) -> None:
    earlier = [e for e in history if e.day <= day]
    covered_days(engine, [*earlier, Event(USE, "withdrawn", day, None)])
    assert withdrawn_people([USE], day, engine).num_rows == 1


@quick
@given(histories, st.integers(0, 3 * 365))
def test_no_day_before_the_minimum_age_is_covered(
    engine: duckdb.DuckDBPyConnection, history: list[Event], born: int
) -> None:
    born_on = dt.date(2012, 6, 1) + dt.timedelta(days=born)
    eleventh_birthday = born_on.replace(year=born_on.year + 11)
    covered = covered_days(engine, history, born_on)
    assert {day for day in covered if day < eleventh_birthday} == set()


@quick
@given(histories, st.integers(0, 365))
def test_a_child_is_covered_only_where_a_parent_agreed(
    engine: duckdb.DuckDBPyConnection, history: list[Event], born: int
) -> None:
    """All of them are eleven or twelve on every day."""
    born_on = dt.date(2012, 6, 1) + dt.timedelta(days=born)
    by_parents = [e for e in history if e.kind != "granted" or e.evidence.startswith(PARENT)]
    assert covered_days(engine, history, born_on) == expected_days(by_parents)
