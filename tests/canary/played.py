"""One play of all scenes, searched: shared by the tests and by `python -m tests.canary`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.core.settings import PROJECT
from tests.canary.marks import make_marks
from tests.canary.search import Found, Searcher


@dataclass(frozen=True)
class Played:
    """What was played and what was found."""

    root: Path
    outcomes: dict[str, tuple[int, ...]]
    planted: Found
    escaped: Found
    seconds: float

    @property
    def watched(self) -> Path:
        """Everything that the processes wrote."""
        return self.root / "watched"

    def figures(self) -> dict[str, float]:
        """What an officer asks: how much was planted, where it was looked for, what escaped."""
        return {
            "marks planted": len(self.planted.marks),
            "spellings of each searched for, in all": searcher().spellings,
            "runs": sum(map(len, self.outcomes.values())),
            "files searched": self.escaped.files,
            "places searched": self.escaped.places,
            "bytes searched": self.escaped.bytes,
            "marks found": len(self.escaped.marks),
            "seconds": self.seconds,
        }

    def codes(self, scene: str) -> Iterator[tuple[str, str]]:
        """(fate, code) of every count that the store of a scene's home holds."""
        for part in self.watched.glob(f"{scene}/home/amber/**/intake_count.parquet"):
            for row in pq.read_table(part).to_pylist():
                yield row["fate"], row["code"]


_SEARCHERS: list[Searcher] = []


def searcher() -> Searcher:
    """The matcher of all marks; made once, for it takes a second."""
    if not _SEARCHERS:
        _SEARCHERS.append(Searcher(mark.text for mark in make_marks()))
    return _SEARCHERS[0]


def play(root: Path) -> Played:
    """Play every scene below an empty folder, in a process of its own, and search."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.canary.run", root],
        env={"PATH": os.environ["PATH"], "TMPDIR": str(root)},
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    (root / "watched" / "run.txt").write_bytes(done.stdout + done.stderr)
    if done.returncode:
        raise RuntimeError(f"the run itself failed: {done.stderr[-2000:].decode()}")
    facts = json.loads((root / "outcomes.json").read_text())
    return Played(
        root=root,
        outcomes={name: tuple(ended) for name, ended in facts["outcomes"].items()},
        planted=_planted(root),
        escaped=searcher().folder(root / "watched"),
        seconds=facts["seconds"],
    )


def _planted(root: Path) -> Found:
    (inboxes,) = root.glob("inbox-*")
    return searcher().folder(inboxes)
