"""Recipients' keys: made, followed by the next, retired, destroyed for good, inspected."""

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger, verify_ledger
from pipelines.core.errors import BadKey
from pipelines.core.ports import Recipient
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys import (
    keys_to_oneself,
    make_demo_ring,
    open_key_source,
    open_ring,
    recipients,
    ring_file,
)
from pipelines.pseudonymise.keys.inspection import find_faults, list_keys
from pipelines.rotation import destroy_with_receipt
from tests.conftest import TEST_KEY
from tests.rooms.keys.conftest import DAY

QOP = Recipient("QOP", "service_evaluation", "respected")
SECOND = Recipient("QOP", "service_evaluation", "respected", 2)


@pytest.fixture
def home(settings: Settings, ledger: FileLedger) -> Settings:
    """A home with a ring whose passphrase lies beside it."""
    make_demo_ring(settings, {}, ledger, DAY)
    return settings


def pseudonyms(home: Settings, who: Recipient) -> list[str]:
    keys = open_key_source(home, {})
    return keys.pseudonyms(who)(keys.keyed_hash("n1", ())(["9990000018"]))


def states(home: Settings) -> dict[str, str]:
    return {entry.id: entry.state for entry in list_keys(home)}


def test_a_recipients_key_is_named_in_its_pseudonyms(home: Settings, ledger: FileLedger) -> None:
    made = recipients.add(home, {}, QOP, ledger, DAY)
    assert pseudonyms(home, QOP)[0].startswith(f"p1.{made.id}.")
    assert open_key_source(home, {}).recipients() == [QOP]


def test_a_recipient_without_a_key_has_no_pseudonyms(home: Settings) -> None:
    with pytest.raises(BadKey, match="key-recipient-missing"):
        pseudonyms(home, QOP)


def test_a_second_first_key_is_refused(home: Settings, ledger: FileLedger) -> None:
    recipients.add(home, {}, QOP, ledger, DAY)
    with pytest.raises(BadKey, match="key-recipient-exists"):
        recipients.add(home, {}, QOP, ledger, DAY)


@pytest.mark.parametrize(
    "who",
    [
        Recipient("", "service_evaluation", "respected"),
        Recipient("Q.P", "service_evaluation", "respected"),
        Recipient("QOP", "", "respected"),
        Recipient("QOP", "service_evaluation", "ignored"),
    ],
)
def test_a_recipient_is_an_ods_code_a_purpose_and_a_policy(
    home: Settings, ledger: FileLedger, who: Recipient
) -> None:
    with pytest.raises(BadKey, match="key-recipient-form"):
        recipients.add(home, {}, who, ledger, DAY)


def test_the_next_epoch_shares_no_pseudonym_with_the_one_before(
    home: Settings, ledger: FileLedger
) -> None:
    recipients.add(home, {}, QOP, ledger, DAY)
    before = pseudonyms(home, QOP)
    recipients.rotate(home, {}, QOP, ledger, DAY)
    after = pseudonyms(home, SECOND)
    assert before[0].split(".")[1:] != after[0].split(".")[1:]
    assert pseudonyms(home, QOP) == before, "a retired key still explains its old extracts"


def test_the_key_before_the_next_epoch_is_retired(home: Settings, ledger: FileLedger) -> None:
    first = recipients.add(home, {}, QOP, ledger, DAY)
    second = recipients.rotate(home, {}, QOP, ledger, DAY)
    assert (states(home)[first.id], states(home)[second.id]) == ("retired", "active")


def test_a_recipient_that_never_had_a_key_has_no_next_epoch(
    home: Settings, ledger: FileLedger
) -> None:
    with pytest.raises(BadKey, match="key-unknown"):
        recipients.rotate(home, {}, QOP, ledger, DAY)


def test_a_destroyed_key_makes_no_pseudonym_ever_again(home: Settings, ledger: FileLedger) -> None:
    made = recipients.add(home, {}, QOP, ledger, DAY)
    wrapped = list_keys(home)[-1].wrapped
    destroy_with_receipt(home, {}, made.id, "The agreement ended.", DAY)
    with pytest.raises(BadKey, match="key-recipient-missing"):
        pseudonyms(home, QOP)
    files = [p.read_text("utf-8", "replace") for p in home.home.rglob("*") if p.is_file()]
    assert len(files) > 3
    assert not any(wrapped in text for text in files)


def test_a_key_made_anew_for_the_same_recipient_is_another(
    home: Settings, ledger: FileLedger
) -> None:
    made = recipients.add(home, {}, QOP, ledger, DAY)
    before = pseudonyms(home, QOP)
    destroy_with_receipt(home, {}, made.id, "The agreement ended.", DAY)
    with pytest.raises(BadKey, match="key-recipient-exists"):
        recipients.add(home, {}, QOP, ledger, DAY)
    recipients.rotate(home, {}, QOP, ledger, DAY)
    assert pseudonyms(home, SECOND) != before


