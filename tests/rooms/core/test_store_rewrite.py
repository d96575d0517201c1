"""A store written anew: changed where it must be, the same elsewhere, whole or not at all."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.core.store_rewrite import rewrite_part, rewrite_store

DELIVERY = "harbour_leisure/2026-09-30_000001-0123456789ab"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two tables of one delivery, and what a store has beside its parts."""
    folder = tmp_path / "store-old" / DELIVERY
    folder.mkdir(parents=True)
    schema = pa.schema([pa.field("member_key", pa.string(), metadata={"about": "a key"})])
    people = pa.table({"member_key": ["anna", "ben", "cem"]}, schema=schema)
    pq.write_table(people, folder / "person.parquet")
    pq.write_table(pa.table({"rows": [1, 2]}), folder / "intake_count.parquet")
    (folder.parent / ".lock").touch()
    (folder.parent / ".feed.part").mkdir()
    return tmp_path / "store-old"


def without_ben(_: str, rows: pa.RecordBatch) -> pa.RecordBatch:
    if "member_key" not in rows.schema.names:
        return rows
    return rows.filter(pc.not_equal(rows.column("member_key"), "ben"))


def unchanged(_: str, rows: pa.RecordBatch) -> pa.RecordBatch:
    return rows


def test_a_changed_part_has_the_new_rows_and_the_old_schema(store: Path) -> None:
    new = store.with_name("store-new")
    rewrite_store(store, new, without_ben)
    written = pq.read_table(new / DELIVERY / "person.parquet", partitioning=None)
    assert written.column("member_key").to_pylist() == ["anna", "cem"]
    assert written.schema.equals(
        pq.read_schema(store / DELIVERY / "person.parquet"), check_metadata=True
    )


def test_what_was_left_out_is_in_no_byte_of_the_new_part(store: Path) -> None:
    new = store.with_name("store-new")
    rewrite_store(store, new, without_ben)
    files = [p for p in new.rglob("*") if p.is_file()]
    assert len(files) == 2
    assert not any(b"ben" in path.read_bytes() for path in files)


def test_a_part_without_change_is_the_same_file(store: Path) -> None:
    new = store.with_name("store-new")
    done = rewrite_store(store, new, without_ben)
    part = Path(DELIVERY) / "intake_count.parquet"
    assert (store / part).samefile(new / part)
    assert (done.parts_changed, done.parts_kept, done.rows) == (1, 1, 2)


def test_locks_and_half_written_deliveries_are_left_behind(store: Path) -> None:
    new = store.with_name("store-new")
    rewrite_store(store, new, unchanged)
    assert list(new.rglob(".*")) == []


def test_a_change_that_fails_leaves_no_new_store(store: Path) -> None:
    def fails(_: str, rows: pa.RecordBatch) -> pa.RecordBatch:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rewrite_store(store, store.with_name("store-new"), fails)
    assert not store.with_name("store-new").exists()


def test_what_an_earlier_try_left_is_written_over(store: Path) -> None:
    new = store.with_name("store-new")
    for leftover in (new, store.with_name(".store-new.part")):
        (leftover / "old").mkdir(parents=True)
    rewrite_store(store, new, unchanged)
    assert sorted(p.name for p in new.iterdir()) == ["harbour_leisure"]
    assert sorted(p.name for p in store.parent.iterdir()) == ["store-new", "store-old"]


def test_a_part_can_be_changed_in_its_place(store: Path) -> None:
    part = store / DELIVERY / "person.parquet"
    assert rewrite_part(part, part, without_ben)
    assert pq.read_table(part, partitioning=None).num_rows == 2
    assert not rewrite_part(part, part, unchanged)
    assert sorted(p.name for p in part.parent.iterdir()) == [
        "intake_count.parquet",
        "person.parquet",
    ]


def test_a_part_that_lost_every_row_is_still_a_table(store: Path) -> None:
    def nobody(_: str, rows: pa.RecordBatch) -> pa.RecordBatch:
        return rows.slice(0, 0)

    part = store / DELIVERY / "person.parquet"
    rewrite_part(part, part, nobody)
    assert pq.read_table(part, partitioning=None).num_rows == 0
