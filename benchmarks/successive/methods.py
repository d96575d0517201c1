"""Ways to publish a table again and again: other people's rules, and ours in several forms.

Each says what it prints the first time and the next, cell by cell; the first axis is the
population, so that a part stands above its whole.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.house_limits import NHS_RULE
from benchmarks.successive.world import REFERRED, STARTED, Ints
from pipelines.protect.hold import (
    Held,
    Printed,
    Was,
    held,
    hide_more_than_wholes,
    in_batches,
    interval,
)

Flags = npt.NDArray[np.bool_]
HIDDEN = -1
"""Stands for a mark where there is one number to compare."""


@dataclass(frozen=True)
class Prints:
    """What is published of every cell: a number, or a mark; and what the method must remember."""

    value: Ints
    hidden: Flags
    memory: Ints
    was: Ints

    @property
    def seen(self) -> Ints:
        """The number, or -1 for a mark."""
        return np.where(self.hidden, HIDDEN, self.value)

    def at(self, cells: tuple[Ints, ...]) -> "Prints":
        """Some cells of it."""
        return Prints(self.value[cells], self.hidden[cells], self.memory[cells], self.was[cells])


class Method(Protocol):
    """A rule for a first and for every next release."""

    @property
    def name(self) -> str: ...

    def first(self, truth: Ints) -> Prints: ...

    def next(self, before: Prints, truth: Ints, cells: tuple[Ints, ...] | None = None, /) -> Prints:
        """`cells` are positions in the whole table when `truth` holds some cells only."""
        ...

    def surely_empty(self, prints: Prints) -> Flags:
        """Cells in which, as anybody can see, there is nobody."""
        ...


def fresh_prints(value: Ints, hidden: Flags) -> Prints:
    none = np.zeros(value.shape, dtype=np.int64)
    return Prints(np.where(hidden, 0, value), hidden, none, none)


class _Alone:
    """A rule that looks at one number of one release only."""

    name = ""

    def rule(self, truth: Ints) -> Prints:
        raise NotImplementedError

    def first(self, truth: Ints) -> Prints:
        return self.rule(truth)

    def next(
        self, _before: Prints, truth: Ints, _cells: tuple[Ints, ...] | None = None, /
    ) -> Prints:
        return self.rule(truth)

    def surely_empty(self, prints: Prints) -> Flags:
        empty: Flags = ~prints.hidden & (prints.value == 0)
        return empty


class Exact(_Alone):
    name = "exact counts"

    def rule(self, truth: Ints) -> Prints:
        return fresh_prints(truth, np.zeros(truth.shape, dtype=bool))


class Plain(_Alone):
    name = "NHS rule alone"

    def rule(self, truth: Ints) -> Prints:
        return fresh_prints(rounded(truth), is_small(truth))


class Midpoint(_Alone):
    name = "midpoint 6"

    def rule(self, truth: Ints) -> Prints:
        middle = -(-truth // 6) * 6 - 3
        return fresh_prints(np.where(truth == 0, 0, middle), np.zeros(truth.shape, dtype=bool))


def rounded(truth: Ints) -> Ints:
    return (2 * truth + NHS_RULE.base) // (2 * NHS_RULE.base) * NHS_RULE.base


def is_small(truth: Ints) -> Flags:
    small: Flags = (truth >= 1) & (truth <= NHS_RULE.threshold)
    return small


def one_of(numbers: Ints, population: int, axis: int) -> Ints:
    """One population's numbers, where the populations lie along `axis`."""
    taken: Ints = np.take(numbers, np.array([population]), axis).squeeze(axis)
    return taken


def hides(truth: Ints, axis: int) -> tuple[Flags, Ints]:
    """What our rule hides, and the fewest people that each number would give away."""
    referred, started = one_of(truth, REFERRED, axis), one_of(truth, STARTED, axis)
    others = referred - started
    least = np.stack([referred, np.minimum(started, others)], axis)
    in_part = (
        is_small(started)
        | is_small(others)
        | ((referred > 0) & (one_of(least, STARTED, axis) == 0))
    )
    part = in_part | is_small(referred)
    return np.stack([is_small(referred), part], axis), least


