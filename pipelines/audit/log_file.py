"""The ledger's file: one line for each entry, each line with the root of the tree before it.

Beside it lies a small note of the tree's right edge, so that an append reads the last line only.
The note is believed when the last line's own root agrees with it; else it is worked out anew.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.audit.tree import Edge, leaf_hash
from pipelines.core.envelope import canonical_json
from pipelines.core.errors import BadRelease


@dataclass(frozen=True)
class Tail:
    """The end of the file: its last whole line, the tree before that line, and what is torn."""

    before: Edge = field(default_factory=Edge)
    last: bytes = b""
    start: int = 0
    torn: int = 0

    @property
    def edge(self) -> Edge:
        """The right edge of the tree over every whole line."""
        return self.before.with_leaf(leaf_hash(self.last)) if self.last else self.before

    @property
    def end(self) -> int:
        """Where the last whole line ends."""
        return self.start + len(self.last) + 1 if self.last else 0


def lines_of(path: Path) -> Iterator[bytes]:
    """Every whole line, oldest first. A last one without its end was never acknowledged."""
    with suppress(FileNotFoundError), path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                yield line[:-1]


def line_of(number: int, at: str, event: str, facts: dict[str, Any], edge: Edge) -> bytes:
    """An entry as it stands in the file."""
    return canonical_json(
        {"number": number, "at": at, "event": event, "facts": facts, "tree": edge.root.hex()}
    )


def checked(line: bytes, edge: Edge) -> dict[str, Any]:
    """The entry of a line that follows the tree. Raises `BadRelease` when it does not fit it."""
    entry = _parsed(line)
    if {"before", "hash"} <= entry.keys():
        raise BadRelease(
            "ledger-old-format",
            "the ledger was written by an earlier version, in which each entry held a hash.",
            "Keep it as it is with that version, and begin a new home with this one.",
        )
    if (entry.get("number"), entry.get("tree")) != (edge.size + 1, edge.root.hex()):
        raise broken(edge.size + 1)
    return entry


def broken(number: int) -> BadRelease:
    """What is said of an entry that is not the one that was recorded there."""
    return BadRelease(
        "ledger-broken",
        f"entry {number} of the ledger was changed, or one before it was changed or is missing.",
        "Restore the ledger from its last copy and find out who wrote to it.",
    )


def read_tail(path: Path) -> Tail:
    """The end of the file. Raises `BadRelease` when the file is not what was written."""
    noted = _noted(path)
    if noted is not None:
        try:
            return _read_on(path, noted)
        except BadRelease:
            # The note may be of another state of the file. The file itself is asked then.
            pass
    return _read_on(path, Tail())


def note_tail(path: Path, tail: Tail) -> None:
    """Note the edge for the next append. Nothing is lost when that fails."""
    noted = {
        "size": tail.before.size,
        "start": tail.start,
        "hashes": [node.hex() for node in tail.before.hashes],
    }
    with suppress(OSError):
        _note_of(path).write_bytes(canonical_json(noted))


def append_line(descriptor: int, line: bytes, end: int) -> None:
    """Write a line at the end and force it to disk. When that fails nothing of it stays.

    Raises `BadRelease`.
    """
    try:
        rest = memoryview(line + b"\n")
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, end)
    else:
        return
    raise not_written()


def not_written() -> BadRelease:
    """What is said when the ledger's disk takes no more."""
    return BadRelease(
        "ledger-not-written",
        "the ledger could not be written, so what it was to record does not go on.",
        "Make room on its disk, or look for a fault of it; then run the command again.",
    )


def _read_on(path: Path, tail: Tail) -> Tail:
    """Follow the lines from a noted end, each against the tree before it."""
    noted, torn = tail.start, 0
    edge, at = tail.before, tail.start
    with suppress(FileNotFoundError), path.open("rb") as stream:
        stream.seek(at)
        for line in stream:
            if not line.endswith(b"\n"):
                torn = len(line)
                break
            checked(line[:-1], edge)
            tail = Tail(edge, line[:-1], at)
            edge, at = tail.edge, tail.end
    if noted and not tail.last:
        # No whole line follows where one was noted, so nothing vouches for the noted edge.
        raise broken(edge.size + 1)
    return replace(tail, torn=torn)


def _noted(path: Path) -> Tail | None:
    try:
        noted = json.loads(_note_of(path).read_bytes())
        edge = Edge(int(noted["size"]), tuple(bytes.fromhex(node) for node in noted["hashes"]))
        start = int(noted["start"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    fits = len(edge.hashes) == edge.size.bit_count() and start >= 0
    return Tail(edge, start=start) if fits else None


def _note_of(path: Path) -> Path:
    return path.with_name("edge.json")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
