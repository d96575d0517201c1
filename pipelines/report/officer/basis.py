"""Lawful basis, consent, pseudonyms and retention, as agreements and manifest tell them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.model import Section, Table, Text, table
from pipelines.report.words import counted, number, words

NOT_TOLD = "not told"


def basis(facts: Facts) -> Section:
    """Agreements, what each allows, and how long they and the DPIAs' reviews still hold."""
    terms = {entry["provider"]: entry for entry in facts.processing}
    as_of = dt.date.fromisoformat(facts.manifest["as_of"])
    rows = [
        (
            use["name"], use["reference"], use["basis"], use["expires_on"],
            number(days_left(use["expires_on"], as_of)),
            _review(terms.get(use["provider"])),
        )
        for use in facts.manifest["agreements"]
    ]  # fmt: skip
    heads = ("Provider or publisher", "Agreement", "Basis or licence", "Expires",
             "Days left", "DPIA review by")  # fmt: skip
    first = min(facts.manifest["agreements"], key=lambda use: str(use["expires_on"]))
    text = (
        f"The first agreement to end is {first['reference']}, on {first['expires_on']}. "
        "Publishing stops on the day after an agreement ends or a DPIA review falls due."
    )
    return Section(
        "basis", "On what basis", (Text(text), table("Agreements", heads, rows, numbers=(4,)))
    )


def _review(terms: Mapping[str, Any] | None) -> str:
    """Terms are told of providers of people only."""
    return "no people" if terms is None else terms["dpia_review_by"] or NOT_TOLD


def days_left(until: str, on: dt.date) -> int:
    """Days from one day to another."""
    return (dt.date.fromisoformat(until) - on).days


def consent(facts: Facts) -> Section:
    """Rows kept out by provider and reason."""
    refused = facts.manifest["refused_for_consent"]
    told = sum(entry["rows"] or 0 for entry in refused)
    hidden = sum(entry["rows"] is None for entry in refused)
    rows = [(e["provider"], words(e["reason"]), number(e["rows"])) for e in refused]
    text = (
        f"{counted(told, 'row')} kept out of the release, as the counts below add up"
        + (f"; {counted(hidden, 'count')} too small to tell" if hidden else "")
        + f". Consent is asked for {words(facts.manifest['purpose'])}, as it stood on "
        f"{facts.manifest['as_of']}. Counts are rounded, and hidden when small."
    )
    heads = ("Provider", "Reason", "Rows")
    return Section(
        "consent", "Kept out for want of consent",
        (Text(text), table("Rows refused", heads, rows, numbers=(2,))),
    )  # fmt: skip


MATCHING = (
    ("Records of providers", "records"),
    ("People, after matching", "people"),
    ("Records matched by NHS number", "matched_by_nhs_number"),
    ("Records matched without one, by tokens", "matched_by_tokens"),
    ("Records with too little to match by tokens", "without_tokens"),
    ("Groups taken apart, because two in them cannot be one person", "groups_taken_apart"),
    ("Pairs that NHS numbers say are one person, which the tokens are checked against",
     "pairs_checked"),
)  # fmt: skip


def pseudonyms(facts: Facts) -> Section:
    """The scheme, the keys and their ages, and how well people were recognised."""
    matching = facts.manifest["matching"]
    text = (
        "At the border every name, NHS number and reference becomes a keyed pseudonym "
        f"(HMAC-SHA-256 under root key {facts.manifest['key_id']}); the keys never leave the key "
        "ring. No pseudonym is in this release: it holds groups only. Records are matched to "
        f"people under keyed tokens, by the {matching['rule']} rule. How often the rule is wrong "
        "on public test sets stands in docs/explanation/linkage.md."
    )
    return Section(
        "pseudonyms", "Pseudonyms, keys and matching",
        (Text(text), _keys(facts), _matching(matching)),
    )  # fmt: skip


def _keys(facts: Facts) -> Table:
    keys = facts.manifest.get("keys")
    rows = [
        (words(key["kind"]), key["key_id"],
         NOT_TOLD if key["age_days"] is None else f"{key['age_days']:,}")
        for key in keys or [{"kind": "root", "key_id": facts.manifest["key_id"], "age_days": None}]
    ]  # fmt: skip
    return table("Keys and their ages", ("Kind", "Key", "Age in days"), rows, numbers=(2,))


def _matching(matching: Mapping[str, Any]) -> Table:
    rows = [(text, number(matching[name])) for text, name in MATCHING]
    rows += [
        ("Of the pairs that tokens matched, one person by NHS number",
         _share(matching["precision"])),
        ("Of the pairs of one NHS number, matched by tokens too", _share(matching["recall"])),
    ]  # fmt: skip
    return table("Matching", ("What", "Number"), rows, numbers=(1,))


def _share(share: float | None) -> str:
    return "too few to say" if share is None else f"{share:.1f} %"


def retention(facts: Facts) -> Section:
    """What is kept and until when, as far as the agreements say."""
    told = [entry for entry in facts.processing if entry.get("retention")]
    rows = [
        ("Deliveries of " + entry["name"], entry["retention"], entry["reference"]) for entry in told
    ]
    ends = min(str(use["expires_on"]) for use in facts.manifest["agreements"])
    rows += [
        ("This release", ("Kept as published, and never changed"), facts.manifest["release_id"]),
        ("New releases from these deliveries", f"None after {ends} unless renewed",
         "first agreement to end"),
    ]  # fmt: skip
    text = (
        "Retention of deliveries is as each agreement says."
        if told
        else "No agreement here states how long deliveries are kept: settle that with the provider."
    )
    heads = ("What", "Until when", "Said by")
    return Section("retention", "Retention", (Text(text), table("Retention", heads, rows)))
