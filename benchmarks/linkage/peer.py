"""Other tools on the same rows: each in an environment of its own, run as a program."""

import csv
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.linkage.records import Pair, Records, write_rows
from tests.side_environment import python_of

PROGRAMS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Peer:
    """A tool: its program here, the requirements that name its environment, and its name."""

    name: str
    program: str
    environment: str
    all_fields: bool = True


PEERS = (
    Peer("Splink, in clear", "splink_in_clear.py", "splink"),
    Peer("clkhash and anonlink, encoded", "anonlink_encoded.py", "anonlink"),
    Peer("carduus tokens, encoded", "opprl_tokens.py", "carduus", all_fields=False),
)


def weighed_pairs(peer: Peer, records: Records) -> tuple[list[tuple[Pair, float]], float]:
    """The peer's pairs with the weight that it gives them, and seconds taken."""
    with tempfile.TemporaryDirectory() as folder:
        rows, pairs = Path(folder) / "rows.csv", Path(folder) / "pairs.csv"
        write_rows(records, rows)
        command = [
            str(python_of(peer.environment)),
            str(PROGRAMS / peer.program),
            str(rows),
            str(pairs),
        ]
        started = time.perf_counter()
        subprocess.run(  # noqa: S603 (our own program and paths)
            command, check=True, capture_output=True, cwd=folder
        )
        seconds = time.perf_counter() - started
        with pairs.open(encoding="utf-8", newline="") as stream:
            found = [((a, b) if a < b else (b, a), float(w)) for a, b, w in csv.reader(stream)]
    return found, seconds
