"""The leaf numbers that every published cell is a sum of, as few as an exact answer allows.

Tables that share dimensions are joined in a graph, the graph is made chordal, and each clique
becomes a block of leaves. Blocks that agree on their common margins always come from one whole
table, so nothing that an attacker could find is lost by never writing the whole table down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import networkx as nx
import numpy as np
from scipy import sparse

from pipelines.core.errors import BadTables
from pipelines.protect.attack.dimension import At, Dimension, Gazetteer, Named
from pipelines.protect.attack.parts import (
    Ints,
    Parts,
    count,
    joined_parts,
    part_of_each,
    parts_by_codes,
    parts_making,
)

# Beyond this, a table plan joins too many dimensions for any machine.
MOST_LEAVES = 5_000_000

# One way in which some tables divide a dimension.
Division = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class _Block:
    """A cross of divided dimensions: its leaves are numbered from `first`, row by row."""

    first: int
    parts: Mapping[str, Parts]

    @property
    def size(self) -> int:
        return _product(self.parts)

    def leaves_at(self, taken: Named) -> Ints | None:
        """The leaves of a cell, or None if this block cannot tell it."""
        if not taken.keys() <= self.parts.keys():
            return None
        at = np.full(1, 0, dtype=np.int64)
        for name, parts in self.parts.items():
            everything = np.arange(count(parts))
            chosen = parts_making(parts, taken[name]) if name in taken else everything
            if chosen is None:
                return None
            at = _crossed(at, count(parts), chosen)
        return at + self.first

    def margin(self, common: Mapping[str, Parts], leaves: int) -> sparse.csr_array:
        """One row for every cell of a coarser cross."""
        at = np.full(1, 0, dtype=np.int64)
        for name, parts in self.parts.items():
            coarse = common.get(name, np.zeros(len(parts), dtype=np.int64))
            at = _crossed(at, count(coarse), part_of_each(parts, coarse))
        columns = np.arange(self.first, self.first + self.size)
        shape = (_product(common), leaves)
        return sparse.csr_array((np.ones(self.size), (at, columns)), shape=shape)


class Model:
    """Non-negative leaf numbers, the equalities between them, and any cell as a sum of them."""

    def __init__(
        self, where: Gazetteer, blocks: Sequence[_Block], equalities: sparse.csr_array
    ) -> None:
        self._where = where
        # The smallest block first, so that a cell is the sum of as few leaves as can be.
        self._blocks = sorted(blocks, key=lambda b: (b.size, b.first))
        self.leaves = sum(b.size for b in blocks)
        self.equalities = equalities

    def rows(self, cells: Sequence[At]) -> sparse.csr_array:
        """One row a cell over the leaves; a cell that no block can tell is refused."""
        picked = [self._leaves_at(cell) for cell in cells]
        columns = np.concatenate([np.zeros(0, dtype=np.int64), *picked])
        starts = np.cumsum([0, *(len(p) for p in picked)])
        shape = (len(cells), self.leaves)
        return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=shape)

    def _leaves_at(self, cell: At) -> Ints:
        taken = self._where.named(cell)
        for block in self._blocks:
            leaves = block.leaves_at(taken)
            if leaves is not None:
                return leaves
        raise BadTables(
            "tables-unknown-cell",
            f"no table tells a cell by {', '.join(sorted(taken))}.",
            "Ask about cells that are published, or declare the cell when the model is made.",
        )


def model_of(dimensions: Sequence[Dimension], cells: Sequence[At]) -> Model:
    """The smallest exact model of the cells: a junction tree of blocks."""
    where = Gazetteer(dimensions)
    divisions, joined = _divisions(where, cells)
    cliques = _cliques(len(divisions), joined)
    blocks: list[_Block] = []
    for clique in cliques:
        first = sum(b.size for b in blocks)
        blocks.append(_Block(first, _crossing(where, [divisions[n] for n in clique])))
    leaves = sum(b.size for b in blocks)
    if leaves > MOST_LEAVES:
        raise BadTables(
            "tables-too-many-leaves",
            f"the tables together need {leaves:,} leaf numbers; {MOST_LEAVES:,} are the most.",
            "Publish fewer dimensions in one table, or coarser ones.",
        )
    ties = [
        _tie(blocks[a], blocks[b], _crossing(where, [divisions[n] for n in common]), leaves)
        for a, b, common in _tree(cliques)
    ]
    nothing = sparse.csr_array((0, leaves))
    return Model(where, blocks, sparse.csr_array(sparse.vstack([nothing, *ties], format="csr")))


def _divisions(
    where: Gazetteer, cells: Sequence[At]
) -> tuple[list[Division], set[tuple[int, int]]]:
    """How tables divide their dimensions, and which divisions must stand in one block.

    Cells of the same dimensions and levels are one table, so a level that only one table goes
    down to stays out of the blocks of the others. Divisions of one dimension are always joined:
    which of their parts overlap is known to everybody.
    """
    crosses = [
        [(name, tuple(parts_by_codes(where.size(name), codes).tolist())) for name, codes in table]
        for table in _tables(where, cells)
    ]
    divisions = sorted({division for cross in crosses for division in cross})
    number = {division: i for i, division in enumerate(divisions)}
    together = [combinations(sorted(number[d] for d in cross), 2) for cross in crosses]
    same = (
        (a, b)
        for a, b in combinations(range(len(divisions)), 2)
        if divisions[a][0] == divisions[b][0]
    )
    return divisions, {*(pair for pairs in together for pair in pairs), *same}


def _tables(where: Gazetteer, cells: Sequence[At]) -> list[list[tuple[str, set[frozenset[int]]]]]:
    """The codes of each dimension in each table, a table being a set of dimensions and levels."""
    taken = [where.named(cell) for cell in cells]
    depths = _depths({(name, codes) for cell in taken for name, codes in cell.items()})
    tables: dict[tuple[tuple[str, int], ...], dict[str, set[frozenset[int]]]] = {}
    for cell in taken:
        level = tuple(sorted((name, depths[name, codes]) for name, codes in cell.items()))
        table = tables.setdefault(level, {})
        for name, codes in cell.items():
            table.setdefault(name, set()).add(codes)
    return [sorted(table.items(), key=lambda t: t[0]) for _, table in sorted(tables.items())]


def _depths(used: set[tuple[str, frozenset[int]]]) -> dict[tuple[str, frozenset[int]], int]:
    """How many codes in use lie one within the other inside each code."""
    depths: dict[tuple[str, frozenset[int]], int] = {}
    smaller: dict[str, list[frozenset[int]]] = {}
    for name, codes in sorted(used, key=lambda u: (u[0], len(u[1]), sorted(u[1]))):
        within = [depths[name, c] for c in smaller.get(name, []) if c < codes]
        depths[name, codes] = max(within, default=-1) + 1
        smaller.setdefault(name, []).append(codes)
    return depths


def _cliques(nodes: int, joined: set[tuple[int, int]]) -> list[tuple[int, ...]]:
    if nodes == 0:
        return [()]
    graph = nx.Graph()
    # Numbers, in order: networkx walks sets, and the order of words in a set changes by run.
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(sorted(joined))
    chordal, _ = nx.complete_to_chordal_graph(graph)
    return sorted(tuple(sorted(c)) for c in nx.chordal_graph_cliques(chordal))


def _tree(cliques: Sequence[tuple[int, ...]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """A junction tree's neighbours and what they share, if only the grand total."""
    graph = nx.Graph()
    shared = {
        (a, b): tuple(sorted(set(cliques[a]) & set(cliques[b])))
        for a, b in combinations(range(len(cliques)), 2)
    }
    for (a, b), common in shared.items():
        graph.add_edge(a, b, weight=len(common))
    edges = sorted(tuple(sorted(e)) for e in nx.maximum_spanning_edges(graph, data=False))
    return [(a, b, shared[a, b]) for a, b in edges]


def _crossing(where: Gazetteer, divisions: Sequence[Division]) -> dict[str, Parts]:
    """The cross of some divisions, those of one dimension joined, in the order of dimensions."""
    divided: dict[str, list[Parts]] = {}
    for name, parts in divisions:
        divided.setdefault(name, []).append(np.array(parts, dtype=np.int64))
    return {
        name: reduce(joined_parts, divided[name]) for name in where.dimensions if name in divided
    }


def _tie(one: _Block, other: _Block, common: Mapping[str, Parts], leaves: int) -> sparse.csr_array:
    """Rows that say that two blocks have the same margin."""
    return sparse.csr_array(one.margin(common, leaves) - other.margin(common, leaves))


def _crossed(at: Ints, width: int, chosen: Ints) -> Ints:
    """One more dimension of a cross, as numbers row by row."""
    crossed: Ints = (at[:, None] * width + chosen[None, :]).ravel()
    return crossed


def _product(parts: Mapping[str, Parts]) -> int:
    size = 1
    for divided in parts.values():
        size *= count(divided)
    return size
