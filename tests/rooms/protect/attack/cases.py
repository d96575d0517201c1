"""Small tables for the attacker's tests: made up, counted, ruled and listed one by one."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack import At, Dimension, Model, System, model_of

Floats = npt.NDArray[np.float64]
Table = dict[tuple[str, ...], int]
Intervals = tuple[Floats, Floats]


def dimension(name: str, leaves: str, **groups: str) -> Dimension:
    """A dimension in short: its leaves and groups as words."""
    parts = {code: tuple(words.split()) for code, words in groups.items()}
    return Dimension(name, tuple(leaves.split()), parts)


def table_of(dimensions: Sequence[Dimension], numbers: Sequence[int]) -> Table:
    """A whole table, its leaves row by row."""
    leaves = product(*(d.leaves for d in dimensions))
    return dict(zip(leaves, numbers, strict=True))


def cross(**codes: str) -> list[At]:
    """Every cell of some codes; `all` is the total."""
    names = list(codes)
    return [
        {n: c for n, c in zip(names, chosen, strict=True) if c != "all"}
        for chosen in product(*(codes[n].split() for n in names))
    ]


def counted(dimensions: Sequence[Dimension], table: Table, cells: Sequence[At]) -> Floats:
    """The true number of every cell."""
    wanted = [{d.name: d.leaves_of(c[d.name]) for d in dimensions if d.name in c} for c in cells]
    return np.array(
        [
            sum(
                n
                for leaf, n in table.items()
                if all(leaf[i] in some.get(d.name, (leaf[i],)) for i, d in enumerate(dimensions))
            )
            for some in wanted
        ],
        dtype=np.float64,
    )


def nhs(values: Floats) -> Intervals:
    """What is known of cells under 1 to 7 hidden, others rounded to 5, zero kept."""
    shown = np.floor(values / 5 + 0.5) * 5
    lower = np.where(values == 0, 0, np.where(values <= 7, 0, np.maximum(shown - 2, 8)))
    upper = np.where(values == 0, 0, np.where(values <= 7, np.inf, shown + 2))
    return lower, upper


def exact_above_seven(values: Floats) -> Intervals:
    """What is known of cells when 1 to 7 are hidden and said to be so, and all else is exact."""
    small = (values >= 1) & (values <= 7)
    return np.where(small, 1, values), np.where(small, 7, values)


def known(model: Model, cells: Sequence[At], intervals: Intervals) -> System:
    """The published cells and the model's own equalities as one system."""
    matrix = sparse.csr_array(sparse.vstack([model.rows(cells), model.equalities], format="csr"))
    zeros = np.zeros(model.equalities.shape[0])
    lower, upper = intervals
    return System(matrix, np.concatenate([lower, zeros]), np.concatenate([upper, zeros]))


def whole(dimensions: Sequence[Dimension], cells: Sequence[At]) -> Model:
    """The model that writes the whole table down: the one to compare with."""
    corner = [dict(zip([d.name for d in dimensions], leaf, strict=True))
              for leaf in product(*(d.leaves for d in dimensions))]  # fmt: skip
    return model_of(dimensions, [*cells, *corner])


def tables_that_fit(system: System, most: int) -> Floats:
    """Every table of whole numbers up to `most` that has the published numbers, one a row."""
    leaves = system.matrix.shape[1]
    every = np.indices((most + 1,) * leaves).reshape(leaves, -1).T.astype(np.float64)
    sums = every @ system.matrix.toarray().T
    fits = (sums >= system.lower) & (sums <= system.upper)
    chosen: Floats = every[fits.all(axis=1)]
    return chosen
