"""Taking people out of the linked store's files, so that nothing of them is left in any byte.

A part is written anew without them and takes the old one's place; the old file is gone with it.
"""

import shutil
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.store_rewrite import rewrite_part

MEMBER_KEY = "member_key"


def remove_members(part: Path, member_keys: Collection[str]) -> int:
    """Write a part anew without these members; how many rows left. Untouched without any."""
    rows = sum(rows_of_members(part, member_keys).values())
    if rows:
        wanted = pa.array(sorted(member_keys), pa.string())

        def without(_table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
            theirs = pc.is_in(batch.column(MEMBER_KEY), value_set=wanted)
            kept = batch.filter(pc.invert(theirs))
            return batch if kept.num_rows == batch.num_rows else kept

        rewrite_part(part, part, without)
    return rows


def rows_of_members(part: Path, member_keys: Collection[str]) -> dict[str, int]:
    """Of these members, those with rows in a part, and how many rows each."""
    found: Counter[str] = Counter()
    wanted = pa.array(sorted(member_keys), pa.string())
    with pq.ParquetFile(part, page_checksum_verification=True) as file:
        if MEMBER_KEY not in file.schema_arrow.names or not len(wanted):
            return {}
        for batch in file.iter_batches(columns=[MEMBER_KEY]):
            keys = batch.column(0)
            theirs = keys.filter(pc.is_in(keys, value_set=wanted))
            found.update(theirs.to_pylist())
    return dict(found)


def remove_leftovers(folder: Path) -> None:
    """Remove what interrupted writes left behind: hidden names that end in .part."""
    for path in sorted(folder.rglob(".*.part")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
