"""The linked store on a local disk: `<provider>/<number>-<delivery>/<table>.parquet`.

A delivery is written aside and appears by one rename, so a reader sees all of it or nothing.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.contract import Contract, Newest
from pipelines.core.errors import BadContract
from pipelines.core.files import make_private_folder, sync_folder
from pipelines.core.ports import Ledger
from pipelines.core.shapes import arrow_schema, column_list, empty_table

DELIVERY_FOLDER = re.compile(r"^[0-9]{6}-[0-9a-f]{12}$")


class LocalStore:
    """The `Store` port on a folder of the amber zone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def has(self, provider: str, delivery_id: str) -> bool:
        """Whether that delivery is already in."""
        return any(f.name.endswith(f"-{delivery_id}") for f in self._deliveries(provider))

    def append(
        self,
        provider: str,
        delivery_id: str,
        tables: Mapping[str, tuple[Contract, pa.RecordBatchReader]],
        ledger: Ledger,
    ) -> None:
        """Add a delivery's tables, all or none, and record it."""
        with self._locked(provider) as home:
            if self.has(provider, delivery_id):
                return
            number = 1 + max([int(f.name[:6]) for f in self._deliveries(provider)], default=0)
            aside = home / f".{delivery_id}.part"
            shutil.rmtree(aside, ignore_errors=True)
            make_private_folder(aside)
            for name, (contract, rows) in tables.items():
                _refuse_identifiers(contract)
                _write(aside / f"{name}.parquet", contract, rows)
            sync_folder(aside)
            ledger.record("stored", provider=provider, delivery=delivery_id, tables=len(tables))
            aside.rename(home / f"{number:06d}-{delivery_id}")
            sync_folder(home)

    def parts(self, table: str) -> Sequence[Path]:
        """The files that hold a table, oldest delivery first within each provider."""
        providers = sorted(f for f in self._root.glob("*") if f.is_dir())
        return [
            part
            for provider in providers
            for delivery in self._deliveries(provider.name)
            if (part := delivery / f"{table}.parquet").exists()
        ]

    def delivery_ids(self) -> list[str]:
        """Every delivery in the store, `provider/number-id`, in order."""
        return [
            f"{provider.name}/{delivery.name}"
            for provider in sorted(f for f in self._root.glob("*") if f.is_dir())
            for delivery in self._deliveries(provider.name)
        ]

    def _deliveries(self, provider: str) -> list[Path]:
        folders = (self._root / provider).glob("*")
        return sorted(f for f in folders if DELIVERY_FOLDER.match(f.name))

    @contextmanager
    def _locked(self, provider: str) -> Iterator[Path]:
        home = make_private_folder(self._root / provider)
        with (home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield home


def newest_rows(contract: Contract, parts: Sequence[Path]) -> str:
    """SQL that reads the rows of a table that count (see `Newest`), as a select statement."""
    names = column_list(c.name for c in contract.columns)
    if not parts:
        return f"select {names} from empty_{contract.name}"
    files = ", ".join("'" + str(p).replace("'", "''") + "'" for p in parts)
    rows = f"read_parquet([{files}], filename = 'part')"
    if contract.newest is Newest.ALL:
        return f"select {names} from {rows}"
    if contract.newest is Newest.ROW:
        key = column_list(contract.key)
        return (
            f"select {names} from {rows} "
            f"qualify row_number() over (partition by {key} order by part desc) = 1"
        )
    newest = {part.parent.parent: part for part in parts}
    files = ", ".join("'" + str(p).replace("'", "''") + "'" for p in newest.values())
    return f"select {names} from read_parquet([{files}])"


def bind_tables(
    engine: duckdb.DuckDBPyConnection,
    contracts: Sequence[Contract],
    store: LocalStore,
    prefix: str = "",
) -> None:
    """Make each table of the store a view of that name, after a prefix, in the engine."""
    for contract in contracts:
        empty = f"empty_{contract.name}"
        engine.register(empty, empty_table(contract))
        rows = newest_rows(contract, store.parts(contract.name))
        engine.execute(f"create view {prefix}{contract.name} as {rows}")


def _refuse_identifiers(contract: Contract) -> None:
    if contract.identifiers:
        raise BadContract(
            "store-identifier",
            f"the table {contract.name} has identifier columns, so the store refuses it.",
            "Only linked and open tables are stored.",
        )


def _write(path: Path, contract: Contract, rows: pa.RecordBatchReader) -> None:
    schema = arrow_schema(contract)
    with (
        path.open("wb") as stream,
        pq.ParquetWriter(stream, schema, compression="zstd", write_page_checksum=True) as writer,
    ):
        for batch in rows:
            writer.write_batch(batch.cast(schema), row_group_size=1_000_000)
        writer.close()
        stream.flush()
        os.fsync(stream.fileno())
