"""The ledger is append-only, and every kind of tampering is found."""

import datetime as dt
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger, verify_ledger
from pipelines.core.errors import BadRelease

Lines = list[bytes]


def at_noon() -> dt.datetime:
    return dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    ledger = FileLedger(tmp_path / "ledger.jsonl", clock=at_noon)
    for number in range(5):
        ledger.record("stored", provider="a", tables=number)
    return tmp_path / "ledger.jsonl"


def test_an_untouched_ledger_verifies(path: Path) -> None:
    assert verify_ledger(path) == 5


def edited(lines: Lines) -> Lines:
    return [*lines[:2], lines[2].replace(b'"tables":2', b'"tables":3'), *lines[3:]]


def with_own_hash(lines: Lines) -> Lines:
    """Even when the forger also writes the hash that fits."""
    import hashlib

    entry = json.loads(edited(lines)[2])
    del entry["hash"]
    text = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    entry["hash"] = hashlib.sha256(text).hexdigest()
    return [*lines[:2], json.dumps(entry, sort_keys=True).encode(), *lines[3:]]


@pytest.mark.parametrize(
    "forge",
    [
        edited,
        with_own_hash,
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [*lines[:2], lines[2], lines[2], *lines[3:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: lines[1:],
        lambda lines: [*lines[:4], lines[4][:-10]],
        lambda lines: [*lines, b"{}"],
        lambda lines: [*lines[:4], b"not json"],
    ],
    ids=["edit", "edit-and-hash", "delete", "repeat", "swap", "behead", "tear", "append", "junk"],
)
def test_tampering_is_found(path: Path, forge: Callable[[Lines], Lines]) -> None:
    path.write_bytes(b"\n".join(forge(path.read_bytes().splitlines())) + b"\n")
    with pytest.raises(BadRelease, match="ledger-broken"):
        verify_ledger(path)


def test_nothing_is_appended_after_a_torn_line(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BadRelease, match="ledger-torn"):
        FileLedger(path).record("stored", provider="a")


def append_many(path: Path) -> None:
    ledger = FileLedger(path)
    for _ in range(20):
        ledger.record("stored", provider="a")


def test_processes_that_append_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=append_many, args=(path,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert verify_ledger(path) == 60
