"""The constructions once more, from the standard library alone (RFC 2104, RFC 5869)."""

import base64
import hmac

ROOT = bytes(range(32))
NEXT_ROOT = bytes(range(32, 64))
SCHEME = "widebridge/1"


def hkdf(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, sections 2.2 and 2.3."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    made = block = b""
    number = 0
    while len(made) < length:
        number += 1
        block = hmac.digest(extracted, block + info + bytes([number]), "sha256")
        made += block
    return made[:length]


def working_key(key: bytes, *fields: str, salt: bytes = b"") -> bytes:
    """The key of one use: every field behind its length in four bytes."""
    encoded = [field.encode() for field in (SCHEME, *fields)]
    info = b"".join(len(field).to_bytes(4, "big") + field for field in encoded)
    return hkdf(key, salt, info, 32)


def key_id(key: bytes) -> str:
    """Four bytes of the key's own working key for ids."""
    return working_key(key, "key-id")[:4].hex()


def code(key: bytes, text: str) -> str:
    """Twenty bytes of the HMAC, in base32."""
    mac = hmac.digest(key, text.encode(), "sha256")
    return base64.b32encode(mac[:20]).decode().lower()


def token(label: str, context: tuple[str, ...], identifier: str) -> str:
    """Layer 1 under ROOT."""
    made = code(working_key(ROOT, "edge", label, *context), identifier)
    return f"{label}t.{key_id(ROOT)}.{made}"


def store_key(label: str, token_text: str, *roots: bytes) -> str:
    """Layer 2 through the roots in turn."""
    text = token_text
    for root in roots or (ROOT,):
        text = f"{label}.{key_id(root)}." + code(working_key(root, "link", label), text)
    return text


def pseudonym(secret: bytes, fields: tuple[str, str, str, str], key: str) -> str:
    """A recipient's pseudonym of a key of the linked store, under ROOT."""
    working = working_key(ROOT, "recipient", *fields, salt=secret)
    return f"p1.{key_id(working)}." + code(working, key)
