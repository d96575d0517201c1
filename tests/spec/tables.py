"""Small text tables in, a measure's rows out, on two engines that share no code.

A spec names only the columns that it is about; every other column has the default given here.
"""

import datetime as dt
import functools
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot

from pipelines.core.consented import STORED, use_of_data
from pipelines.core.contract import Contract, Contracts, LogicalType
from pipelines.core.protocol import TABLE
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Scope
from pipelines.measure import DuckDBEngine, measure_sql, narrow_to_consented, parameters_of
from pipelines.measure.engine import AGREED_FILE

Row = dict[str, Any]

HERE = "E54000057"
SCOPE = Scope(
    icb_code=HERE,
    icb_ods_code="QOP",
    icb_name="Here",
    vintage="2026",
    boundaries_on=dt.date(2026, 4, 1),
    period_start=dt.date(2025, 10, 1),
    period_end=dt.date(2026, 9, 30),
    as_of=dt.date(2026, 11, 22),
    purpose="service_evaluation",
)
DEFAULT_TABLES = {
    "agreed_file": """
        provider | provider_name | table_name
        alpha    | Alpha         | attendance
        alpha    | Alpha         | outcome_measure
        alpha    | Alpha         | referral
    """,
    "intake_count": """
        table_name      | rows
        attendance      | 1
        outcome_measure | 1
        referral        | 1
    """,
    "geography": """
        area_code | parent_code | parent_type | parent_ods_code | parent_name
        L1        | E54000057   | icb         | QOP             | Here
        L1        | D1          | ltla        |                 | Town
    """,
    "deprivation": """
        area_code | decile
        L1        | 1
    """,
}
DEFAULT_CELLS: dict[str, Row] = {
    "person": {
        "sex": "2", "birth_year": "1980", "lsoa21_code": "L1", "person_kind": "member",
        "member_status": "active",
    },
    "consent_period": {"purpose": "service_evaluation", "consented_from": "2000-01-01"},
    "person_outcome": {"measure": "active_minutes_week", "timepoint": "baseline"},
    "geography": {"area_type": "lsoa21", "valid_from": "2023-04-01"},
    "deprivation": {"area_type": "lsoa21", "index_version": "imd2025", "rank": "1"},
    "population": {"sex": "persons", "age_to": "120"},
    "health_indicator": {"indicator_id": "93015", "sex": "persons", "period": "2024/25"},
    "intake_count": {"fate": "kept", "code": ""},
    "protocol": {
        "protocol": "trial/1.0.0", "programme": "exercise_on_referral", "condition": "all",
        "comparison": "referred_not_started", "site": "all", "recruited_from": "2026-01-01",
        "recruited_to": "2026-03-31", "recruited_year": "2026", "baseline_from": "-28",
        "baseline_to": "-1", "follow_up_from": "0", "follow_up_to": "27",
    },
}  # fmt: skip
TOTALS = {
    "area_type": {"icb"},
    "sex": {"persons"},
    "age_band": {"all", "19+"},
    "category_type": {"all"},
    "category": {"all"},
}
"""A column that a spec's expectation does not show is held at these values."""


