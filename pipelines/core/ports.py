"""The four things that really vary, so that rooms can use them without importing each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa

from pipelines.core.contract import Contract

Fact = str | int | float | bool | None
"""What a ledger entry may hold: names, dates, counts, hashes of files; never a row's value."""

KeyedHash = Callable[[Iterable[str]], list[str]]
"""Turns canonical identifiers into pseudonyms under one working key, in order."""


@dataclass(frozen=True)
class Recipient:
    """Whose pseudonyms, for what, under which opt-out policy, and the how manieth set of them.

    `code` is an ODS code; `opt_out` is `respected` or `not_applicable`. Two that differ in
    anything share no pseudonym.
    """

    code: str
    purpose: str
    opt_out: str
    epoch: int = 1


SigningUse = Literal["release", "ledger"]
"""What the house signs: its releases, and the checkpoints of its ledger. A key for each."""


class Signer(Protocol):
    """Signs with one Ed25519 key and never hands it out."""

    @property
    def key_id(self) -> str:
        """The key's name in documents: sixteen hexadecimal characters."""

    @property
    def public_key(self) -> bytes:
        """The public half, 32 raw bytes."""

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes."""


class Edge(Protocol):
    """The house's side of what one provider seals before sending."""

    def kit(
        self, labels: Iterable[tuple[str, tuple[str, ...]]], passphrase: bytes, made_on: str
    ) -> Mapping[str, object]:
        """A kit: token keys of these labels and contexts, wrapped under a passphrase."""

    def open_sealed(self, place: Sequence[str], sealed: bytes) -> bytes:
        """What the provider's kit encrypted for one place of one delivery."""

    def check_mark(self, kit: tuple[str, str], document: bytes, mark: str) -> None:
        """Raise `BadDelivery` unless the provider's kit of that key id and day wrote it."""


class ExtractKey(Protocol):
    """The key of one person-level extract: it encrypts, reads back, and is sent wrapped."""

    @property
    def key_id(self) -> str:
        """The id of the key; safe to publish."""

    def encryption(self) -> object:
        """Arrow's properties under which a Parquet file is written, bound to the release."""

    def decryption(self) -> object:
        """Arrow's properties under which the finished file is read."""

    def wrapped(self, recipient: str, passphrase_file: Path) -> bytes:
        """The key for its recipient, as a file that a passphrase opens."""


class KeySource(Protocol):
    """Where keys are. It works with them and never hands one out."""

    @property
    def key_id(self) -> str:
        """The id of the root key in use; safe to publish."""

    def tokens(self, label: str, context: Sequence[str]) -> KeyedHash:
        """Layer 1: canonical identifier to token. A provider may make the same ones itself."""

    def store_keys(self, label: str) -> KeyedHash:
        """Layer 2: token to key of the linked store. Raises `BadKey` for another root's token."""

    def keyed_hash(self, label: str, context: Sequence[str]) -> KeyedHash:
        """Both layers: canonical identifier to key of the linked store."""

    def pseudonyms(self, recipient: Recipient) -> KeyedHash:
        """Key of the linked store to the recipient's pseudonym. Raises `BadKey` without its key."""

    def extract_key(self, recipient: Recipient, release_id: str) -> ExtractKey:
        """The key of one extract of one recipient. Raises `BadKey` without the recipient's key."""

    def recipients(self) -> Sequence[Recipient]:
        """Every recipient and epoch whose pseudonyms can be made now, by its ring's keys."""

    def seal(self, place: str, data: bytes) -> bytes:
        """Encrypt and authenticate bytes for one named place; names the root key used."""

    def unseal(self, place: str, sealed: bytes) -> bytes:
        """The bytes again. Raises `BadKey` when they were changed, moved or sealed by another."""

    def edge(self, provider: str) -> Edge:
        """The house's side of one provider's edge kits, whichever root they were made under."""

    def signer(self, use: SigningUse) -> Signer:
        """What signs for the house today. Raises `BadKey` when the ring has no key for it."""

    def public_keys(self, use: SigningUse) -> Sequence[bytes]:
        """The public half of every key that ever signed for this use, oldest first."""


@dataclass(frozen=True)
class LedgerProof:
    """That one entry is in the ledger: its line, a signed checkpoint, and the hashes between.

    `proof` holds `leaf_index`, `tree_size` and `hashes` (hexadecimal, from the leaf upwards).
    """

    entry: bytes
    checkpoint: bytes
    proof: Mapping[str, Any]


class Ledger(Protocol):
    """The append-only record of what was done."""

    def record(self, event: str, **facts: Fact) -> int:
        """Append one event; returns its number, and only when it is on disk."""

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """Every entry, oldest first: `event`, `facts`, `at`, `number`."""

    def proof(self, number: int) -> LedgerProof:
        """That an entry is in the ledger as it stands now, under a fresh signed checkpoint."""

    def signed_by(self, signer: Signer) -> "Ledger":
        """The same ledger; this key signs its checkpoints from now on."""


class Engine(Protocol):
    """Runs a measure: counts and sums."""

    def run(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """The result of a query over the linked store's tables, with named parameters."""


class Store(Protocol):
    """The linked store: tables under pseudonyms, and open tables."""

    def has(self, provider: str, delivery_id: str) -> bool:
        """Whether that delivery is already in."""

    def append(
        self,
        provider: str,
        drop_name: str,
        delivery_id: str,
        tables: Mapping[str, tuple[Contract, pa.RecordBatchReader]],
        ledger: Ledger,
    ) -> None:
        """Add a delivery's tables, all or none, and record it."""

    def parts(self, table: str) -> Sequence[Path]:
        """The files that hold a table, oldest day first."""
