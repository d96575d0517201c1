"""The four things that really vary, so that rooms can use them without importing each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from pipelines.core.contract import Contract

Fact = str | int | float | bool | None
"""What a ledger entry may hold: names, dates, counts, hashes of files; never a row's value."""

KeyedHash = Callable[[Iterable[str]], list[str]]
"""Turns canonical identifiers into pseudonyms under one working key, in order."""


class KeySource(Protocol):
    """Where keys are. It works with them and never hands one out."""

    @property
    def key_id(self) -> str:
        """The id of the root key in use; safe to publish."""

    def keyed_hash(self, label: str, context: Sequence[str]) -> KeyedHash:
        """A keyed hash under the working key derived for a label and its context."""

    def seal(self, place: str, data: bytes) -> bytes:
        """Encrypt and authenticate bytes for one named place."""

    def unseal(self, place: str, sealed: bytes) -> bytes:
        """The bytes again. Raises `BadKey` when they were changed, moved or sealed by another."""


class Ledger(Protocol):
    """The append-only record of what was done."""

    def record(self, event: str, **facts: Fact) -> None:
        """Append one event; returns only when it is on disk."""


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
