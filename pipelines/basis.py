"""On what basis a person's record was used in a release.

Read only, for an officer who answers a person. A person is found again by working pseudonyms out
anew; no name, number or date of birth is shown, for none is there.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.consent import MEMBER, has_register, settled
from pipelines.core.duck import open_engine
from pipelines.core.errors import BadRelease
from pipelines.core.ports import Recipient
from pipelines.core.store import bind_tables
from pipelines.house import House
from pipelines.publish.manifest import read_manifest
from pipelines.trace import (
    DAYS,
    Period,
    open_books,
    periods_of,
    pseudonyms_of,
    recipients_with_keys,
)

OPT_OUTS = ("respected", "not_applicable")


@dataclass(frozen=True)
class Record:
    """One provider's record behind a pseudonym, and what its use in a release rested on."""

    provider: str
    agreement: str
    lawful_basis: str
    period: Period | None
    tables: Mapping[str, bool]
    """Table to whether a row of it lies in the release's period."""
    counted_in: str
    """ODS code of the ICB in whose extract the person is counted; empty where in none."""
    withdrawn_on: str


@dataclass(frozen=True)
class Basis:
    """Why a record was used in a release."""

    release_id: str
    as_of: dt.date
    purpose: str
    period_start: dt.date
    period_end: dt.date
    recipient: Recipient | None
    records: tuple[Record, ...]


def explain(house: House, pseudonym: str, release_id: str) -> Basis:
    """On what basis the person of a pseudonym was used in a release."""
    manifest = _manifest(house, release_id)
    of_release = [
        Recipient(icb["ods_code"], manifest["purpose"], opt_out)
        for icb in manifest["icbs"]
        for opt_out in OPT_OUTS
    ]
    recipients = dict.fromkeys([*recipients_with_keys(house.settings), *of_release])
    members = _everyone(house)
    who, keys = _find(house, pseudonym, list(recipients), members)
    codes = {icb["ods_code"] for icb in manifest["icbs"]}
    if not keys:
        raise BadRelease(
            "why-unknown",
            "no person whom the store or the register knows has that pseudonym.",
            "Check it letter by letter. It may be of another house, or of a key that was "
            "destroyed or rotated; or the person came under an NHS number and was removed since.",
        )
    if who is not None and (who.code not in codes or who.purpose != manifest["purpose"]):
        raise BadRelease(
            "why-other-recipient",
            f"the pseudonym is one of {who.code} for {who.purpose}, and the release "
            f"{release_id} went to {', '.join(sorted(codes))} for {manifest['purpose']}.",
            "Name the release that the pseudonym came from.",
        )
    records = (_record(house, manifest, *member) for member in members if keys & {*member[1:]})
    return Basis(
        release_id,
        dt.date.fromisoformat(manifest["as_of"]),
        manifest["purpose"],
        dt.date.fromisoformat(manifest["period"]["start"]),
        dt.date.fromisoformat(manifest["period"]["end"]),
        who,
        tuple(record for record in records if record is not None),
    )


Member = tuple[str, str, str]
"""(provider, member key, person key)"""


def _everyone(house: House) -> list[Member]:
    """Who is in the store, and whoever withdrew and was taken out."""
    with open_engine(house.settings, readable=[house.settings.amber]) as engine:
        bind_tables(engine, house.contracts.store_tables(), house.store)
        rows = engine.execute(
            "select distinct provider, member_key, person_key from person order by all"
        ).fetchall()
    gone = [
        (provider, key, key)
        for provider, agreement in house.agreements.items()
        if agreement.person_level
        for key in house.keys.store_keys(MEMBER)(settled(provider, house.settings, house.keys))
    ]
    return list(dict.fromkeys([*((str(p), str(m), str(k)) for p, m, k in rows), *gone]))


