"""The key of one person-level extract: one recipient's, for one release, and nothing else.

It comes from the recipient's working key, so that it cannot be made again once that is destroyed.
The house gives it away wrapped under a passphrase only.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet.encryption as parquet
from cryptography.exceptions import InvalidTag

from pipelines.core.errors import BadKey
from pipelines.pseudonymise.keys.derivation import key_id_of
from pipelines.pseudonymise.keys.private_file import read_passphrase, read_private
from pipelines.pseudonymise.keys.wrapping import as_text, unwrapped, wrapped

SCHEME = "widebridge-extract-key/1"
ALGORITHM = "AES_GCM_V1"


class ReleaseKey:
    """The `ExtractKey` port over key bytes in memory. Shows none of them."""

    __slots__ = ("_key", "_release_id")

    def __init__(self, key: bytes, release_id: str) -> None:
        self._key = key
        self._release_id = release_id

    def __repr__(self) -> str:
        return f"ReleaseKey(key_id={self.key_id!r})"

    def __reduce__(self) -> str:
        raise TypeError("the key of an extract is not pickled")

    @property
    def key_id(self) -> str:
        """The id of the key; safe to publish."""
        return key_id_of(self._key)

    def encryption(self) -> object:
        """One key for every column and for the footer; the release id in what is authenticated."""
        return parquet.create_encryption_properties(
            self._key, aad_prefix=self._release_id.encode(), encryption_algorithm=ALGORITHM
        )

    def decryption(self) -> object:
        """What reads the finished file, which carries its additional data itself."""
        return parquet.create_decryption_properties(self._key)

    def wrapped(self, recipient: str, passphrase_file: Path) -> bytes:
        """The key for its recipient, as a file that a passphrase opens."""
        facts = {
            "scheme": SCHEME,
            "recipient": recipient,
            "release_id": self._release_id,
            "key_id": self.key_id,
        }
        passphrase = read_passphrase(passphrase_file, "extract's key")
        return json.dumps(wrapped(facts, self._key, passphrase), indent=2).encode() + b"\n"


def unlocked_raw_key(key_file: Path, passphrase_file: Path) -> str:
    """At the recipient: the key of an extract, in base64. Raises `BadKey`."""
    document: Any = None
    with suppress(ValueError):
        document = json.loads(read_private(key_file, "the extract's key", "Ask the house for it."))
    if not isinstance(document, dict) or document.get("scheme") != SCHEME:
        raise BadKey(
            "extract-key-unreadable",
            "the file is not an extract's key that this version of widebridge reads.",
            "Ask the house to send the key again.",
        )
    passphrase = read_passphrase(passphrase_file, "extract's key")
    with suppress(InvalidTag, ValueError, KeyError, TypeError):
        return as_text(unwrapped(document, passphrase))
    raise BadKey(
        "extract-key-passphrase",
        "the extract's key does not open: the passphrase is another's, or the file was changed.",
        "Check both files. If they are right, ask the house to send the key again.",
    )
