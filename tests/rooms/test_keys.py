"""Keys: the right construction, published vectors, and nothing that shows a key."""

import base64
import hashlib
import hmac
import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import BadKey
from pipelines.core.settings import Settings, settings_from
from pipelines.pseudonymise.keys import (
    RootKey,
    create_key_file,
    key_file,
    length_prefixed,
    open_key_source,
)

ROOT = bytes(range(32))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_from({}, tmp_path)


def by_hand(label: str, context: tuple[str, ...], identifier: str) -> str:
    """The construction once more, from the standard library alone (RFC 2104, RFC 5869)."""
    fields = ["widebridge/1", label, *context]
    info = b"".join(len(f).to_bytes(4, "big") + f.encode() for f in fields)
    extracted = hmac.digest(bytes(32), ROOT, "sha256")
    working = hmac.digest(extracted, info + b"\x01", "sha256")
    code = hmac.digest(working, identifier.encode(), "sha256")
    return base64.b32encode(code[:20]).decode().lower()


def test_a_pseudonym_is_hmac_under_a_derived_key() -> None:
    keys = RootKey(ROOT)
    (pseudonym,) = keys.keyed_hash("m1", ("harbour_leisure",))(["1001"])
    assert pseudonym == f"m1.{keys.key_id}." + by_hand("m1", ("harbour_leisure",), "1001")


def test_published_vector_of_this_scheme() -> None:
    """Anyone can check an implementation against these: root 00 01 ... 1f."""
    keys = RootKey(ROOT)
    assert keys.key_id == "d7c5a37d"
    assert keys.keyed_hash("n1", ())(["9990000018"]) == [VECTOR]


VECTOR = "n1.d7c5a37d." + by_hand("n1", (), "9990000018")


def test_the_library_gives_rfc_4231_case_2() -> None:
    mac = HMAC(b"Jefe", SHA256())
    mac.update(b"what do ya want for nothing?")
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert mac.finalize().hex() == expected


def test_the_library_gives_rfc_5869_case_1() -> None:
    key = HKDF(
        algorithm=SHA256(), length=42, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA))
    ).derive(b"\x0b" * 22)
    expected = (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    assert key.hex() == expected


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_fields_never_look_alike(one: list[str], other: list[str]) -> None:
    assert (length_prefixed(one) == length_prefixed(other)) == (one == other)


def test_two_providers_members_with_one_number_differ() -> None:
    keys = RootKey(ROOT)
    here = keys.keyed_hash("m1", ("a",))(["1001"])
    there = keys.keyed_hash("m1", ("b",))(["1001"])
    assert here != there


def test_a_sealed_file_opens_only_in_its_own_place_and_unchanged() -> None:
    keys = RootKey(ROOT)
    sealed = keys.seal("landing/a", b"content")
    assert keys.unseal("landing/a", sealed) == b"content"
    for place, data in (("landing/b", sealed), ("landing/a", sealed[:-1] + b"\x00")):
        with pytest.raises(BadKey, match="sealed-unreadable"):
            keys.unseal(place, data)


def test_sealing_twice_gives_different_bytes() -> None:
    keys = RootKey(ROOT)
    assert keys.seal("p", b"x") != keys.seal("p", b"x")


def test_a_key_shows_in_no_text_and_is_not_pickled() -> None:
    keys = RootKey(ROOT)
    shown = repr(keys) + str(keys)
    assert ROOT.hex() not in shown
    assert base64.b64encode(ROOT).decode() not in shown
    with pytest.raises(TypeError):
        pickle.dumps(keys)


def test_a_new_key_file_is_private_and_never_replaced(settings: Settings) -> None:
    key_id = create_key_file(settings)
    assert key_file(settings).stat().st_mode & 0o777 == 0o600
    assert open_key_source(settings, {}).key_id == key_id
    with pytest.raises(BadKey, match="key-exists"):
        create_key_file(settings)


def test_a_key_that_others_may_read_is_refused(settings: Settings) -> None:
    create_key_file(settings)
    key_file(settings).chmod(0o644)
    with pytest.raises(BadKey, match="key-readable-by-others"):
        open_key_source(settings, {})


def test_a_linked_key_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    create_key_file(settings)
    moved = key_file(settings).rename(tmp_path / "elsewhere")
    key_file(settings).symlink_to(moved)
    with pytest.raises(BadKey, match="key-unreadable"):
        open_key_source(settings, {})


def test_a_missing_key_says_how_to_make_one(settings: Settings) -> None:
    with pytest.raises(BadKey, match="widebridge keys new"):
        open_key_source(settings, {})


@pytest.mark.parametrize("text", ["short", base64.b64encode(bytes(31)).decode(), "!" * 44])
def test_a_key_of_the_wrong_length_is_refused_without_showing_it(
    settings: Settings, text: str
) -> None:
    with pytest.raises(BadKey) as caught:
        open_key_source(settings, {"WIDEBRIDGE_ROOT_KEY": text})
    assert text not in str(caught.value)


def test_an_unkeyed_hash_of_the_identifier_is_not_the_pseudonym() -> None:
    (pseudonym,) = RootKey(ROOT).keyed_hash("n1", ())(["9990000018"])
    unkeyed = base64.b32encode(hashlib.sha256(b"9990000018").digest()[:20]).decode().lower()
    assert not pseudonym.endswith(unkeyed)
