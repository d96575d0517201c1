"""What has left before, as the next release must reckon with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.core.ports import KeyedHash
from pipelines.core.thresholds import Limits
from pipelines.protect.cells import Cell, Counted, Flags, Ints, place_of
from pipelines.protect.earlier import Published
from pipelines.protect.hold import (
    Bands,
    Before,
    Floats,
    Held,
    Printed,
    Was,
    bands,
    batch_cells,
    held,
    hide_more_than_wholes,
    in_batches,
    interval,
    printed_of,
)
from pipelines.protect.numbers import Numbers
from pipelines.protect.rule import Rule, rule_of
from pipelines.protect.small import Small
from pipelines.protect.told import (
    refuse_visible_changes,
    taken_as_fresh,
    visible_small_changes,
)
from pipelines.protect.view import Known

MEANS = ("value", "lower", "upper")


@dataclass(frozen=True)
class Past:
    """The newest number of every cell that was ever published for this dataset and ICB.

    `values` are the newest values and limits, by indicator and place. `keyed` draws each cell's
    band. `same_people` are numbers of releases over the same period that cut the same areas
    otherwise (the other vintage). A release that `opens` lets everything move that waited.
    """

    keyed: KeyedHash | None = None
    last: Mapping[str, Published] = field(default_factory=dict)
    values: Mapping[str, Published] = field(default_factory=dict)
    same_people: tuple[Known, ...] = ()
    opens: bool = False

    def before(self, cells: Iterable[Cell]) -> list[Before | None]:
        """What was last told of each cell. One that its table lacked was told to be empty."""
        tables = {cell_of(identity).kind for identity in self.last}
        return [self._before(cell, tables) for cell in cells]

    def _before(self, cell: Cell, tables: set[tuple[str, ...]]) -> Before | None:
        if cell.identity in self.last:
            return Before(self.last[cell.identity].shown)
        return Before(0) if cell.kind in tables else None

    def absent(self, cells: Sequence[Cell]) -> frozenset[Cell]:
        """Cells that their tables lacked."""
        before = zip(cells, self.before(cells), strict=True)
        return frozenset(c for c, b in before if b is not None and c.identity not in self.last)

    def silent(self, cells: Sequence[Cell], numbers: Numbers) -> Flags:
        """Cells that their tables lacked and that still hold at nobody: their rows stay away.

        A row that appears would say that somebody came, whatever number stands in it.
        """
        absent = self.absent(cells)
        new = np.array([cell in absent for cell in cells], dtype=bool)
        flags: Flags = new & (numbers.value == 0) & numbers.held & ~numbers.hidden
        return flags

    def lost(self, cells: Iterable[Cell]) -> list[Cell]:
        """Cells that were told before and of which nobody is left: they may not simply go."""
        there = {cell.identity for cell in cells}
        return [cell_of(identity) for identity in sorted(self.last) if identity not in there]

    def held(self, counted: Counted, fresh: Ints, small: Small, limits: Limits) -> Numbers:
        """Fresh numbers where nothing was told before; elsewhere what was told, until it moves.

        Raises `BadRelease` when a few people who came or went would become visible.
        """
        rule = rule_of(limits)
        last = printed_of(self.before(counted.cells))
        found = held(
            counted.truth, fresh, small.hidden, last,
            self._bands(counted, limits), rule=rule, least=_least(counted),
        )  # fmt: skip
        if not self.opens:
            found = _in_batches(counted, found, last, limits.places_together)
        found = hide_more_than_wholes(found, counted.wholes())
        visible = visible_small_changes(
            taken_as_fresh(last), found, rule, Bands(limits.hold_from, limits.hold_to)
        )
        refuse_visible_changes(visible, counted.dataset, rule)
        lower, upper = _as_if_nobody_moved(counted.truth, found, rule, limits.hold_to)
        return Numbers(found.value, found.hidden, lower, upper, found.was >= Was.UNCHANGED)

    def _bands(self, counted: Counted, limits: Limits) -> Ints:
        if self.keyed is None:
            return np.full(len(counted.cells), limits.hold_to, dtype=np.int64)
        names = [_band_name(counted, cell) for cell in counted.cells]
        return bands(names, self.keyed, limits.hold_from, limits.hold_to)

    def means_of(
        self, indicators: Sequence[str], cells: Sequence[Cell], stays: Flags
    ) -> dict[str, Any]:
        """The values and limits of rows that stay because the count under them does, by column."""
        kept: list[Published | None] = [
            self.values.get(Cell(indicator, cell.place).identity) if stay else None
            for indicator, cell, stay in zip(indicators, cells, stays, strict=True)
        ]
        columns: dict[str, Any] = {"holds": pa.array([k is not None for k in kept], pa.bool_())}
        for name in MEANS:
            told = [None if k is None else getattr(k, name) for k in kept]
            columns[f"held_{name}"] = pa.array(told, pa.float64())
        return columns


NO_PAST = Past()
"""Nothing was ever published."""


def joined_pasts(pasts: Sequence[Past]) -> Past:
    """What left before of datasets that are protected together: of each cell the newest number.

    A number that one dataset of a release showed and another hid was shown. The values and limits
    of rows stay with each dataset.
    """
    last: dict[str, Published] = {}
    for number in (n for past in pasts for n in past.last.values()):
        known = last.get(number.cell)
        if known is None or (known.age, known.shown is not None) < (
            number.age, number.shown is not None,
        ):  # fmt: skip
            last[number.cell] = number
    return Past(
        keyed=next((past.keyed for past in pasts if past.keyed is not None), None),
        last=last,
        same_people=tuple(dict.fromkeys(known for past in pasts for known in past.same_people)),
        opens=all(past.opens for past in pasts),
    )


def cell_of(identity: str) -> Cell:
    """The cell of a name that holds over releases."""
    population, area, parent, *others = identity.split("|")
    return Cell(population, place_of(area, parent, others))


def _as_if_nobody_moved(truth: Ints, found: Held, rule: Rule, wide: int) -> tuple[Floats, Floats]:
    """What each number tells a reader who knows that nothing has changed since it was made.

    The strictest that he could rightly assume: otherwise a number that was hidden for another's
    sake would come back in the next release and undo the one before.
    """
    lower, upper = interval(found.value, found.hidden, found.was, rule, wide)
    new = np.full(len(truth), np.int64(Was.FIRST))
    least, most = interval(found.value, found.hidden, new, rule, wide)
    near = (least <= truth) & (truth <= most)
    return np.where(near, least, lower), np.where(near, most, upper)


def _in_batches(counted: Counted, found: Held, last: Printed, fewest: int) -> Held:
    """Let numbers move together only, tree by tree: two trees may count the same people.

    A tree that no area divides alone (numbers by provider) has nothing to wait for.
    """
    for tree in counted.disclosure.trees():
        root = next(p.id for p in tree if p.within is None)
        at = np.flatnonzero(counted.flags([p.id for p in tree]))
        cells = [counted.cells[i] for i in at]
        totals = np.array([c.population == root and c.is_total for c in cells], dtype=bool)
        if totals.any():
            area_types = [cell.place[0] for cell in cells]
            counts, together = batch_cells(area_types, totals, fewest)
            found = found.replaced(at, in_batches(found.at(at), last.at(at), counts, together))
    return found


def known_of(number: Published, rule: Rule, wide: int, *, fresh: bool) -> Known:
    """What a number of another release tells of the same people.

    One that is not fresh may have waited in a batch, so it tells nothing for certain.
    """
    value = np.array([number.shown or 0])
    hidden = np.array([number.shown is None])
    was = np.array([Was.FIRST if fresh else Was.NOT_JUDGED])
    (lower,), (upper,) = interval(value, hidden, was, rule, wide)
    return Known(cell_of(number.cell), float(lower), float(upper))


def _least(counted: Counted) -> Ints:
    """The fewest people of whom a cell tells: its own, or those of any whole who are not in it."""
    least = counted.truth.copy()
    for part, whole in counted.wholes():
        least[part] = min(least[part], counted.truth[whole] - counted.truth[part])
    return least


def _band_name(counted: Counted, cell: Cell) -> str:
    """A number that is the same everywhere moves everywhere at once: no average undoes its band."""
    if counted.disclosure.population(cell.population).everywhere:
        return "|".join([cell.population, *cell.place[3:]])
    return cell.identity
