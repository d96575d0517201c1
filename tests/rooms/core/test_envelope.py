"""A DSSE envelope is what its specification says, and nothing but its payload comes out of it."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.envelope import (
    canonical_json,
    open_envelope,
    pre_authentication,
    public_key_id,
    seal,
    signed_by,
)
from pipelines.core.errors import BadRelease
from pipelines.pseudonymise.keys.signing import SigningKey

KIND = "application/vnd.widebridge.test+json"
ANNA, BEN, CEM = (SigningKey(bytes([n]) * 32) for n in range(3))
PAYLOAD = canonical_json({"b": 1, "a": "é"})
ENVELOPE = seal(KIND, PAYLOAD, [ANNA, BEN])


def changed(**parts: object) -> bytes:
    return json.dumps({**json.loads(ENVELOPE), **parts}).encode()


def test_the_example_of_the_specification_is_framed_as_it_shows() -> None:
    """secure-systems-lab/dsse, protocol.md, "Test vectors"."""
    framed = pre_authentication("http://example.com/HelloWorld", b"hello world")
    assert framed == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(st.text(max_size=20), st.binary(max_size=40))
def test_the_frame_is_the_one_defined(kind: str, payload: bytes) -> None:
    """PAE(type, body), read from the specification's grammar: lengths are of bytes, in decimal."""
    encoded = kind.encode("utf-8")
    parts = [b"DSSEv1", str(len(encoded)).encode(), encoded, str(len(payload)).encode(), payload]
    assert pre_authentication(kind, payload) == b" ".join(parts)


def test_each_signature_is_good_when_it_is_read_by_hand() -> None:
    document = json.loads(ENVELOPE)
    framed = pre_authentication(document["payloadType"], base64.b64decode(document["payload"]))
    for signer, signature in zip((ANNA, BEN), document["signatures"], strict=True):
        assert signature["keyid"] == public_key_id(signer.public_key)
        public = Ed25519PublicKey.from_public_bytes(signer.public_key)
        public.verify(base64.b64decode(signature["sig"]), framed)


def test_the_payload_comes_out_for_any_key_that_signed() -> None:
    assert open_envelope(ENVELOPE, [CEM.public_key, BEN.public_key], KIND) == PAYLOAD


def test_who_signed_is_told_once_each() -> None:
    keys = [BEN.public_key, CEM.public_key, ANNA.public_key, BEN.public_key]
    assert signed_by(ENVELOPE, keys) == (BEN.public_key, ANNA.public_key)


def test_the_same_payload_gives_the_same_bytes() -> None:
    assert seal(KIND, PAYLOAD, [ANNA, BEN]) == ENVELOPE


def test_another_kind_than_asked_is_refused() -> None:
    with pytest.raises(BadRelease, match="envelope-type"):
        open_envelope(ENVELOPE, [ANNA.public_key], "application/json")


@pytest.mark.parametrize(
    "envelope",
    [
        changed(payload=base64.b64encode(PAYLOAD + b" ").decode()),
        changed(payloadType="application/json"),
        changed(signatures=[]),
        changed(signatures=[{"keyid": ANNA.key_id, "sig": base64.b64encode(bytes(64)).decode()}]),
        seal(KIND, PAYLOAD, [CEM]),
    ],
    ids=["payload", "kind", "none", "zeros", "stranger"],
)
def test_what_no_known_key_signed_is_refused(envelope: bytes) -> None:
    with pytest.raises(BadRelease, match="envelope-signature"):
        open_envelope(envelope, [ANNA.public_key, BEN.public_key])


@pytest.mark.parametrize(
    "envelope",
    [
        b"", b"[]", b"{}", b"\xff", b'"text"', b"[" * 100_000, changed(payload="!"),
        changed(payload=7), changed(signatures=[7]), changed(signatures=None),
        changed(signatures=[{}]), changed(signatures=[{"sig": 7}]),
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(BadRelease, match="envelope-form"):
        open_envelope(envelope, [ANNA.public_key])


def test_a_key_of_the_wrong_length_opens_nothing() -> None:
    with pytest.raises(BadRelease, match="envelope-signature"):
        open_envelope(ENVELOPE, [b"short"])


def test_canonical_json_is_sorted_and_tight() -> None:
    assert PAYLOAD.decode() == '{"a":"é","b":1}'
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))
