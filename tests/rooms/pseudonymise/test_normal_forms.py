"""Vectors: the same bytes whoever typed them. Those of docs/explanation/linkage.md."""

import datetime as dt
from collections.abc import Iterable

import duckdb
import pyarrow as pa
import pytest

from pipelines.core.settings import PROJECT
from pipelines.pseudonymise.keys import RootKey
from pipelines.pseudonymise.link_tokens import FAMILIES, LINK, hash_link_texts, link_token_texts
from pipelines.pseudonymise.normal_forms import name_form, name_forms, soundex

NAMES = {
    "Ann": "ann",
    "  ANN  ": "ann",
    "Zoë": "zoe",
    "Siân": "sian",
    "Łukasz": "lukasz",
    "Strauß": "strauss",
    "O'Brien": "obrien",
    "O\u2019Brien": "obrien",
    "Smith-Jones": "smithjones",
    "Smith Jones": "smithjones",
    "van der Berg": "vanderberg",
    "Mrs Ann Test": "anntest",
    "Hall Jr.": "hall",
    "Dr": "dr",
    "\uff21\uff4e\uff4e": "ann",
    "J.": "j",
    "": "",
}
CODES = {
    "robert": "r163",
    "rupert": "r163",
    "ashcraft": "a261",
    "tymczak": "t522",
    "pfister": "p236",
    "honeyman": "h555",
    "lee": "l000",
}
TEXTS = {
    "given_birth": "zoe|1961-04-23",
    "family_postcode": "obrien|XA11AA",
    "names_birth": "obrien&zoe|1961-04-23",
    "given_start_birth": "zoe|1961-04-23",
    "family_end_birth": "ien|1961-04-23",
    "family_sound_birth": "o165|1961-04-23",
    "sounds_birth": "o165&z000|1961-04-23",
    "names_month": "obrien&zoe|1961-04",
    "names_day": "obrien&zoe|1961-23",
    "names_birthday": "obrien&zoe|04-23",
    "names_swapped_date": "obrien&zoe|196104&23",
    "names_outward": "obrien&zoe|XA1",
    "birth_postcode": "1961-04-23|XA11AA",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_one_form(name: str) -> None:
    assert name_form(name) == NAMES[name]


@pytest.mark.parametrize("name", CODES)
def test_soundex_is_the_american_one(name: str) -> None:
    assert soundex(name) == CODES[name]


@pytest.mark.parametrize("name", ["J", "Unknown", "N/A", "xxx", "", "-", "1234"])
def test_what_is_no_name_has_no_forms(name: str) -> None:
    assert name_forms(name) is None


def made(
    given: str | None, family: str | None, birth: dt.date | None, postcode: str | None
) -> dict[str, str]:
    with duckdb.connect() as engine:
        record(engine, given, family, birth, postcode)
        rows = engine.execute(f"from {link_token_texts(engine, 'one')}").fetchall()
    return {family: text for _, family, text in rows}


def record(
    engine: duckdb.DuckDBPyConnection,
    given: str | None,
    family: str | None,
    birth: dt.date | None,
    postcode: str | None,
) -> None:
    row = {
        "person_ref": "M1",
        "given_name": given,
        "family_name": family,
        "birth_date": birth,
        "postcode": postcode,
    }
    kinds = [pa.date32() if name == "birth_date" else pa.string() for name in row]
    schema = pa.schema(list(zip(row, kinds, strict=True)))
    engine.register("given", pa.Table.from_pylist([row], schema=schema))
    engine.execute("create table one as from given")


def test_texts_are_as_the_documentation_says() -> None:
    texts = made("Zoë", "O'Brien", dt.date(1961, 4, 23), "XA1 1AA")
    assert {family: texts[family] for family in TEXTS} == TEXTS


def test_the_documentation_names_every_family() -> None:
    page = (PROJECT / "docs" / "explanation" / "linkage.md").read_text("utf-8")
    assert {family.name for family in FAMILIES if f"`{family.name}`" not in page} == set()


def test_every_family_joins_two_attributes_with_the_date_or_the_postcode_among_them() -> None:
    whose = {shown.split("_")[0] for family in FAMILIES for shown in family.shows}
    assert whose == {"given", "family", "birth", "postcode"}
    for family in FAMILIES:
        attributes = {shown.split("_")[0] for shown in family.shows}
        assert len(attributes) >= 2
        assert attributes & {"birth", "postcode"}


@pytest.mark.parametrize(
    ("birth", "postcode"),
    [
        (dt.date(1985, 1, 1), None),
        (dt.date(1900, 1, 1), None),
        (dt.date(1899, 12, 30), "ZZ99 3WZ"),
        (None, "BF1 3AA"),
        (None, None),
    ],
)
def test_made_up_and_missing_values_make_no_token(
    birth: dt.date | None, postcode: str | None
) -> None:
    assert made("Zoë", "O'Brien", birth, postcode) == {}


def test_a_missing_name_leaves_only_what_needs_no_name() -> None:
    texts = made(None, "O'Brien", dt.date(1961, 4, 23), None)
    assert set(texts) == {
        "family_birth", "family_start_birth", "family_end_birth", "family_sound_birth",
    }  # fmt: skip


def test_tokens_hold_no_identifier() -> None:
    keys = RootKey(bytes(range(32)))
    with duckdb.connect() as engine:
        record(engine, "Rosalind", "Thornbury", dt.date(1961, 4, 23), "XA1 1AA")
        texts = link_token_texts(engine, "one")
        made_of = hash_link_texts(engine, texts, lambda f: keys.keyed_hash(LINK, (f,)))
        tokens = [str(row[0]) for row in engine.execute(f"select token from {made_of}").fetchall()]
    assert len(set(tokens)) == len(FAMILIES)
    assert held(tokens, ("rosalind", "thornbury", "xa11aa", "r245")) == []


def held(tokens: Iterable[str], marks: Iterable[str]) -> list[str]:
    """Marks that a token's code shows; the key's id before it is hexadecimal."""
    codes = [token.rsplit(".", 1)[1] for token in tokens]
    return [mark for mark in marks if any(mark in code for code in codes)]
