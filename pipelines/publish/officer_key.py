"""An officer's own signing key: made once, kept by the officer under a passphrase.

The house knows the public half only. The private half is an ordinary PKCS #8 file.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.core.envelope import public_key_id
from pipelines.core.errors import BadKey
from pipelines.core.files import write_whole

SHORTEST_PASSPHRASE = 16


@dataclass(frozen=True)
class OfficerKey:
    """Signs as one officer. The private half is not shown."""

    _private: Ed25519PrivateKey

    @property
    def key_id(self) -> str:
        """The key's name in documents."""
        return public_key_id(self.public_key)

    @property
    def public_key(self) -> bytes:
        """The public half, 32 raw bytes."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._private.sign(data)


def make_officer_key(file: Path, passphrase: str) -> OfficerKey:
    """Write a new key under a passphrase. Raises `BadKey` when the file is there already."""
    check_passphrase(passphrase)
    lock = serialization.BestAvailableEncryption(passphrase.encode())
    return _written(file, lock)


def make_demo_key(file: Path) -> OfficerKey:
    """Write a key without a passphrase, for an officer who decides nothing."""
    return _written(file, serialization.NoEncryption())


def open_officer_key(file: Path, passphrase: str | None) -> OfficerKey:
    """The key in a file. Raises `BadKey`, and never says whether file or passphrase was wrong."""
    data = _private_bytes(file)
    key = None
    try:
        key = serialization.load_pem_private_key(data, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(
            "officer-key-unreadable",
            "the officer's key does not open with that passphrase.",
            "Check the file and the passphrase; a lost one cannot be recovered, only replaced.",
        )
    return OfficerKey(key)


def needs_passphrase(file: Path) -> bool:
    """Whether the key in a file is under a passphrase."""
    return b"ENCRYPTED" in _private_bytes(file)


def check_absent(file: Path) -> None:
    """Raise `BadKey` when a key's file is there already."""
    if file.exists():
        raise BadKey(
            "officer-key-exists",
            "there is a file of that name already.",
            "Name another file: a key is never overwritten.",
        )


def read_passphrase(file: Path) -> str:
    """The passphrase in a private file."""
    return _private_bytes(file).decode("utf-8", "replace").rstrip("\r\n")


def check_passphrase(passphrase: str) -> None:
    """Raise `BadKey` for a passphrase that is soon guessed."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadKey(
            "officer-passphrase-short",
            f"the passphrase is shorter than {SHORTEST_PASSPHRASE} characters.",
            "Use a long one, for instance six words drawn at random.",
        )


def _written(file: Path, lock: serialization.KeySerializationEncryption) -> OfficerKey:
    check_absent(file)
    private = Ed25519PrivateKey.generate()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    write_whole(file, private.private_bytes(pem, pkcs8, lock))
    return OfficerKey(private)


def _private_bytes(file: Path) -> bytes:
    if not file.is_file():
        raise BadKey(
            "officer-key-missing",
            "the file of the officer's key, or of its passphrase, is not there.",
            "Name your key with --key; make one with: widebridge release officer-key",
        )
    if stat.S_IMODE(file.stat().st_mode) & 0o077 or file.stat().st_uid != os.geteuid():
        raise BadKey(
            "officer-key-readable-by-others",
            "others may read the officer's key or its passphrase.",
            "Treat it as known to them: make a new key, and set mode 600.",
        )
    return file.read_bytes()
