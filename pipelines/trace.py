"""What we hold of one person, told from the provider's own reference of them. Read only."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.consent import (
    CONSENT,
    MEMBER,
    key_members,
    learn_ages,
    make_periods,
    open_register,
    settled,
)
from pipelines.core.agreement import Agreement
from pipelines.core.duck import open_engine
from pipelines.core.errors import BadKey
from pipelines.core.ports import Recipient
from pipelines.core.settings import Settings
from pipelines.core.store import bind_tables
from pipelines.house import House
from pipelines.pseudonymise.keys.inspection import list_keys
from pipelines.pseudonymise.keys.ring import ACTIVE, RECIPIENT, RETIRED

DAYS = {
    "person_day": "attended_on",
    "person_activity": "attended_on",
    "person_visit": "attended_on",
    "person_referral": "referred_on",
    "person_outcome": "recorded_on",
}
"""Tables with records of a person, and the day of a record."""


@dataclass(frozen=True)
class Period:
    """Days covered by consent, for one purpose, under one notice."""

    purpose: str
    first: dt.date
    last: dt.date | None
    notice: str

    def covers(self, day: dt.date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Trace:
    """What the register knows of a person, and what the store holds."""

    events: tuple[Mapping[str, Any], ...]
    periods: tuple[Period, ...]
    used: Mapping[str, bool]
    tables: tuple[str, ...]
    purged_after: str
    pseudonyms: tuple[tuple[Recipient, str], ...]


def trace_person(house: House, agreement: Agreement, reference: str, on: dt.date) -> Trace:
    """One person's events, periods and pseudonyms, from the provider's own reference."""
    provider = agreement.provider
    [token] = house.keys.tokens(MEMBER, (provider,))([reference])
    with open_books(house, agreement, known_on=on) as engine:
        events = engine.execute(
            "select happened_on, recorded_on, event, purpose, expires_on, notice_version, evidence"
            " from consent_register where member_token = $token order by happened_on, recorded_on",
            {"token": token},
        )
        names = [column[0] for column in events.description or ()]
        rows = tuple(dict(zip(names, row, strict=True)) for row in events.fetchall())
        periods = periods_of(token, engine)
        [key] = house.keys.store_keys(MEMBER)([token])
        keys = keys_of_member(provider, key, engine)
        tables = tuple(t for t in ("person", *DAYS) if _rows(t, provider, key, engine))
    return Trace(
        events=rows,
        periods=periods,
        used={p: any(q.purpose == p and q.covers(on) for q in periods) for p in agreement.purposes},
        tables=tables,
        purged_after=settled(provider, house.settings, house.keys).get(token, ""),
        pseudonyms=tuple(
            (who, pseudonym)
            for who in recipients_with_keys(house.settings)
            for pseudonym in pseudonyms_of(house, who, keys[:1])
        ),
    )


def recipients_with_keys(settings: Settings) -> list[Recipient]:
    """Everyone whose key the ring holds; nobody when the root key comes from the environment."""
    try:
        entries = list_keys(settings)
    except BadKey:
        return []
    usable = (ACTIVE, RETIRED)
    return [e.whose for e in entries if e.kind == RECIPIENT and e.state in usable]


@contextmanager
def open_books(
    house: House, agreement: Agreement, known_on: dt.date
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store's tables, and one provider's register and periods as known on a day."""
    contracts, settings, keys = house.contracts, house.settings, house.keys
    with open_engine(settings, readable=[settings.amber]) as engine:
        bind_tables(engine, contracts.store_tables(), house.store)
        contract = contracts.delivered(CONSENT)
        register = open_register(
            agreement.provider, contract, engine, settings, keys, known_on=known_on
        )
        key_members(register, engine, keys)
        if agreement.consent.age_rules:
            learn_ages(None, agreement.provider, known_on, engine)
        make_periods(register, engine, agreement.consent.age_rules)
        yield engine


def periods_of(token: str, engine: duckdb.DuckDBPyConnection) -> tuple[Period, ...]:
    """A person's periods, oldest first."""
    rows = engine.execute(
        "select purpose, consented_from, consented_until, notice_version from consent_periods "
        "where member_token = $token order by purpose, consented_from",
        {"token": token},
    ).fetchall()
    return tuple(Period(*row) for row in rows)


def keys_of_member(provider: str, key: str, engine: duckdb.DuckDBPyConnection) -> list[str]:
    """The keys that stand for a member in the store: the person's first, then the member's."""
    rows = engine.execute(
        "select person_key from person where provider = $provider and member_key = $key",
        {"provider": provider, "key": key},
    ).fetchall()
    return [*(str(row[0]) for row in rows), key]


def _rows(table: str, provider: str, key: str, engine: duckdb.DuckDBPyConnection) -> bool:
    found = engine.execute(
        f"select 1 from {table} where provider = $provider and member_key = $key limit 1",
        {"provider": provider, "key": key},
    ).fetchall()
    return bool(found)


def pseudonyms_of(house: House, who: Recipient, keys: Sequence[str]) -> list[str]:
    """A recipient's pseudonyms of keys of the linked store; none without its key."""
    try:
        return house.keys.pseudonyms(who)(keys)
    except BadKey:
        # A key that was destroyed, or is of another root: nobody can work these out any more.
        return []
