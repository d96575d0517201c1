"""The linked store: whole deliveries or nothing, the newest row counts, no identifier gets in."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.contract import Contract
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.core.store import LocalStore, bind_tables

CONTRACTS = load_contracts(PROJECT / "schemas")


def reader(contract: Contract, rows: list[dict[str, object]]) -> pa.RecordBatchReader:
    full = [{c.name: row.get(c.name) for c in contract.columns} for row in rows]
    return pa.Table.from_pylist(full, schema=arrow_schema(contract)).to_reader()


def person(key: str, sex: str, delivery: str) -> dict[str, object]:
    return {
        "provider": "a", "member_key": key, "person_key": key, "sex": sex,
        "delivery_id": delivery,
    }  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl")


def put(
    store: LocalStore,
    ledger: FileLedger,
    delivery: str,
    rows: list[dict[str, object]],
    day: str = "2026-09-30",
) -> None:
    contract = CONTRACTS.linked("person")
    store.append("a", day, delivery, {"person": (contract, reader(contract, rows))}, ledger)


def read(store: LocalStore, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as engine:
        bind_tables(engine, CONTRACTS.store_tables(), store)
        return engine.execute(sql).fetchall()


def test_the_newest_delivery_of_a_person_counts(store: LocalStore, ledger: FileLedger) -> None:
    put(store, ledger, "f" * 12, [person("k1", "1", "f" * 12), person("k2", "1", "f" * 12)])
    put(store, ledger, "a" * 12, [person("k1", "2", "a" * 12)])
    assert read(store, "select member_key, sex from person order by 1") == [
        ("k1", "2"), ("k2", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-09-30", "2026-09-30-2"),
        ("2026-09-30-2", "2026-09-30"),
        ("2026-09-30-10", "2026-09-30-9"),
    ],
)
def test_the_providers_day_decides_what_is_newest_whenever_it_was_taken_in(
    store: LocalStore, ledger: FileLedger, first: str, second: str
) -> None:
    put(store, ledger, "f" * 12, [person("k1", "1", "f" * 12)], first)
    put(store, ledger, "a" * 12, [person("k1", "2", "a" * 12)], second)
    parts = [tuple(int(n) for n in day.split("-")[2:]) for day in (first, second)]
    expected = "2" if parts[1] > parts[0] else "1"
    assert read(store, "select sex from person") == [(expected,)]


def test_a_delivery_goes_in_once(store: LocalStore, ledger: FileLedger) -> None:
    for _ in range(2):
        put(store, ledger, "a" * 12, [person("k1", "1", "a" * 12)])
    assert store.delivery_ids() == ["a/aaaaaaaaaaaa"]


def test_a_delivery_that_breaks_off_leaves_nothing(store: LocalStore, ledger: FileLedger) -> None:
    contract = CONTRACTS.linked("person")

    def broken() -> Iterator[pa.RecordBatch]:
        yield from reader(contract, [person("k1", "1", "a" * 12)])
        raise OSError("no space left on device")

    rows = pa.RecordBatchReader.from_batches(arrow_schema(contract), broken())
    with pytest.raises(OSError, match="no space"):
        store.append("a", "2026-09-30", "a" * 12, {"person": (contract, rows)}, ledger)
    assert store.delivery_ids() == []
    put(store, ledger, "a" * 12, [person("k1", "1", "a" * 12)])
    assert store.delivery_ids() == ["a/aaaaaaaaaaaa"]


def test_a_table_with_identifiers_is_refused(store: LocalStore, ledger: FileLedger) -> None:
    contract = CONTRACTS.delivered("participant")
    with pytest.raises(BadContract, match="store-identifier"):
        store.append(
            "a", "2026-09-30", "a" * 12, {"participant": (contract, reader(contract, []))}, ledger
        )
    assert store.delivery_ids() == []


def test_an_empty_store_has_every_table_without_rows(store: LocalStore) -> None:
    counts = [read(store, f"select count(*) from {c.name}") for c in CONTRACTS.store_tables()]
    assert len(counts) > 10
    assert set(map(tuple, counts)) == {((0,),)}
