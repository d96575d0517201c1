"""Controlled rounding: every number a multiple of the base, and every total the sum of its parts.

Each number is moved by at most a limit that is published with the table, a zero stays zero, and the
sum of the moves is the least that HiGHS finds. No time limit: the same table rounds the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.core.errors import CannotProtect
from pipelines.protect.suppress.levels import Levels, levels_of
from pipelines.protect.suppress.solver import new_solver

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Limits are tried in this order, as multiples of the base less one: 4 and 9 for base 5.
STEPS = (1, 2)
# The search stops when no rounding can be better by more than this share, or after so many nodes.
GAP = 0.01
NODES = 2000


@dataclass(frozen=True)
class Rounded:
    """The rounded numbers, the largest move allowed, and how far from the least moves they may be.

    `gap` is a share: 0 when no rounding moves the numbers less. Level by level it is the largest
    gap of a part, given what was settled above it.
    """

    values: Ints
    limit: int
    gap: float


def interval(value: int, limit: int) -> tuple[int, int]:
    """What a reader knows of the true number behind a rounded one: 0 is 0 to the limit."""
    return max(0, value - limit), value + limit


def round_additive(
    cells: sparse.csr_array,
    equalities: sparse.csr_array,
    values: Ints,
    base: int = 5,
    *,
    blocks: Ints | None = None,
    exact_up_to: int = 1000,
) -> Rounded:
    """Round all cells together, or level by level where there are more than `exact_up_to`."""
    for step in STEPS:
        limit = step * base - 1
        task = _Task(cells, equalities, values, base, limit)
        if blocks is None or len(values) <= exact_up_to:
            found = _least_moves(task)
        else:
            found = _by_levels(task, blocks)
        if found is not None:
            rounded = np.rint(base * (cells @ found.units)).astype(np.int64)
            return Rounded(rounded, limit, found.gap)
    raise CannotProtect(
        "protect-cannot-round",
        f"no rounding to multiples of {base} adds up with every number moved by at most {limit}.",
        "Publish fewer cells, or use another profile.",
    )


@dataclass(frozen=True)
class _Task:
    """Cells to round over leaves, in units of the base; `fixed` rows already have their units."""

    cells: sparse.csr_array
    equalities: sparse.csr_array
    values: Ints
    base: int
    limit: int
    fixed: sparse.csr_array | None = None
    fixed_units: Floats | None = None


@dataclass(frozen=True)
class _Found:
    """Whole units for every leaf, and the share by which the moves may exceed the least."""

    units: Floats
    gap: float


def _by_levels(task: _Task, blocks: Ints) -> _Found | None:
    """The upper table first; then each block, with its pieces of the upper table kept."""
    levels = levels_of(sparse.csr_array(sparse.vstack([task.cells, task.equalities])), blocks)
    count = len(task.values)
    upper = _least_moves(_upper_task(task, levels, count))
    if upper is None:
        return None
    units, gap = np.zeros(task.cells.shape[1]), upper.gap
    for block, leaves in _leaves_by_block(blocks):
        found = _least_moves(_block_task(task, levels, block, leaves, upper.units))
        if found is None:
            return None
        units[leaves], gap = found.units, max(gap, found.gap)
    return _Found(units, gap)


def _leaves_by_block(blocks: Ints) -> Iterator[tuple[int, Ints]]:
    for block in np.unique(blocks):
        yield int(block), np.flatnonzero(blocks == block)


def _upper_task(task: _Task, levels: Levels, count: int) -> _Task:
    is_cell, is_equality = levels.is_upper[:count], levels.is_upper[count:]
    return _Task(
        levels.coarse(sparse.csr_array(task.cells[np.flatnonzero(is_cell)])),
        levels.coarse(sparse.csr_array(task.equalities[np.flatnonzero(is_equality)])),
        task.values[is_cell],
        task.base,
        task.limit,
    )


def _block_task(task: _Task, levels: Levels, block: int, leaves: Ints, units: Floats) -> _Task:
    count = len(task.values)
    home, is_upper = levels.home == block, levels.is_upper
    inside = np.flatnonzero(home[:count] & ~is_upper[:count])
    equal = np.flatnonzero(home[count:] & ~is_upper[count:])
    pieces = np.unique(levels.piece[leaves])
    fixed = (levels.piece[leaves][None, :] == pieces[:, None]).astype(np.float64)
    return _Task(
        sparse.csr_array(task.cells[inside].tocsc()[:, leaves]),
        sparse.csr_array(task.equalities[equal].tocsc()[:, leaves]),
        task.values[inside],
        task.base,
        task.limit,
        sparse.csr_array(fixed),
        units[pieces],
    )


def _least_moves(task: _Task) -> _Found | None:
    """HiGHS over whole units of the leaves; None if nothing fits the limit."""
    leaves, count = task.cells.shape[1], len(task.values)
    highs = new_solver(mip_rel_gap=GAP, mip_max_nodes=NODES)
    highs.addVars(leaves, np.zeros(leaves), np.full(leaves, highspy.kHighsInf))
    kinds = np.full(leaves, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    highs.changeColsIntegrality(leaves, np.arange(leaves, dtype=np.int32), kinds)
    steps = _add_steps(highs, task, leaves)
    _add_rows(highs, sparse.hstack([task.cells, steps]), (task.values // task.base).astype(float))
    for rows, units in ((task.equalities, None), (task.fixed, task.fixed_units)):
        if rows is not None:
            wide = sparse.csr_array((rows.shape[0], 3 * count))
            equal_to = np.zeros(rows.shape[0]) if units is None else units
            _add_rows(highs, sparse.hstack([rows, wide]), equal_to)
    highs.run()
    return _found(highs, leaves)


def _add_steps(highs: highspy.Highs, task: _Task, leaves: int) -> sparse.sparray:
    """A cell of q units and a part has q or q + 1, or goes on above or below in whole bases.

    Each step has its price: the first turns `part` into `base - part`, every further one costs the
    base. A cell of exactly q units has no first step, and a zero has none at all.
    """
    down, part = np.divmod(task.values, task.base)
    moves = task.values > 0
    first = moves & (part > 0)
    above = np.where(moves, (task.values + task.limit) // task.base - down - first, 0)
    below = np.where(moves, down - np.maximum(-((task.limit - task.values) // task.base), 0), 0)
    upper = np.concatenate([first, above, below]).astype(np.float64)
    highs.addVars(len(upper), np.zeros(len(upper)), upper)
    count = len(task.values)
    places = np.arange(leaves, leaves + len(upper), dtype=np.int32)
    price = np.concatenate([task.base - 2.0 * part, np.full(2 * count, float(task.base))])
    highs.changeColsCost(len(upper), places, price)
    highs.changeObjectiveOffset(float(part.sum()))
    eye = sparse.eye_array(count)
    return sparse.hstack([-eye, -eye, eye])


def _found(highs: highspy.Highs, leaves: int) -> _Found | None:
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    units = np.rint(np.array(highs.getSolution().col_value)[:leaves])
    return _Found(units, max(0.0, float(info.mip_gap)))


def _add_rows(highs: highspy.Highs, matrix: sparse.sparray, equal_to: Floats) -> None:
    rows = sparse.csr_array(matrix)
    if rows.shape[0]:
        index, start = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
        highs.addRows(rows.shape[0], equal_to, equal_to, rows.nnz, start, index, rows.data)
