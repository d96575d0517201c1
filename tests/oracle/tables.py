"""Made-up tables of counts, each a full cross with all its margins. Nobody in them exists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from pipelines.protect.attack import At, Dimension

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """A cross of dimensions; `counts` has one axis a dimension, in the order of its leaves."""

    name: str
    dimensions: tuple[Dimension, ...]
    counts: Ints

    @cached_property
    def cells(self) -> tuple[At, ...]:
        """Every combination of codes; a dimension that is not named is at its total."""
        names = [d.name for d in self.dimensions]
        every = product(*(("", *codes_of(d)) for d in self.dimensions))
        return tuple({n: c for n, c in zip(names, codes, strict=True) if c} for codes in every)

    @cached_property
    def values(self) -> Ints:
        """The true number of every cell, added up without any model."""
        summed = self.counts
        for dimension in self.dimensions:
            # The first axis is used up and comes back as the last, so that the order stays.
            summed = np.tensordot(summed, _members(dimension), axes=([0], [1]))
        values: Ints = summed.reshape(-1).astype(np.int64)
        return values

    def at(self, **codes: str) -> int:
        """The number of a cell among the cells."""
        return self.cells.index(codes)


def codes_of(dimension: Dimension) -> tuple[str, ...]:
    """Groups before leaves, each once."""
    return (*dimension.groups, *dimension.leaves)


def flat(name: str, leaves: Sequence[str]) -> Dimension:
    """A dimension with a total and nothing between."""
    return Dimension(name, tuple(leaves), {})


def two_way(name: str, rows: Sequence[str], columns: Sequence[str], counts: object) -> Table:
    """A table of rows and columns."""
    return Table(name, (flat("row", rows), flat("column", columns)), np.array(counts, dtype=int))


def one_way(name: str, dimension: Dimension, counts: Mapping[str, int]) -> Table:
    """A table of one dimension."""
    return Table(name, (dimension,), np.array([counts[leaf] for leaf in dimension.leaves]))


def random_table(seed: int, shape: Sequence[object], mean: float = 6.0) -> Table:
    """Uneven counts with some zeros. A number in `shape` is a flat dimension; a list of numbers is
    one of groups of that many leaves; a list of lists is one of groups of groups."""
    random = np.random.default_rng(seed)
    dimensions = tuple(_dimension(f"d{i}", part) for i, part in enumerate(shape))
    sizes = [len(d.leaves) for d in dimensions]
    means = np.full(sizes, mean)
    for axis, size in enumerate(sizes):
        along = [1] * len(sizes)
        along[axis] = size
        means = means * random.gamma(2.0, 0.5, size=size).reshape(along)
    counts = random.poisson(means).astype(np.int64)
    return Table(f"{'x'.join(map(_written, shape))}, seed {seed}", dimensions, counts)


def _dimension(name: str, part: object) -> Dimension:
    leaves: list[str] = []
    groups: dict[str, tuple[str, ...]] = {}
    _grow(part, "", leaves, groups)
    return Dimension(name, tuple(leaves), groups)


def _grow(part: object, code: str, leaves: list[str], groups: dict[str, tuple[str, ...]]) -> None:
    children = [1] * part if isinstance(part, int) else part
    if not isinstance(children, list):
        raise TypeError("a shape is made of numbers and lists")
    for i, child in enumerate(children):
        below = f"{code}{chr(ord('a') + i // 26)}{chr(ord('a') + i % 26)}"
        if child == 1:
            leaves.append(below)
        else:
            groups[below] = ()
            first = len(leaves)
            _grow(child, below, leaves, groups)
            groups[below] = tuple(leaves[first:])


def _written(part: object) -> str:
    return str(part).replace(" ", "")


def _members(dimension: Dimension) -> Ints:
    everything = np.ones((1, len(dimension.leaves)), dtype=np.int64)
    of_codes = [
        [leaf in _leaves(dimension, c) for leaf in dimension.leaves] for c in codes_of(dimension)
    ]
    return np.vstack([everything, np.array(of_codes, dtype=np.int64)])


def _leaves(dimension: Dimension, code: str) -> tuple[str, ...]:
    return dimension.groups.get(code, (code,))


def two_geographies(
    seed: int, areas: int = 9, ages: int = 3, mean: float = 9.0
) -> tuple[Table, Table]:
    """The same people by age in areas that are grouped in two ways, neither inside the other."""
    random = np.random.default_rng(seed)
    counts = random.poisson(mean * random.gamma(2.0, 0.5, size=(areas, 1)), size=(areas, ages))
    age = flat("age", [f"{20 * i}" for i in range(1, ages + 1)])
    codes = [f"area{i}" for i in range(areas)]
    made = []
    for name in ("old", "new"):
        order = random.permutation(areas)
        leaves = tuple(codes[i] for i in order)
        third = areas // 3
        groups = {f"{name}{g}": leaves[g * third : (g + 1) * third] for g in range(3)}
        made.append(Table(name, (Dimension("area", leaves, groups), age), counts[order]))
    return made[0], made[1]
