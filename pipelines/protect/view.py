"""What an attacker makes of one tree of populations: every published number as an interval.

He knows the rule, the lookups, how many people live where, and every number that has left before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from pipelines.core.disclosure import Population
from pipelines.protect.attack.model import model_of
from pipelines.protect.attack.ranges import System
from pipelines.protect.cells import PLACE, Cell, Counted, Flags, Ints
from pipelines.protect.places import (
    NOT_GIVEN,
    PARENT,
    Frame,
    at,
    frame_of,
    icbs_that_overlap,
    some_unknown,
    with_code,
)
from pipelines.protect.small import Small

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """A number that left before, over the same people: where it lies and what it tells."""

    cell: Cell
    lower: float
    upper: float

    def give_or_take(self, people: int) -> "Known":
        """The same, when so many people may have come or gone since."""
        return Known(self.cell, max(0.0, self.lower - people), self.upper + people)


@dataclass(frozen=True)
class Sensitive:
    """What must stay unknown: rows over the leaves, and whether a mark stands where each would be.

    `cells` are positions in the counted cells (of the part, for a complement).
    """

    rows: sparse.csr_array
    marked: Flags
    all_or_none: Flags


@dataclass(frozen=True)
class View:
    """One tree as a linear system: rows for its `own` cells (by position), then for fixed ones."""

    own: npt.NDArray[np.int64]
    rows: sparse.csr_array
    fixed: sparse.csr_array
    fixed_lower: Floats
    fixed_upper: Floats
    equalities: sparse.csr_array
    residents: Floats
    sensitive: Sensitive

    @property
    def published(self) -> sparse.csr_array:
        """A row for every number that he has."""
        return sparse.csr_array(sparse.vstack([self.rows, self.fixed], format="csr"))

    def system(self, lower: Floats, upper: Floats) -> System:
        """The attacker's system when the own cells are known to lie in these intervals."""
        nought = np.zeros(self.equalities.shape[0])
        return System(
            sparse.csr_array(sparse.vstack([self.published, self.equalities], format="csr")),
            np.concatenate([lower, self.fixed_lower, nought]),
            np.concatenate([upper, self.fixed_upper, nought]),
        )


def view_of(
    counted: Counted,
    tree: Sequence[Population],
    small: Small,
    lookup: pa.Table | None = None,
    before: Sequence[Known] = (),
    unseen: Collection[Cell] = (),
) -> View:
    """The view on one tree of a dataset's populations; `before` are earlier releases' numbers.

    `unseen` are cells whose rows may stay away although somebody is in them.
    """
    names = {p.id for p in tree}
    own = [i for i, cell in enumerate(counted.cells) if cell.population in names]
    near = icbs_that_overlap(lookup, counted.cells)
    elsewhere = [
        known
        for known in before
        if known.cell.population in names and at(known.cell)[PARENT] in near
    ]
    frame = frame_of(counted, tree, lookup, [known.cell for known in elsewhere])
    cells = [counted.cells[i] for i in own]
    root = root_of(tree)
    known = [
        *elsewhere,
        *_absent(cells, root),
        *_present(counted, [c for c in cells if c not in unseen], root),
        *_all_given(counted, cells, frame, root),
    ]
    apart = _between_vintages(frame, cells, counted.truth[own], elsewhere, small.hide_up_to)
    model = model_of(frame.dimensions, [frame.where(c) for c in [*cells, *(k.cell for k in known)]])
    rows = model.rows([frame.where(cell) for cell in cells])
    fixed = model.rows([frame.where(k.cell) for k in known])
    return View(
        own=np.array(own, dtype=np.int64),
        rows=rows,
        fixed=fixed,
        fixed_lower=np.array([k.lower for k in known], dtype=np.float64),
        fixed_upper=np.array([k.upper for k in known], dtype=np.float64),
        equalities=model.equalities,
        residents=_residents(frame, cells, counted.truth[own]),
        sensitive=_sensitive(own, rows, fixed, small, apart),
    )


def _residents(frame: Frame, cells: Sequence[Cell], truth: Ints) -> Floats:
    """The most people that a cell can hold. A census that is too low for the truth says nothing."""
    most = np.array([frame.residents(cell) for cell in cells], dtype=np.float64)
    return np.where(most >= truth, most, np.inf)


def root_of(tree: Sequence[Population]) -> str:
    """The population that holds all others of its tree."""
    return next(p.id for p in tree if p.within is None)


