"""Members in twos: whoever has a linkage token in common is compared, in the engine.

Equality of hashes is all that is ever looked at; nothing is decrypted, nothing is guessed.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.pseudonymise.link_tokens import EVIDENCE, FAMILIES
from pipelines.pseudonymise.linkage_rule import ALWAYS_APART, CAREFUL, TOTAL, Rule, apart, enough

MOST_HOLDERS = 50
"""A token that more members hold says little, and would be compared with itself too often."""


@dataclass(frozen=True)
class Linking:
    """What is resolved: relations with the columns of `person` and `person_token`."""

    people: str
    tokens: str
    rule: Rule = CAREFUL


def number_members(engine: duckdb.DuckDBPyConnection, linking: Linking) -> None:
    """`link_member`: numbered by provider and key, with what its tokens tell it to hold."""
    levels = [
        {"family": f.name, **{evidence: evidence in f.shows for evidence in EVIDENCE}}
        for f in FAMILIES
    ]
    engine.register("link_family", pa.Table.from_pylist(levels))
    engine.execute(
        f"""
        create or replace table link_numbered as
        select (row_number() over (order by provider, member_key) - 1)::integer as id, provider,
            member_key, person_key, sex, delivery_id,
            case when person_key like 'n1.%' then person_key end as nhs_key
        from {linking.people}
        """
    )
    # Tokens of an older delivery may be of a name or an address that is no longer true.
    engine.execute(
        f"""
        create or replace table link_token as
        select id, family, token from {linking.tokens} t
        join link_numbered m using (provider, member_key, delivery_id)
        """
    )
    engine.execute(
        """
        create or replace table link_member as
        select m.*, h.id is not null as has_tokens,
            coalesce(h.has_given, false) as has_given,
            coalesce(h.has_family, false) as has_family,
            coalesce(h.has_birth, false) as has_birth,
            coalesce(h.has_postcode, false) as has_postcode
        from link_numbered m left join (
            select id, bool_or(given_name) as has_given, bool_or(family_name) as has_family,
                bool_or(birth) as has_birth, bool_or(postcode) as has_postcode
            from link_token join link_family using (family)
            group by id
        ) h using (id)
        """
    )


def pair_up(engine: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """`link_pair`: every two members with a token in common, and what the rule says of them."""
    engine.execute(
        """
        create or replace table link_held as
        select token, count(*) as holders from link_token group by token having count(*) > 1
        """
    )
    engine.execute(
        f"create or replace view link_common as select * from link_held "
        f"where holders > {MOST_HOLDERS}"
    )
    held = ", ".join(f"bool_or({name}) as {name}" for name in EVIDENCE)
    engine.execute(
        f"""
        create or replace table link_evidence as
        select a.id as left_id, b.id as right_id, {held}
        from link_token a
        join link_held h on h.token = a.token and h.holders <= {MOST_HOLDERS}
        join link_token b on b.token = a.token and b.id > a.id
        join link_family f on f.family = a.family
        group by a.id, b.id
        """
    )
    engine.execute(
        f"""
        create or replace table link_pair as
        with sexed as (
            select c.*, coalesce(x.sex <> y.sex and x.sex in ('1', '2') and y.sex in ('1', '2'),
                false) as sex_differs
            from link_evidence c join link_member x on x.id = left_id
            join link_member y on y.id = right_id
        )
        select left_id, right_id, {TOTAL} as points, {enough(rule)} as is_enough,
            {apart(rule)} as is_apart, coalesce({ALWAYS_APART}, false) as two_numbers,
            l.nhs_key is not null and r.nhs_key is not null as both_numbered
        from sexed join link_member l on l.id = left_id join link_member r on r.id = right_id
        """
    )
