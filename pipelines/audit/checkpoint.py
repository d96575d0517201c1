"""A checkpoint: what the ledger was at one moment, in five lines that the house has signed.

The text is C2SP's tlog-checkpoint in a signed note (c2sp.org): origin, size, root, then a blank
line and one line for each signature.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.audit.tree import HASH_BYTES
from pipelines.core.envelope import is_signed
from pipelines.core.errors import BadRelease
from pipelines.core.ports import Signer

ED25519 = b"\x01"
"""The signature type of a signed note's Ed25519 key."""
HASH_OF_KEY_BYTES = 4
ORIGIN = "widebridge-ledger"


@dataclass(frozen=True)
class Checkpoint:
    """How many entries a ledger had, and the root of the tree over them.

    `origin` names the ledger by its first entry, so that two ledgers are never taken for one.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> bytes:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_as_text(self.root)}\n".encode()


def origin_of(first_leaf: bytes) -> str:
    """The name of the ledger that begins with this entry."""
    return f"{ORIGIN}/{first_leaf.hex()[:16]}"


def write_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The signed note. The name of the key is the name of the ledger."""
    signature = key_hash(checkpoint.origin, signer.public_key) + signer.sign(checkpoint.text)
    return checkpoint.text + f"\n— {checkpoint.origin} {_as_text(signature)}\n".encode()


def read_checkpoint(note: bytes) -> Checkpoint:
    """What a checkpoint says; its signatures are not looked at. Raises `BadRelease`."""
    text, _ = _parts(note)
    try:
        origin, size, root, *_rest = text.decode().split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        if (
            checkpoint.size >= 0
            and str(checkpoint.size) == size
            and len(checkpoint.root) == HASH_BYTES
        ):
            return checkpoint
    except ValueError:
        pass
    raise _not_whole()


def check_signature(note: bytes, public_keys: Iterable[bytes]) -> None:
    """Raise `BadRelease` unless one of the keys signed the checkpoint under its ledger's name."""
    text, signatures = _parts(note)
    origin = read_checkpoint(note).origin
    for key in public_keys:
        expected = key_hash(origin, key)
        for name, hashed, signature in signatures:
            if (name, hashed) == (origin, expected) and is_signed(key, signature, text):
                return
    raise BadRelease(
        "checkpoint-signature",
        "a checkpoint of the ledger carries no good signature by a key that is known here.",
        "It was changed, or is another house's: ask for the house's public ledger key.",
    )


def key_hash(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a signed note names a key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:HASH_OF_KEY_BYTES]


def verifier_key(name: str, public_key: bytes) -> str:
    """A public key as tools for signed notes take it: name, key hash, key."""
    return f"{name}+{key_hash(name, public_key).hex()}+{_as_text(ED25519 + public_key)}"


def _parts(note: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    """The signed text, and of each signature its key's name, its key's hash, and itself."""
    text, blank, lines = note.rpartition(b"\n\n")
    try:
        if blank and lines.endswith(b"\n"):
            signatures = [_signature(line) for line in lines.decode().split("\n")[:-1]]
            return text + b"\n", signatures
    except ValueError:
        pass
    raise _not_whole()


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, name, encoded = line.split(" ")
    raw = base64.b64decode(encoded, validate=True)
    if dash != "—":
        raise ValueError
    return name, raw[:HASH_OF_KEY_BYTES], raw[HASH_OF_KEY_BYTES:]


def _not_whole() -> BadRelease:
    return BadRelease(
        "checkpoint-form",
        "a checkpoint of the ledger is not whole.",
        "Take it again from whoever keeps it; the ledger's own is in its last copy.",
    )


def _as_text(data: bytes) -> str:
    return base64.b64encode(data).decode()
