"""Looks for marked identifiers in everything under a folder, raw and decoded, in many spellings."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq


@dataclass(frozen=True)
class Find:
    """A mark that escaped: where, and in what spelling. Never which."""

    place: str
    spelling: str


def spellings(mark: str) -> dict[str, bytes]:
    """How a leak may look, by name."""
    plain = mark.encode()
    made = {
        "plain": plain,
        "lower": mark.lower().encode(),
        "upper": mark.upper().encode(),
        "reversed": mark[::-1].encode(),
        "hex": plain.hex().encode(),
        "utf-16": mark.encode("utf-16-le"),
    }
    for offset in range(3):
        shifted = base64.b64encode(b"\0" * offset + plain)
        made[f"base64+{offset}"] = shifted[-(-8 * offset // 6) : len(plain) * 8 // 6 + offset]
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, plain, usedforsecurity=False)
        made[name] = digest.hexdigest().encode()
        made[f"{name} in base64"] = base64.b64encode(digest.digest())
    if mark.isdecimal():
        made["spaced"] = f"{mark[:3]} {mark[3:6]} {mark[6:]}".encode()
        made["dashed"] = f"{mark[:3]}-{mark[3:6]}-{mark[6:]}".encode()
        made["int64"] = int(mark).to_bytes(8, "little")
    return made


def search(folder: Path, marks: Iterable[str], texts: Iterable[str] = ()) -> set[Find]:
    """Every escape into the folder's files (names, bytes, Parquet values) or the given texts."""
    needles = [(name, needle) for mark in marks for name, needle in spellings(mark).items()]
    places = [*_places(folder), *(("text", text.encode()) for text in texts)]
    return {
        Find(place, spelling)
        for place, data in places
        for spelling, needle in needles
        if needle in data
    }


def _places(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        place = str(path.relative_to(folder))
        yield f"name of {place}", place.encode()
        if path.is_file():
            yield place, path.read_bytes()
            if path.suffix == ".parquet":
                yield from _parquet(path, place)


def _parquet(path: Path, place: str) -> Iterator[tuple[str, bytes]]:
    """Pages are compressed, so what they hold is looked at as values too."""
    file = pq.ParquetFile(path)
    yield f"footer of {place}", str((file.metadata, file.schema_arrow.metadata)).encode()
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    yield f"statistics of {place}", str([g.to_dict() for g in groups]).encode()
    for batch in file.iter_batches():
        yield f"values of {place}", str(batch.to_pylist()).encode()
