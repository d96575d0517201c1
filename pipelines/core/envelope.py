"""Signed documents: DSSE envelopes (v1) under Ed25519, and canonical JSON for what they hold.

What is signed is the payload's bytes together with its type, so a signature under one kind of
document is never good for another. A key's id in an envelope is a hint that nothing relies on.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pipelines.core.errors import BadRelease
from pipelines.core.ports import Signer

PUBLIC_KEY_BYTES = 32


def canonical_json(document: object) -> bytes:
    """A document as bytes, always the same: sorted names, no spaces, UTF-8, no NaN."""
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def public_key_id(public_key: bytes) -> str:
    """Sixteen hexadecimal characters of the SHA-256 of a raw public key: its name in documents."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: DSSE's PAE, each field behind its length in bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload_type: str, payload: bytes, signers: Sequence[Signer]) -> bytes:
    """The envelope of a payload, signed by each signer. The same input gives the same bytes."""
    signed = pre_authentication(payload_type, payload)
    envelope = {
        "payload": _as_text(payload),
        "payloadType": payload_type,
        "signatures": [{"keyid": s.key_id, "sig": _as_text(s.sign(signed))} for s in signers],
    }
    return canonical_json(envelope) + b"\n"


def open_envelope(
    envelope: bytes, public_keys: Iterable[bytes], payload_type: str | None = None
) -> bytes:
    """The payload, if one of the keys (32 raw bytes each) signed it and its type is the one asked.

    Raises `BadRelease`.
    """
    kind, payload, signatures = _read(envelope)
    if payload_type is not None and kind != payload_type:
        raise BadRelease(
            "envelope-type",
            "a signed document is of another kind than its place asks for.",
            "Take the document from where the release was published.",
        )
    if not _signers(kind, payload, signatures, public_keys):
        raise BadRelease(
            "envelope-signature",
            "a signed document does not carry a good signature by any key that is known here.",
            "It was changed, or signed by another house: ask the sender which key they sign with.",
        )
    return payload


def signed_by(envelope: bytes, public_keys: Iterable[bytes]) -> tuple[bytes, ...]:
    """Those of the keys under which the envelope carries a good signature, each once."""
    kind, payload, signatures = _read(envelope)
    return _signers(kind, payload, signatures, public_keys)


def is_signed(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether an Ed25519 signature is good."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signers(
    kind: str, payload: bytes, signatures: Sequence[bytes], public_keys: Iterable[bytes]
) -> tuple[bytes, ...]:
    signed = pre_authentication(kind, payload)
    return tuple(
        key
        for key in dict.fromkeys(public_keys)
        if any(is_signed(key, signature, signed) for signature in signatures)
    )


def _read(envelope: bytes) -> tuple[str, bytes, list[bytes]]:
    try:
        document: Mapping[str, Any] = json.loads(envelope)
        payload = _as_bytes(document["payload"])
        signatures = [_as_bytes(signature["sig"]) for signature in document["signatures"]]
        return str(document["payloadType"]), payload, signatures
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        pass
    raise BadRelease(
        "envelope-form",
        "a signed document is not whole.",
        "Take it again from where the release was published.",
    )


def _as_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _as_bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