def test_destroying_leaves_a_receipt_that_names_the_ledgers_entry(
    home: Settings, ledger: FileLedger
) -> None:
    made = recipients.add(home, {}, QOP, ledger, DAY)
    path = destroy_with_receipt(home, {}, made.id, "The agreement ended.", DAY)
    receipt = json.loads(path.read_text())
    (entry,) = [e for e in ledger.entries() if e["number"] == receipt["ledger_entry"]]
    leaf = b"\x00" + home.ledger.read_bytes().splitlines()[entry["number"] - 1]
    expected = ("key_destroyed", hashlib.sha256(leaf).hexdigest())
    assert (entry["event"], receipt["ledger_hash"]) == expected
    assert (receipt["key"], receipt["recipient"], receipt["epoch"]) == (made.id, "QOP", 1)
    assert (receipt["created_on"], receipt["destroyed_on"]) == ("2026-10-15", "2026-10-15")


def test_a_destroyed_key_is_not_destroyed_or_retired_again(
    home: Settings, ledger: FileLedger
) -> None:
    made = recipients.add(home, {}, QOP, ledger, DAY)
    destroy_with_receipt(home, {}, made.id, "The agreement ended.", DAY)
    with pytest.raises(BadKey, match="key-state"):
        destroy_with_receipt(home, {}, made.id, "Again.", DAY)
    with pytest.raises(BadKey, match="key-state"):
        recipients.retire(home, {}, made.id, ledger, DAY)


def test_a_root_key_is_not_retired_or_destroyed(home: Settings, ledger: FileLedger) -> None:
    root = list_keys(home)[0].id
    with pytest.raises(BadKey, match="key-root-kept"):
        destroy_with_receipt(home, {}, root, "No.", DAY)
    with pytest.raises(BadKey, match="key-root-kept"):
        recipients.retire(home, {}, root, ledger, DAY)


def test_a_key_that_is_not_there_is_refused(home: Settings) -> None:
    with pytest.raises(BadKey, match="key-unknown"):
        destroy_with_receipt(home, {}, "00000000", "No.", DAY)


def test_keys_from_the_environment_are_not_changed(settings: Settings, ledger: FileLedger) -> None:
    environ = {"WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    with pytest.raises(BadKey, match="key-from-environment"):
        recipients.add(settings, environ, QOP, ledger, DAY)
    with pytest.raises(BadKey, match="key-from-environment"):
        destroy_with_receipt(settings, environ, "00000000", "No.", DAY)


def test_every_change_of_a_key_is_in_the_ledger(home: Settings, ledger: FileLedger) -> None:
    recipients.add(home, {}, QOP, ledger, DAY)
    second = recipients.rotate(home, {}, QOP, ledger, DAY)
    recipients.retire(home, {}, second.id, ledger, DAY)
    destroy_with_receipt(home, {}, second.id, "The agreement ended.", DAY)
    events = [entry["event"] for entry in ledger.entries()]
    made = ["key_intended"] * 3 + ["key_made"] * 3
    changed = ["key_made", "key_rotated", "key_retired", "key_destroyed"]
    assert events == [*made, *(e for event in changed for e in ("key_intended", event))]
    assert verify_ledger(home.ledger) == len(events)


def test_no_secret_is_in_the_ledger(home: Settings, ledger: FileLedger) -> None:
    recipients.add(home, {}, QOP, ledger, DAY)
    with keys_to_oneself(home):
        opened = open_ring(home, {})
        hidden = [opened.secret(entry) for entry in opened.ring.entries]
    text = home.ledger.read_text()
    assert len(hidden) == 4
    assert not any(secret.hex() in text for secret in hidden)


def found(home: Settings, on: dt.date = DAY) -> str:
    return " ".join(what for what, _ in find_faults(home, on))


def test_a_passphrase_beside_the_ring_is_said_aloud(home: Settings) -> None:
    assert "lie together" in found(home)


def test_a_well_kept_ring_has_no_faults(settings: Settings, environ: dict[str, str]) -> None:
    assert environ
    assert find_faults(settings, DAY) == []


def test_a_key_over_a_year_old_is_a_fault(settings: Settings, environ: dict[str, str]) -> None:
    assert environ
    assert "over 365 days" in found(settings, DAY + dt.timedelta(366))


def test_a_retired_key_that_is_kept_over_a_year_is_a_fault(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    made = recipients.add(settings, environ, QOP, ledger, DAY)
    recipients.retire(settings, environ, made.id, ledger, DAY)
    assert f"retired key {made.id}" in found(settings, DAY + dt.timedelta(366))


def test_a_file_that_others_may_read_is_a_fault(
    settings: Settings, environ: dict[str, str]
) -> None:
    assert environ
    ring_file(settings).chmod(0o600)
    (settings.keys / "copy").touch(mode=0o644)
    assert "Others may enter or read a file beside the key ring." in found(settings)


@pytest.mark.parametrize("folder", ["store-00000000", ".store-00000000.part"])
def test_a_store_of_another_key_is_a_fault(
    settings: Settings, environ: dict[str, str], folder: str
) -> None:
    assert environ
    Path(settings.amber / folder).mkdir(parents=True)
    assert "store under another key" in found(settings)
