"""Made-up tables shaped like Greater Manchester: ICB, districts, MSOAs by age and by sex.

Always the same table for the same arguments. Nobody in it exists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack import Dimension

Ints = npt.NDArray[np.int64]
AGES = ("16-24", "25-39", "40-54", "55-69", "70+")
SEXES = ("female", "male")


@dataclass(frozen=True)
class GmTable:
    """A full cross with every margin. `matrix` has one row a cell over the leaves."""

    dimensions: tuple[Dimension, ...]
    cells: tuple[Mapping[str, str], ...]  # a dimension not named is at its total
    matrix: sparse.csr_array
    leaf_values: Ints
    values: Ints
    district_of_leaf: Ints

    @property
    def equalities(self) -> sparse.csr_array:
        """None: the leaves are the full cross, so that every cell is a plain sum of them."""
        return sparse.csr_array((0, self.matrix.shape[1]), dtype=np.float64)


def gm_table(
    districts: int = 10, msoas: int = 35, *, icb: bool = True, mean: float = 6.3, seed: int = 1
) -> GmTable:
    """Districts of MSOAs, five ages, two sexes; `mean` people in a leaf.

    1 district of 5 MSOAs has 126 cells, 2 of 10 has 414, 2 of 35 has 1,314, 10 of 35 has 6,498
    (6,480 without the ICB).
    """
    dimensions = _dimensions(districts, msoas)
    leaf_values = _participants(districts, msoas, mean, seed)
    cells, rows = _cells(dimensions, icb=icb)
    matrix = _matrix(rows, len(leaf_values))
    values = np.rint(matrix @ leaf_values).astype(np.int64)
    districts_of_leaves = np.repeat(np.arange(districts), msoas * len(AGES) * len(SEXES))
    return GmTable(dimensions, cells, matrix, leaf_values, values, districts_of_leaves)


def _dimensions(districts: int, msoas: int) -> tuple[Dimension, ...]:
    areas = [[f"D{d:02}M{m:02}" for m in range(msoas)] for d in range(districts)]
    groups = {f"D{d:02}": tuple(codes) for d, codes in enumerate(areas)}
    leaves = tuple(code for codes in areas for code in codes)
    return (
        Dimension("area", leaves, groups),
        Dimension("age_band", AGES, {}),
        Dimension("sex", SEXES, {}),
    )


def _participants(districts: int, msoas: int, mean: float, seed: int) -> Ints:
    """Poisson counts whose mean varies between places (gamma), ages and sexes."""
    random = np.random.default_rng(seed)
    place = random.gamma(2.0, 0.5, size=districts * msoas)
    age = np.array([0.7, 1.2, 1.3, 1.0, 0.8])
    sex = np.array([1.1, 0.9])
    means = mean * place[:, None, None] * age[None, :, None] * sex[None, None, :]
    leaf_values: Ints = random.poisson(means).reshape(-1).astype(np.int64)
    return leaf_values


def _cells(
    dimensions: tuple[Dimension, ...], *, icb: bool
) -> tuple[tuple[Mapping[str, str], ...], list[Ints]]:
    """Every combination of a place, an age or all, a sex or all: the widest first."""
    area, age, sex = dimensions
    places = ["", *area.groups] if icb else list(area.groups)
    cells, rows = [], []
    for codes in product([*places, *area.leaves], ("", *age.leaves), ("", *sex.leaves)):
        parts = [_within(d, code) for d, code in zip(dimensions, codes, strict=True)]
        rows.append(np.flatnonzero(np.kron(np.kron(parts[0], parts[1]), parts[2])))
        names = (d.name for d in dimensions)
        cells.append({name: code for name, code in zip(names, codes, strict=True) if code})
    return tuple(cells), rows


def _matrix(rows: list[Ints], leaves: int) -> sparse.csr_array:
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.concatenate(rows)
    ones = np.ones(len(columns))
    return sparse.csr_array((ones, columns, starts), shape=(len(rows), leaves))


def _within(dimension: Dimension, code: str) -> npt.NDArray[np.float64]:
    inside = dimension.groups.get(code, (code,)) if code else dimension.leaves
    return np.array([leaf in inside for leaf in dimension.leaves], dtype=np.float64)
