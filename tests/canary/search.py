"""Looks for marked identifiers in everything under a folder, raw and decoded, in many spellings.

What it says of a find is the place and the spelling, never the mark; nor does a place's name show
one, should a mark have got into a file's name.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick

from tests.canary.spellings import BOUNDED, spellings
from tests.canary.views import views

__all__ = ["Find", "Found", "Searcher", "search", "spellings"]

HIDDEN = "(a name that holds a mark)"


@dataclass(frozen=True)
class Find:
    """A mark that escaped: where, and in what spelling. Never which."""

    place: str
    spelling: str


@dataclass
class Found:
    """What a search looked at and what it met."""

    finds: set[Find] = field(default_factory=set)
    marks: set[int] = field(default_factory=set)
    files: int = 0
    places: int = 0
    bytes: int = 0

    def __iadd__(self, other: "Found") -> "Found":
        """Both searches as one."""
        self.finds |= other.finds
        self.marks |= other.marks
        self.files += other.files
        self.places += other.places
        self.bytes += other.bytes
        return self

    def __str__(self) -> str:
        """The figures, for a person."""
        return (
            f"{self.files:,} files, {self.places:,} places, {self.bytes:,} bytes searched: "
            f"{len(self.marks):,} marks found in {len({f.place for f in self.finds}):,} places"
        )


class Searcher:
    """Every spelling of every mark in one matcher, so that a byte is looked at once."""

    def __init__(self, marks: Iterable[str]) -> None:
        needles: dict[bytes, list[tuple[int, str]]] = defaultdict(list)
        for number, mark in enumerate(marks):
            for name, needle in spellings(mark).items():
                needles[needle].append((number, name))
        self._meanings = list(needles.values())
        self._matcher = BytesAhoCorasick(list(needles))
        self.spellings = sum(map(len, self._meanings))
        self._clean: set[bytes] = set()

    def folder(self, folder: Path) -> Found:
        """Every name, link, attribute and content below a folder, the folder's own name aside."""
        found = Found()
        for path in sorted(folder.rglob("*")):
            name = self._name(path.relative_to(folder))
            found += self._look(f"name of {name}", str(path.relative_to(folder)).encode())
            if path.is_symlink():
                found += self._look(f"target of {name}", str(path.readlink()).encode())
            elif path.is_file():
                found.files += 1
                for attribute in os.listxattr(path):
                    found += self._look(f"attribute of {name}", os.getxattr(path, attribute))
                found += self.data(path.read_bytes(), name)
        return found

    def data(self, data: bytes, place: str) -> Found:
        """Bytes, and all that can be unpacked from them; what was clean once is not read again."""
        digest = hashlib.sha256(data).digest()
        found = Found()
        if digest in self._clean:
            return found
        for view, content in views(data, place):
            found += self._look(view, content)
        if not found.finds:
            self._clean.add(digest)
        return found

    def texts(self, texts: Iterable[str]) -> Found:
        """Texts that were caught rather than written."""
        found = Found()
        for text in texts:
            found += self.data(text.encode("utf-8", "surrogateescape"), "text")
        return found

    def _look(self, place: str, data: bytes) -> Found:
        found = Found(places=1, bytes=len(data))
        for number, start, end in self._matcher.find_matches_as_indexes(data, overlapping=True):
            for mark, spelling in self._meanings[number]:
                if spelling not in BOUNDED or _stands_alone(data, start, end):
                    found.finds.add(Find(place, spelling))
                    found.marks.add(mark)
        return found

    def _name(self, path: Path) -> str:
        parts = [HIDDEN if self._look("", p.encode()).finds else p for p in path.parts]
        return "/".join(parts)


def search(folder: Path, marks: Iterable[str], texts: Iterable[str] = ()) -> set[Find]:
    """Every escape into the folder's files (names, bytes, values) or the given texts."""
    searcher = _searcher(tuple(marks))
    return searcher.folder(folder).finds | searcher.texts(texts).finds


@lru_cache(maxsize=8)
def _searcher(marks: tuple[str, ...]) -> Searcher:
    return Searcher(marks)


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    around = data[max(start - 1, 0) : start] + data[end : end + 1]
    return not any(chr(byte).isalnum() for byte in around)
