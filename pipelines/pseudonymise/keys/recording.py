"""A change of the key ring and its record: the intent, the new ring in one write, the receipt.

The intent holds the SHA-256 of the ring that is to be, so that after a crash the ring itself tells
whether the change was made.
"""

import hashlib
from collections.abc import Mapping

from pipelines.core.files import sha256_of, write_whole
from pipelines.core.intents import KEY_CHANGE, Intent, Receipt, settle_intents
from pipelines.core.ports import Fact, Ledger
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys.opening import house_signers, ring_file
from pipelines.pseudonymise.keys.ring import Entry, OpenRing, ring_bytes

ABANDONED = "key_change_abandoned"
HOUSE_KEEPING = ("change", "ring_sha256")
"""Facts of an intent that its receipt does not repeat."""


def save(
    settings: Settings, opened: OpenRing, ledger: Ledger, event: str, *entries: Entry, **facts: Fact
) -> None:
    """Change the ring, with an intent before and a receipt after it for each key."""
    settle_key_changes(settings, ledger)
    whole = ring_bytes(opened)
    changes = [{**_facts_of(entry), **facts} for entry in entries]
    for change in changes:
        ledger.record(
            KEY_CHANGE.intent, change=event, ring_sha256=hashlib.sha256(whole).hexdigest(), **change
        )
    write_whole(ring_file(settings), whole)
    # What is recorded from here on is signed by the ring as it is now.
    signers = house_signers(opened)
    if signers.can_sign("ledger"):
        ledger = ledger.signed_by(signers.signer("ledger"))
    for change in changes:
        ledger.record(event, **change)


def settle_key_changes(settings: Settings, ledger: Ledger) -> list[Receipt]:
    """Record what became of changes that a crash cut off. The ring is held by whoever calls."""
    place = ring_file(settings)
    ring_sha256 = sha256_of(place) if place.exists() else ""

    def settle(intent: Intent) -> Receipt:
        known = {n: fact for n, fact in intent.facts.items() if n not in HOUSE_KEEPING}
        if intent.facts.get("ring_sha256") == ring_sha256:
            return str(intent.facts["change"]), known
        return ABANDONED, known

    return settle_intents(ledger, {KEY_CHANGE.intent: settle})


def _facts_of(entry: Entry) -> Mapping[str, Fact]:
    named = {"recipient": entry.recipient, "purpose": entry.purpose, "opt_out": entry.opt_out}
    known: dict[str, Fact] = {name: value for name, value in named.items() if value}
    return {"key": entry.id, "kind": entry.kind, "epoch": entry.epoch, **known}
