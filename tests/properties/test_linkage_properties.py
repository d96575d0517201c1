"""Whoever is drawn: two NHS numbers are two people, and order decides nothing."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.pseudonymise.link_tokens import hash_link_texts, link_token_texts
from pipelines.pseudonymise.linkage import link_people
from pipelines.pseudonymise.linkage_pairs import Linking


class Row(NamedTuple):
    given_name: str | None
    family_name: str | None
    birth_date: dt.date | None
    postcode: str | None
    sex: str
    nhs: str | None


ROWS = st.lists(
    st.builds(
        Row,
        st.sampled_from(["Rosalind", "Rosaline", "Edwin", None]),
        st.sampled_from(["Thornbury", "Thornberry", "Rosalind", None]),
        st.sampled_from([dt.date(1961, 4, 12), dt.date(1961, 12, 4), dt.date(1990, 7, 7), None]),
        st.sampled_from(["XA1 1AA", "XA1 1AB", None]),
        st.sampled_from(["1", "2", "X"]),
        st.sampled_from(["n1.k.a", "n1.k.b", None, None]),
    ),
    min_size=2,
    max_size=8,
)
PEOPLE = pa.schema(
    [
        *((name, pa.string()) for name in ("person_ref", "given_name", "family_name")),
        ("birth_date", pa.date32()),
        *((name, pa.string()) for name in ("postcode", "sex", "nhs")),
    ]
)


def people_of(rows: Sequence[tuple[str, Row]]) -> dict[str, str]:
    """Each reference and the key of its person."""
    table = [{"person_ref": ref, **row._asdict()} for ref, row in rows]
    with duckdb.connect() as engine:
        engine.register("given", pa.Table.from_pylist(table, schema=PEOPLE))
        engine.execute("create table record as from given")
        texts = link_token_texts(engine, "record")
        # The rule looks at equality alone, so the texts may stand for their own hashes.
        tokens = hash_link_texts(engine, texts, lambda _: list)
        engine.execute(
            "create table people as select 'p' as provider, person_ref as member_key, sex, "
            "coalesce(nhs, 'm1.k.' || person_ref) as person_key, '1' as delivery_id from record"
        )
        engine.execute(
            "create table tokens as select 'p' as provider, person_ref as member_key, family, "
            f"token, '1' as delivery_id from {tokens}"
        )
        link_people(engine, Linking("people", "tokens"))
        found = engine.execute("select member_key, person_key from resolved").fetchall()
    return {str(ref): str(key) for ref, key in found}


def named(rows: Sequence[Row]) -> list[tuple[str, Row]]:
    return [(f"M{place}", row) for place, row in enumerate(rows)]


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_two_nhs_numbers_are_two_people(rows: list[Row]) -> None:
    people = people_of(named(rows))
    numbered = {ref: row.nhs for ref, row in named(rows) if row.nhs}
    assert {ref: people[ref] for ref in numbered} == numbered


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_order_decides_nothing(rows: list[Row]) -> None:
    assert people_of(named(rows)) == people_of(named(rows)[::-1])


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_everybody_is_exactly_one_person(rows: list[Row]) -> None:
    assert set(people_of(named(rows))) == {ref for ref, _ in named(rows)}
