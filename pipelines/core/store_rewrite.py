"""Writing a linked store anew, part by part, for those who may change what is in it.

A part appears by one rename and is forced to disk first; a part without change is linked, not
written again. What is left out by `change` is in no byte of the new part.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.files import make_private_folder, sync_folder

Change = Callable[[str, pa.RecordBatch], pa.RecordBatch]
"""(table, rows) to rows of the same columns. Hands back the same object when nothing changes."""

BATCH = 100_000


@dataclass(frozen=True)
class Rewritten:
    """How much was written anew, and how much was left as it was."""

    parts_changed: int
    parts_kept: int
    rows: int


def rewrite_store(store_root: Path, new_root: Path, change: Change) -> Rewritten:
    """Write every part of a store into a new folder, which appears whole or not at all."""
    aside = new_root.with_name(f".{new_root.name}.part")
    for leftover in (aside, new_root):
        shutil.rmtree(leftover, ignore_errors=True)
    make_private_folder(aside)
    changed = kept = rows = 0
    for part in _files(store_root):
        target = aside / part.relative_to(store_root)
        make_private_folder(target.parent)
        if part.suffix == ".parquet" and rewrite_part(part, target, change):
            changed += 1
            rows += pq.read_metadata(target).num_rows
        else:
            _link(part, target)
            kept += 1
    _sync_tree(aside)
    aside.rename(new_root)
    sync_folder(new_root.parent)
    return Rewritten(changed, kept, rows)


def rewrite_part(part: Path, target: Path, change: Change) -> bool:
    """Write one part anew where `change` changes it; says whether it did. Target may be the part.

    Without a change nothing is written.
    """
    table = part.stem
    with pq.ParquetFile(part, page_checksum_verification=True) as file:
        batches = file.iter_batches(BATCH)
        if all(change(table, batch) is batch for batch in batches):
            return False
        write_part(target, file.schema_arrow, (change(table, b) for b in file.iter_batches(BATCH)))
    sync_folder(target.parent)
    return True


def write_part(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write one part of a table to a temporary name, force it to disk, then rename it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with (
            temporary.open("wb") as stream,
            pq.ParquetWriter(
                stream, schema, compression="zstd", write_page_checksum=True
            ) as writer,
        ):
            for batch in batches:
                if batch.num_rows:
                    writer.write_batch(batch.cast(schema), row_group_size=1_000_000)
            writer.close()
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _files(root: Path) -> Iterator[Path]:
    """Every file that counts: locks and half-written ones begin with a dot."""
    for path in sorted(root.rglob("*")):
        hidden = any(name.startswith(".") for name in path.relative_to(root).parts)
        if path.is_file() and not hidden:
            yield path


def _link(part: Path, target: Path) -> None:
    try:
        os.link(part, target)
    except OSError:
        # A file system without hard links: the same bytes, forced to disk.
        shutil.copyfile(part, target)
        with target.open("rb") as stream:
            os.fsync(stream.fileno())


def _sync_tree(root: Path) -> None:
    for folder in [*(p for p in root.rglob("*") if p.is_dir()), root]:
        sync_folder(folder)
