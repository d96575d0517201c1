"""An append-only file of JSON lines, each holding the hash of the one before it.

An entry is on disk before `record` returns. Facts are those that `core.log` allows.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadRelease
from pipelines.core.files import make_private_folder
from pipelines.core.log import allowed
from pipelines.core.ports import Fact

START = "0" * 64


def now_in_utc() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.UTC)


class FileLedger:
    """The `Ledger` port on one file. Several processes may append at once."""

    def __init__(self, path: Path, clock: Callable[[], dt.datetime] = now_in_utc) -> None:
        self._path = path
        self._clock = clock

    def record(self, event: str, **facts: Fact) -> None:
        """Append one event; returns only when it is on disk."""
        make_private_folder(self._path.parent)
        with self._path.open("a+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            stream.seek(0)
            number, before = _last_entry(stream.read())
            body = {
                "number": number + 1,
                "at": self._clock().isoformat(timespec="seconds"),
                "event": event,
                "facts": allowed(facts),
                "before": before,
            }
            stream.write(_line({**body, "hash": _hash(body)}))
            stream.flush()
            os.fsync(stream.fileno())

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first."""
        if self._path.exists():
            for line in self._path.read_bytes().splitlines():
                yield json.loads(line)


def verify_ledger(path: Path) -> int:
    """The number of entries. Raises `BadRelease` naming the first that was changed."""
    before = START
    number = 0
    for line in path.read_bytes().splitlines() if path.exists() else []:
        number += 1
        entry = _parsed(line)
        stated = entry.pop("hash", None)
        if (stated, entry.get("before"), entry.get("number")) != (_hash(entry), before, number):
            raise BadRelease(
                "ledger-broken",
                f"entry {number} of the ledger was changed, or one before it is missing.",
                "Restore the ledger from its last copy and find out who wrote to it.",
            )
        before = str(stated)
    return number


def _last_entry(data: bytes) -> tuple[int, str]:
    lines = data.splitlines()
    if not lines:
        return 0, START
    last = _parsed(lines[-1])
    if not data.endswith(b"\n") or "hash" not in last:
        raise BadRelease(
            "ledger-torn",
            f"the ledger's last line (entry {len(lines)}) is not whole.",
            "A write was cut off: remove that line, then run the command again.",
        )
    return int(last["number"]), str(last["hash"])


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(_line(body)).hexdigest()


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n"
