"""Acts that the ledger saw begun: an intent goes before each, a receipt after it.

A crash between the two leaves an intent open. The next start finds it, looks whether the act was
done, and records the receipt that belongs to it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.ports import Fact, Ledger


@dataclass(frozen=True)
class Act:
    """What an act is called in the ledger: its intent, what may end it, what tells it apart."""

    intent: str
    receipts: tuple[str, ...]
    told_apart_by: tuple[str, ...]


@dataclass(frozen=True)
class Intent:
    """An act that was begun and, as far as the ledger knows, not ended."""

    number: int
    event: str
    facts: Mapping[str, Fact]
    at: str


RELEASE = Act(
    "release_intended",
    ("release_published", "release_found_published", "release_abandoned"),
    ("release",),
)
EXTRACT = Act("extract_intended", ("extract_published", "extract_abandoned"), ("release",))
INTAKE = Act(
    "intake_started",
    ("intake_finished", "intake_refused", "intake_found_in", "intake_abandoned"),
    ("provider", "delivery"),
)
WITHDRAWAL = Act("withdrawal_started", ("withdrawal_done",), ("provider", "delivery"))
KEY_CHANGE = Act(
    "key_intended",
    (
        "key_made", "key_rotated", "key_retired", "key_destroyed", "key_ring_relocked",
        "key_rotation_begun", "key_switched", "key_change_abandoned",
    ),
    ("key",),
)  # fmt: skip
ROTATION = Act("key_rotation_begun", ("key_rotated",), ("key",))
ACTS = (RELEASE, EXTRACT, INTAKE, WITHDRAWAL, KEY_CHANGE, ROTATION)

Receipt = tuple[str, Mapping[str, Fact]]
"""What is recorded of an act that was found open: the event, and its facts."""
Settle = Callable[[Intent], Receipt | None]
"""Looks what became of an act. None when it goes on, in this process or in another."""


def open_intents(entries: Iterable[Mapping[str, Any]]) -> list[Intent]:
    """Acts begun and not ended, oldest first. One begun again after a crash counts once."""
    is_open: dict[tuple[Fact, ...], Intent] = {}
    for entry in entries:
        event, facts = str(entry["event"]), entry["facts"]
        for act in ACTS:
            if event in act.receipts:
                is_open = {
                    key: intent
                    for key, intent in is_open.items()
                    if key[0] != act.intent or not _ends(facts, intent, act)
                }
            if event == act.intent:
                key = (act.intent, *(facts.get(name) for name in act.told_apart_by))
                is_open.pop(key, None)
                is_open[key] = Intent(int(entry["number"]), event, facts, str(entry["at"]))
    return list(is_open.values())


def settle_intents(ledger: Ledger, settlers: Mapping[str, Settle]) -> list[Receipt]:
    """Record the receipt of every open act whose settler (by its intent) knows what became of it.

    Whoever calls it holds the lock of those acts, so that none of them goes on meanwhile.
    """
    found = [
        settlers[intent.event](intent)
        for intent in open_intents(ledger.entries())
        if intent.event in settlers
    ]
    receipts = [receipt for receipt in found if receipt is not None]
    for event, facts in receipts:
        ledger.record(event, **facts)
    return receipts


def _ends(facts: Mapping[str, Fact], intent: Intent, act: Act) -> bool:
    """A receipt that leaves a fact out, as a refusal without a delivery, ends all it may mean."""
    return all(facts[name] == intent.facts.get(name) for name in act.told_apart_by if name in facts)
