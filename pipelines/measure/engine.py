"""The engine under a measure: DuckDB over the linked store, narrowed to consented people first.

Under the plain table names a measure only finds people whose consent covers the purpose, on the
day of use and on the day of the record. No consent row means no person: it fails closed.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.agreement import Agreement
from pipelines.core.consented import STORED, covered, use_of_data
from pipelines.core.contract import Contracts
from pipelines.core.duck import open_engine
from pipelines.core.protocol import TABLE, Protocol, protocol_table
from pipelines.core.settings import Settings
from pipelines.core.store import LocalStore, bind_tables
from pipelines.measure.views import shared_views

ACTIVITY_DAYS = {
    "person_day": "attended_on",
    "person_activity": "attended_on",
    "person_visit": "attended_on",
    "person_referral": "referred_on",
    "person_outcome": "recorded_on",
}
"""The day of a record, on which consent must have covered the person too."""

PLAIN_SQL = {pa.string(): "varchar", pa.int64(): "bigint", pa.date32(): "date"}
AGREED_FILE = pa.schema(
    [("provider", pa.string()), ("provider_name", pa.string()), ("table_name", pa.string())]
)
RESOLVED_PERSON = f"""
select {STORED}person.* replace (coalesce(resolved.person_key, {STORED}person.person_key)
    as person_key)
from {STORED}person left join resolved on resolved.provider = {STORED}person.provider
    and resolved.member_key = {STORED}person.member_key
"""
"""A person is a person: at two providers, or twice at one, the same key."""

RESOLVED = pa.schema(
    [("provider", pa.string()), ("member_key", pa.string()), ("person_key", pa.string())]
)


NO_PROTOCOL = "create table if not exists protocol ({})".format(
    ", ".join(f"{f.name} {PLAIN_SQL[f.type]}" for f in TABLE)
)


class DuckDBEngine:
    """The `Engine` port on an embedded DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The result of a query over the linked store's tables, with named parameters."""
        named = duckdb.extract_statements(sql)[0].named_parameters
        used = {name: parameters[name] for name in named}
        return self._connection.sql(sql, params=used).to_arrow_table()


@contextmanager
def open_measures(
    settings: Settings,
    contracts: Contracts,
    agreements: Iterable[Agreement],
    store: LocalStore,
    *,
    purpose: str,
    as_of: dt.date,
    resolved: pa.Table | Path | None = None,
    protocols: Iterable[Protocol] = (),
) -> Iterator[DuckDBEngine]:
    """An engine in which every table of the store is bound and people are narrowed by consent.

    `resolved` (provider, member_key, person_key), a table or a Parquet file of the amber zone,
    says which members are one person; without it each is as the store has it. `protocols` are the
    evaluations that may be made.
    """
    with open_engine(settings, readable=[settings.amber]) as connection:
        bind_tables(connection, contracts.store_tables(), store, prefix=STORED)
        connection.register("agreed_file", agreed_files(agreements))
        connection.register("use_of_data", use_of_data(purpose, as_of))
        connection.register("registered_protocol", protocol_table(protocols))
        connection.execute("create table protocol as select * from registered_protocol")
        if resolved is not None:
            connection.register("resolved", resolved_people(resolved))
        tables = [contract.name for contract in contracts.store_tables()]
        for statement in narrow_to_consented(tables, resolved=resolved is not None):
            connection.execute(statement)
        yield DuckDBEngine(connection)


def agreed_files(agreements: Iterable[Agreement]) -> pa.Table:
    """Which provider of people's records has agreed to deliver which table, one row each."""
    rows = [
        {"provider": a.provider, "provider_name": a.name, "table_name": table}
        for a in agreements
        if a.person_level
        for table in sorted({file.table for file in a.files})
    ]
    return pa.Table.from_pylist(rows, schema=AGREED_FILE)


def resolved_people(resolved: pa.Table | Path) -> pa.Table:
    """Members and the person that each one is."""
    table = pq.read_table(resolved) if isinstance(resolved, Path) else resolved
    return table.select(RESOLVED.names).cast(RESOLVED)


def narrow_to_consented(tables: Iterable[str], *, resolved: bool = False) -> list[str]:
    """SQL that puts consented people, and open tables as they are, under the plain names.

    With `resolved`, a person's key is the one of the table `resolved`. Queries that measures share
    come last: they read the plain names, and `protocol`, which is empty unless it is there.
    """
    return [*(_view_of(table, resolved) for table in tables), NO_PROTOCOL, *shared_views()]


def _view_of(table: str, resolved: bool) -> str:
    rows = RESOLVED_PERSON if resolved and table == "person" else f"select * from {STORED}{table}"
    if table == "person":
        rows += f" where {covered(table, 'use_of_data.as_of')}"
    elif table in ACTIVITY_DAYS:
        day = f"{STORED}{table}.{ACTIVITY_DAYS[table]}"
        rows += f" where {covered(table, 'use_of_data.as_of')} and {covered(table, day)}"
    return f"create view {table} as {rows}"
