"""Checked rows to linked rows, as the linked contracts say (`transformLogic` of each column).

Two kinds of key, each in a domain of its own: `m1` of a provider's own reference (a member's number
says nothing outside its provider), `n1` of an NHS number (the same person at every provider). The
provider of a sealed delivery has put tokens in their place; those are keyed once more here.
"""

from collections.abc import Iterable

import duckdb

from pipelines.core.contract import Contract
from pipelines.core.ports import KeyedHash, KeySource
from pipelines.core.shapes import quoted
from pipelines.core.stages import Checked, Drop, Pseudonymised
from pipelines.pseudonymise.hashing import hash_distinct
from pipelines.pseudonymise.person_tokens import PERSON_TOKEN, link_person_tokens

MEMBER, PERSON, REFERRAL = "m1", "n1", "r1"


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
        if contract.name == PERSON_TOKEN:
            relations[contract.name] = link_person_tokens(keyed, drop, engine, keys)
            continue
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
    hash_distinct(periods, "member_token", keys.store_keys(MEMBER), "member_key", engine)
    engine.execute(
        f"""
        create table linked_consent_period as
        select '{provider}' as provider, k.member_key, p.purpose, p.consented_from,
            p.consented_until, p.notice_version
        from {periods} p join hashed_member_token k on k.identifier = p.member_token
        """
    )
    return "linked_consent_period"


def _with_keys(checked: Checked, engine: duckdb.DuckDBPyConnection, keys: KeySource) -> str:
    """The checked rows with every key that their table can give, and the neighbourhood."""
    drop = checked.consented.landed.drop
    names = {c.name for c in checked.contract.columns}
    source, relation = checked.relation, f"keyed_{checked.contract.name}"
    member = _hash_of(MEMBER, (drop.provider,), drop, keys)
    hash_distinct(source, "person_ref", member, "member_key", engine)
    joins = ["join hashed_person_ref m on m.identifier = s.person_ref"]
    replaced, columns = [], ["m.member_key"]
    if "nhs_token" in names:
        number = "nhs_token" if drop.sealed else "nhs_number"
        hash_distinct(source, number, _hash_of(PERSON, (), drop, keys), "nhs_key", engine)
        joins.append(f"left join hashed_{number} n on n.identifier = s.{number}")
        columns.append("coalesce(n.nhs_key, m.member_key) as person_key")
    if "referral_id" in names:
        referral = _hash_of(REFERRAL, (drop.provider,), drop, keys)
        hash_distinct(source, "referral_id", referral, "referral_key", engine)
        joins.append("join hashed_referral_id r on r.identifier = s.referral_id")
        columns.append("r.referral_key")
    if "postcode" in names and not drop.sealed:
        # Two directories may both know a postcode; a person must still come out once.
        joins.append(
            "left join (select postcode, min(area_code) as area_code from postcode_directory "
            "group by postcode) d on d.postcode = s.postcode"
        )
        replaced.append("d.area_code as lsoa21_code")
    rows = f"s.* replace ({', '.join(replaced)})" if replaced else "s.*"
    engine.execute(
        f"create table {relation} as select {', '.join([rows, *columns])} "
        f"from {source} s {' '.join(joins)}"
    )
    return relation


def _hash_of(label: str, context: tuple[str, ...], drop: Drop, keys: KeySource) -> KeyedHash:
    """From what the delivery holds, identifiers or tokens, to keys of the linked store."""
    return keys.store_keys(label) if drop.sealed else keys.keyed_hash(label, context)
