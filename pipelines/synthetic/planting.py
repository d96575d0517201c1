"""How dirt is planted: on rows that nothing else touches, so that every count of it is exact."""

import datetime as dt
import itertools
import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from pipelines.synthetic.drops import Cell
from pipelines.synthetic.people import Ints

Row = Mapping[str, Cell]


MOST_DIRT, MOST_ELSEWHERE = {"attendance": 0.2}, 1 / 12
"""Share of a file's fit rows that may be dirty; at least one row a kind would drown small files."""


class Outcome(StrEnum):
    """What the intake line is expected to do with a planted row."""

    KEPT = "kept"
    """Nothing: it cannot be seen here, or is none of this line's business."""
    REPAIRED = "repaired"
    """Brought into its normal form, and kept."""
    NOTED = "noted"
    """Kept, and counted under the code."""
    QUARANTINED = "quarantined"
    """Set aside under the code."""
    REFUSED = "refused"
    """Never looked at: no consent covers it, for the reason given as code."""
    FILE = "file"
    """A matter of the whole file."""


@dataclass(frozen=True)
class Fate:
    """An outcome, and the code or reason under which it is counted."""

    outcome: Outcome
    code: str = ""


KEPT = Fate(Outcome.KEPT)
REPAIRED = Fate(Outcome.REPAIRED)


def quarantined(code: str) -> Fate:
    """Set aside under that code."""
    return Fate(Outcome.QUARANTINED, code)


def noted(code: str) -> Fate:
    """Kept, and counted under that code."""
    return Fate(Outcome.NOTED, code)


def refused(reason: str) -> Fate:
    """Refused for that reason."""
    return Fate(Outcome.REFUSED, reason)


@dataclass(frozen=True)
class Pen:
    """What a planting may use besides the row: chance, fresh record numbers, the calendar."""

    rng: np.random.Generator
    numbers: Iterator[int]
    clubs: Sequence[str]
    start: dt.date
    through: dt.date
    went_back: dt.date | None
    went_forward: dt.date | None

    def draw(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, choices: Sequence[str]) -> str:
        """One of the texts."""
        return choices[int(self.rng.integers(0, len(choices)))]


Plant = Callable[[Row, Pen], list[Row]]
"""A row in; what stands in its place out: itself altered, itself and more, or nothing if unfit."""


@dataclass(frozen=True)
class Dirt:
    """One kind of dirt. Kinds without `plant` arise where people, records or files are made.

    `once` keeps a kind that moves visits to a special time from hitting one person twice.
    """

    name: str
    provider: str
    table: str
    planted: str
    fate: Fate
    share: float = 0.0
    plant: Plant | None = None
    once: bool = False


@dataclass(frozen=True)
class Sheet:
    """The clean rows of one file, whose they are, and why each would be refused (or '')."""

    table: str
    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    member: Ints
    reasons: Sequence[str]
    fit: Ints
    """Places of the rows that may carry dirt."""


@dataclass(frozen=True)
class Soiled:
    """A sheet's rows with dirt in them, which clean row each stems from, how much of each kind."""

    rows: list[Sequence[Cell]]
    origins: list[int]
    dirt: dict[str, int]


@dataclass
class Planter:
    """Plants the kinds of one provider; remembers across files whom `once` kinds have hit."""

    provider: str
    kinds: Sequence[Dirt]
    seed: int
    pen: Pen
    hit: dict[str, set[int]] = field(default_factory=dict)

    def soil(self, sheet: Sheet) -> Soiled:
        """The sheet with dirt in it."""
        used: dict[int, list[Row]] = {}
        counts = {}
        here = [k for k in self.kinds if k.table == sheet.table and k.plant is not None]
        # Another order in each file, so that no kind is always the one that a small file lacks.
        for kind in sorted(here, key=lambda k: self._label(k, sheet)):
            before = len(used)
            self._plant(kind, sheet, used)
            counts[kind.name] = len(used) - before
        merged = list(_merged(sheet, used))
        return Soiled([row for _, row in merged], [place for place, _ in merged], counts)

    def _label(self, kind: Dirt, sheet: Sheet) -> int:
        """A number of its own for each kind and file: one kind more or less changes no other."""
        return zlib.crc32(f"{self.provider}/{sheet.name}/{kind.name}".encode())

    def _plant(self, kind: Dirt, sheet: Sheet, used: dict[int, list[Row]]) -> None:
        rng = np.random.default_rng([self.seed, 8, self._label(kind, sheet)])
        pen = replace(self.pen, rng=rng)
        most = math.ceil(MOST_DIRT.get(sheet.table, MOST_ELSEWHERE) * len(sheet.fit))
        needed = min(math.ceil(kind.share * len(sheet.fit)), most - len(used))
        hit = self.hit.setdefault(kind.name, set())
        # Kinds that fit few rows give up after a while: the count says how many were planted.
        tries = 40 * needed + 400
        for place in pen.rng.permutation(sheet.fit)[:tries].tolist():
            if not needed:
                return
            member = int(sheet.member[place])
            if place in used or (kind.once and member in hit) or kind.plant is None:
                continue
            rows = kind.plant(dict(zip(sheet.header, sheet.rows[place], strict=True)), pen)
            if rows:
                used[place] = rows
                hit.add(member)
                needed -= 1


def _merged(
    sheet: Sheet, used: Mapping[int, Iterable[Row]]
) -> Iterator[tuple[int, Sequence[Cell]]]:
    for place, row in enumerate(sheet.rows):
        if place not in used:
            yield place, row
            continue
        for planted in used[place]:
            yield place, tuple(planted[name] for name in sheet.header)


def put(column: str, value: Cell | Callable[[Cell, Pen], Cell]) -> Plant:
    """A planting that writes another value into one column; None from a callable means unfit."""

    def plant(row: Row, pen: Pen) -> list[Row]:
        new = value(row[column], pen) if callable(value) else value
        unfit = callable(value) and new is None
        return [] if unfit or new == row[column] else [{**row, column: new}]

    return plant


def put_one_of(column: str, *values: str) -> Plant:
    """A planting that writes one of several texts into a column."""
    return put(column, lambda _, pen: pen.pick(values))


def twice(row: Row, _: Pen) -> list[Row]:
    """The very same row two times."""
    return [row, row]


def fresh_numbers(first: int) -> Iterator[int]:
    """Record numbers that no clean row has."""
    return itertools.count(first)