@dataclass(frozen=True)
class Hold:
    """A number stays until the truth is a band away; the bands are those of the whole table."""

    narrow: int
    wide: int
    band: Ints = field(repr=False)
    fewest: int = 0
    counts: Flags | None = None

    @property
    def name(self) -> str:
        batches = f", in batches of {self.fewest}" if self.fewest else ""
        return f"held, {self.narrow} to {self.wide} away{batches}"

    def first(self, truth: Ints) -> Prints:
        known = np.zeros(truth.shape, dtype=bool)
        nothing = Prints(np.zeros(truth.shape, np.int64), known, known.astype(np.int64), truth)
        return self._published(nothing, known, truth, self.band, axis=0)

    def next(self, before: Prints, truth: Ints, cells: tuple[Ints, ...] | None = None, /) -> Prints:
        band = self.band if cells is None else self.band[cells]
        known = np.ones(truth.shape, dtype=bool)
        return self._published(before, known, truth, band, axis=0 if cells is None else 1)

    def surely_empty(self, prints: Prints) -> Flags:
        _, upper = interval(prints.value, prints.hidden, prints.was, NHS_RULE, self.wide)
        empty: Flags = upper < 1
        return empty

    def _published(
        self, before: Prints, known: Flags, truth: Ints, band: Ints, axis: int
    ) -> Prints:
        hide, least = hides(truth, axis)
        printed = Printed(before.value, before.hidden, known)
        release = held(truth, rounded(truth), hide, printed, band, rule=NHS_RULE, least=least)
        # One person's cells are not a whole release: for those the attacker's scene counts.
        if self.counts is not None and known.all() and axis == 0:
            release = in_batches(release, printed, self.counts, self.fewest)
        return _without_crossings(release, axis)


def _without_crossings(release: Held, axis: int) -> Prints:
    """No more people who started than were referred, wherever both hold."""
    shape = release.value.shape
    number = np.arange(release.value.size, dtype=np.int64).reshape(shape)
    part, whole = (one_of(number, which, axis).ravel().tolist() for which in (STARTED, REFERRED))
    flat = Held(*(numbers.ravel() for numbers in dataclasses.astuple(release)))
    told = hide_more_than_wholes(flat, list(zip(part, whole, strict=True)))
    return Prints(
        told.value.reshape(shape),
        told.hidden.reshape(shape),
        np.zeros(shape, dtype=np.int64),
        told.was.reshape(shape),
    )


@dataclass(frozen=True)
class Strict:
    """A number is made anew when 8 people more or fewer are in it than when it was last made.

    It needs the exact truth of that day: a secret to be kept.
    """

    people: int = 8

    @property
    def name(self) -> str:
        return f"held until {self.people} more or fewer (secret state)"

    def first(self, truth: Ints) -> Prints:
        return self._made(truth, axis=0)

    def next(self, before: Prints, truth: Ints, cells: tuple[Ints, ...] | None = None, /) -> Prints:
        made = self._made(truth, axis=0 if cells is None else 1)
        moves = np.abs(truth - before.memory) >= self.people
        return Prints(
            np.where(moves, made.value, before.value),
            np.where(moves, made.hidden, before.hidden),
            np.where(moves, truth, before.memory),
            np.where(moves, np.int64(Was.CHANGED), np.int64(Was.UNCHANGED)),
        )

    def surely_empty(self, prints: Prints) -> Flags:
        fresh = (prints.was == Was.FIRST) | (prints.was == Was.CHANGED)
        empty: Flags = ~prints.hidden & (prints.value == 0) & fresh
        return empty

    def _made(self, truth: Ints, axis: int) -> Prints:
        hide, _ = hides(truth, axis)
        none = np.zeros(truth.shape, dtype=np.int64)
        return Prints(np.where(hide, 0, rounded(truth)), hide, truth, none)
