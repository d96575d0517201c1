"""Rows that smaller rows already say: a total over parts that are all printed exactly.

Without them a system falls apart into its parts, which is where most of the time is saved.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class System:
    """What is known: lower <= matrix @ x <= upper, x >= 0; np.inf where nothing is."""

    matrix: sparse.csr_array
    lower: Floats
    upper: Floats


def without_implied_rows(system: System) -> System:
    """Without sums of leaves that are cut into exactly known sums, one by one.

    A row is only ever left out for smaller ones, so none is left out for each other.
    """
    exact = _sums(system.matrix) & (system.lower == system.upper)
    rows = np.flatnonzero(exact)
    if len(rows) < 3:
        return system
    within = _within(system.matrix[rows])
    sizes = np.diff(system.matrix.indptr)[rows]
    kept = np.ones(len(system.lower), dtype=bool)
    for row in range(len(rows)):
        parts = _cut(system.matrix, rows, sizes, within[row], rows[row])
        # A sum that its parts contradict stays, for the solver to find.
        if parts is not None and system.lower[parts].sum() == system.lower[rows[row]]:
            kept[rows[row]] = False
    chosen = np.flatnonzero(kept)
    return System(system.matrix[chosen], system.lower[chosen], system.upper[chosen])


def _within(matrix: sparse.csr_array) -> list[Ints]:
    """For each row the other rows that lie within it."""
    size = np.diff(matrix.indptr)
    shared = sparse.coo_array(matrix @ matrix.T)
    inside = (shared.data == size[shared.col]) & (shared.row != shared.col)
    found: list[list[int]] = [[] for _ in range(matrix.shape[0])]
    for row, part in zip(shared.row[inside].tolist(), shared.col[inside].tolist(), strict=True):
        found[row].append(part)
    return [np.array(parts, dtype=np.int64) for parts in found]


def _cut(
    matrix: sparse.csr_array, rows: Ints, sizes: Ints, inside: Ints, whole: int
) -> Ints | None:
    """Disjoint rows that make up the whole, the largest first, or None."""
    missing = set(matrix.indices[matrix.indptr[whole] : matrix.indptr[whole + 1]].tolist())
    parts = []
    for part in inside[np.lexsort((inside, -sizes[inside]))].tolist():
        row = int(rows[part])
        leaves = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tolist()
        if missing.issuperset(leaves):
            missing.difference_update(leaves)
            parts.append(row)
        if not missing:
            return np.array(parts, dtype=np.int64)
    return None


def _sums(matrix: sparse.csr_array) -> Flags:
    """Which rows have no coefficient but 1."""
    strange = sparse.csr_array((matrix.data != 1.0, matrix.indices, matrix.indptr), matrix.shape)
    return np.asarray(strange.sum(axis=1) == 0, dtype=bool)
