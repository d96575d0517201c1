"""Checked rows to linked rows, as the linked contracts say (`transformLogic` of each column).

Two kinds of key, each in a domain of its own: `m1` of a provider's own reference (a member's number
says nothing outside its provider), `n1` of an NHS number (the same person at every provider).
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.core.duck import fetch_table
from pipelines.core.ports import KeyedHash, KeySource
from pipelines.core.shapes import quoted
from pipelines.core.stages import Checked, Pseudonymised

MEMBER, PERSON, REFERRAL = "m1", "n1", "r1"
BATCH = 100_000


def pseudonymise(
    checked: Checked,
    linked: Iterable[Contract],
    engine: duckdb.DuckDBPyConnection,
    keys: KeySource,
) -> Pseudonymised:
    """The linked tables that are made of one checked table."""
    drop = checked.consented.landed.drop
    keyed = _with_keys(checked, engine, keys)
    relations = {}
    for contract in linked:
        relation = f"linked_{contract.name}"
        columns = ", ".join(f"{c.made_from} as {quoted(c.name)}" for c in contract.columns)
        groups = ", ".join(str(contract.column(name).made_from) for name in contract.grain)
        engine.execute(
            f"create table {relation} as select {columns} from "
            f"(select *, '{drop.provider}' as provider, '{drop.delivery_id}' as delivery_id "
            f"from {keyed}) {'group by ' + groups if groups else ''}"
        )
        relations[contract.name] = relation
    return Pseudonymised(checked, relations)


def link_consent(
    periods: str, provider: str, engine: duckdb.DuckDBPyConnection, keys: KeySource
) -> str:
    """The register's periods under member keys, as the relation `linked_consent_period`."""
    _hash_distinct(
        periods, "person_ref", keys.keyed_hash(MEMBER, (provider,)), "member_key", engine
    )
    engine.execute(
        f"""
        create table linked_consent_period as
        select '{provider}' as provider, k.member_key, p.purpose, p.consented_from,
            p.consented_until, p.notice_version
        from {periods} p join hashed_person_ref k on k.identifier = p.person_ref
        """
    )
    return "linked_consent_period"


def _with_keys(checked: Checked, engine: duckdb.DuckDBPyConnection, keys: KeySource) -> str:
    """The checked rows with every key that their table can give, and the neighbourhood."""
    provider = checked.consented.landed.drop.provider
    names = {c.name for c in checked.contract.columns}
    source, relation = checked.relation, f"keyed_{checked.contract.name}"
    member = keys.keyed_hash(MEMBER, (provider,))
    _hash_distinct(source, "person_ref", member, "member_key", engine)
    joins = ["join hashed_person_ref m on m.identifier = s.person_ref"]
    columns = ["s.*", "m.member_key"]
    if "nhs_number" in names:
        _hash_distinct(source, "nhs_number", keys.keyed_hash(PERSON, ()), "nhs_key", engine)
        joins.append("left join hashed_nhs_number n on n.identifier = s.nhs_number")
        columns.append("coalesce(n.nhs_key, m.member_key) as person_key")
    if "referral_id" in names:
        referral = keys.keyed_hash(REFERRAL, (provider,))
        _hash_distinct(source, "referral_id", referral, "referral_key", engine)
        joins.append("join hashed_referral_id r on r.identifier = s.referral_id")
        columns.append("r.referral_key")
    if "postcode" in names:
        # Two directories may both know a postcode; a person must still come out once.
        joins.append(
            "left join (select postcode, min(area_code) as area_code from postcode_directory "
            "group by postcode) d on d.postcode = s.postcode"
        )
        columns.append("d.area_code as lsoa21_code")
    engine.execute(
        f"create table {relation} as select {', '.join(columns)} from {source} s {' '.join(joins)}"
    )
    return relation


def _hash_distinct(
    relation: str,
    column: str,
    hashed: KeyedHash,
    key_name: str,
    engine: duckdb.DuckDBPyConnection,
) -> None:
    """The relation `hashed_<column>`: each distinct identifier once, with its pseudonym."""
    table = f"hashed_{column}"
    engine.execute(f"create or replace table {table} (identifier varchar, {key_name} varchar)")
    distinct = f"select distinct {column} from {relation} where {column} is not null"
    for batch in fetch_table(engine, distinct).to_batches(BATCH):
        identifiers = batch.column(0)
        pseudonyms = pa.array(hashed(identifiers.to_pylist()), pa.string())
        engine.register("hashed", pa.table({"i": identifiers, "p": pseudonyms}))
        engine.execute(f"insert into {table} select i, p from hashed")
        engine.unregister("hashed")