def _sensitive(
    own: Sequence[int],
    rows: sparse.csr_array,
    fixed: sparse.csr_array,
    small: Small,
    apart: Sequence[tuple[int, int, int]],
) -> Sensitive:
    position = {cell: i for i, cell in enumerate(own)}
    inside = [(a, b) for a, b in small.complements if a in position]
    everybody = [(a, b) for a, b in small.everybody if a in position]
    nobody = [a for a, _ in small.nobody if a in position]
    few = [i for i in own if small.few[i]]

    def at_cells(wanted: Sequence[int]) -> sparse.csr_array:
        return sparse.csr_array(rows[[position[i] for i in wanted]])

    def difference(pairs: Sequence[tuple[int, int]]) -> sparse.csr_array:
        return sparse.csr_array(at_cells([b for _, b in pairs]) - at_cells([a for a, _ in pairs]))

    border = (
        sparse.csr_array(
            sparse.diags_array(np.array([sign for _, _, sign in apart], dtype=np.float64))
            @ (rows[[a for a, _, _ in apart]] - fixed[[b for _, b, _ in apart]])
        )
        if apart
        else at_cells([])
    )
    parts = [at_cells(few), at_cells(nobody), difference(inside), difference(everybody), border]
    lengths = [part.shape[0] for part in parts]
    marked = np.repeat([True, True, False, False, False], lengths)
    groups = np.repeat([False, True, False, True, False], lengths)
    stacked = sparse.csr_array(sparse.vstack(parts, format="csr"))
    return Sensitive(stacked, marked, groups)


def _between_vintages(
    frame: Frame, cells: Sequence[Cell], truth: Ints, elsewhere: Sequence[Known], hide_up_to: int
) -> list[tuple[int, int, int]]:
    """Own and earlier cells that count the same but for the area, one area inside the other.

    1 stands where the own area is the larger one, -1 where the earlier one is. Their difference is
    a few neighbourhoods that changed hands: unpublished, and anyone can subtract. There is
    nothing to find out where one of the two is zero, where the earlier cell is one of these, and
    where the difference is a cell here, which is judged as such. One that is more than `hide_up_to`
    whatever the earlier number was may be known as exactly as a shown number is.
    """
    if not elsewhere:
        return []
    like: dict[tuple[str, ...], list[int]] = {}
    own = set(cells)
    for j, known in enumerate(elsewhere):
        if known.upper > 0 and known.cell not in own:
            like.setdefault(_but_for_area(known.cell), []).append(j)
    inside = {known.cell: frame.atoms_in(known.cell) for known in elsewhere}
    areas = {(_but_for_area(cell), frame.atoms_in(cell)) for cell in cells}
    found = []
    for i, cell in enumerate(cells):
        here, but_for_area = frame.atoms_in(cell), _but_for_area(cell)
        for j in like.get(but_for_area, []) if truth[i] else []:
            there, least = inside[elsewhere[j].cell], _least_apart(int(truth[i]), elsewhere[j])
            if (but_for_area, here ^ there) in areas:
                continue
            if there < here and least[0] <= hide_up_to:
                found.append((i, j, 1))
            if here < there and least[1] <= hide_up_to:
                found.append((i, j, -1))
    return found


def _least_apart(number: int, known: Known) -> tuple[float, float]:
    """At least so much more than an earlier number, and so much less."""
    return number - known.upper, known.lower - number


def _but_for_area(cell: Cell) -> tuple[str, ...]:
    return (cell.population, *cell.place[PLACE.index("sex") :])


def _all_given(counted: Counted, cells: Sequence[Cell], frame: Frame, root: str) -> list[Known]:
    """Nobody here is of an unknown group where the parts of every published total add up."""
    wholes = {cell for cell in cells if cell.population == root and cell.is_total}
    found = []
    for dimension in frame.dimensions:
        if NOT_GIVEN in dimension.leaves and not some_unknown(counted, cells, dimension.name):
            found += [
                Known(with_code(cell, dimension.name, NOT_GIVEN), 0.0, 0.0) for cell in wholes
            ]
    return sorted(found, key=lambda known: known.cell)


def _present(counted: Counted, cells: Sequence[Cell], root: str) -> list[Known]:
    """Cells of the root that a table has: somebody is in them, or they would have no row."""
    there = [c for c in cells if c.population == root and counted.truth[counted.number_of[c]]]
    return [Known(cell, 1.0, float("inf")) for cell in there]


def _absent(cells: Sequence[Cell], root: str) -> list[Known]:
    """Cells of the root that a table could have and has not: nobody is in them, as all can see."""
    kinds: dict[tuple[str, ...], list[Cell]] = {}
    for cell in cells:
        if cell.population == root:
            kinds.setdefault(cell.kind, []).append(cell)
    found = []
    for some in kinds.values():
        there = {cell.place for cell in some}
        areas = sorted({cell.place[: PLACE.index("sex")] for cell in some})
        codes = [sorted({at(cell)[name] for cell in some}) for name in PLACE[3:]]
        for area, *others in product(areas, *codes):
            place = (*area, *(str(code) for code in others))
            if place not in there:
                found.append(Known(Cell(root, place), 0.0, 0.0))
    return found
