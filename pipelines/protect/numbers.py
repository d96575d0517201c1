"""What is published of every cell, and what that tells an attacker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.protect.cells import Flags, Ints

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Numbers:
    """One entry a cell. A shown `value` tells that the truth lies from `lower` to `upper`.

    `held` numbers are an earlier release's, kept although the rule alone would give another.
    """

    value: Ints
    hidden: Flags
    lower: Floats
    upper: Floats
    held: Flags

    def hiding(self, more: Flags) -> "Numbers":
        """The same with further cells hidden."""
        hidden = self.hidden | more
        return replace(self, hidden=hidden, value=np.where(hidden, 0, self.value))

    def at(self, cells: Ints) -> "Numbers":
        """Some cells of it, by position."""
        return Numbers(
            self.value[cells], self.hidden[cells], self.lower[cells], self.upper[cells],
            self.held[cells],
        )  # fmt: skip

    @classmethod
    def pieced(cls, cells: int, pieces: Sequence[tuple[Ints, "Numbers"]]) -> "Numbers":
        """The numbers of so many cells, put together from pieces and where each piece stands."""
        yes, nought = np.zeros(cells, dtype=bool), np.zeros(cells)
        whole = cls(np.zeros(cells, dtype=np.int64), yes, nought, nought.copy(), yes.copy())
        for at, piece in pieces:
            for name in ("value", "hidden", "lower", "upper", "held"):
                getattr(whole, name)[at] = getattr(piece, name)
        return whole

    def known(self, at: Ints, residents: Floats) -> tuple[Floats, Floats]:
        """The attacker's intervals of some cells: no more than live there where one is hidden."""
        hidden = self.hidden[at]
        lower = np.where(hidden, 0.0, self.lower[at])
        upper = np.where(hidden, residents, np.minimum(self.upper[at], residents))
        return lower, np.maximum(upper, lower)
