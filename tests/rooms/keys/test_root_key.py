"""Root keys in memory: two layers, seals bound to their place, and nothing that shows a key."""

import base64
import copy
import hashlib
import pickle
import traceback

import pytest

from pipelines.core.errors import BadKey
from pipelines.core.ports import Recipient
from pipelines.pseudonymise.keys import RootKey
from tests.rooms.keys.by_hand import NEXT_ROOT, ROOT

QOP = Recipient("QOP", "service_evaluation", "respected")


def test_two_providers_members_with_one_number_differ() -> None:
    keys = RootKey(ROOT)
    assert keys.keyed_hash("m1", ("a",))(["1001"]) != keys.keyed_hash("m1", ("b",))(["1001"])


def test_a_token_tells_nothing_of_the_store_key_and_looks_otherwise() -> None:
    keys = RootKey(ROOT)
    (token,) = keys.tokens("n1", ())(["9990000018"])
    (key,) = keys.store_keys("n1")([token])
    assert token.rpartition(".")[2] != key.rpartition(".")[2]
    assert (token[:4], key[:3]) == ("n1t.", "n1.")


def test_a_token_of_another_root_is_refused_without_being_quoted() -> None:
    (token,) = RootKey(NEXT_ROOT).tokens("n1", ())(["9990000018"])
    with pytest.raises(BadKey, match="key-other-domain") as caught:
        RootKey(ROOT).store_keys("n1")([token])
    assert token not in str(caught.value)


def test_an_identifier_in_a_tokens_place_is_refused_without_being_quoted() -> None:
    identifier = "".join(["999", "0000018"])
    with pytest.raises(BadKey, match="key-other-domain") as caught:
        RootKey(ROOT).store_keys("n1")([identifier])
    assert identifier not in "".join(traceback.format_exception(caught.value))


def test_a_token_stays_the_same_over_a_rotation() -> None:
    before, after = RootKey(ROOT), RootKey(ROOT, NEXT_ROOT)
    assert before.tokens("n1", ())(["9990000018"]) == after.tokens("n1", ())(["9990000018"])


def test_a_key_of_the_store_before_a_rotation_gets_no_pseudonym_after_it() -> None:
    old = RootKey(ROOT).keyed_hash("n1", ())(["9990000018"])
    with pytest.raises(BadKey, match="key-other-domain"):
        RootKey(ROOT, NEXT_ROOT).pseudonyms(QOP)(old)


def test_a_recipient_without_a_key_in_the_ring_is_refused() -> None:
    with pytest.raises(BadKey, match="key-recipient-missing"):
        RootKey(ROOT, recipient_secrets={}).pseudonyms(QOP)


def test_recipients_are_those_whose_secret_is_there() -> None:
    assert RootKey(ROOT, recipient_secrets={QOP: bytes(32)}).recipients() == [QOP]
    assert RootKey(ROOT).recipients() == []


def test_a_sealed_file_opens_only_in_its_own_place_and_unchanged() -> None:
    keys = RootKey(ROOT)
    sealed = keys.seal("landing/a", b"content")
    assert keys.unseal("landing/a", sealed) == b"content"
    for place, data in (("landing/b", sealed), ("landing/a", sealed[:-1] + b"\x00")):
        with pytest.raises(BadKey, match="sealed-unreadable"):
            keys.unseal(place, data)


@pytest.mark.parametrize("data", [b"", b"wb2", b"wb1" + bytes(60), b"wb2" + bytes(60)])
def test_what_is_no_seal_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(BadKey, match="sealed-unreadable"):
        RootKey(ROOT).unseal("landing/a", data)


def test_a_seal_of_before_a_rotation_opens_after_it() -> None:
    sealed = RootKey(ROOT).seal("p", b"x")
    keys = RootKey(ROOT, NEXT_ROOT)
    assert keys.unseal("p", sealed) == b"x"
    assert keys.seals_under_older_root(sealed)
    assert not keys.seals_under_older_root(keys.seal("p", b"x"))


def test_a_seal_under_one_root_cannot_be_passed_off_as_anothers() -> None:
    sealed = RootKey(ROOT).seal("p", b"x")
    renamed = sealed[:3] + bytes.fromhex(RootKey(NEXT_ROOT).key_id) + sealed[7:]
    with pytest.raises(BadKey, match="sealed-unreadable"):
        RootKey(ROOT, NEXT_ROOT).unseal("p", renamed)


def test_sealing_twice_gives_different_bytes() -> None:
    keys = RootKey(ROOT)
    assert keys.seal("p", b"x") != keys.seal("p", b"x")


def test_a_key_shows_in_no_text() -> None:
    shown = repr(RootKey(ROOT)) + str(RootKey(ROOT))
    assert ROOT.hex() not in shown
    assert base64.b64encode(ROOT).decode() not in shown


def test_a_key_is_not_pickled_or_copied() -> None:
    keys = RootKey(ROOT)
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            take(keys)


def test_an_unkeyed_hash_of_the_identifier_is_not_the_pseudonym() -> None:
    (pseudonym,) = RootKey(ROOT).keyed_hash("n1", ())(["9990000018"])
    unkeyed = base64.b32encode(hashlib.sha256(b"9990000018").digest()[:20]).decode().lower()
    assert not pseudonym.endswith(unkeyed)
