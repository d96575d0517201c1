"""Putting a drop down: private files, and the list of digests last.

A drop without SHA256SUMS is unfinished, and no reader may touch it.
"""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.files import make_private_folder, sha256_of, sync_folder, write_whole

SUMS = "SHA256SUMS"

Cell = str | int | None
"""One value as a vendor writes it; integers and nothing matter to JSON only."""

ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class WrittenDrop:
    """A finished drop: its folder and the SHA-256 of each file."""

    folder: Path
    digests: dict[str, str]


def open_drop(folder: Path) -> None:
    """Make the folder, or empty it: the list goes first, so no reader meets a mixture."""
    make_private_folder(folder)
    (folder / SUMS).unlink(missing_ok=True)
    for old in sorted(folder.iterdir()):
        old.unlink()


def finish_drop(folder: Path) -> WrittenDrop:
    """Write the list of digests, which says that the drop is whole."""
    digests = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    lines = [f"{digest}  {name}\n" for name, digest in digests.items()]
    write_whole(folder / SUMS, "".join(lines).encode("utf-8"))
    return WrittenDrop(folder, digests)


def write_part(path: Path, pieces: Iterable[bytes]) -> None:
    """Write one file of an unfinished drop, piece by piece, readable by its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def csv_pieces(
    header: Sequence[str], rows: Sequence[Sequence[Cell]], encoding: str
) -> Iterator[bytes]:
    """The bytes of a CSV file; `utf-8-sig` puts a byte-order mark before the first only."""
    later = "utf-8" if encoding == "utf-8-sig" else encoding
    yield _csv_text([header]).encode(encoding)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield _csv_text(rows[start : start + ROWS_AT_ONCE]).encode(later)


def _csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def json_pieces(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[bytes]:
    """The bytes of a JSON array with one record on each line."""
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    yield b"["
    for start in range(0, len(rows), ROWS_AT_ONCE):
        lines = [write(dict(zip(header, row, strict=True))) for row in rows[start:][:ROWS_AT_ONCE]]
        comma = ",\n" if start else "\n"
        yield (comma + ",\n".join(lines)).encode("utf-8")
    yield b"\n]\n"
