"""What the ledger costs as it grows: an append, a proof, verification, at a thousand and a million.

    python -m benchmarks.ledger --entries 1000000

Entries are those that an intake records. Appends are measured on the machine's temporary folder, on
a real disk mostly the time of its fsync; `--folder /dev/shm` measures the work alone.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipelines.audit.checkpoint import check_signature, read_checkpoint
from pipelines.audit.ledger import FileLedger, check_ledger
from pipelines.audit.log_file import line_of
from pipelines.audit.tree import Edge, leaf_hash, root_from_inclusion
from pipelines.core.intents import open_intents
from pipelines.core.ports import Fact
from pipelines.pseudonymise.keys.signing import SigningKey

T = TypeVar("T")
KEY = SigningKey(bytes(32))
SMALL, APPENDS = 1000, 101
FACTS: dict[str, Fact] = {
    "provider": "harbour",
    "delivery": "0123456789ab",
    "kept": 812,
    "received": 840,
}


def main() -> None:
    """Fill two ledgers, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        small = _filled(Path(folder) / "small" / "ledger.jsonl", SMALL)
        large = _filled(Path(folder) / "large" / "ledger.jsonl", asked.entries)
        _measure_appends(small, large, asked.entries)
        _measure_reading(small, large, asked.entries)
        _measure_proof(large, asked.entries)


def _measure_appends(small: Path, large: Path, entries: int) -> None:
    """In turns, for a busy machine is busy for both."""
    for name, signer in (("unsigned", None), ("signed", KEY)):
        ledgers = [FileLedger(path, signer=signer) for path in (small, large)]
        for ledger in ledgers:
            # The first may have to read the whole file.
            ledger.record("intake_finished", **FACTS)
        turns = [[_seconds(_append, ledger) for ledger in ledgers] for _ in range(APPENDS)]
        few, many = (statistics.median(times) for times in zip(*turns, strict=True))
        print(
            f"append, {name}: {few * 1e3:.2f} ms at {SMALL:,}, {many * 1e3:.2f} ms at "
            f"{entries:,} ({many / few:.2f} times)"
        )


def _append(ledger: FileLedger) -> None:
    ledger.record("intake_finished", **FACTS)


def _measure_reading(small: Path, large: Path, entries: int) -> None:
    reading: dict[str, Callable[[Path], object]] = {
        "verify": lambda path: check_ledger(path, [KEY.public_key]),
        "find acts that were cut off": lambda path: open_intents(FileLedger(path).entries()),
        "append after the edge was lost": _append_from_nothing,
    }
    for name, read in reading.items():
        few, many = _work(read, small), _work(read, large)
        per_entry = many / entries / (few / SMALL)
        print(
            f"{name}: {many:.2f} s of work for {entries:,}, {per_entry:.2f} times as long for an "
            f"entry as at {SMALL:,}"
        )


def _append_from_nothing(path: Path) -> None:
    path.with_name("edge.json").unlink()
    FileLedger(path).record("intake_finished", **FACTS)


def _measure_proof(path: Path, entries: int) -> None:
    ledger = FileLedger(path, signer=KEY)
    made = _work(ledger.proof, entries // 3)
    proof = ledger.proof(entries // 3)
    hashes = [bytes.fromhex(node) for node in proof.proof["hashes"]]
    size = len(proof.checkpoint) + len(json.dumps(proof.proof)) + len(proof.entry)
    root = read_checkpoint(proof.checkpoint).root

    def check(_: object = None) -> bool:
        check_signature(proof.checkpoint, [KEY.public_key])
        place = entries // 3 - 1
        return root == root_from_inclusion(
            leaf_hash(proof.entry), place, proof.proof["tree_size"], hashes
        )

    checked = statistics.median(_seconds(check, None) for _ in range(APPENDS))
    print(
        f"proof: {len(hashes)} hashes, {sum(map(len, hashes))} bytes ({size} with entry and "
        f"checkpoint, as text), made in {made:.2f} s of work, checked in {checked * 1e3:.2f} ms: "
        f"{check()}"
    )


def _filled(path: Path, entries: int) -> Path:
    path.parent.mkdir()
    edge = Edge()
    with path.open("wb") as stream:
        for number in range(1, entries + 1):
            line = line_of(number, "2026-10-15T12:00:00+00:00", "intake_finished", FACTS, edge)
            edge = edge.with_leaf(leaf_hash(line))
            stream.write(line + b"\n")
    return path


def _seconds(act: Callable[[T], object], on: T) -> float:
    began = time.perf_counter()
    act(on)
    return time.perf_counter() - began


def _work(act: Callable[[T], object], on: T) -> float:
    """Seconds of the processor, which other processes do not make longer."""
    began = time.process_time()
    act(on)
    return time.process_time() - began


if __name__ == "__main__":
    main()
