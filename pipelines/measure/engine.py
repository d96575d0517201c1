"""The engine under a measure: DuckDB over the linked store, narrowed to consented people first.

Under the plain table names a measure only finds people whose consent covers the purpose, on the
day of use and on the day of the record. No consent row means no person: it fails closed.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from pipelines.core.agreement import Agreement
from pipelines.core.contract import Contracts
from pipelines.core.duck import open_engine
from pipelines.core.settings import Settings
from pipelines.core.store import LocalStore, bind_tables

STORED = "stored_"
"""Before a table's name: the table as stored, before consent is looked at."""

ACTIVITY_DAYS = {
    "person_day": "attended_on",
    "person_referral": "referred_on",
    "person_outcome": "recorded_on",
}
"""The day of a record, on which consent must have covered the person too."""

AGREED_FILE = pa.schema(
    [("provider", pa.string()), ("provider_name", pa.string()), ("table_name", pa.string())]
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
) -> Iterator[DuckDBEngine]:
    """An engine in which every table of the store is bound and people are narrowed by consent."""
    with open_engine(settings, readable=[settings.amber]) as connection:
        bind_tables(connection, contracts.store_tables(), store, prefix=STORED)
        connection.register("agreed_file", agreed_files(agreements))
        connection.register("use_of_data", use_of_data(purpose, as_of))
        for statement in narrow_to_consented(t.name for t in contracts.store_tables()):
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


def use_of_data(purpose: str, as_of: dt.date) -> pa.Table:
    """The use that consent must cover, as a table of one row."""
    return pa.table({"purpose": [purpose], "as_of": pa.array([as_of], pa.date32())})


def narrow_to_consented(tables: Iterable[str]) -> list[str]:
    """SQL that puts consented people, and open tables as they are, under the plain names."""
    return [_view_of(table) for table in tables]


def _view_of(table: str) -> str:
    rows = f"select * from {STORED}{table}"
    if table == "person":
        rows += f" where {_covered(table, 'use_of_data.as_of')}"
    elif table in ACTIVITY_DAYS:
        day = f"{STORED}{table}.{ACTIVITY_DAYS[table]}"
        rows += f" where {_covered(table, 'use_of_data.as_of')} and {_covered(table, day)}"
    return f"create view {table} as {rows}"


def _covered(table: str, day: str) -> str:
    return (
        "exists (select 1 from stored_consent_period c join use_of_data"
        " on c.purpose = use_of_data.purpose"
        f" where c.provider = {STORED}{table}.provider"
        f" and c.member_key = {STORED}{table}.member_key"
        f" and c.consented_from <= {day}"
        f" and (c.consented_until is null or c.consented_until >= {day}))"
    )
