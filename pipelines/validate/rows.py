"""Row rules, run in the engine from the contract: typed good rows, and the rest with a code.

Codes: `<table>.<column>.<required|type|form|allowed|pattern|range>`,
`<table>.<column>.absent_local_time`, `<table>.<rule>`.
"""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.agreement import FileAgreement
from pipelines.core.casts import NOT_AGREED, literal, time_flags, typed
from pipelines.core.contract import Column, Contract, LogicalType, RowRule, Severity
from pipelines.core.duck import fetch_count, fetch_table
from pipelines.core.errors import BadDelivery
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import People, Settings
from pipelines.core.shapes import quoted
from pipelines.core.stages import Checked, Consented
from pipelines.validate.forms import Form, forms_for

PLACE = ("file_number", "row_number")


def check_rows(
    consented: Consented,
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: KeySource,
) -> Checked:
    """Typed rows that break no rule, in the engine; the others, sealed, in the quarantine."""
    contract = consented.landed.contract
    relation = f"checked_{contract.name}"
    _judge_rows(consented, relation, as_of, engine, forms_for(settings.people))
    for rule in _dropping(contract, over_table=True):
        _judge_neighbours(relation, rule, as_of, engine)
    quarantined = _count_codes(relation, engine)
    noted = _count_notes(contract, relation, as_of, engine)
    _stop_if_told(contract, quarantined, consented)
    if quarantined:
        _keep_quarantine(consented, relation, engine, settings, keys)
    good = f"select * exclude (code) from judged_{relation} where code is null"
    engine.execute(f"create table {relation} as {good}")
    kept = fetch_count(engine, f"select count(*) from {relation}")
    return Checked(consented, relation, kept, quarantined, noted)


def check_rows_alone(
    consented: Consented,
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
    people: People,
) -> Checked:
    """For a provider that seals: typed rows that break no rule of their own; nothing is written.

    Rules that look at neighbouring rows are left to the house, which judges among consented rows.
    """
    contract = consented.landed.contract
    relation = f"checked_{contract.name}"
    _judge_rows(consented, relation, as_of, engine, forms_for(people))
    quarantined = _count_codes(relation, engine)
    _stop_if_told(contract, quarantined, consented)
    good = f"select * exclude (code) from judged_{relation} where code is null"
    engine.execute(f"create table {relation} as {good}")
    kept = fetch_count(engine, f"select count(*) from {relation}")
    return Checked(consented, relation, kept, quarantined, {})


def quarantined_rows(checked: Checked, engine: duckdb.DuckDBPyConnection) -> pa.Table:
    """The quarantined rows as text, for the rooms of the red zone that must act on them."""
    return fetch_table(engine, _aside(checked.consented, checked.relation))


def _aside(consented: Consented, relation: str) -> str:
    return (
        f"select s.*, j.code from {consented.relation} s join judged_{relation} j "
        "using (file_number, row_number) where j.code is not null"
    )


def _judge_rows(
    consented: Consented,
    relation: str,
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
    forms: Mapping[str, Form],
) -> None:
    """The first thing that is wrong with a row gives its code: columns first, then row rules."""
    landed = consented.landed
    contract = landed.contract
    in_columns = _whens(_column_checks(contract, landed.file, forms))
    in_rows = _whens((r.code, r.condition) for r in _dropping(contract, over_table=False))
    engine.execute(
        f"""
        create table judged_{relation} as
        with formed as (select {_select(_formed(contract, forms))} from {consented.relation}),
        cast_rows as (
            select {_select(_typed(contract, landed.file))}, case {in_columns} end as code
            from formed
        )
        select * replace (case when code is not null then code {in_rows} end as code)
        from cast_rows
        """,
        _parameters(in_rows, as_of),
    )


def _judge_neighbours(
    relation: str, rule: RowRule, as_of: dt.date, engine: duckdb.DuckDBPyConnection
) -> None:
    """A rule that looks at neighbours sees only rows that no earlier rule put aside."""
    engine.execute(
        f"""
        create or replace table judged_{relation} as
        select * replace (case when {rule.condition} then {literal(rule.code)} end as code)
        from judged_{relation} where code is null
        union all by name
        select * from judged_{relation} where code is not null
        """,
        _parameters(rule.condition, as_of),
    )


