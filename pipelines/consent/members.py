"""Whose row it is: references as providers write them, and the tokens the register knows them by.

Each distinct reference is hashed once. A sealed delivery holds tokens already.
"""

from collections.abc import Callable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.duck import fetch_table
from pipelines.core.ports import KeySource
from pipelines.core.stages import Drop, Landed

MEMBER = "m1"
"""The kind of token that a provider's own reference gives, in that provider's domain."""
BATCH = 100_000
KNOWN = "create table if not exists consent_member (person_ref varchar, member_token varchar)"

Texts = Callable[[list[str]], list[str]]


def token_texts(references: pa.ChunkedArray, drop: Drop, keys: KeySource) -> pa.Array:
    """The token of each reference, hashed once per distinct one."""
    distinct = pc.unique(references)
    tokens = pa.array(_hasher(drop, keys)(distinct.to_pylist()), pa.string())
    return tokens.take(pc.index_in(references, value_set=distinct).combine_chunks())


def name_members(landed: Landed, engine: duckdb.DuckDBPyConnection, keys: KeySource) -> None:
    """Add the references of a landed table to the relation `consent_member`."""
    engine.execute(KNOWN)
    new = (
        f"select distinct person_ref from {landed.relation} r where person_ref is not null "
        "and not exists (select 1 from consent_member m where m.person_ref = r.person_ref)"
    )
    _map_texts(engine, new, _hasher(landed.drop, keys), "consent_member")


def key_members(register: str, engine: duckdb.DuckDBPyConnection, keys: KeySource) -> str:
    """Token and key of the linked store of everyone in the register: `consent_key`."""
    engine.execute("create or replace table consent_key (member_token varchar, member_key varchar)")
    people = f"select distinct member_token from {register}"
    _map_texts(engine, people, keys.store_keys(MEMBER), "consent_key")
    return "consent_key"


def _map_texts(engine: duckdb.DuckDBPyConnection, sql: str, texts: Texts, table: str) -> None:
    for batch in fetch_table(engine, sql).to_batches(BATCH):
        column = batch.column(0)
        mapped = pa.array(texts(column.to_pylist()), pa.string())
        engine.register("mapped", pa.table({"given": column, "text": mapped}))
        engine.execute(f"insert into {table} select given, text from mapped")
        engine.unregister("mapped")


def _hasher(drop: Drop, keys: KeySource) -> Texts:
    if drop.sealed:
        return lambda tokens: tokens
    return keys.tokens(MEMBER, (drop.provider,))
