"""Distinct texts are hashed once, then joined; the key never enters SQL."""

import duckdb
import pyarrow as pa

from pipelines.core.duck import fetch_batches
from pipelines.core.ports import KeyedHash

BATCH = 100_000


def hash_distinct(
    relation: str,
    column: str,
    hashed: KeyedHash,
    key_name: str,
    engine: duckdb.DuckDBPyConnection,
) -> str:
    """The relation `hashed_<column>`: each distinct text once as `identifier`, with its key."""
    table = f"hashed_{column}"
    engine.execute(f"create or replace table {table} (identifier varchar, {key_name} varchar)")
    distinct = f"select distinct {column} from {relation} where {column} is not null"
    for batch in fetch_batches(engine, distinct, BATCH):
        texts = batch.column(0)
        keys = pa.array(hashed(texts.to_pylist()), pa.string())
        engine.register("hashed", pa.table({"i": texts, "p": keys}))
        engine.execute(f"insert into {table} select i, p from hashed")
        engine.unregister("hashed")
    return table
