"""Our tokens and our rule on a test set: hashed, stored and joined by the code of the house."""

import time

import duckdb
import pyarrow as pa

from benchmarks.linkage.records import Pair, Records
from pipelines.pseudonymise.keys import RootKey
from pipelines.pseudonymise.link_tokens import LINK, hash_link_texts, link_token_texts
from pipelines.pseudonymise.linkage import link_people, linkage_quality
from pipelines.pseudonymise.linkage_pairs import Linking
from pipelines.pseudonymise.linkage_rule import Rule

KEY = bytes(range(32))


def linked_pairs(records: Records, rule: Rule) -> tuple[set[Pair], float, int]:
    """Pairs that the rule makes one person, seconds taken, and groups that it took apart."""
    started = time.perf_counter()
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as engine:
        _make_tables(records, engine)
        link_people(engine, Linking("people", "tokens", rule))
        pairs = _pairs(records, engine)
        refused = linkage_quality(engine).refused_components
    return pairs, time.perf_counter() - started, refused


def _make_tables(records: Records, engine: duckdb.DuckDBPyConnection) -> None:
    keys = RootKey(KEY)
    engine.register("given", pa.Table.from_pylist([dict(row) for row in records.rows]))
    # A date of birth that is no date is missing: the house would not have taken it in.
    engine.execute(
        """
        create table record as
        select unique_id as person_ref, source, nullif(given_name, '') as given_name,
            nullif(family_name, '') as family_name, nullif(postcode, '') as postcode,
            cast(coalesce(try_strptime(birth_date, '%Y%m%d'), try_strptime(birth_date, '%Y-%m-%d'),
                try_strptime(birth_date, '%d/%m/%Y')) as date) as birth_date
        from given
        """
    )
    texts = link_token_texts(engine, "record")
    tokens = hash_link_texts(engine, texts, lambda family: keys.keyed_hash(LINK, (family,)))
    engine.execute(
        """
        create table people as
        select source as provider, person_ref as member_key, person_ref as person_key,
            null::varchar as sex, 'one' as delivery_id from record
        """
    )
    engine.execute(
        f"""
        create table tokens as
        select source as provider, person_ref as member_key, family, token, 'one' as delivery_id
        from {tokens} join record using (person_ref)
        """
    )


def _pairs(records: Records, engine: duckdb.DuckDBPyConnection) -> set[Pair]:
    other_file = "and a.provider <> b.provider" if records.two_files else ""
    rows = engine.execute(
        f"""
        select least(a.member_key, b.member_key), greatest(a.member_key, b.member_key)
        from resolved a join resolved b
            on a.person_key = b.person_key and a.member_key < b.member_key {other_file}
        """
    ).fetchall()
    return {(str(row[0]), str(row[1])) for row in rows}
