"""The one module that holds key bytes. Nothing here returns, prints or stores them elsewhere.

A root key of 256 bits; every working key is HKDF-SHA-256 (RFC 5869) of it, whose `info` is a list
of length-prefixed fields: scheme, label, context. Pseudonyms are HMAC-SHA-256 (RFC 2104, FIPS
198-1) of a canonical identifier, shown as `<label>.<key id>.<base32 of 20 bytes>`.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.core.errors import BadKey
from pipelines.core.files import make_private_folder, write_whole
from pipelines.core.ports import KeyedHash, KeySource
from pipelines.core.settings import Settings

SCHEME = "widebridge/1"
KEY_BYTES = 32
PSEUDONYM_BYTES = 20
NONCE_BYTES = 12
SEALED = b"wb1"
ENVIRONMENT = "WIDEBRIDGE_ROOT_KEY"


def open_key_source(settings: Settings, environ: Mapping[str, str]) -> KeySource:
    """The key source that is configured: the environment first, else the local key ring."""
    if environ.get(ENVIRONMENT):
        return RootKey(_decoded(environ[ENVIRONMENT], f"the variable {ENVIRONMENT}"))
    return RootKey(_read_key_file(key_file(settings)))


def key_file(settings: Settings) -> Path:
    """Where the local key ring keeps the root key."""
    return settings.keys / "root.key"


def create_key_file(settings: Settings) -> str:
    """Make a new root key in the local key ring and return its id. Never replaces one."""
    path = key_file(settings)
    if path.exists():
        raise BadKey(
            "key-exists",
            "there is a root key already.",
            "Keep it: without it, nothing that was pseudonymised under it can be joined again.",
        )
    make_private_folder(path.parent)
    write_whole(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    return RootKey(_read_key_file(path)).key_id


class RootKey:
    """The `KeySource` port over one root key in memory."""

    __slots__ = ("_key_id", "_root")

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._key_id = self._derive("key-id", ()).hex()[:8]

    def __repr__(self) -> str:
        return f"RootKey(key_id={self._key_id!r})"

    def __reduce__(self) -> str:
        raise TypeError("a key source is not pickled")

    @property
    def key_id(self) -> str:
        """The id of the root key; safe to publish."""
        return self._key_id

    def keyed_hash(self, label: str, context: Sequence[str]) -> KeyedHash:
        """A keyed hash under the working key for a label (which the text form shows)."""
        keyed = HMAC(self._derive(label, context), SHA256())
        prefix = f"{label}.{self._key_id}."

        def pseudonyms(identifiers: Iterable[str]) -> list[str]:
            return [prefix + _short(keyed, identifier) for identifier in identifiers]

        return pseudonyms

    def seal(self, place: str, data: bytes) -> bytes:
        """AES-256-GCM under the place's own key; the place is authenticated too."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AESGCM(self._derive("seal", (place,)))
        return SEALED + nonce + cipher.encrypt(nonce, data, place.encode())

    def unseal(self, place: str, sealed: bytes) -> bytes:
        """The bytes again. Raises `BadKey` when they were changed, moved or sealed by another."""
        start = len(SEALED) + NONCE_BYTES
        nonce, body = sealed[len(SEALED) : start], sealed[start:]
        try:
            return AESGCM(self._derive("seal", (place,))).decrypt(nonce, body, place.encode())
        except (InvalidTag, ValueError):
            pass
        raise BadKey(
            "sealed-unreadable",
            "a sealed file of the red zone was changed, moved, or sealed under another key.",
            "Check that the right root key is in use; else restore the file from a copy.",
        )

    def _derive(self, label: str, context: Sequence[str]) -> bytes:
        info = length_prefixed([SCHEME, label, *context])
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._root)


def length_prefixed(fields: Iterable[str]) -> bytes:
    """Fields as bytes, each behind its length (four bytes, big-endian): no two lists look alike."""
    encoded = [field.encode() for field in fields]
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


def _short(keyed: HMAC, identifier: str) -> str:
    mac = keyed.copy()
    mac.update(identifier.encode())
    return base64.b32encode(mac.finalize()[:PSEUDONYM_BYTES]).decode().lower()


def _read_key_file(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        descriptor = None
        problem = ("key-missing", "there is no root key.", "Make one with: widebridge keys new")
    except OSError:
        descriptor = None
        problem = ("key-unreadable", "the root key cannot be opened.", "Check owner and mode.")
    if descriptor is None:
        raise BadKey(*problem)
    with os.fdopen(descriptor, "rb") as stream:
        if stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & 0o077:
            raise BadKey(
                "key-readable-by-others",
                "others may read the root key's file.",
                "Treat the key as known, make a new one, and set mode 600.",
            )
        return _decoded(stream.read().decode("ascii", "replace"), "the root key's file")


def _decoded(text: str, place: str) -> bytes:
    try:
        root = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        root = b""
    if len(root) != KEY_BYTES:
        raise BadKey(
            "key-length",
            f"{place} does not hold {KEY_BYTES} bytes in base64.",
            "Make a new key with: widebridge keys new",
        )
    return root
