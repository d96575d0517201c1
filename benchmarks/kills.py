"""Kill publishing at random moments while readers follow the pointer, and count what they lose.

    python -m benchmarks.kills --kills 500
    python -m benchmarks.kills --kills 100 --store s3://bucket/folder

Every publication is a process of its own. Some are killed after a random time, some at a random
line of the code, some a few lines before or after the rename. Now and then the next start, which
repairs, is killed too. Readers run throughout: each follows the pointer and verifies what it finds.
A release is torn when it does not verify, lost when the pointer named it and it is not there.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.audit.ledger import FileLedger, verify_ledger
from pipelines.core.files import sha256_of, write_whole
from pipelines.core.intents import open_intents
from pipelines.core.settings import PROJECT, settings_from
from pipelines.pseudonymise.keys import open_key_source
from pipelines.publish import Candidate, Publisher, manifest, publish, repair, verify_release
from pipelines.publish.pointer import current
from pipelines.publish.push import fetch, open_store, push
from tests.conftest import TEST_KEY
from tests.two_officers import NOW, approvals_of, officers

READERS = 2
REFRESH = 50
PAUSE = 0.02
"""Seconds between two looks of a reader, so that publishing gets its share of the machine."""
MOMENTS = {"write_ledger_proof": 900, "point_to": 120}
"""Functions entered just before the rename and just after it, and how many lines to go on."""
TRACED = tuple(str(PROJECT / "pipelines" / room) for room in ("publish", "audit", "core"))
ENVIRON = {"WIDEBRIDGE_ROOT_KEY": TEST_KEY}


@dataclass(frozen=True)
class World:
    """Where it all happens."""

    home: Path
    store: str = ""

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def trouble(self) -> Path:
        """What readers and unkilled runs found wrong, a line each."""
        return self.home / "trouble"

    def ledger(self) -> FileLedger:
        keys = open_key_source(settings_from(ENVIRON, self.home), ENVIRON)
        return FileLedger(self.home / "ledger.jsonl", signer=keys.signer("ledger"))

    def publisher(self) -> Publisher:
        keys = open_key_source(settings_from(ENVIRON, self.home), ENVIRON)
        return Publisher(self.releases, self.ledger(), keys, officers())


@dataclass
class Told:
    """What was seen: kills that hit, and what each left."""

    kills: Counter[str] = field(default_factory=Counter)
    reads: int = 0
    wrong: list[str] = field(default_factory=list)


def candidate(world: World, number: int) -> Candidate:
    """A small candidate; its id tells its place in the row."""
    release_id = f"2026-09-30-v2026-{number:08d}"
    folder = world.home / "staging" / release_id
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "QOP").mkdir(parents=True)
    for table in ("inactive_population", "provider_coverage"):
        rows = pa.table({"area": ["QOP"] * 50, "count": [number * 10] * 50})
        pq.write_table(rows, folder / "QOP" / f"{table}.parquet")
    write_whole(folder / "kit" / "notes" / "read.md", b"# Read first\n")
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    content: dict[str, Any] = {
        "format": manifest.FORMAT,
        "release_id": release_id,
        "period": {"start": "2025-10-01", "end": "2026-09-30"},
        "purpose": "service_evaluation",
        "made_by": {"version": "1"},
        "files": manifest.listed(folder, files),
    }
    write_whole(folder / manifest.NAME, manifest.encoded(content))
    return Candidate(release_id, folder, manifest.digest_of(content))


def leave(world: World, candidate: Candidate) -> None:
    """What a start does: settle what the last one left, publish, push."""
    publisher = world.publisher()
    repair(publisher.releases, publisher.ledger)
    release = publish(candidate, approvals_of(candidate, officers()), publisher, NOW)
    if world.store:
        push(release.folder, open_store(world.store))


def start(world: World, act: Callable[[], None], *, at_line: int = 0, after: str = "") -> int:
    """Run something in a process of its own; at a line, after a function began, it kills itself."""
    child = os.fork()
    if child:
        return child
    try:
        if at_line:
            sys.settrace(_killer(at_line, after))
        act()
    except BaseException as error:
        with world.trouble.open("a") as stream:
            stream.write(f"{type(error).__name__}: {str(error)[:200]}\n")
        os._exit(3)
    os._exit(0)


def _killer(at_line: int, after: str) -> Callable[[FrameType, str, Any], Any]:
    left, began = [at_line], [not after]

    def count(_: FrameType, event: str, __: Any) -> Any:
        left[0] -= event == "line" and began[0]
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    def entered(frame: FrameType, _: str, __: Any) -> Any:
        began[0] = began[0] or frame.f_code.co_name == after
        return count if frame.f_code.co_filename.startswith(TRACED) else None

    return entered


def lines_of(world: World, candidate: Candidate) -> int:
    """How many lines of ours one publication runs."""
    place = world.home / "lines"

    def counted() -> None:
        lines = [0]

        def count(_: FrameType, event: str, __: Any) -> Any:
            lines[0] += event == "line"
            return count

        sys.settrace(lambda f, *_: count if f.f_code.co_filename.startswith(TRACED) else None)
        leave(world, candidate)
        sys.settrace(None)
        place.write_text(str(lines[0]))

    ended(start(world, counted))
    return int(place.read_text())


def usual_of(world: World, number: int) -> float:
    """How many seconds a publication takes that nobody kills."""
    made = candidate(world, number)
    began = time.monotonic()
    ended(start(world, lambda: leave(world, made)))
    return time.monotonic() - began


def ended(child: int) -> int:
    """How a process ended: 0, its exit status, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read_on(world: World, number: int) -> None:
    """A reader, until the file `stop` is there."""
    reads, last = 0, ""
    store = open_store(world.store) if world.store else None
    while not (world.home / "stop").exists():
        if store is None:
            named = current(world.releases)
            folder = world.releases / named if named else None
        else:
            place = world.home / f"reader-{number}"
            shutil.rmtree(place, ignore_errors=True)
            folder = fetch(store, place)
        time.sleep(PAUSE)
        if folder is None:
            continue
        verify_release(folder)
        if folder.name < last:
            raise RuntimeError("the pointer went back")
        reads, last = reads + 1, folder.name
        (world.home / f"reads-{number}").write_text(str(reads))


