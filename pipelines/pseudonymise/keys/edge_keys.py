"""The keys of a provider's edge: what the house wraps into a kit, and what each side does with it.

The house derives everything from its roots and stores nothing. A kit holds the provider's token
keys and sender key, wrapped under a passphrase, and the house's public key: whoever has it can
seal a delivery, and only the house can open one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pipelines.core.errors import BadDelivery, BadKey
from pipelines.core.ports import KeyedHash
from pipelines.pseudonymise.keys.derivation import (
    derive,
    edge_key,
    key_id_of,
    keyed,
    length_prefixed,
    short_code,
)
from pipelines.pseudonymise.keys.wrapping import as_bytes, as_text, unwrapped, wrapped

KIT_SCHEME = "widebridge-kit/1"
SEALED = b"wbe1"
KEY_ID_BYTES = 4
Label = tuple[str, tuple[str, ...]]
"""A label and its context: one token key."""


class HouseEdge:
    """The house's side of one provider's edge, over its root keys, oldest first."""

    __slots__ = ("_provider", "_roots")

    def __init__(self, provider: str, roots: Sequence[bytes]) -> None:
        self._provider = provider
        self._roots = {key_id_of(root): root for root in roots}

    def __repr__(self) -> str:
        return f"HouseEdge(provider={self._provider!r})"

    def __reduce__(self) -> str:
        raise TypeError("the house's edge keys are not pickled")

    def kit(self, labels: Iterable[Label], passphrase: bytes, made_on: str) -> dict[str, Any]:
        """A kit: what is public in clear, what is secret under the passphrase."""
        (first_id, first), *_ = self._roots.items()
        key_id, root = self._newest()
        secret = {
            "sender": as_text(self._sender_key(root, made_on)),
            "tokens": [[name, list(c), as_text(edge_key(first, name, c))] for name, c in labels],
        }
        kit = {
            "scheme": KIT_SCHEME,
            "provider": self._provider,
            "made_on": made_on,
            "key_id": key_id,
            "token_key_id": first_id,
            "public_key": as_text(self._private_key(root).public_key().public_bytes_raw()),
        }
        return wrapped(kit, json.dumps(secret).encode(), passphrase)

    def open_sealed(self, place: Sequence[str], sealed: bytes) -> bytes:
        """What a provider's kit encrypted for one place of one delivery. Raises `BadDelivery`."""
        head = len(SEALED) + KEY_ID_BYTES
        root = self._roots.get(sealed[len(SEALED) : head].hex())
        opened = None
        try:
            if sealed.startswith(SEALED) and root is not None:
                info = _file_info(self._provider, place)
                opened = _suite().decrypt(sealed[head:], self._private_key(root), info)
        except (InvalidTag, ValueError):
            pass
        if opened is None:
            raise BadDelivery(
                "sealed-unopenable",
                "a sealed file cannot be opened with the house's key: it was changed, moved from "
                "another delivery, or sealed with another kit.",
                "Nothing of it was taken in. Ask the provider to seal and send it again.",
            )
        return opened

    def check_mark(self, kit: tuple[str, str], document: bytes, mark: str) -> None:
        """Raise `BadDelivery` unless the provider's kit of that key id and day wrote it."""
        key_id, made_on = kit
        root = self._roots.get(key_id)
        if root is None:
            raise BadDelivery(
                "sealed-key-unknown",
                "a delivery was sealed with a kit that does not come from this house's keys.",
                "Give the provider a new kit: widebridge edge-kit",
            )
        mac = keyed(self._sender_key(root, made_on))
        mac.update(document)
        genuine = True
        try:
            mac.verify(as_bytes(mark))
        except (InvalidSignature, ValueError):
            genuine = False
        if not genuine:
            raise BadDelivery(
                "sealed-not-genuine",
                "the list of a sealed delivery was changed after sealing, or was not written with "
                "this provider's kit.",
                "Nothing of it was taken in. Ask the provider to seal and send it again.",
            )

    def _newest(self) -> tuple[str, bytes]:
        *_, newest = self._roots.items()
        return newest

    def _private_key(self, root: bytes) -> X25519PrivateKey:
        seed = derive(root, ["edge-private", self._provider])
        return X25519PrivateKey.from_private_bytes(seed)

    def _sender_key(self, root: bytes, made_on: str) -> bytes:
        # The kit's day is part of it, so that a kit cannot pass for a later one.
        return derive(root, ["edge-sender", self._provider, made_on])


class SealingKeys:
    """A provider's opened kit. Makes tokens and seals; opens nothing."""

    __slots__ = (
        "_public_key", "_sender", "_tokens", "key_id", "made_on", "provider", "token_key_id",
    )  # fmt: skip

    def __init__(self, kit: Mapping[str, Any], secret: Mapping[str, Any]) -> None:
        self.provider: str = kit["provider"]
        self.key_id: str = kit["key_id"]
        self.made_on: str = kit["made_on"]
        self.token_key_id: str = kit["token_key_id"]
        self._public_key = X25519PublicKey.from_public_bytes(as_bytes(kit["public_key"]))
        self._sender = as_bytes(secret["sender"])
        self._tokens = {(label, tuple(c)): as_bytes(key) for label, c, key in secret["tokens"]}

    def __repr__(self) -> str:
        return f"SealingKeys(provider={self.provider!r}, key_id={self.key_id!r})"

    def __reduce__(self) -> str:
        raise TypeError("a provider's sealing keys are not pickled")

    def tokens(self, label: str, context: Sequence[str]) -> KeyedHash:
        """Canonical identifier to token: the same tokens that the house makes."""
        key = self._tokens.get((label, tuple(context)))
        if key is None:
            raise BadKey(
                "kit-outdated",
                "the kit lacks a key that this version of widebridge needs.",
                "Ask the house for a new kit.",
            )
        mac, prefix = keyed(key), f"{label}t.{self.token_key_id}."
        return lambda texts: [prefix + short_code(mac, text) for text in texts]

    def seal(self, place: Sequence[str], data: bytes) -> bytes:
        """Encrypt to the house, for one place of one delivery (HPKE, RFC 9180)."""
        info = _file_info(self.provider, place)
        return SEALED + bytes.fromhex(self.key_id) + _suite().encrypt(data, self._public_key, info)

    def mark(self, document: bytes) -> str:
        """The mark by which the house knows that this provider's kit wrote a document."""
        mac = keyed(self._sender)
        mac.update(document)
        return as_text(mac.finalize())


def unwrap_kit(kit: Mapping[str, Any], passphrase: bytes) -> SealingKeys:
    """Open a kit. Raises `BadKey` when the passphrase is wrong or the kit was changed."""
    keys = None
    with suppress(InvalidTag, ValueError, KeyError, TypeError, AttributeError):
        keys = SealingKeys(kit, json.loads(unwrapped(kit, passphrase)))
    if keys is None:
        raise BadKey(
            "kit-passphrase",
            "the kit does not open: the passphrase is another kit's, or the kit was changed.",
            "Check both files. If they are right, ask the house for a new kit.",
        )
    return keys


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _file_info(provider: str, place: Sequence[str]) -> bytes:
    return length_prefixed(["widebridge/1", "edge-file", provider, *place])