def _find(
    house: House, pseudonym: str, recipients: Sequence[Recipient], members: Sequence[Member]
) -> tuple[Recipient | None, set[str]]:
    """Whose pseudonym it is, and the keys of the linked store that it stands for."""
    keys = list(dict.fromkeys(key for member in members for key in member[1:]))
    if not pseudonym.startswith("p1."):
        return None, {key for key in keys if key == pseudonym}
    for who in recipients:
        # The key's id is in the text, so that one person's pseudonym shows whose key it was.
        shown = pseudonyms_of(house, who, keys[:1])
        if shown and shown[0].split(".")[1] == pseudonym.split(".")[1]:
            pairs = zip(keys, pseudonyms_of(house, who, keys), strict=True)
            return who, {key for key, text in pairs if text == pseudonym}
    return None, set()


def _record(
    house: House, manifest: Mapping[str, Any], provider: str, key: str, _person: str
) -> Record | None:
    agreement = house.agreements.get(provider)
    if agreement is None or not has_register(provider, house.settings):
        return None
    as_of = dt.date.fromisoformat(manifest["as_of"])
    with open_books(house, agreement, known_on=as_of) as engine:
        tokens = engine.execute(
            "select member_token from consent_key where member_key = $key", {"key": key}
        ).fetchall()
        token = str(tokens[0][0]) if tokens else ""
        covering = [
            period
            for period in periods_of(token, engine)
            if period.purpose == manifest["purpose"] and period.covers(as_of)
        ]
        tables = _tables_used(manifest, provider, key, engine)
        counted_in = _extract_of(manifest, provider, key, engine)
    use = next((u for u in manifest["agreements"] if u["provider"] == provider), None)
    return Record(
        provider=provider,
        agreement=use["reference"] if use else "the release did not rest on this provider",
        lawful_basis=use["basis"] if use else "",
        period=covering[0] if covering else None,
        tables=tables,
        counted_in=counted_in,
        withdrawn_on=settled(provider, house.settings, house.keys).get(token, ""),
    )


def _tables_used(
    manifest: Mapping[str, Any], provider: str, key: str, engine: duckdb.DuckDBPyConnection
) -> dict[str, bool]:
    """Tables that hold the person by a delivery of the release; whether in its period."""
    ids = [d.split("/")[1] for d in manifest["deliveries"] if d.split("/")[0] == provider]
    used = {}
    for table, day in {"person": "null", **DAYS}.items():
        rows = engine.execute(
            f"select coalesce(bool_or({day} between $start and $end), true) from {table} "
            "where provider = $provider and member_key = $key and delivery_id in "
            "(select unnest($ids)) having count(*) > 0",
            {"provider": provider, "key": key, "ids": ids, **manifest["period"]},
        ).fetchall()
        if rows:
            used[table] = bool(rows[0][0])
    return used


def _extract_of(
    manifest: Mapping[str, Any], provider: str, key: str, engine: duckdb.DuckDBPyConnection
) -> str:
    """Whose extract counts the person: by neighbourhood, in the borders of the release."""
    rows = engine.execute(
        "select distinct g.parent_ods_code from person p join geography g "
        "on g.area_code = p.lsoa21_code and g.parent_type = 'icb' "
        "where p.provider = $provider and p.member_key = $key and g.valid_from <= $on "
        "and (g.valid_to is null or g.valid_to >= $on) "
        "and g.parent_ods_code in (select unnest($codes))",
        {
            "provider": provider,
            "key": key,
            "on": manifest["boundaries_on"],
            "codes": [icb["ods_code"] for icb in manifest["icbs"]],
        },
    ).fetchall()
    return str(rows[0][0]) if rows else ""


def _manifest(house: House, release_id: str) -> Mapping[str, Any]:
    folder = house.settings.releases / release_id
    if release_id in ("", ".", "..") or "/" in release_id or not folder.is_dir():
        raise BadRelease(
            "release-unknown",
            "there is no release of that name here.",
            "List them with: widebridge release list",
        )
    manifest: Mapping[str, Any] = read_manifest(folder)
    return manifest
