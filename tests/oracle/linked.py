"""Several tables of the same people, put together as a reader of all of them would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.protect.attack import At, Dimension
from tests.oracle.tables import Table

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Linked:
    """The cells of all tables, each once; a cell hidden in one of them is hidden in all."""

    dimensions: tuple[Dimension, ...]
    cells: tuple[At, ...]
    values: Ints
    hidden: Flags

    def place(self, **codes: str) -> int:
        """The number of a cell among the cells."""
        return self.cells.index(codes)


def told(dimensions: Sequence[Dimension], numbers: Mapping[tuple[str, ...], int]) -> Linked:
    """Published numbers, all shown, by their codes; an empty code is a dimension's total."""
    names = [d.name for d in dimensions]
    return Linked(
        tuple(dimensions),
        tuple({n: c for n, c in zip(names, codes, strict=True) if c} for codes in numbers),
        np.array(list(numbers.values()), dtype=np.int64),
        np.zeros(len(numbers), dtype=bool),
    )


def put_together(tables: Sequence[Table], hidden: Sequence[Flags]) -> Linked:
    """One set of published cells."""
    values: dict[tuple[tuple[str, str], ...], int] = {}
    marks: dict[tuple[tuple[str, str], ...], bool] = {}
    for table, pattern in zip(tables, hidden, strict=True):
        for cell, value, mark in zip(table.cells, table.values, pattern, strict=True):
            key = tuple(sorted(cell.items()))
            values[key] = int(value)
            marks[key] = marks.get(key, False) or bool(mark)
    return Linked(
        _joined([t.dimensions for t in tables]),
        tuple(dict(key) for key in values),
        np.array(list(values.values()), dtype=np.int64),
        np.array(list(marks.values()), dtype=bool),
    )


def _joined(all_dimensions: Sequence[Sequence[Dimension]]) -> tuple[Dimension, ...]:
    """Dimensions of the same name become one with the groups of all."""
    leaves: dict[str, tuple[str, ...]] = {}
    groups: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for dimension in (d for dimensions in all_dimensions for d in dimensions):
        leaves.setdefault(dimension.name, tuple(sorted(dimension.leaves)))
        groups[dimension.name] = {**groups.get(dimension.name, {}), **dimension.groups}
    return tuple(Dimension(name, leaves[name], groups[name]) for name in leaves)
