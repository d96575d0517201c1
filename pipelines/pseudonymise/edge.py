"""The border moved to the provider: a kit of its keys, and tokens in place of identifiers.

What leaves here holds tokens, a year of birth and a neighbourhood; the provider keeps the rest.
"""

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from pipelines.core.contract import Column, Contract, LogicalType
from pipelines.core.errors import BadKey
from pipelines.core.ports import Edge
from pipelines.core.shapes import quoted
from pipelines.core.stages import Checked
from pipelines.pseudonymise.border import MEMBER, PERSON, REFERRAL
from pipelines.pseudonymise.hashing import hash_distinct
from pipelines.pseudonymise.keys.edge_keys import KIT_SCHEME, SealingKeys, unwrap_kit
from pipelines.pseudonymise.keys.private_file import read_passphrase, read_private
from pipelines.pseudonymise.link_tokens import FAMILIES, LINK, hash_link_texts, link_token_texts

PLACE = ("file_number", "row_number")
ROW = "file_number || '-' || row_number"


def make_kit(edge: Edge, provider: str, passphrase_file: Path, made_on: dt.date) -> bytes:
    """A provider's kit, its secrets wrapped under the passphrase of a file."""
    labels = [
        (MEMBER, (provider,)),
        (REFERRAL, (provider,)),
        (PERSON, ()),
        *((LINK, (family.name,)) for family in FAMILIES),
    ]
    kit = edge.kit(labels, read_passphrase(passphrase_file, "kit"), made_on.isoformat())
    return json.dumps(kit, indent=2).encode() + b"\n"


def open_kit(kit_file: Path, passphrase_file: Path, provider: str) -> SealingKeys:
    """The kit's keys. Raises `BadKey` for files that others may read, or another provider's kit."""
    kit: Any = None
    with suppress(ValueError):
        kit = json.loads(read_private(kit_file, "the kit", "Ask the house for one."))
    if not isinstance(kit, dict) or kit.get("scheme") != KIT_SCHEME:
        raise BadKey(
            "kit-unreadable",
            "the kit is not one that this version of widebridge reads.",
            "Ask the house for a new kit.",
        )
    if kit.get("provider") != provider:
        raise BadKey(
            "kit-other-provider",
            f"the kit is not one of {provider}.",
            "Use the kit that the house made for this provider.",
        )
    return unwrap_kit(kit, read_passphrase(passphrase_file, "kit"))


def put_tokens(
    checked: Checked,
    columns: tuple[str, ...],
    engine: duckdb.DuckDBPyConnection,
    keys: SealingKeys,
) -> str:
    """The checked rows as text under tokens, with only these columns and each row's place."""
    contract, source = checked.contract, checked.relation
    made = _made_at_the_edge(contract, source, engine, keys)
    fields = [f"{made.get(n) or _text(contract.column(n))} as {quoted(n)}" for n in columns]
    relation = f"sealed_{contract.name}"
    engine.execute(
        f"create table {relation} as select {', '.join([*fields, *PLACE])} from {source} s "
        + " ".join(_joins(contract))
    )
    return relation


def shut_out(
    checked: Checked, columns: tuple[str, ...], engine: duckdb.DuckDBPyConnection, keys: SealingKeys
) -> str:
    """Rows that broke a rule, as their person's token and nothing else.

    A broken consent event may be a withdrawal: the house must still learn whose it was.
    """
    source = f"judged_{checked.relation}"
    member = keys.tokens(MEMBER, (keys.provider,))
    hash_distinct(source, "person_ref", member, "token", engine)
    fields = [("m.token" if n == "person_ref" else "null") + f" as {quoted(n)}" for n in columns]
    relation = f"shut_out_{checked.contract.name}"
    engine.execute(
        f"create table {relation} as select {', '.join([*fields, *PLACE])} from {source} s "
        "join hashed_person_ref m on m.identifier = s.person_ref where s.code is not null"
    )
    return relation


def _made_at_the_edge(
    contract: Contract, source: str, engine: duckdb.DuckDBPyConnection, keys: SealingKeys
) -> Mapping[str, str]:
    """SQL of the columns that the edge makes; the tables that they are joined from are made too."""
    names = {column.name for column in contract.columns}
    member = keys.tokens(MEMBER, (keys.provider,))
    hash_distinct(source, "person_ref", member, "token", engine)
    made = {"person_ref": "m.token"}
    if "referral_id" in names:
        referral = keys.tokens(REFERRAL, (keys.provider,))
        hash_distinct(source, "referral_id", referral, "token", engine)
        made["referral_id"] = "r.token"
    if "nhs_token" in names:
        hash_distinct(source, "nhs_number", keys.tokens(PERSON, ()), "token", engine)
        made["nhs_token"] = "n.token"  # noqa: S105 (SQL, no secret)
    if "birth_year" in names:
        made["birth_year"] = "cast(year(s.birth_date) as varchar)"
    if "lsoa21_code" in names:
        made["lsoa21_code"] = "d.area_code"
    if "link_tokens" in names:
        _make_link_tokens(source, engine, keys)
        made["link_tokens"] = "l.tokens"
    return made


def _joins(contract: Contract) -> list[str]:
    names = {column.name for column in contract.columns}
    joins = ["join hashed_person_ref m on m.identifier = s.person_ref"]
    if "referral_id" in names:
        joins.append("join hashed_referral_id r on r.identifier = s.referral_id")
    if "nhs_token" in names:
        joins.append("left join hashed_nhs_number n on n.identifier = s.nhs_number")
    if "lsoa21_code" in names:
        # Two directories may both know a postcode; a person must still come out once.
        joins.append(
            "left join (select postcode, min(area_code) as area_code from postcode_directory "
            "group by postcode) d on d.postcode = s.postcode"
        )
    if "link_tokens" in names:
        joins.append(
            "left join edge_link_tokens l on l.place = s.file_number || '-' || s.row_number"
        )
    return joins


def _make_link_tokens(source: str, engine: duckdb.DuckDBPyConnection, keys: SealingKeys) -> None:
    """The table `edge_link_tokens`, by the row's place: a reference may stand in two rows here."""
    rows = "edge_link_rows"
    engine.execute(
        f"create or replace view {rows} as select given_name, family_name, birth_date, postcode, "
        f"{ROW} as person_ref from {source}"
    )
    texts = link_token_texts(engine, rows)
    tokens = hash_link_texts(engine, texts, lambda family: keys.tokens(LINK, (family,)))
    engine.execute(
        "create or replace table edge_link_tokens as select person_ref as place, "
        "string_agg(family || ':' || token, ' ' order by family) as tokens "
        f"from {tokens} group by person_ref"
    )
    engine.execute(f"drop table {texts}")
    engine.execute(f"drop table {tokens}")


def _text(column: Column) -> str:
    """A typed value as the text that the house reads again."""
    name = f"s.{quoted(column.name)}"
    if column.type is LogicalType.TIMESTAMP:
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"cast({name} as varchar)"
