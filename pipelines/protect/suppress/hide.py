"""Hides enough: exactly where a table is small enough, otherwise nearly so, and always safely.

Tables that share nothing are settled one by one. A large table whose blocks are named is settled
from the top: the table above the blocks, then each block with the upper table's marks, and at last
everything together, where an attacker who sees it all may ask for more.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.core.errors import CannotProtect
from pipelines.protect.suppress.exact import hide_cheapest
from pipelines.protect.suppress.levels import Levels, homes_of, levels_of
from pipelines.protect.suppress.problem import Flags, Ints, Problem

# Above the size for exact answers a pattern may cost this share more than the cheapest.
GAP = 0.01


def hide_enough(problem: Problem, *, exact_up_to: int = 2500, blocks: Ints | None = None) -> Flags:
    """The cells to hide, those that must be included, so that no target can be worked out.

    The cheapest pattern for tables of up to `exact_up_to` cells. `blocks` names the block of every
    leaf, for tables above that; without it they are settled whole, to within one per cent.
    """
    hidden = problem.must_hide.copy()
    whole = _rows(problem)
    label = _components(whole, problem.cells.shape[1])
    count = len(problem.cost)
    homes = homes_of(whole, label)
    for component in range(int(label.max(initial=-1)) + 1):
        rows = np.flatnonzero(homes == component)
        leaves = np.flatnonzero(label == component)
        cells = rows[rows < count]
        part = _part(problem, leaves, rows)
        if part.targets.shape[0]:
            inner = None if blocks is None else blocks[leaves]
            hidden[cells] = _hide_connected(part, exact_up_to, inner)
    return hidden


def _hide_connected(problem: Problem, exact_up_to: int, blocks: Ints | None) -> Flags:
    if len(problem.cost) <= exact_up_to:
        return hide_cheapest(problem)
    if blocks is not None and len(np.unique(blocks)) > 1:
        problem = problem.also_hiding(_hidden_by_levels(problem, exact_up_to, blocks))
    return hide_cheapest(problem, gap=GAP)


def _hidden_by_levels(problem: Problem, exact_up_to: int, blocks: Ints) -> Flags:
    """The upper table's marks, then those of each block, which the upper ones bind if they can."""
    rows = _rows(problem)
    levels, count = levels_of(rows, blocks), len(problem.cost)
    hidden = problem.must_hide.copy()
    upper_cells = levels.is_upper[:count]
    hidden[upper_cells] |= hide_enough(_upper(problem, levels), exact_up_to=exact_up_to)
    bound = replace(
        problem.also_hiding(hidden), must_show=problem.must_show | (upper_cells & ~hidden)
    )
    for block in np.unique(blocks):
        inside = np.flatnonzero(levels.home == block)
        leaves, cells = np.flatnonzero(blocks == block), inside[inside < count]
        try:
            hidden[cells] |= hide_enough(_part(bound, leaves, inside), exact_up_to=exact_up_to)
        except CannotProtect:
            # The block needs a cell that the upper table shows: everything together decides.
            continue
    return hidden


def _upper(problem: Problem, levels: Levels) -> Problem:
    """The cells and targets that are made of whole pieces, with the pieces as leaves."""
    rows = np.flatnonzero(levels.is_upper)
    return _part(problem, levels.first_leaf, rows)


def _part(problem: Problem, leaves: Ints, rows: Ints) -> Problem:
    """A part by the rows of cells, equalities and targets, in this order."""
    count, ties = len(problem.cost), problem.equalities.shape[0]
    ends = (rows < count, (rows >= count) & (rows < count + ties), rows >= count + ties)
    cells, equalities, targets = (rows[end] for end in ends)
    return problem.part(leaves, cells, targets - count - ties, equalities - count)


def _rows(problem: Problem) -> sparse.csr_array:
    stacked = sparse.vstack([problem.cells, problem.equalities, problem.targets])
    return sparse.csr_array(stacked)


def _components(rows: sparse.csr_array, leaves: int) -> Ints:
    """Leaves that a row joins, directly or through others, have the same number."""
    total = rows.shape[0] + leaves
    across = sparse.coo_array(rows)
    graph = sparse.coo_array(
        (np.ones(across.nnz), (across.row, across.col + rows.shape[0])), shape=(total, total)
    )
    _, label = connected_components(sparse.csr_array(graph), directed=False)
    return np.unique(label[rows.shape[0] :], return_inverse=True)[1].astype(np.int64)