def parse(text: str) -> list[dict[str, str]]:
    """The rows of a text table; every cell is text, an absent value is empty."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    header, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(header, row, strict=True)) for row in body]


def stored_rows(contract: Contract, text: str) -> list[Row]:
    """The rows of a text table as the store would hold them."""
    return [_stored(contract, cells) for cells in parse(text)]


def _stored(contract: Contract, cells: Mapping[str, str]) -> Row:
    named = {**DEFAULT_CELLS.get(contract.name, {}), "provider": "alpha", **cells}
    person = named.get("person") or named.get("member_key", "")
    named = {"member_key": person, "person_key": person, "referral_key": person, **named}
    return {c.name: _typed(c.type, named.get(c.name), c.example, c.required)
            for c in contract.columns}  # fmt: skip


def _typed(kind: LogicalType, cell: str | None, example: object, required: bool) -> object:
    if cell is None:
        return _parsed(kind, str(example)) if required else None
    if cell == "" and kind is not LogicalType.STRING:
        return None
    return _parsed(kind, cell) if cell or required else None


def _parsed(kind: LogicalType, text: str) -> object:
    if kind is LogicalType.INTEGER:
        return int(text)
    if kind is LogicalType.NUMBER:
        return float(text)
    if kind is LogicalType.BOOLEAN:
        return text.lower() == "true"
    return dt.date.fromisoformat(text) if kind is LogicalType.DATE else text


def fill(contracts: Contracts, tables: Mapping[str, str]) -> dict[str, list[Row]]:
    """Every table of the store, given or by default; everyone consents unless a spec says so."""
    texts = {**DEFAULT_TABLES, **tables}
    unknown = set(texts) - {c.name for c in contracts.store_tables()} - {"agreed_file", "protocol"}
    if unknown:
        message = f"the store has no table {unknown}"
        raise KeyError(message)
    filled = {
        c.name: stored_rows(c, texts[c.name]) if c.name in texts else []
        for c in contracts.store_tables()
    }
    if "consent_period" not in texts:
        filled["consent_period"] = [_consent_of(contracts, row) for row in filled["person"]]
    filled["agreed_file"] = [dict(row) for row in parse(texts["agreed_file"])]
    filled["protocol"] = [_protocol(row) for row in parse(texts.get("protocol", "protocol"))]
    return filled


def _protocol(cells: Mapping[str, str]) -> Row:
    """A row of the table of protocols; a cell that is not given has its default."""
    read: dict[pa.DataType, Callable[[str], object]] = {
        pa.string(): str, pa.int64(): int, pa.date32(): dt.date.fromisoformat,
    }  # fmt: skip
    named = {**DEFAULT_CELLS["protocol"], **{k: v for k, v in cells.items() if v}}
    return {f.name: read[f.type](str(named[f.name])) if f.name in named else None for f in TABLE}


def _consent_of(contracts: Contracts, person: Row) -> Row:
    cells = {"provider": person["provider"], "member_key": person["member_key"]}
    return _stored(contracts.linked("consent_period"), cells)


def run_in_duckdb(
    contracts: Contracts, tables: Mapping[str, Sequence[Row]], dataset: str, scope: Scope
) -> list[Row]:
    with stored(contracts, tables, scope) as engine:
        return list(engine.run(measure_sql(dataset), parameters_of(scope)).to_pylist())


@contextmanager
def stored(
    contracts: Contracts, tables: Mapping[str, Sequence[Row]], scope: Scope
) -> Iterator[DuckDBEngine]:
    """An engine over the tables as a release would find them."""
    with duckdb.connect(":memory:") as connection:
        for contract in contracts.store_tables():
            rows = pa.Table.from_pylist(list(tables[contract.name]), arrow_schema(contract))
            connection.register(f"{STORED}{contract.name}", rows)
        agreed = pa.Table.from_pylist(list(tables["agreed_file"]), AGREED_FILE)
        connection.register("agreed_file", agreed)
        connection.register("use_of_data", use_of_data(scope.purpose, scope.as_of))
        protocols = pa.Table.from_pylist(list(tables.get("protocol", ())), TABLE)
        connection.register("registered_protocol", protocols)
        connection.execute("create table protocol as select * from registered_protocol")
        for statement in narrow_to_consented(c.name for c in contracts.store_tables()):
            connection.execute(statement)
        yield DuckDBEngine(connection)


@functools.cache
def _in_sqlite(sql: str) -> str:
    return str(sqlglot.transpile(sql, read="duckdb", write="sqlite")[0])


def run_in_sqlite(
    contracts: Contracts, tables: Mapping[str, Sequence[Row]], dataset: str, scope: Scope
) -> list[Row]:
    connection = sqlite3.connect(":memory:")
    try:
        for contract in contracts.store_tables():
            names = [c.name for c in contract.columns]
            _create(connection, f"{STORED}{contract.name}", names, tables[contract.name])
        _create(connection, "agreed_file", AGREED_FILE.names, tables["agreed_file"])
        use = {"purpose": scope.purpose, "as_of": scope.as_of}
        _create(connection, "use_of_data", list(use), [use])
        _create(connection, "protocol", TABLE.names, tables.get("protocol", ()))
        for statement in narrow_to_consented(c.name for c in contracts.store_tables()):
            connection.execute(_in_sqlite(statement))
        sql = _in_sqlite(measure_sql(dataset))
        found = connection.execute(sql, {k: _plain(v) for k, v in parameters_of(scope).items()})
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]
    finally:
        connection.close()


def _create(
    connection: sqlite3.Connection, name: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f'create table "{name}" ({listed})')
    marks = ", ".join("?" for _ in columns)
    values = [[_plain(row[column]) for column in columns] for row in rows]
    connection.executemany(f'insert into "{name}" values ({marks})', values)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


ENGINES = {"duckdb": run_in_duckdb, "sqlite": run_in_sqlite}


def shown(rows: Sequence[Row], indicator: str, columns: Sequence[str]) -> list[list[str]]:
    """One indicator's rows, as text, in the columns that an expectation shows."""
    held = {name: values for name, values in TOTALS.items() if name not in columns}
    kept = [
        row
        for row in rows
        if row["indicator_id"] == indicator
        and all(row[name] in values for name, values in held.items())
    ]
    return sorted([as_text(row[name]) for name in columns] for row in kept)


def as_text(value: object) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str | dt.date) else f"{float(str(value)):g}"