def kill_many(world: World, kills: int, seed: int) -> Told:
    """Publish one release after another until that many kills have hit."""
    told, moments = Told(), random.Random(seed)  # noqa: S311 (moments, no secrets)
    lines = lines_of(world, candidate(world, 0))
    usual = usual_of(world, 1)
    readers = [start(world, lambda n=n: read_on(world, n)) for n in range(READERS)]  # type: ignore[misc]
    number = 1
    while told.kills.total() < kills and not world.trouble.exists():
        number += 1
        if number % REFRESH == 0:
            # The ledger grows, and with it the lines that read it.
            lines, usual = lines_of(world, candidate(world, number)), usual_of(world, number + 1)
            number += 2
        made = candidate(world, number)
        _kill_once(world, made, told, moments, lines, usual)
        while moments.random() < 0.3 and told.kills.total() < kills:
            _kill_once(world, made, told, moments, lines, usual)
        _check_next_start(world, made, told)
        shutil.rmtree(made.folder)
    (world.home / "stop").touch()
    told.wrong += [f"a reader ended with {status}" for r in readers if (status := ended(r))]
    told.wrong += world.trouble.read_text().splitlines() if world.trouble.exists() else []
    told.wrong += _lost(world, number)
    told.reads = sum(int(p.read_text()) for p in world.home.glob("reads-*"))
    return told


def _kill_once(
    world: World, made: Candidate, told: Told, moments: random.Random, lines: int, usual: float
) -> None:
    before = current(world.releases)
    kind = moments.choice(["time", "line", *MOMENTS])
    if kind == "line":
        child = start(world, lambda: leave(world, made), at_line=moments.randint(1, lines))
    elif kind in MOMENTS:
        at = moments.randint(1, MOMENTS[kind])
        child = start(world, lambda: leave(world, made), at_line=at, after=kind)
    else:
        child = start(world, lambda: leave(world, made))
        time.sleep(moments.uniform(0, usual))
        os.kill(child, signal.SIGKILL)
    if ended(child) != -signal.SIGKILL:
        return
    after = current(world.releases)
    told.kills["new" if after == made.release_id else "old" if after == before else "other"] += 1


def _check_next_start(world: World, made: Candidate, told: Told) -> None:
    """The next start completes it: the same id, the same extracts, nothing left lying."""
    ended(start(world, lambda: leave(world, made)))
    place = world.releases / made.release_id
    listed = manifest.read_manifest(made.folder)["files"]
    same = all(sha256_of(place / name) == entry["sha256"] for name, entry in listed.items())
    left = list(world.releases.glob(".*.part"))
    is_whole = same and current(world.releases) == made.release_id and not left
    if not is_whole or open_intents(world.ledger().entries()):
        told.wrong.append(f"{made.release_id} was not completed")


def _lost(world: World, number: int) -> list[str]:
    """Releases that were out and are gone, or do not verify; and a ledger that does not."""
    wrong = []
    for n in range(number + 1):
        try:
            verify_release(world.releases / f"2026-09-30-v2026-{n:08d}")
        except Exception as error:
            wrong.append(f"release {n}: {type(error).__name__}")
    verify_ledger(world.home / "ledger.jsonl")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--store", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        began = time.monotonic()
        told = kill_many(World(Path(home), asked.store), asked.kills, asked.seed)
        figures = {
            "kills": told.kills.total(), "left": dict(told.kills), "reads": told.reads,
            "torn or lost": len(told.wrong), "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        print(json.dumps(figures))
        print("\n".join(told.wrong[:10]))
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
