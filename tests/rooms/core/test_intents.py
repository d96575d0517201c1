"""An act that was begun is open until something ends it, and is settled by looking."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.intents import ACTS, Intent, Receipt, open_intents, settle_intents
from pipelines.core.ports import Fact

Events = list[tuple[str, Mapping[str, Fact]]]
Facts = dict[str, Fact]
INTAKE: Facts = {"provider": "a", "delivery": "0" * 12}
OTHER: Facts = {"provider": "b", "delivery": "0" * 12}
RELEASE: Facts = {"release": "r1"}


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl")


CASES: dict[str, tuple[Events, list[int]]] = {
    "nothing": ([], []),
    "begun": ([("release_intended", RELEASE)], [1]),
    "ended": ([("release_intended", RELEASE), ("release_published", RELEASE)], []),
    "abandoned": ([("release_intended", RELEASE), ("release_abandoned", RELEASE)], []),
    "another ended": (
        [("release_intended", RELEASE), ("release_published", {"release": "r2"})],
        [1],
    ),
    "begun twice": ([("release_intended", RELEASE), ("release_intended", RELEASE)], [2]),
    "begun after its end": (
        [
            ("release_intended", RELEASE),
            ("release_published", RELEASE),
            ("release_intended", RELEASE),
            ("release_published", RELEASE),
            ("release_intended", RELEASE),
        ],
        [5],
    ),
    "two providers": ([("intake_started", INTAKE), ("intake_started", OTHER)], [1, 2]),
    "one of two ended": (
        [("intake_started", INTAKE), ("intake_started", OTHER), ("intake_finished", INTAKE)],
        [2],
    ),
    "a refusal names no delivery": (
        [
            ("intake_started", INTAKE),
            ("intake_started", OTHER),
            ("intake_refused", {"provider": "a", "code": "torn"}),
        ],
        [2],
    ),
    "a rotation is a change, then an act": (
        [("key_intended", {"key": "k"}), ("key_rotation_begun", {"key": "k"})],
        [2],
    ),
    "a rotation that ended": (
        [
            ("key_intended", {"key": "k"}),
            ("key_rotation_begun", {"key": "k"}),
            ("key_intended", {"key": "k"}),
            ("key_switched", {"key": "k"}),
            ("key_rotated", {"key": "k"}),
        ],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_begun_and_not_ended_is_open(ledger: FileLedger, case: str) -> None:
    events, expected = CASES[case]
    for event, facts in events:
        ledger.record(event, **facts)
    assert [intent.number for intent in open_intents(ledger.entries())] == expected


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.intent)
def test_every_receipt_of_an_act_ends_it(ledger: FileLedger, act: object) -> None:
    facts: dict[str, Fact] = {
        name: "0" * 12 if name == "delivery" else "k" for name in getattr(act, "told_apart_by", ())
    }
    receipts = getattr(act, "receipts", ())
    assert receipts
    for receipt in receipts:
        ledger.record(getattr(act, "intent", ""), **facts)
        ledger.record(receipt, **facts)
    begun = {intent.event for intent in open_intents(ledger.entries())}
    assert getattr(act, "intent", "") not in begun


def test_an_open_act_is_settled_by_what_is_found(ledger: FileLedger) -> None:
    ledger.record("release_intended", release="r1")
    ledger.record("intake_started", provider="a", delivery="0" * 12)

    def settle(intent: Intent) -> Receipt:
        return "release_abandoned", intent.facts

    assert settle_intents(ledger, {"release_intended": settle}) == [
        ("release_abandoned", {"release": "r1"})
    ]
    assert [intent.event for intent in open_intents(ledger.entries())] == ["intake_started"]


def test_an_act_that_goes_on_stays_open(ledger: FileLedger) -> None:
    ledger.record("release_intended", release="r1")
    assert settle_intents(ledger, {"release_intended": lambda _: None}) == []
    assert len(open_intents(ledger.entries())) == 1
