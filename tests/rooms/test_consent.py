"""From events to the days that consent covers, and which rows that lets through."""

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.consent import MEMBER, keep_consented, make_periods
from pipelines.core.agreement import load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT, settings_from
from pipelines.core.stages import Drop, Landed
from pipelines.pseudonymise.keys import open_key_source
from tests.conftest import TEST_KEY

AGREEMENT = load_agreements(PROJECT / "schemas")["parkside_trust"]
ATTENDANCE = load_contracts(PROJECT / "schemas").delivered("attendance")
AS_OF = dt.date(2026, 10, 1)
Event = tuple[str, str, str, str | None]
"""(purpose, event, day, last day)"""
USE = "service_evaluation"
KEYS = open_key_source(settings_from({}), {"WIDEBRIDGE_ROOT_KEY": TEST_KEY})
[TOKEN] = KEYS.tokens(MEMBER, ("parkside_trust",))(["P"])


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def register(engine: duckdb.DuckDBPyConnection, events: list[Event]) -> str:
    engine.execute(
        "create table consent_register (member_token varchar, purpose varchar, event varchar, "
        "happened_on date, expires_on date, notice_version varchar, evidence varchar)"
    )
    rows = [[TOKEN, purpose, event, day, end, "PN"] for purpose, event, day, end in events]
    engine.executemany("insert into consent_register values (?, ?, ?, ?, ?, ?, null)", rows)
    return "consent_register"


CASES: list[tuple[str, list[Event], list[tuple[str, str | None]]]] = [
    ("open", [(USE, "granted", "2025-01-10", None)], [("2025-01-10", None)]),
    ("for a time", [(USE, "granted", "2025-01-10", "2025-12-31")], [("2025-01-10", "2025-12-31")]),
    (
        "withdrawn: the day itself is not covered",
        [(USE, "granted", "2025-01-10", None), (USE, "withdrawn", "2025-03-01", None)],
        [("2025-01-10", "2025-02-28")],
    ),
    (
        "refusal wins over consent of the same day",
        [(USE, "granted", "2025-01-10", None), (USE, "withdrawn", "2025-01-10", None)],
        [],
    ),
    (
        "a narrowing ends this purpose",
        [(USE, "granted", "2025-01-10", None), (USE, "narrowed", "2025-03-01", None)],
        [("2025-01-10", "2025-02-28")],
    ),
    (
        "asked again",
        [
            (USE, "granted", "2025-01-10", None),
            (USE, "withdrawn", "2025-03-01", None),
            (USE, "granted", "2025-06-01", None),
        ],
        [("2025-01-10", "2025-02-28"), ("2025-06-01", None)],
    ),
    (
        "a withdrawal from another purpose leaves this one",
        [(USE, "granted", "2025-01-10", None), ("research", "withdrawn", "2025-03-01", None)],
        [("2025-01-10", None)],
    ),
    (
        "an event that nobody could read ends every purpose",
        [(USE, "granted", "2025-01-10", None), ("any", "unreadable", "2026-10-01", None)],
        [("2025-01-10", "2026-09-30")],
    ),
    ("a withdrawal alone", [(USE, "withdrawn", "2025-03-01", None)], []),
]


@pytest.mark.parametrize(("events", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_days_covered(
    engine: duckdb.DuckDBPyConnection,
    events: list[Event],
    expected: list[tuple[str, str | None]],
) -> None:
    periods = make_periods(register(engine, events), engine)
    found = engine.execute(
        f"select consented_from::varchar, consented_until::varchar from {periods} order by 1"
    ).fetchall()
    assert found == expected


@pytest.mark.parametrize(
    ("when", "refused"),
    [
        ("09/01/2025 23:59:59", {"not_yet": 1}),
        ("10/01/2025 00:30:00", {}),
        ("01/03/2025 08:00:00", {"not_covered_then": 1}),
        ("01/06/2025 00:30:00", {}),
        ("not a time", {}),
    ],
)
def test_a_visit_counts_when_its_local_day_was_covered(
    engine: duckdb.DuckDBPyConnection, when: str, refused: dict[str, int]
) -> None:
    """In June 00:30 is still the day before in UTC; the local day is what consent was given for."""
    asked_again = next(c[1] for c in CASES if c[0] == "asked again")
    make_periods(register(engine, asked_again), engine)
    columns = ", ".join(f'"{c.name}" varchar' for c in ATTENDANCE.columns)
    engine.execute(f"create table landed ({columns}, file_number bigint, row_number bigint)")
    engine.execute("insert into landed (person_ref, entered_at) values ('P', ?)", [when])
    kinds = tuple(f for f in AGREEMENT.files if f.table == "attendance")
    drop = Drop("parkside_trust", "2026-09-30", PROJECT, {}, "0" * 12)
    landed = Landed(drop, AGREEMENT, kinds, ATTENDANCE, "landed", 1)
    assert keep_consented(landed, [USE], AS_OF, engine, KEYS).refused == refused
