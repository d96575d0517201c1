"""Numbers that hold over releases: a published number stays until the truth is a band away.

Then nobody sees one person come or go. The band is keyed and differs from cell to cell, and a
release may be one in which nothing that was out before moves.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pipelines.core.errors import BadSettings
from pipelines.core.ports import KeyedHash
from pipelines.protect.rule import Rule

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
DRAWN = 12
"""Base32 letters that a band is drawn from: 60 bits, so that its remainders are even."""


class Was(IntEnum):
    """What a release did with a cell."""

    FIRST = 0
    """Published for the first time: fresh."""
    CHANGED = 1
    """Judged, and published fresh because the truth was a band away."""
    UNCHANGED = 2
    """Judged, and left as it was."""
    NOT_JUDGED = 3
    """Left as it was without a look at the truth."""


@dataclass(frozen=True)
class Bands:
    """How far the truth goes before a number moves: from `narrow` to `wide`, keyed per cell."""

    narrow: int
    wide: int

    def __post_init__(self) -> None:
        """Refuse bands that are no range."""
        if not 0 <= self.narrow <= self.wide:
            raise BadSettings(
                "hold-bands",
                "the bands of numbers that hold are not a range of whole numbers.",
                "Give the narrow one first, from 0.",
            )


def narrowest_band(rule: Rule) -> int:
    """The band at which a number that was fresh never moves for fewer people than may be shown.

    A fresh number is up to half a base from the truth, so the truth must go that much further.
    """
    return rule.threshold + 1 + rule.base // 2


@dataclass(frozen=True)
class Before:
    """What was last published of a cell: its number, or None when it was hidden."""

    shown: int | None


@dataclass(frozen=True)
class Printed:
    """What is published of every cell: `value` is 0 where `hidden`; `known` says it was out."""

    value: Ints
    hidden: Flags
    known: Flags

    def at(self, cells: Ints) -> "Printed":
        """Some cells of it, by position."""
        return Printed(self.value[cells], self.hidden[cells], self.known[cells])


@dataclass(frozen=True)
class Held:
    """What a release publishes: `is_held` where a fresh number would have been another one."""

    value: Ints
    hidden: Flags
    is_held: Flags
    was: Ints

    def at(self, cells: Ints) -> "Held":
        """Some cells of it, by position."""
        return Held(self.value[cells], self.hidden[cells], self.is_held[cells], self.was[cells])

    def replaced(self, cells: Ints, by: "Held") -> "Held":
        """The same with some cells, by position, as another has them."""
        value, hidden = self.value.copy(), self.hidden.copy()
        is_held, was = self.is_held.copy(), self.was.copy()
        value[cells], hidden[cells] = by.value, by.hidden
        is_held[cells], was[cells] = by.is_held, by.was
        return Held(value, hidden, is_held, was)

    @property
    def printed(self) -> Printed:
        """The same as the next release finds it."""
        return Printed(self.value, self.hidden, np.ones(len(self.value), dtype=bool))


def printed_of(before: Sequence[Before | None]) -> Printed:
    """Earlier publications as arrays; None is a cell that was never out."""
    shown = [None if cell is None else cell.shown for cell in before]
    return Printed(
        value=np.array([0 if n is None else n for n in shown], dtype=np.int64),
        hidden=np.array([b is not None and b.shown is None for b in before], dtype=bool),
        known=np.array([b is not None for b in before], dtype=bool),
    )


def held(
    truth: Ints,
    fresh: Ints,
    hides: Flags,
    before: Sequence[Before | None] | Printed,
    band: Ints,
    *,
    rule: Rule,
    least: Ints | None = None,
    may_move: bool = True,
) -> Held:
    """What to publish of each cell, given what was published of it before.

    `fresh` and `hides` are what the rule alone would do. `least` is the smallest number of people
    that the cell gives away (itself or those left over); by default the cell itself. Without
    `may_move` nothing that was out before moves.
    """
    last = before if isinstance(before, Printed) else printed_of(before)
    was = _judged(truth, hides, last, band, rule, truth if least is None else least)
    if not may_move:
        was = np.where(last.known, np.int64(Was.NOT_JUDGED), was)
    stays = was >= Was.UNCHANGED
    fresh_value = np.where(hides, 0, fresh)
    hidden = np.where(stays, last.hidden, hides)
    value = np.where(stays, last.value, fresh_value)
    differs = (hidden != hides) | (value != fresh_value)
    return Held(value, hidden, stays & differs, was)


def _judged(truth: Ints, hides: Flags, last: Printed, band: Ints, rule: Rule, least: Ints) -> Ints:
    """Shown numbers move when the truth is a band away, hidden ones when nothing small is near."""
    shown_moves = ~last.hidden & (np.abs(truth - last.value) >= band)
    # Also a hidden zero stays: it would tell that somebody was there, and that the last one left.
    back = last.hidden & ~hides & (least >= rule.threshold + 1 + band)
    moves = shown_moves | back
    was = np.where(moves, np.int64(Was.CHANGED), np.int64(Was.UNCHANGED))
    return np.where(last.known, was, np.int64(Was.FIRST))


def in_batches(release: Held, before: Printed, counts: Flags, fewest: int) -> Held:
    """Let falls through only when many places fall, and rises only when many rise.

    `counts` marks the cells that are counted: a place and nothing else, of a population that is
    part of no other, no two of which hold the same person. One who leaves alone then moves nothing;
    one who is the last of a batch could have been in any of its places.
    """
    changed = release.was == Was.CHANGED
    falls = changed & ~before.hidden & (release.value < before.value)
    rises = changed & ~falls
    shut = np.zeros_like(changed)
    for way in (falls, rises):
        if np.count_nonzero(way & counts) < fewest:
            shut |= way
    waits = bool(np.count_nonzero(falls & counts) < fewest) or bool(
        np.count_nonzero(rises & counts) < fewest
    )
    stays = shut | (waits & (release.was == Was.UNCHANGED))
    return Held(
        np.where(shut, before.value, release.value),
        np.where(shut, before.hidden, release.hidden),
        release.is_held | shut,
        np.where(stays, np.int64(Was.NOT_JUDGED), release.was),
    )


def batch_cells(area_types: Sequence[str], totals: Flags, fewest: int) -> tuple[Flags, int]:
    """Which cells `in_batches` counts, and how many of them must move together.

    `totals` are the cells of an outermost population that nothing but the area divides. Counted is
    the kind of area with most of them; where even those are fewer than two batches, everything
    waits for the total of the largest area instead.
    """
    kinds = np.array(area_types, dtype=object)
    number = Counter(kind for kind, is_total in zip(kinds, totals, strict=True) if is_total)
    if not number:
        return np.zeros(len(kinds), dtype=bool), fewest
    by_number = sorted(number, key=lambda kind: (number[kind], kind))
    finest, largest = by_number[-1], by_number[0]
    if number[finest] >= 2 * fewest:
        return totals & (kinds == finest), fewest
    return totals & (kinds == largest), 1


def hide_more_than_wholes(release: Held, wholes: Sequence[tuple[int, int]]) -> Held:
    """Hide every part that is shown as more than a shown whole of it.

    `wholes` are positions of a part and its whole. Both may hold a number of another day, so they
    can cross. They cross only when one of them moves: the mark shows nobody whom the move does not.
    """
    part, whole = np.array(wholes, dtype=np.int64).reshape(-1, 2).T
    hidden = release.hidden.copy()
    while True:
        more = release.value[part] > release.value[whole]
        crosses = ~hidden[part] & ~hidden[whole] & more
        if not crosses.any():
            break
        hidden[part[crosses]] = True
    now = hidden & ~release.hidden
    return Held(
        np.where(now, 0, release.value),
        hidden,
        release.is_held | now,
        np.where(now & (release.was >= Was.UNCHANGED), np.int64(Was.CHANGED), release.was),
    )


def bands(cells: Sequence[str], keyed: KeyedHash, narrow: int, wide: int) -> Ints:
    """Each cell's band, `narrow` to `wide`, drawn from its keyed code.

    A cell's text holds the epoch: another epoch, other bands.
    """
    span = Bands(narrow, wide)
    codes = keyed(cells)
    drawn = [_number(code.rsplit(".", 1)[-1]) for code in codes]
    width = span.wide - span.narrow + 1
    return np.array([span.narrow + number % width for number in drawn], dtype=np.int64)


def _number(body: str) -> int:
    number = 0
    for letter in body[:DRAWN]:
        number = number * len(BASE32) + BASE32.index(letter)
    return number


def interval(
    value: Ints,
    hidden: Flags,
    was: Ints,
    rule: Rule,
    wide: int,
    *,
    left: Printed | None = None,
    narrow: int = 0,
) -> tuple[Floats, Floats]:
    """Smallest and largest truth of each cell, for a reader who knows rule, bands and what moved.

    A hidden number may be anything. He knows the widest band, not the cell's own; a cell that was
    not judged tells nothing of today. With `left`, what was published before, he also knows that
    what moved went at least `narrow`.
    """
    fresh = (was == Was.FIRST) | (was == Was.CHANGED)
    below = np.where(fresh, rule.base // 2, wide - 1)
    above = np.where(fresh, (rule.base - 1) // 2, wide - 1)
    floor = np.where(fresh & (value > 0), rule.threshold + 1, 0)
    zero = fresh & (value == 0)
    lower = np.where(zero, 0, np.maximum(floor, value - below)).astype(np.float64)
    upper = np.where(zero, 0, value + above).astype(np.float64)
    if left is not None:
        lower, upper = _a_band_away((lower, upper), value, was, left, rule, narrow)
    unknown = hidden | (was == Was.NOT_JUDGED)
    return np.where(unknown, 0.0, lower), np.where(unknown, np.inf, upper)


def _a_band_away(
    known: tuple[Floats, Floats], value: Ints, was: Ints, left: Printed, rule: Rule, narrow: int
) -> tuple[Floats, Floats]:
    moved = left.known & (was == Was.CHANGED)
    rose = moved & ~left.hidden & (value > left.value)
    fell = moved & ~left.hidden & (value < left.value)
    back = moved & left.hidden
    floor = np.where(rose, left.value + narrow, 0)
    floor = np.where(back, rule.threshold + 1 + narrow, floor)
    ceiling = np.where(fell, np.maximum(left.value - narrow, 0), np.inf)
    return np.maximum(known[0], floor), np.minimum(known[1], ceiling)
