"""Read a delivery's files of one kind into the engine: text, under the contract's own names.

Strict: an incoming column that is neither mapped nor ignored stops the file.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
from pipelines.source.cover_sheet import sealed_place
from pipelines.source.formats import find_reader
from pipelines.source.landing import file_label, files_of, landed_bytes, read_checked
from pipelines.source.sealed import as_sealed, read_sealed_rows

Batches = Iterator[tuple[pa.Table, Mapping[str, str]]]
"""Tables, each with the SQL over it that gives a canonical column; a column without is null."""
Fetch = Callable[[FileAgreement, str, str], "_Rows"]
"""A file's rows, given its agreement, its name and how a message names it."""


@dataclass(frozen=True)
class Landing:
    """Where landed bytes are and how they are opened."""

    settings: Settings
    keys: KeySource


@dataclass(frozen=True)
class _Rows:
    """One file's rows, read when they are asked for, and the SHA-256 of the provider's own file."""

    source_sha256: str
    batches: Batches
    kept_back: int = 0


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

    def opened(name: str) -> bytes:
        return landed_bytes(drop, drop.digests[name], landing.settings, landing.keys)

    def fetch(kind: FileAgreement, name: str, label: str) -> _Rows:
        if not drop.sealed:
            return _Rows(drop.digests[name], _vendor_rows(lambda: opened(name), kind, label))
        place = sealed_place(drop.name, name, kind.pattern)
        data = landing.keys.edge(drop.provider).open_sealed(place, opened(name))
        rows = read_sealed_rows(data, contract, label)
        columns = {column: quoted(column) for column in rows.table.column_names}
        return _Rows(rows.source_sha256, iter([(rows.table, columns)]), rows.kept_back)

    as_written = tuple(map(as_sealed, kinds)) if drop.sealed else tuple(kinds)
    return _read(Landed(drop, agreement, as_written, contract, "", 0), engine, fetch, already_taken)


def read_in_place(
    drop: Drop,
    agreement: Agreement,
    kinds: Sequence[FileAgreement],
    contract: Contract,
    engine: duckdb.DuckDBPyConnection,
) -> Landed:
    """The rows of one table's files, from where they lie: for sealing at the provider."""

    def fetch(kind: FileAgreement, name: str, label: str) -> _Rows:
        rows = _vendor_rows(lambda: read_checked(drop, name), kind, label)
        return _Rows(drop.digests[name], rows)

    landed = Landed(drop, agreement, tuple(kinds), contract, "", 0)
    return _read(landed, engine, fetch, frozenset())


def _read(
    landed: Landed,
    engine: duckdb.DuckDBPyConnection,
    fetch: Fetch,
    already_taken: frozenset[str],
) -> Landed:
    drop, contract = landed.drop, landed.contract
    relation = f"landed_{contract.name}"
    _make_table(engine, relation, contract)
    digests: list[str] = []
    passed_over, kept_back = 0, 0
    for kind in landed.kinds:
        seen = set(already_taken)
        for number, name in enumerate(files_of(drop, kind), start=1):
            rows = fetch(kind, name, file_label(drop, kind, number))
            digests.append(rows.source_sha256)
            if rows.source_sha256 in seen:
                passed_over += 1
                continue
            seen.add(rows.source_sha256)
            kept_back += rows.kept_back
            _insert(engine, relation, contract, rows.batches, len(digests))
    received = fetch_count(engine, f"select count(*) from {relation}")
    return replace(
        landed,
        relation=relation,
        received=received,
        passed_over=passed_over,
        kept_back=kept_back,
        digests=tuple(digests),
    )


def _make_table(engine: duckdb.DuckDBPyConnection, relation: str, contract: Contract) -> None:
    columns = ", ".join(f"{quoted(c.name)} varchar" for c in contract.columns)
    engine.execute(f"create table {relation} ({columns}, file_number bigint, row_number bigint)")


def _insert(
    engine: duckdb.DuckDBPyConnection,
    relation: str,
    contract: Contract,
    batches: Batches,
    file_number: int,
) -> None:
    first_row = 1
    for batch, columns in batches:
        numbers = pa.array(range(first_row, first_row + batch.num_rows), pa.int64())
        engine.register("incoming", batch.append_column("row_number", numbers))
        fields = ", ".join(columns.get(c.name, "null") for c in contract.columns)
        engine.execute(
            f"insert into {relation} select {fields}, {file_number}, row_number from incoming"
        )
        engine.unregister("incoming")
        first_row += batch.num_rows


def _vendor_rows(read: Callable[[], bytes], file: FileAgreement, label: str) -> Batches:
    """A vendor's file, batch by batch, with the SQL that the agreement stands for."""
    for batch in _labelled(find_reader(file.format)(io.BytesIO(read()), file.options), label):
        mapping = match_columns(batch.column_names, file, label)
        wanted = {*mapping, *file.constants}
        yield batch, {name: _field(name, mapping, file) for name in wanted}


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
