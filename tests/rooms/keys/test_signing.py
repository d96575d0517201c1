"""The house signs with keys of its ring; what a key signed can be checked after it is gone."""

import json
import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pipelines.audit.ledger import FileLedger, check_ledger
from pipelines.core.errors import BadKey
from pipelines.core.intents import open_intents
from pipelines.core.ports import SigningUse
from pipelines.core.settings import Settings
from pipelines.house import open_house
from pipelines.pseudonymise.keys import open_key_source, open_ring, recipients, ring_file
from pipelines.pseudonymise.keys.changes import rotate_signing
from pipelines.pseudonymise.keys.opening import public_keys_of
from pipelines.pseudonymise.keys.recording import settle_key_changes
from pipelines.pseudonymise.keys.ring import SIGNING, OpenRing, Ring, write_ring
from pipelines.pseudonymise.keys.signing import USES, HouseSigners, SigningKey, public_lines
from tests.conftest import TEST_KEY
from tests.rooms.keys.conftest import DAY

RFC_8032 = {
    "secret": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "public": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "signature": (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
}
"""RFC 8032, section 7.1, test 1: the empty message."""


def without_signing(opened: OpenRing) -> OpenRing:
    entries = tuple(entry for entry in opened.ring.entries if entry.kind != SIGNING)
    return opened.having(Ring(opened.ring.unlock, entries))


def test_a_published_signature_is_made() -> None:
    key = SigningKey(bytes.fromhex(RFC_8032["secret"]))
    assert key.public_key.hex() == RFC_8032["public"]
    assert key.sign(b"").hex() == RFC_8032["signature"]


def test_a_signing_key_is_neither_shown_nor_pickled() -> None:
    key = SigningKey(bytes(32))
    assert repr(key) == f"SigningKey(key_id='{key.key_id}')"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(key)


@pytest.mark.parametrize("use", USES)
def test_a_new_ring_signs_for_each_use(
    settings: Settings, environ: dict[str, str], use: SigningUse
) -> None:
    signer = open_key_source(settings, environ).signer(use)
    Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signer.sign(b"x"), b"x")
    assert public_keys_of(settings, {}, use) == (signer.public_key,)


def test_each_use_has_a_key_of_its_own(settings: Settings, environ: dict[str, str]) -> None:
    keys = open_key_source(settings, environ)
    assert keys.signer("release").public_key != keys.signer("ledger").public_key


@pytest.mark.parametrize("use", USES)
def test_a_key_that_is_followed_is_forgotten_but_for_its_public_half(
    settings: Settings, environ: dict[str, str], ledger: FileLedger, use: SigningUse
) -> None:
    before = open_key_source(settings, environ).signer(use)
    recipients.rotate_signing(settings, environ, use, ledger, DAY)
    keys = open_key_source(settings, environ)
    assert keys.public_keys(use) == (before.public_key, keys.signer(use).public_key)
    assert public_keys_of(settings, {}, use) == keys.public_keys(use)
    (gone,) = [e for e in open_ring(settings, environ).ring.entries if e.id == before.key_id]
    assert (gone.state, gone.wrapped, gone.public) == ("retired", "", before.public_key.hex())


def test_a_ledger_goes_on_under_its_next_key(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    house = open_house(settings, environ)
    house.ledger.record("stored", provider="a")
    kept = house.ledger.proof(1).checkpoint
    del house
    recipients.rotate_signing(settings, environ, "ledger", ledger, DAY)
    found = check_ledger(settings.ledger, public_keys_of(settings, {}, "ledger"), [kept])
    assert (found.signed, found.checkpoints) == (found.entries, 2)


def test_a_ring_without_signing_keys_says_how_to_make_them(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    write_ring(ring_file(settings), without_signing(open_ring(settings, environ)))
    with pytest.raises(BadKey, match="keys rotate --signing ledger"):
        open_key_source(settings, environ).signer("ledger")
    for use in USES:
        recipients.rotate_signing(settings, environ, use, ledger, DAY)
    assert open_key_source(settings, environ).signer("release")


def test_a_ring_from_before_there_were_signing_keys_still_opens(
    settings: Settings, environ: dict[str, str]
) -> None:
    write_ring(ring_file(settings), without_signing(open_ring(settings, environ)))
    entries = json.loads(ring_file(settings).read_text())["entries"]
    assert [("public" in entry) for entry in entries] == [False]
    assert open_ring(settings, environ).ring.entries


def test_a_signing_key_is_not_destroyed_by_hand(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    key = open_key_source(settings, environ).signer("release").key_id
    with pytest.raises(BadKey, match="key-root-kept"):
        recipients.retire(settings, environ, key, ledger, DAY)


def test_without_a_ring_the_keys_come_from_the_root(settings: Settings) -> None:
    environ = {"WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    keys = open_key_source(settings, environ)
    assert public_keys_of(settings, environ, "release") == keys.public_keys("release")
    assert keys.signer("release").public_key != keys.signer("ledger").public_key


def test_without_any_key_none_is_public(settings: Settings) -> None:
    assert public_keys_of(settings, {}, "release") == ()


def test_public_keys_are_published_a_line_each() -> None:
    key = SigningKey(bytes(32))
    lines = public_lines({"ledger": [key.public_key]}).decode().splitlines()
    assert lines == [f"ledger {key.key_id} O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="]


def test_nobody_signs_where_there_is_no_key() -> None:
    with pytest.raises(BadKey, match="key-signing-missing"):
        HouseSigners({}, {}).signer("release")


def change(settings: Settings, environ: dict[str, str], ledger: FileLedger) -> bytes:
    """A change of the ring; gives the ring before it."""
    before = ring_file(settings).read_bytes()
    rotate_signing(settings, open_ring(settings, environ), "release", ledger, DAY)
    return before


def cut_off_before_the_receipt(path: Path) -> None:
    """As a crash leaves it: the intent is the last that was recorded."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    path.with_name("checkpoint.txt").unlink()


def last_events(ledger: FileLedger) -> list[str]:
    return [entry["event"] for entry in ledger.entries()][-2:]


def test_a_change_that_was_made_before_a_crash_gets_its_receipt(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    change(settings, environ, ledger)
    cut_off_before_the_receipt(settings.ledger)
    settle_key_changes(settings, ledger)
    assert last_events(ledger) == ["key_intended", "key_rotated"]
    assert open_intents(ledger.entries()) == []


def test_a_change_that_a_crash_prevented_is_recorded_as_such(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    before = change(settings, environ, ledger)
    cut_off_before_the_receipt(settings.ledger)
    ring_file(settings).write_bytes(before)
    settle_key_changes(settings, ledger)
    assert last_events(ledger) == ["key_intended", "key_change_abandoned"]


def test_the_next_change_settles_the_one_before_it(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    before = change(settings, environ, ledger)
    cut_off_before_the_receipt(settings.ledger)
    ring_file(settings).write_bytes(before)
    change(settings, environ, ledger)
    assert open_intents(ledger.entries()) == []
