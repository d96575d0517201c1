"""How one key comes from another, to the byte: HKDF-SHA-256 (RFC 5869) and HMAC-SHA-256 (RFC 2104).

Every working key's `info` is a list of length-prefixed fields that begins with the scheme and the
use, so that no key serves two uses. Key ids are drawn from keys and may be published.
"""

import base64
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.core.ports import Recipient

SCHEME = "widebridge/1"
KEY_BYTES = 32
PSEUDONYM_BYTES = 20


def length_prefixed(fields: Iterable[str]) -> bytes:
    """Fields as bytes, each behind its length (four bytes, big-endian): no two lists look alike."""
    encoded = [field.encode() for field in fields]
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


def derive(key: bytes, fields: Sequence[str], salt: bytes | None = None) -> bytes:
    """The working key of a use (first field) and what it is for (the others)."""
    info = length_prefixed([SCHEME, *fields])
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(key)


def key_id_of(key: bytes) -> str:
    """Eight hexadecimal characters that name a key and tell nothing about it."""
    return derive(key, ["key-id"]).hex()[:8]


def edge_key(first_root: bytes, label: str, context: Sequence[str]) -> bytes:
    """The key of layer 1: what a provider may hold for its own people."""
    return derive(first_root, ["edge", label, *context])


def linkage_key(root: bytes, label: str) -> bytes:
    """The key of layer 2, which never leaves the house."""
    return derive(root, ["link", label])


def recipient_key(root: bytes, secret: bytes, recipient: Recipient) -> bytes:
    """A recipient's working key; without its secret it cannot be made again."""
    fields = [recipient.code, recipient.purpose, recipient.opt_out, str(recipient.epoch)]
    return derive(root, ["recipient", *fields], salt=secret)


def derived_secret(root: bytes, recipient: Recipient) -> bytes:
    """A recipient's secret where no ring keeps one: for tests, since it cannot be destroyed."""
    fields = [recipient.code, recipient.purpose, recipient.opt_out, str(recipient.epoch)]
    return derive(root, ["recipient-secret", *fields])


def extract_key(working_key: bytes, release_id: str) -> bytes:
    """The key of one person-level extract: of its recipient's working key and its release."""
    return derive(working_key, ["extract", release_id])


def keyed(key: bytes) -> HMAC:
    """An HMAC under a key, to be copied for every text (copying is cheaper than keying)."""
    return HMAC(key, SHA256())


def short_code(mac: HMAC, text: str) -> str:
    """The first 20 bytes of the text's HMAC, as 32 lower-case base32 characters."""
    copy = mac.copy()
    copy.update(text.encode())
    return base64.b32encode(copy.finalize()[:PSEUDONYM_BYTES]).decode().lower()
