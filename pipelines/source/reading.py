"""Read a delivery's files of one kind into the engine: text, under the contract's own names.

Strict: an incoming column that is neither mapped nor ignored stops the file.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.casts import NOT_AGREED, literal
from pipelines.core.contract import Contract
from pipelines.core.duck import fetch_count
from pipelines.core.errors import BadDelivery
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings
from pipelines.core.shapes import quoted
from pipelines.core.stages import Drop, Landed
from pipelines.source.formats import find_reader
from pipelines.source.landing import file_label, files_of, landed_bytes


@dataclass(frozen=True)
class Landing:
    """Where landed bytes are and how they are opened."""

    settings: Settings
    keys: KeySource


def read_landed(
    drop: Drop,
    agreement: Agreement,
    kinds: Sequence[FileAgreement],
    contract: Contract,
    engine: duckdb.DuckDBPyConnection,
    landing: Landing,
    already_taken: frozenset[str] = frozenset(),
) -> Landed:
    """The rows of one table's files. A file taken in before, by content, is passed over."""
    relation = f"landed_{contract.name}"
    _make_table(engine, relation, contract)
    passed_over, file_number = 0, 0
    for kind in kinds:
        seen = set(already_taken)
        for number, name in enumerate(files_of(drop, kind), start=1):
            file_number += 1
            if drop.digests[name] in seen:
                passed_over += 1
                continue
            seen.add(drop.digests[name])
            data = landed_bytes(drop, drop.digests[name], landing.settings, landing.keys)
            source = _Source(kind, file_number, data, file_label(drop, kind, number))
            _insert(engine, relation, contract, source)
    received = fetch_count(engine, f"select count(*) from {relation}")
    return Landed(drop, agreement, tuple(kinds), contract, relation, received, passed_over)


@dataclass(frozen=True)
class _Source:
    """One file being read."""

    file: FileAgreement
    number: int
    data: bytes
    label: str


def _make_table(engine: duckdb.DuckDBPyConnection, relation: str, contract: Contract) -> None:
    columns = ", ".join(f"{quoted(c.name)} varchar" for c in contract.columns)
    engine.execute(f"create table {relation} ({columns}, file_number bigint, row_number bigint)")


def _insert(
    engine: duckdb.DuckDBPyConnection, relation: str, contract: Contract, source: _Source
) -> None:
    file, first_row = source.file, 1
    batches = find_reader(file.format)(io.BytesIO(source.data), file.options)
    for batch in _labelled(batches, source.label):
        mapping = match_columns(batch.column_names, file, source.label)
        numbers = pa.array(range(first_row, first_row + batch.num_rows), pa.int64())
        engine.register("incoming", batch.append_column("row_number", numbers))
        fields = ", ".join(_field(c.name, mapping, file) for c in contract.columns)
        engine.execute(
            f"insert into {relation} select {fields}, {source.number}, row_number from incoming"
        )
        engine.unregister("incoming")
        first_row += batch.num_rows


def _labelled(batches: Iterator[pa.Table], label: str) -> Iterator[pa.Table]:
    """Readers know the row and the column; the file's name is put before their message here."""
    while True:
        try:
            batch = next(batches, None)
        except BadDelivery as problem:
            refusal: BadDelivery | None = problem
            batch = None
        else:
            refusal = None
        if refusal is not None:
            raise BadDelivery(refusal.code, f"{label}: {refusal.message}", refusal.advice)
        if batch is None:
            return
        yield batch


def match_columns(incoming: Sequence[str], file: FileAgreement, label: str) -> Mapping[str, str]:
    """Canonical column to source column. A column is named by its place: a header may be data."""
    strangers = [
        place
        for place, name in enumerate(incoming, start=1)
        if name not in file.columns and name not in file.ignore
    ]
    if strangers:
        raise BadDelivery(
            "columns-unknown",
            f"{label} has columns that are neither mapped nor ignored, at place "
            f"{', '.join(map(str, strangers))}.",
            "The export changed, or has no header. Add them to the agreement, or ask why.",
        )
    mapping: dict[str, str] = {}
    for name in incoming:
        canonical = file.columns.get(name)
        if canonical is None:
            continue
        if canonical in mapping:
            raise BadDelivery(
                "columns-twice",
                f"{label} has two columns for '{canonical}'.",
                "Ask the provider which one holds.",
            )
        mapping[canonical] = name
    absent = sorted(set(file.columns.values()) - set(mapping))
    if absent:
        raise BadDelivery(
            "columns-missing",
            f"{label} lacks the columns for {', '.join(absent)}.",
            "The export changed. Add the new name to the agreement, or ask why.",
        )
    return mapping


def _field(canonical: str, mapping: Mapping[str, str], file: FileAgreement) -> str:
    expression = _mapped(canonical, mapping, file)
    for correction in file.corrections:
        if canonical in correction.set:
            where = " and ".join(
                f"{_mapped(c, mapping, file)} = {literal(v)}" for c, v in correction.where.items()
            )
            value = literal(correction.set[canonical])
            expression = f"case when {where} then {value} else {expression} end"
    return expression


def _mapped(canonical: str, mapping: Mapping[str, str], file: FileAgreement) -> str:
    if canonical in file.constants:
        return literal(file.constants[canonical])
    if canonical not in mapping:
        return "null"
    source = quoted(mapping[canonical])
    values = file.values.get(canonical)
    if values is None:
        return source
    missing = literal(values[""]) if "" in values else "null"
    cases = " ".join(f"when {literal(k)} then {literal(v)}" for k, v in values.items() if k)
    return (
        f"case when {source} is null then {missing} "
        f"else case {source} {cases} else '{NOT_AGREED}' end end"
    )
