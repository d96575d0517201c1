"""A secret under a passphrase, with the facts about it in clear: kits and extracts' keys.

The facts are authenticated: a document in which one was changed does not open. Argon2id makes the
key of the passphrase, AES-256-GCM encrypts.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pipelines.pseudonymise.keys.derivation import KEY_BYTES

SALT_BYTES, NONCE_BYTES = 16, 12
# RFC 9106, section 4, second recommended choice: 64 MiB of memory. Part of a document's scheme.
ARGON_PASSES, ARGON_LANES, ARGON_KIB = 3, 4, 64 * 1024


def wrapped(facts: Mapping[str, Any], secret: bytes, passphrase: bytes) -> dict[str, Any]:
    """The facts with the secret, which only the passphrase opens."""
    document = {
        **facts,
        "salt": as_text(secrets.token_bytes(SALT_BYTES)),
        "nonce": as_text(secrets.token_bytes(NONCE_BYTES)),
    }
    cipher = AESGCM(_passphrase_key(passphrase, as_bytes(document["salt"])))
    hidden = cipher.encrypt(as_bytes(document["nonce"]), secret, _canonical(document))
    return {**document, "wrapped": as_text(hidden)}


def unwrapped(document: Mapping[str, Any], passphrase: bytes) -> bytes:
    """The secret. Raises `InvalidTag` or `ValueError`, and `KeyError` for another document."""
    public = {name: value for name, value in document.items() if name != "wrapped"}
    cipher = AESGCM(_passphrase_key(passphrase, as_bytes(document["salt"])))
    hidden = as_bytes(document["wrapped"])
    return cipher.decrypt(as_bytes(document["nonce"]), hidden, _canonical(public))


def as_text(data: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(data).decode()


def as_bytes(text: str) -> bytes:
    """What was base64. Raises `ValueError`."""
    return base64.b64decode(text, validate=True)


def _passphrase_key(passphrase: bytes, salt: bytes) -> bytes:
    return Argon2id(
        salt=salt, length=KEY_BYTES, iterations=ARGON_PASSES, lanes=ARGON_LANES,
        memory_cost=ARGON_KIB,
    ).derive(passphrase)  # fmt: skip


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