def _column_checks(
    contract: Contract, file: FileAgreement, forms: Mapping[str, Form]
) -> Iterator[tuple[str, str]]:
    """Code and SQL condition of what can be wrong with one column, in the order judged."""
    for column in contract.columns:
        text, code = quoted(column.name), f"{contract.name}.{column.name}"
        if column.required:
            yield f"{code}.required", f"{text} is null"
        yield from _value_checks(column, text, code, file, forms)


def _value_checks(
    column: Column, text: str, code: str, file: FileAgreement, forms: Mapping[str, Form]
) -> Iterator[tuple[str, str]]:
    if column.type is LogicalType.STRING:
        yield f"{code}.allowed", f"{text} = {literal(NOT_AGREED)}"
    else:
        yield f"{code}.type", f"{text} is not null and ({typed(column, file)}) is null"
    if column.type is LogicalType.TIMESTAMP:
        yield f"{code}.absent_local_time", time_flags(column, file)["is_absent"]
    if column.form:
        yield f"{code}.form", f"not ({forms[column.form].valid(text)})"
    if column.allowed:
        allowed = ", ".join(literal(v) for v in column.allowed)
        yield f"{code}.allowed", f"{text} not in ({allowed})"
    if column.pattern:
        yield f"{code}.pattern", f"not regexp_matches({text}, {literal(column.pattern)})"
    if column.minimum is not None:
        yield f"{code}.range", f"({typed(column, file)}) < {column.minimum}"
    if column.maximum is not None:
        yield f"{code}.range", f"({typed(column, file)}) > {column.maximum}"


def _formed(contract: Contract, forms: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    """Every column trimmed to null when empty, and in its normal form."""
    for column in contract.columns:
        text = f"nullif(trim({quoted(column.name)}), '')"
        yield column.name, forms[column.form].normal(text) if column.form else text
    yield from ((name, name) for name in PLACE)


def _typed(contract: Contract, file: FileAgreement) -> Iterator[tuple[str, str]]:
    for column in contract.columns:
        yield column.name, typed(column, file)
        if column.type is LogicalType.TIMESTAMP:
            flags = time_flags(column, file)
            yield f"{column.name}_is_midnight", flags["is_midnight"]
            yield f"{column.name}_is_ambiguous", flags["is_ambiguous"]
    yield from ((name, name) for name in PLACE)


def _count_codes(relation: str, engine: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = engine.execute(
        f"select code, count(*) from judged_{relation} where code is not null "
        "group by all order by all"
    ).fetchall()
    return {str(code): int(count) for code, count in rows}


def _count_notes(
    contract: Contract, relation: str, as_of: dt.date, engine: duckdb.DuckDBPyConnection
) -> dict[str, int]:
    noted = {}
    for rule in (r for r in contract.rules if r.severity is Severity.NOTE):
        broken = f"select {rule.condition} as noted from judged_{relation} where code is null"
        count = fetch_count(
            engine,
            f"select count(*) from ({broken}) where noted",
            _parameters(rule.condition, as_of),
        )
        if count:
            noted[rule.code] = count
    return noted


def _stop_if_told(contract: Contract, quarantined: dict[str, int], consented: Consented) -> None:
    drop = consented.landed.drop
    for rule in contract.rules:
        if rule.severity is Severity.STOP and rule.code in quarantined:
            raise BadDelivery(
                rule.code,
                f"{quarantined[rule.code]} rows of {contract.name} in {drop.provider}/{drop.name} "
                f"break a rule that stops a delivery. {rule.description}",
                "Nothing of it was taken in. Ask the provider for a correct file.",
            )


def _keep_quarantine(
    consented: Consented,
    relation: str,
    engine: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: KeySource,
) -> None:
    drop, table = consented.landed.drop, consented.landed.contract.name
    rows = fetch_table(engine, _aside(consented, relation))
    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="zstd")
    place = f"quarantine/{drop.provider}/{drop.delivery_id}-{table}.sealed"
    write_whole(settings.red / place, keys.seal(place, buffer.getvalue()))


def _dropping(contract: Contract, *, over_table: bool) -> list[RowRule]:
    return [
        r for r in contract.rules if r.severity is not Severity.NOTE and r.over_table is over_table
    ]


def _parameters(sql: str, as_of: dt.date) -> dict[str, object]:
    return {"as_of": as_of} if "$as_of" in sql else {}


def _whens(checks: Iterable[tuple[str, str]]) -> str:
    """The arms of a `case`; one that never holds stands for none."""
    arms = [f"when {condition} then {literal(code)}" for code, condition in checks]
    return " ".join(arms) or "when false then null"


def _select(expressions: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{sql} as {quoted(name)}" for name, sql in expressions)
