"""The keys that sign for the house (Ed25519, RFC 8032): one for releases, one for its ledger.

A key that is followed by another is forgotten at once, and only its public half is kept: nobody
can sign with it any more, and everything that it signed can still be checked.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.core.envelope import public_key_id
from pipelines.core.errors import BadKey
from pipelines.core.ports import SigningUse
from pipelines.pseudonymise.keys.derivation import derive

USES: tuple[SigningUse, ...] = get_args(SigningUse)


class SigningKey:
    """The `Signer` port over one secret of 32 bytes. Shows only the public half."""

    __slots__ = ("_private", "public_key")

    def __init__(self, secret: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key = self._private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self.key_id!r})"

    def __reduce__(self) -> str:
        raise TypeError("a signing key is not pickled")

    @property
    def key_id(self) -> str:
        """The key's name in documents."""
        return public_key_id(self.public_key)

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes; the same data always gives the same."""
        return self._private.sign(data)


class HouseSigners:
    """The keys of each use, oldest first; the last signs. Earlier ones are public halves only."""

    __slots__ = ("_earlier", "_signing")

    def __init__(
        self,
        signing: Mapping[SigningUse, SigningKey],
        earlier: Mapping[SigningUse, tuple[bytes, ...]],
    ) -> None:
        self._signing = dict(signing)
        self._earlier = dict(earlier)

    def signer(self, use: SigningUse) -> SigningKey:
        """What signs today. Raises `BadKey` when there is no key for this use."""
        if use not in self._signing:
            raise BadKey(
                "key-signing-missing",
                f"the key ring has no key that signs for the {use}.",
                f"Make one: widebridge keys rotate --signing {use}",
            )
        return self._signing[use]

    def can_sign(self, use: SigningUse) -> bool:
        """Whether there is a key for this use today."""
        return use in self._signing

    def public_keys(self, use: SigningUse) -> tuple[bytes, ...]:
        """The public half of every key that ever signed for this use, oldest first."""
        today = (self._signing[use].public_key,) if use in self._signing else ()
        return (*self._earlier.get(use, ()), *today)


def derived_signers(root: bytes) -> HouseSigners:
    """Keys drawn from a root, where no ring keeps any."""
    return HouseSigners({use: SigningKey(derive(root, ["sign", use])) for use in USES}, {})


def public_lines(keys: Mapping[SigningUse, Sequence[bytes]]) -> bytes:
    """Public keys as the house publishes them: `use key-id base64` on each line, oldest first."""
    lines = [
        f"{use} {public_key_id(key)} {base64.b64encode(key).decode()}\n"
        for use in USES
        for key in keys.get(use, ())
    ]
    return "".join(lines).encode()
