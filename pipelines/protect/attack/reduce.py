"""A system of published rows made smaller without losing anything that it says.

Rows that say nothing new go, and leaves that must be zero. Leaves that no row and no target tells
apart become one. What remains falls into components that know nothing of each other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from pipelines.protect.attack.implied import System, without_implied_rows
from pipelines.protect.attack.program import contradiction

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Component:
    """A part of the system on leaves of its own, and the targets as far as they lie in it."""

    system: System
    targets: sparse.csr_array
    asked: Ints


def components(system: System, targets: sparse.csr_array) -> list[Component]:
    """The parts that know nothing of each other, each as small as it can be."""
    system, targets = _without_zeros(system, targets)
    system = without_implied_rows(_without_idle_rows(_without_twins(system)))
    system, targets = _merged_leaves(system, targets)
    return _split(system, targets)


def _without_zeros(system: System, targets: sparse.csr_array) -> tuple[System, sparse.csr_array]:
    """Without the leaves that rows of sum zero force to zero, and what follows from them."""
    alive: Flags = np.ones(system.matrix.shape[1], dtype=bool)
    negative, positive = _signs(system.matrix)
    while True:
        signed = [(m @ alive.astype(np.float64)) > 0 for m in (negative, positive)]
        nothing = (~signed[0] & (system.upper <= 0)) | (~signed[1] & (system.lower >= 0))
        if (~signed[0] & (system.upper < 0)).any() or (~signed[1] & (system.lower > 0)).any():
            raise contradiction()
        touched = (nothing.astype(np.float64) @ (negative + positive)) > 0
        if not (touched & alive).any():
            kept = np.flatnonzero(alive)
            matrix = system.matrix[:, kept]
            return System(matrix, system.lower, system.upper), targets[:, kept]
        alive &= ~touched


def _signs(matrix: sparse.csr_array) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Where the coefficients are negative and where they are positive, as ones."""
    made = []
    for sign in (-1, 1):
        ones = matrix.copy()
        ones.data = (np.sign(ones.data) == sign).astype(np.float64)
        ones.eliminate_zeros()
        made.append(ones)
    return made[0], made[1]


def _without_twins(system: System) -> System:
    """Rows over the same leaves become one that knows what all of them know."""
    matrix = _sorted(system.matrix)
    first, twin_of = _twins(matrix)
    lower, upper = np.full(len(first), -np.inf), np.full(len(first), np.inf)
    np.maximum.at(lower, twin_of, system.lower)
    np.minimum.at(upper, twin_of, system.upper)
    if (lower > upper).any():
        raise contradiction()
    return System(matrix[first], lower, upper)


def _without_idle_rows(system: System) -> System:
    """Without the rows that say no more than that counts are not negative."""
    negative, positive = _signs(system.matrix)
    has_negative, has_positive = (m.sum(axis=1) > 0 for m in (negative, positive))
    says_least = np.where(has_negative, np.isfinite(system.lower), system.lower > 0)
    says_most = np.where(has_positive, np.isfinite(system.upper), system.upper < 0)
    kept = np.flatnonzero((says_least | says_most) & (has_negative | has_positive))
    return System(system.matrix[kept], system.lower[kept], system.upper[kept])


def _merged_leaves(system: System, targets: sparse.csr_array) -> tuple[System, sparse.csr_array]:
    """Leaves that occur together everywhere, as one leaf: their sum."""
    rows = system.matrix.shape[0]
    both = _sorted(sparse.csr_array(sparse.vstack([system.matrix, targets], format="csc").T))
    first, _ = _twins(both)
    kept = np.sort(first)
    made = sparse.csr_array(both[kept].T)
    return System(made[:rows], system.lower, system.upper), made[rows:]


def _twins(matrix: sparse.csr_array) -> tuple[Ints, Ints]:
    """The first of every kind of row, and for every row which kind it is."""
    seen: dict[bytes, int] = {}
    first: list[int] = []
    kind = np.empty(matrix.shape[0], dtype=np.int64)
    for row in range(matrix.shape[0]):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        key = matrix.indices[part].tobytes() + b"|" + matrix.data[part].tobytes()
        if key not in seen:
            seen[key] = len(first)
            first.append(row)
        kind[row] = seen[key]
    return np.array(first, dtype=np.int64), kind


def _sorted(matrix: sparse.csr_array) -> sparse.csr_array:
    made = matrix.copy()
    made.sum_duplicates()
    made.eliminate_zeros()
    return made


def _split(system: System, targets: sparse.csr_array) -> list[Component]:
    """One component for leaves that rows tie together, whether a target lies there or not."""
    rows = system.matrix.shape[0]
    tied = abs(system.matrix)
    graph = sparse.block_array([[None, tied], [tied.T, None]], format="csr")
    _, label = csgraph.connected_components(graph, directed=False)
    leaves_of, rows_of = _groups(label[rows:]), _groups(label[:rows])
    by_leaf, none = targets.tocsc(), np.zeros(0, dtype=np.int64)
    parts = []
    for one, inside in sorted(leaves_of.items()):
        within = by_leaf[:, inside].tocsr()
        asked = np.flatnonzero(np.diff(within.indptr))
        some = rows_of.get(one, none)
        matrix = system.matrix[some][:, inside]
        known = System(matrix, system.lower[some], system.upper[some])
        parts.append(Component(known, within[asked], asked))
    return parts


def _groups(labels: Ints) -> dict[int, Ints]:
    order = np.argsort(labels, kind="stable")
    values, starts = np.unique(labels[order], return_index=True)
    ends = [*starts[1:].tolist(), len(order)]
    return {
        value: order[start:end]
        for value, start, end in zip(values.tolist(), starts.tolist(), ends, strict=False)
    }
