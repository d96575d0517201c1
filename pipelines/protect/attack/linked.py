"""Several releases as one system: between two, each person stayed, left or joined.

Somebody who moves from one cell to another leaves the one and joins the other, so a move counts
as two changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack.implied import System
from pipelines.protect.attack.model import Model, model_of
from pipelines.protect.attack.program import Program
from pipelines.protect.attack.tables import EVERY, Cell, Change, PublishedTables, Release

Floats = npt.NDArray[np.float64]

# The solver's answers are true to this.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Linked:
    """What an attacker knows of all releases, and any cell of any release as a row over it."""

    model: Model
    system: System
    by_release: dict[str, sparse.csr_array]

    def rows(self, cells: Sequence[Cell]) -> sparse.csr_array:
        """One row a cell."""
        rows = self.model.rows([c.at for c in cells])
        made = [
            rows[[i]] @ self.by_release[_first(self.by_release, c.release)]
            for i, c in enumerate(cells)
        ]
        return _stacked(made, next(iter(self.by_release.values())).shape[1])


def _first(by_release: dict[str, sparse.csr_array], name: str) -> str:
    return next(iter(by_release)) if name == EVERY else name


def link(tables: PublishedTables, asked: Sequence[Cell] = ()) -> Linked:
    """The system of all releases, fine enough to ask for the cells `asked` too.

    Refused when the numbers of linked releases contradict each other.
    """
    model = model_of(tables.dimensions, [c.at for c in (*tables.cells, *asked)])
    by_release, changes, kept = _people(tables.releases, model.leaves)
    columns = next(iter(by_release.values())).shape[1]
    system = _known(tables, model, by_release)
    system = _with(system, _stacked(kept[0], columns), 0.0)
    system = _with(system, _stacked([model.equalities @ p for p in kept[1]], columns), 0.0)
    everyone = model.rows([{}])
    fewest = []
    for release in tables.releases[1:]:
        if release.change is Change.UNKNOWN:
            continue
        row = everyone @ changes[release.name]
        if release.change is Change.FEWEST:
            fewest.append(row)
        else:
            system = _with(system, row, float(release.most))
    if fewest:
        row = sum(fewest[1:], start=fewest[0])
        system = _with(system, row, _fewest(system, row))
    return Linked(model, system, by_release)


def _people(
    releases: Sequence[Release], leaves: int
) -> tuple[
    dict[str, sparse.csr_array],
    dict[str, sparse.csr_array],
    tuple[list[sparse.csr_array], list[sparse.csr_array]],
]:
    """Who is in each release, who changed, and what must be zero.

    Between two linked releases the columns are those who stayed, left and joined; a release that
    is linked to none has columns of its own.
    """
    linked = [i for i, r in enumerate(releases) if i and r.change is not Change.UNKNOWN]
    alone = [i for i in range(len(releases)) if i not in linked and i + 1 not in linked]
    width = 3 * len(linked) + len(alone)
    parts = [_part(n, width, leaves) for n in range(width)]
    people = {releases[r].name: parts[3 * len(linked) + n] for n, r in enumerate(alone)}
    changes, same = {}, []
    for n, later in enumerate(linked):
        stayed, left, joined = parts[3 * n : 3 * n + 3]
        before, after = releases[later - 1].name, releases[later].name
        if before in people:
            same.append(people[before] - stayed - left)
        people.setdefault(before, stayed + left)
        people[after] = stayed + joined
        changes[after] = left + joined
    ordered = {r.name: people[r.name] for r in releases}
    return ordered, changes, (same, parts)


def _part(number: int, width: int, leaves: int) -> sparse.csr_array:
    at = np.arange(leaves)
    shape = (leaves, width * leaves)
    return sparse.csr_array((np.ones(leaves), (at, at + number * leaves)), shape=shape)


def _known(
    tables: PublishedTables, model: Model, by_release: dict[str, sparse.csr_array]
) -> System:
    matrices, intervals = [], []
    for name, people in by_release.items():
        cells = [c for c in tables.cells if c.release in (name, EVERY)]
        matrices.append(model.rows([c.at for c in cells]) @ people)
        intervals += [tables.known(c) for c in cells]
    limits = np.array(intervals, dtype=np.float64).reshape(-1, 2)
    columns = next(iter(by_release.values())).shape[1]
    return System(_stacked(matrices, columns), limits[:, 0], limits[:, 1])


def _with(system: System, rows: sparse.csr_array, most: float) -> System:
    """The system and rows of at least 0 and at most `most`."""
    count = rows.shape[0]
    return System(
        _stacked([system.matrix, rows], system.matrix.shape[1]),
        np.concatenate([system.lower, np.zeros(count)]),
        np.concatenate([system.upper, np.full(count, most)]),
    )


def _fewest(system: System, row: sparse.csr_array) -> float:
    """The fewest changes with which all numbers fit."""
    program = Program(system.matrix, system.lower, system.upper)
    program.any()
    return float(np.ceil(-program.most(-row.toarray().ravel()) - TOLERANCE))


def _stacked(matrices: Sequence[sparse.csr_array], columns: int) -> sparse.csr_array:
    nothing = sparse.csr_array((0, columns))
    return sparse.csr_array(sparse.vstack([nothing, *matrices], format="csr"))
