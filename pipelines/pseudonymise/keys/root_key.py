"""The `KeySource` port over root keys in memory: the first, and those that followed it by rotation.

Tokens come from the first root for ever, so that a provider's kit stays good. Keys of the linked
store go through every root in turn, so that a rotation needs no identifier.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.core.errors import BadKey
from pipelines.core.ports import KeyedHash, Recipient, SigningUse
from pipelines.pseudonymise.keys.derivation import (
    derive,
    derived_secret,
    edge_key,
    extract_key,
    key_id_of,
    keyed,
    linkage_key,
    recipient_key,
    short_code,
)
from pipelines.pseudonymise.keys.edge_keys import HouseEdge
from pipelines.pseudonymise.keys.extract_keys import ReleaseKey
from pipelines.pseudonymise.keys.signing import HouseSigners, SigningKey, derived_signers

NONCE_BYTES = 12
SEALED = b"wb2"
KEY_ID_BYTES = 4


class RootKey:
    """Root keys, oldest first; the last is in use. Shows none of them.

    Without `recipient_secrets` each recipient's secret is derived from the root, and without
    `signers` so are the keys that sign.
    """

    __slots__ = ("__weakref__", "_ids", "_recipient_secrets", "_roots", "_signers")

    def __init__(
        self,
        first: bytes,
        *later: bytes,
        recipient_secrets: Mapping[Recipient, bytes] | None = None,
        signers: HouseSigners | None = None,
    ) -> None:
        self._roots = (first, *later)
        self._ids = tuple(key_id_of(root) for root in self._roots)
        self._recipient_secrets = recipient_secrets
        self._signers = signers or derived_signers(first)

    def __repr__(self) -> str:
        return f"RootKey(key_id={self.key_id!r})"

    def __reduce__(self) -> str:
        raise TypeError("a key source is not pickled")

    @property
    def key_id(self) -> str:
        """The id of the root key in use; safe to publish."""
        return self._ids[-1]

    def tokens(self, label: str, context: Sequence[str]) -> KeyedHash:
        """Layer 1: canonical identifier to token, `<label>t.<first key id>.<code>`."""
        return _each(_coder(edge_key(self._roots[0], label, context), f"{label}t.{self._ids[0]}."))

    def store_keys(self, label: str) -> KeyedHash:
        """Layer 2: token to key of the linked store, through every root in turn."""
        expected = f"{label}t.{self._ids[0]}."
        steps = [
            _coder(linkage_key(root, label), f"{label}.{key_id}.")
            for root, key_id in zip(self._roots, self._ids, strict=True)
        ]

        def store_key(token: str) -> str:
            if not token.startswith(expected):
                raise _not_ours("token", label)
            text = token
            for step in steps:
                text = step(text)
            return text

        return _each(store_key)

    def keyed_hash(self, label: str, context: Sequence[str]) -> KeyedHash:
        """Both layers: canonical identifier to key of the linked store."""
        tokens, store_keys = self.tokens(label, context), self.store_keys(label)
        return lambda identifiers: store_keys(tokens(identifiers))

    def rekeyed(self, label: str) -> KeyedHash:
        """Key of the linked store under the root before the last, to the one under the last."""
        expected = f"{label}.{self._ids[-2]}."
        step = _coder(linkage_key(self._roots[-1], label), f"{label}.{self.key_id}.")

        def next_key(key: str) -> str:
            if not key.startswith(expected):
                raise _not_ours("key", label)
            return step(key)

        return _each(next_key)

    def pseudonyms(self, recipient: Recipient) -> KeyedHash:
        """Key of the linked store to the recipient's pseudonym, `p1.<its key id>.<code>`."""
        working = self._working_key(recipient)
        code, ours = _coder(working, f"p1.{key_id_of(working)}."), self.key_id

        def pseudonym(key: str) -> str:
            if key.split(".")[1:2] != [ours]:
                raise _not_ours("key", key[:2])
            return code(key)

        return _each(pseudonym)

    def extract_key(self, recipient: Recipient, release_id: str) -> ReleaseKey:
        """The key of one extract of one recipient. Raises `BadKey` without the recipient's key."""
        return ReleaseKey(extract_key(self._working_key(recipient), release_id), release_id)

    def recipients(self) -> Sequence[Recipient]:
        """Every recipient and epoch whose pseudonyms can be made now, by its ring's keys."""
        return sorted(self._recipient_secrets or (), key=astuple)

    def seal(self, place: str, data: bytes) -> bytes:
        """AES-256-GCM under the place's own key; the place and the header are authenticated."""
        header = SEALED + bytes.fromhex(self.key_id)
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(derive(self._roots[-1], ["seal", place]))
        return header + nonce + cipher.encrypt(nonce, data, header + place.encode())

    def unseal(self, place: str, sealed: bytes) -> bytes:
        """The bytes again. Raises `BadKey` when they were changed, moved or sealed by another."""
        head, start = len(SEALED) + KEY_ID_BYTES, len(SEALED) + KEY_ID_BYTES + NONCE_BYTES
        header, nonce, body = sealed[:head], sealed[head:start], sealed[start:]
        root = self._root_of(sealed)
        try:
            if root is not None:
                cipher = AESGCM(derive(root, ["seal", place]))
                return cipher.decrypt(nonce, body, header + place.encode())
        except (InvalidTag, ValueError):
            pass
        raise BadKey(
            "sealed-unreadable",
            "a sealed file of the red zone was changed, moved, or sealed under another key.",
            "Check that the right root key is in use; else restore the file from a copy.",
        )

    def edge(self, provider: str) -> HouseEdge:
        """The house's side of one provider's edge kits, whichever root they were made under."""
        return HouseEdge(provider, self._roots)

    def signer(self, use: SigningUse) -> SigningKey:
        """What signs for the house today. Raises `BadKey` when the ring has no key for it."""
        return self._signers.signer(use)

    def public_keys(self, use: SigningUse) -> tuple[bytes, ...]:
        """The public half of every key that ever signed for this use, oldest first."""
        return self._signers.public_keys(use)

    def seals_under_older_root(self, sealed: bytes) -> bool:
        """Whether sealed bytes were sealed under one of these roots, but not the one in use."""
        root = self._root_of(sealed)
        return root is not None and root != self._roots[-1]

    def _root_of(self, sealed: bytes) -> bytes | None:
        key_id = sealed[len(SEALED) : len(SEALED) + KEY_ID_BYTES].hex()
        if not sealed.startswith(SEALED) or key_id not in self._ids:
            return None
        return self._roots[self._ids.index(key_id)]

    def _working_key(self, recipient: Recipient) -> bytes:
        return recipient_key(self._roots[-1], self._secret_of(recipient), recipient)

    def _secret_of(self, recipient: Recipient) -> bytes:
        if self._recipient_secrets is None:
            return derived_secret(self._roots[-1], recipient)
        secret = self._recipient_secrets.get(recipient)
        if secret is None:
            raise BadKey(
                "key-recipient-missing",
                f"{recipient.code} has no key for {recipient.purpose}, epoch {recipient.epoch}, "
                f"opt-outs {recipient.opt_out}.",
                "Make one: widebridge keys new --recipient CODE --purpose PURPOSE. A key that was "
                "destroyed cannot be made again.",
            )
        return secret


def _coder(key: bytes, prefix: str) -> Callable[[str], str]:
    mac = keyed(key)
    return lambda text: prefix + short_code(mac, text)


def _each(step: Callable[[str], str]) -> KeyedHash:
    def hashed(texts: Iterable[str]) -> list[str]:
        return [step(text) for text in texts]

    return hashed


def _not_ours(what: str, label: str) -> BadKey:
    # Only the label is told: what was met might be an identifier rather than a token.
    return BadKey(
        "key-other-domain",
        f"a {what} of kind {label} was made under another key.",
        "Check that the delivery, the store and the root key belong to the same house.",
    )
