"""The linked store on a local disk: `<provider>/<day>_<number>-<delivery>/<table>.parquet`.

A delivery is written aside and appears by one rename, so a reader sees all of it or nothing. The
day is the one that the provider named the delivery by, the number says when it was taken in.
"""

import fcntl
import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.contract import Contract, Newest
from pipelines.core.errors import BadContract, BadDelivery
from pipelines.core.files import make_private_folder, sync_folder
from pipelines.core.ports import Ledger
from pipelines.core.shapes import arrow_schema, column_list, empty_table
from pipelines.core.store_purge import remove_leftovers, remove_members, rows_of_members
from pipelines.core.store_rewrite import write_part

DELIVERY_FOLDER = re.compile(r"^(\d{4}-\d\d-\d\d)(?:-(\d{1,3}))?_(\d{6})-([0-9a-f]{12})$")


@dataclass(frozen=True, order=True)
class _Delivery:
    """A delivery's folder. Ordered by the provider's own day, whenever it was taken in."""

    day: str
    part: int
    number: int
    delivery_id: str
    folder: Path


class LocalStore:
    """The `Store` port on a folder of the amber zone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def has(self, provider: str, delivery_id: str) -> bool:
        """Whether that delivery is already in."""
        return delivery_id in {d.delivery_id for d in self._deliveries(provider)}

    def append(
        self,
        provider: str,
        drop_name: str,
        delivery_id: str,
        tables: Mapping[str, tuple[Contract, pa.RecordBatchReader]],
        ledger: Ledger,
    ) -> None:
        """Add a delivery's tables, all or none, and record it."""
        with self._locked(provider) as home:
            if self.has(provider, delivery_id):
                return
            number = 1 + max([d.number for d in self._deliveries(provider)], default=0)
            place = home / f"{drop_name}_{number:06d}-{delivery_id}"
            if not DELIVERY_FOLDER.match(place.name):
                raise BadDelivery(
                    "delivery-name",
                    "a delivery is not named by its day.",
                    "Name it like 2026-09-30, or 2026-09-30-2 for a second one.",
                )
            aside = home / f".{delivery_id}.part"
            shutil.rmtree(aside, ignore_errors=True)
            make_private_folder(aside)
            for name, (contract, rows) in tables.items():
                _refuse_identifiers(contract)
                write_part(aside / f"{name}.parquet", arrow_schema(contract), rows)
            sync_folder(aside)
            ledger.record("stored", provider=provider, delivery=delivery_id, tables=len(tables))
            aside.rename(place)
            sync_folder(home)

    def parts(self, table: str) -> Sequence[Path]:
        """The files that hold a table, oldest day first within each provider."""
        return [
            part
            for provider in self._providers()
            for delivery in self._deliveries(provider)
            if (part := delivery.folder / f"{table}.parquet").exists()
        ]

    def delivery_ids(self) -> list[str]:
        """Every delivery in the store, `provider/id`; the order of intake plays no part."""
        return sorted(
            f"{provider}/{delivery.delivery_id}"
            for provider in self._providers()
            for delivery in self._deliveries(provider)
        )

    def state(self) -> str:
        """Changes whenever a delivery comes in or rows leave; never tells how many."""
        rows = [
            f"{part.parent.parent.name}/{_delivery(part.parent).delivery_id}/{part.stem}/"
            f"{pq.read_metadata(part).num_rows}"
            for provider in self._providers()
            for delivery in self._deliveries(provider)
            for part in sorted(delivery.folder.glob("*.parquet"))
        ]
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    def purge(self, provider: str, member_keys: Collection[str]) -> dict[str, int]:
        """Rows of these members leave every part of the provider's; how many, by table.

        Also what an interrupted write left behind, for it may hold them.
        """
        gone: Counter[str] = Counter()
        with self._locked(provider) as home:
            remove_leftovers(home)
            for delivery in self._deliveries(provider):
                for part in sorted(delivery.folder.glob("*.parquet")):
                    gone[part.stem] += remove_members(part, member_keys)
        return {table: rows for table, rows in sorted(gone.items()) if rows}

    def count_members(
        self, provider: str, member_keys: Collection[str]
    ) -> dict[str, Mapping[str, int]]:
        """Rows of each of these members in the provider's parts, by table."""
        held: dict[str, Counter[str]] = {}
        for delivery in self._deliveries(provider):
            for part in sorted(delivery.folder.glob("*.parquet")):
                held.setdefault(part.stem, Counter()).update(rows_of_members(part, member_keys))
        return {table: dict(rows) for table, rows in sorted(held.items()) if rows}

    def _providers(self) -> list[str]:
        return sorted(f.name for f in self._root.glob("*") if f.is_dir())

    def _deliveries(self, provider: str) -> list[_Delivery]:
        folders = (self._root / provider).glob("*")
        return sorted(_delivery(f) for f in folders if DELIVERY_FOLDER.match(f.name))

    @contextmanager
    def _locked(self, provider: str) -> Iterator[Path]:
        home = make_private_folder(self._root / provider)
        with (home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield home


def _delivery(folder: Path) -> _Delivery:
    match = DELIVERY_FOLDER.match(folder.name)
    day, part, number, delivery_id = match.groups() if match else ("", "", "0", "")
    return _Delivery(day, int(part or 1), int(number), delivery_id, folder)


def newest_rows(contract: Contract, parts: Sequence[Path]) -> str:
    """SQL that reads the rows of a table that count (see `Newest`), as a select statement."""
    names = column_list(c.name for c in contract.columns)
    if not parts:
        return f"select {names} from empty_{contract.name}"
    if contract.newest is Newest.ALL:
        return f"select {names} from read_parquet({_file_list(parts)})"
    if contract.newest is Newest.ROW:
        files, key = _file_list(parts), column_list(contract.key)
        newest_first = f"list_position({files}, part) desc"
        return (
            f"select {names} from read_parquet({files}, filename = 'part') "
            f"qualify row_number() over (partition by {key} order by {newest_first}) = 1"
        )
    by_intake = sorted(parts, key=lambda part: _delivery(part.parent).number)
    last_taken_in = {part.parent.parent: part for part in by_intake}
    return f"select {names} from read_parquet({_file_list(last_taken_in.values())})"


def _file_list(parts: Iterable[Path]) -> str:
    return "[" + ", ".join("'" + str(part).replace("'", "''") + "'" for part in parts) + "]"


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
