"""What is published, what must stay unknown, and what hiding each cell costs."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """Cells and targets are rows over the leaves; a leaf is a number that is never negative.

    What an attacker knows of a cell is an interval: `shown` while the cell is shown, and `hidden`,
    which contains it, when the cell is hidden. A target's smallest and largest possible values must
    lie `width` apart, the largest must be at least `reach`, and the smallest at most `fall`.
    """

    cells: sparse.csr_array
    equalities: sparse.csr_array
    shown: tuple[Floats, Floats]
    hidden: tuple[Floats, Floats]
    cost: Floats
    must_hide: Flags
    must_show: Flags
    targets: sparse.csr_array
    width: Floats
    reach: Floats
    fall: Floats | None = None

    def __post_init__(self) -> None:
        """Stop a caller whose arrays do not fit together."""
        count, leaves = self.cells.shape
        lengths = {len(x) for x in (*self.shown, *self.hidden, self.cost)}
        lengths |= {len(self.must_hide), len(self.must_show)}
        wanted = {len(self.width), len(self.reach), len(self.greatest_low)}
        if lengths != {count} or wanted != {self.targets.shape[0]}:
            raise ValueError("a problem's arrays have different lengths")
        if {self.equalities.shape[1], self.targets.shape[1]} != {leaves}:
            raise ValueError("a problem's matrices have different leaves")
        if (self.must_hide & self.must_show).any() or (self.cost < 0).any():
            raise ValueError("a cell must be hidden and shown, or costs less than nothing")

    @property
    def greatest_low(self) -> Floats:
        """The largest that each target's smallest value may be; infinite asks nothing."""
        return np.full(self.targets.shape[0], np.inf) if self.fall is None else self.fall

    @property
    def free(self) -> Flags:
        """The cells about which there is something to decide."""
        flags: Flags = ~(self.must_hide | self.must_show)
        return flags

    @property
    def rooms(self) -> tuple[Floats, Floats]:
        """How much further down and up each cell could be once it is hidden."""
        with np.errstate(invalid="ignore"):
            down, up = self.shown[0] - self.hidden[0], self.hidden[1] - self.shown[1]
        return np.nan_to_num(down, nan=0.0, posinf=np.inf), np.nan_to_num(up, posinf=np.inf)

    def bounds(self, hide: Floats) -> tuple[Floats, Floats]:
        """What is known of each cell when a share of its hiding is done: 0 shown, 1 hidden."""
        down, up = self.rooms
        return self.shown[0] - products(hide, down), self.shown[1] + products(hide, up)

    def also_hiding(self, hidden: Flags) -> "Problem":
        """The same, with further cells that must be hidden."""
        return replace(self, must_hide=self.must_hide | (hidden & ~self.must_show))

    def part(self, leaves: Ints, cells: Ints, targets: Ints, equalities: Ints) -> "Problem":
        """The same about some of the leaves, cells and targets, with nothing else known."""
        return replace(
            self,
            cells=_taken(self.cells, cells, leaves),
            equalities=_taken(self.equalities, equalities, leaves),
            shown=(self.shown[0][cells], self.shown[1][cells]),
            hidden=(self.hidden[0][cells], self.hidden[1][cells]),
            cost=self.cost[cells],
            must_hide=self.must_hide[cells],
            must_show=self.must_show[cells],
            targets=_taken(self.targets, targets, leaves),
            width=self.width[targets],
            reach=self.reach[targets],
            fall=None if self.fall is None else self.fall[targets],
        )


def _taken(matrix: sparse.csr_array, rows: Ints, columns: Ints) -> sparse.csr_array:
    return sparse.csr_array(sparse.csr_array(matrix[rows]).tocsc()[:, columns])


def products(weights: Floats, bounds: Floats) -> Floats:
    """Element by element, for weights of 0 or more; no share of an endless bound is nothing."""
    result = np.zeros(len(weights))
    some = weights > 0
    result[some] = weights[some] * bounds[some]
    return result
