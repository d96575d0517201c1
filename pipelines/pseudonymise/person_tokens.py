"""The linked table `person_token`: of an open delivery made here, of a sealed one carried over."""

import duckdb

from pipelines.core.ports import KeySource
from pipelines.core.stages import Drop
from pipelines.pseudonymise.hashing import hash_distinct
from pipelines.pseudonymise.link_tokens import (
    FAMILIES,
    LINK,
    hash_link_texts,
    link_token_texts,
)

PERSON_TOKEN = "person_token"  # noqa: S105 (a table's name, no secret)


def link_person_tokens(
    keyed: str, drop: Drop, engine: duckdb.DuckDBPyConnection, keys: KeySource
) -> str:
    """The relation `linked_person_token` of keyed participants (rows with their member_key)."""
    if drop.sealed:
        tokens = _carried_over(keyed, engine, keys)
    else:
        texts = link_token_texts(engine, keyed)
        tokens = hash_link_texts(engine, texts, lambda family: keys.keyed_hash(LINK, (family,)))
        engine.execute(f"drop table {texts}")
    engine.execute(
        f"create table linked_{PERSON_TOKEN} as "
        f"select '{drop.provider}' as provider, k.member_key, t.family, t.token, "
        f"'{drop.delivery_id}' as delivery_id "
        f"from {tokens} t join {keyed} k on k.person_ref = t.person_ref"
    )
    engine.execute(f"drop table {tokens}")
    return f"linked_{PERSON_TOKEN}"


def _carried_over(keyed: str, engine: duckdb.DuckDBPyConnection, keys: KeySource) -> str:
    """The provider's own tokens, keyed once more. A family that we do not know is left out."""
    known = ", ".join(f"'{family.name}'" for family in FAMILIES)
    engine.execute(
        f"""
        create or replace table sealed_token as
        select person_ref, split_part(pair, ':', 1) as family, split_part(pair, ':', 2) as edge
        from (select person_ref, unnest(string_split(link_tokens, ' ')) as pair from {keyed})
        where split_part(pair, ':', 1) in ({known})
        qualify row_number() over (partition by person_ref, family order by edge) = 1
        """
    )
    made = hash_distinct("sealed_token", "edge", keys.store_keys(LINK), "token", engine)
    engine.execute(
        f"create or replace table sealed_person_token as select s.person_ref, s.family, h.token "
        f"from sealed_token s join {made} h on h.identifier = s.edge"
    )
    engine.execute("drop table sealed_token")
    engine.execute(f"drop table {made}")
    return "sealed_person_token"
