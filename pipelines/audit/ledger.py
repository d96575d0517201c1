"""The ledger: a file of JSON lines under a Merkle tree, with checkpoints that the house signs.

An entry is on disk before `record` returns, and so is the checkpoint over it where there is a key
to sign with. Facts are those that `core.log` allows.
"""

import datetime as dt
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.audit.checkpoint import Checkpoint, origin_of, read_checkpoint, write_checkpoint
from pipelines.audit.log_file import (
    Tail,
    append_line,
    broken,
    line_of,
    lines_of,
    not_written,
    note_tail,
    read_tail,
)
from pipelines.audit.tree import Edge, inclusion_proof, leaf_hash, root_of
from pipelines.audit.verification import check_ledger, checkpoint_file, truncated, verify_ledger
from pipelines.core.errors import BadKey, BadRelease
from pipelines.core.files import make_private_folder, sync_folder, write_whole
from pipelines.core.log import allowed
from pipelines.core.ports import Fact, LedgerProof, Signer

__all__ = ["FileLedger", "check_ledger", "now_in_utc", "verify_ledger"]

REPAIRED = "ledger_repaired"


def now_in_utc() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


class FileLedger:
    """The `Ledger` port on one file. Several processes may append at once."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], dt.datetime] = now_in_utc,
        signer: Signer | None = None,
    ) -> None:
        self._path = path
        self._clock = clock
        self._signer = signer

    def signed_by(self, signer: Signer) -> "FileLedger":
        """The same ledger; this key signs its checkpoints from now on."""
        return FileLedger(self._path, self._clock, signer)

    def record(self, event: str, **facts: Fact) -> int:
        """Append one event; returns its number, and only when it is on disk."""
        with self._held() as descriptor:
            tail = self._appended(descriptor, self._ready(descriptor), event, facts)
            self._checkpoint(tail.edge)
            return tail.edge.size

    def repair(self) -> None:
        """Remove a last line that a crash cut off, and sign what is not signed yet."""
        with self._held() as descriptor:
            tail = self._ready(descriptor)
            if tail.edge.size:
                self._checkpoint(tail.edge)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first."""
        for line in lines_of(self._path):
            yield json.loads(line)

    def checkpoint(self) -> bytes:
        """A signed checkpoint of the ledger as it stands. Raises `BadKey` without a key."""
        with self._held() as descriptor:
            tail = self._ready(descriptor)
            if not tail.edge.size:
                raise _no_entry()
            return self._signed(tail.edge)

    def proof(self, number: int) -> LedgerProof:
        """That an entry is in the ledger as it stands now, under a fresh signed checkpoint."""
        with self._held() as descriptor:
            edge = self._ready(descriptor).edge
            if not 0 < number <= edge.size:
                raise _no_entry()
            note, entry, leaves = self._signed(edge), b"", []
            for place, line in enumerate(lines_of(self._path), start=1):
                leaves.append(leaf_hash(line))
                entry = line if place == number else entry
        if root_of(leaves) != edge.root:
            raise broken(edge.size)
        hashes = [node.hex() for node in inclusion_proof(leaves, number - 1)]
        return LedgerProof(
            entry, note, {"leaf_index": number - 1, "tree_size": edge.size, "hashes": hashes}
        )

    @contextmanager
    def _held(self) -> Iterator[int]:
        """The file, open for appending; another process waits here."""
        make_private_folder(self._path.parent)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not os.fstat(descriptor).st_size:
                # The name of a new file has to be on disk as well as what is in it.
                sync_folder(self._path.parent)
            yield descriptor
        finally:
            os.close(descriptor)

    def _ready(self, descriptor: int) -> Tail:
        """The end of the file, where nothing is torn any more and nothing signed is missing."""
        tail = read_tail(self._path)
        self._check_nothing_missing(tail.edge)
        if not tail.torn:
            return tail
        os.ftruncate(descriptor, tail.end)
        os.fsync(descriptor)
        return self._appended(descriptor, tail, REPAIRED, {"cut_off_bytes": tail.torn})

    def _appended(self, descriptor: int, tail: Tail, event: str, facts: dict[str, Fact]) -> Tail:
        edge, at = tail.edge, self._clock().isoformat(timespec="seconds")
        line = line_of(edge.size + 1, at, event, allowed(facts), edge)
        append_line(descriptor, line, tail.end)
        after = Tail(edge, line, tail.end)
        note_tail(self._path, after)
        return after

    def _checkpoint(self, edge: Edge) -> None:
        if self._signer is None:
            return
        try:
            write_whole(checkpoint_file(self._path), self._signed(edge))
        except OSError:
            pass
        else:
            return
        raise not_written()

    def _signed(self, edge: Edge) -> bytes:
        if self._signer is None:
            raise BadKey(
                "ledger-no-key",
                "a checkpoint of the ledger must be signed, and no key is open here.",
                "Open the key ring: name its passphrase's file in WIDEBRIDGE_PASSPHRASE_FILES.",
            )
        first = leaf_hash(next(lines_of(self._path)))
        return write_checkpoint(Checkpoint(origin_of(first), edge.size, edge.root), self._signer)

    def _check_nothing_missing(self, edge: Edge) -> None:
        """Never append to a ledger that lost entries: that would cover the loss."""
        place = checkpoint_file(self._path)
        if not place.exists():
            return
        newest = read_checkpoint(place.read_bytes())
        if newest.size > edge.size:
            raise truncated(edge.size, newest.size)
        if newest.size == edge.size and newest.root != edge.root:
            raise broken(edge.size)


def _no_entry() -> BadRelease:
    return BadRelease(
        "ledger-no-entry", "the ledger has no such entry.", "See: widebridge ledger show"
    )
