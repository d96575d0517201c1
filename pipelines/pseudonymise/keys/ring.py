"""The key ring: one private file of wrapped secrets, with what each is for and its state.

Every secret is encrypted under the ring key (AES-256-GCM) and bound to its own entry's lasting
fields; the whole file carries a code under the ring key, so that no entry is changed, added or
taken out unnoticed.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipelines.core.errors import BadKey
from pipelines.core.files import write_whole
from pipelines.core.ports import Recipient
from pipelines.pseudonymise.keys.derivation import SCHEME, derive, length_prefixed
from pipelines.pseudonymise.keys.private_file import read_private

FORMAT = "widebridge-ring/1"
NONCE_BYTES = 12
ROOT, RECIPIENT, SIGNING = "root", "recipient", "signing"
PENDING, ACTIVE, RETIRED, DESTROYED = "pending", "active", "retired", "destroyed"


@dataclass(frozen=True)
class Entry:
    """One key of the ring. A recipient's belongs to the root that was in use when it was made.

    A signing key's `purpose` is what it signs, and its `public` half is kept for ever.
    """

    id: str
    kind: str
    state: str
    created_on: str
    epoch: int = 1
    root: str = ""
    recipient: str = ""
    purpose: str = ""
    opt_out: str = ""
    retired_on: str = ""
    destroyed_on: str = ""
    wrapped: str = ""
    public: str = ""

    @property
    def whose(self) -> Recipient:
        """Whose key it is."""
        return Recipient(self.recipient, self.purpose, self.opt_out, self.epoch)

    @property
    def bound_to(self) -> bytes:
        """The fields that never change, which the wrapped secret is bound to."""
        return length_prefixed(
            [SCHEME, "ring-entry", self.id, self.kind, self.created_on, str(self.epoch), self.root,
             self.recipient, self.purpose, self.opt_out]
        )  # fmt: skip


@dataclass(frozen=True)
class Ring:
    """What the file says. `rotation` is empty, `rekeying` (before the switch) or `cleaning`."""

    unlock: Mapping[str, Any]
    entries: tuple[Entry, ...] = ()
    rotation: str = ""

    def find(self, kind: str, state: str) -> list[Entry]:
        """Entries of a kind in a state, in the order of the ring."""
        return [e for e in self.entries if (e.kind, e.state) == (kind, state)]

    def with_states(self, changes: Mapping[str, Mapping[str, str]]) -> "Ring":
        """The ring with some fields of some entries (by id) changed."""
        changed = tuple(
            Entry(**{**asdict(e), **changes[e.id]}) if e.id in changes else e for e in self.entries
        )
        return replace(self, entries=changed)


@dataclass(frozen=True)
class OpenRing:
    """A ring with the key that opens it. Shows neither the key nor a secret."""

    ring: Ring
    ring_key: bytes = field(repr=False)

    def __reduce__(self) -> str:
        raise TypeError("an open key ring is not pickled")

    def secret(self, entry: Entry) -> bytes:
        """An entry's secret. Raises `BadKey` when the entry was changed."""
        try:
            return decrypt(self.ring_key, entry.wrapped, entry.bound_to)
        except (InvalidTag, ValueError):
            pass
        raise ring_altered()

    def wrapped(self, entry: Entry, secret: bytes) -> Entry:
        """The entry with its secret, encrypted."""
        return replace(entry, wrapped=encrypt(self.ring_key, secret, entry.bound_to))

    def having(self, ring: Ring) -> "OpenRing":
        """The same ring key over changed contents."""
        return OpenRing(ring, self.ring_key)


def encrypt(key: bytes, data: bytes, bound_to: bytes) -> str:
    """AES-256-GCM, nonce first, in base64."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, data, bound_to)).decode()


def decrypt(key: bytes, text: str, bound_to: bytes) -> bytes:
    """The data again. Raises `InvalidTag` or `ValueError`."""
    raw = base64.b64decode(text, validate=True)
    return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to)


def read_ring(path: Path) -> tuple[Ring, str]:
    """The ring as its file says, and its code, not yet checked. Raises `BadKey`."""
    text = read_private(path, "the key ring", "Make one with: widebridge keys new")
    try:
        document = json.loads(text)
        if document["format"] == FORMAT:
            entries = tuple(Entry(**entry) for entry in document["entries"])
            ring = Ring(document["unlock"], entries, document["rotation"])
            return ring, str(document["code"])
    except (ValueError, TypeError, KeyError):
        pass
    raise BadKey(
        "key-ring-format",
        "the key ring's file is not whole, or of another version.",
        "Restore it from its copy.",
    )


def check_whole(opened: OpenRing, code: str) -> None:
    """Raise `BadKey` unless the ring is as it was written."""
    if not hmac.compare_digest(_code(opened), code):
        raise ring_altered()


def write_ring(path: Path, opened: OpenRing) -> None:
    """Replace the ring's file in one step."""
    write_whole(path, ring_bytes(opened))


def ring_bytes(opened: OpenRing) -> bytes:
    """The ring's file."""
    document = {**_document(opened.ring), "code": _code(opened)}
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def ring_altered() -> BadKey:
    """What is said of a ring whose contents are not what was written."""
    return BadKey(
        "key-ring-altered",
        "the key ring was changed by something else than widebridge.",
        "Find out who wrote to it, and restore it from its copy.",
    )


def ids(entries: Iterable[Entry]) -> list[str]:
    """The ids of some entries."""
    return [entry.id for entry in entries]


def _document(ring: Ring) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "unlock": dict(ring.unlock),
        "entries": [_plain(entry) for entry in ring.entries],
        "rotation": ring.rotation,
    }


def _plain(entry: Entry) -> dict[str, Any]:
    """As the file has it: only a signing key has a public half."""
    plain = asdict(entry)
    if not entry.public:
        del plain["public"]
    return plain


def _code(opened: OpenRing) -> str:
    text = json.dumps(_document(opened.ring), sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(derive(opened.ring_key, ["ring-code"]), text, "sha256").hex()
