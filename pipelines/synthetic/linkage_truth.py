"""Which rows about people are about the same person: by position in a file, never by identifier."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.files import write_whole
from pipelines.synthetic.traps import Trap

COLUMNS = ("person", "provider", "drop", "file", "row", "difference", "trap", "pair")


@dataclass(frozen=True)
class RecordTruth:
    """Whom each row of one file is about, and how it departs from the truth, in its order."""

    file: str
    person: Sequence[int]
    difference: Sequence[str]


def write_linkage(
    path: Path, drops: Sequence[tuple[str, str, Sequence[RecordTruth]]], traps: Sequence[Trap]
) -> None:
    """Write one line a row: a running number of the person, and the trap they are part of.

    Persons and rows count from one; the header is no row. The two of a trap bear its number.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(drops, traps))
    write_whole(path, text.getvalue().encode("utf-8"))


def _lines(
    drops: Sequence[tuple[str, str, Sequence[RecordTruth]]], traps: Sequence[Trap]
) -> Iterator[tuple[str | int, ...]]:
    trapped = {
        person: (trap.kind, number)
        for number, trap in enumerate(traps, start=1)
        for person in (trap.first, trap.second)
    }
    for provider, drop, records in drops:
        for file in records:
            pairs = zip(file.person, file.difference, strict=True)
            for row, (person, difference) in enumerate(pairs, start=1):
                trap = trapped.get(person, ("", ""))
                yield person + 1, provider, drop, file.file, row, difference, *trap
