"""OpenSAFELY's way: leaves of up to 7 are redacted, others rounded, totals are sums of the rest."""

from dataclasses import dataclass

import numpy as np

from benchmarks.house_limits import NHS_RULE
from benchmarks.successive.methods import Flags, Prints, fresh_prints, rounded
from benchmarks.successive.world import Ints, Shape, with_totals

LEAF = np.s_[..., -1, -1, -1]
"""The smallest cell of a chain."""


@dataclass(frozen=True)
class Summed:
    shape: Shape

    @property
    def name(self) -> str:
        return "OpenSAFELY's rule"

    def first(self, truth: Ints) -> Prints:
        leaves = truth[:, self.shape.first_neighbourhood :, 1:, 1:]
        return fresh_prints(*self._redacted(with_totals(self._kept(leaves), self.shape)))

    def next(self, before: Prints, truth: Ints, cells: tuple[Ints, ...] | None = None, /) -> Prints:
        if cells is None:
            return self.first(truth)
        change = self._kept(truth[LEAF]) - before.value[LEAF]
        return fresh_prints(*self._redacted(before.value + change[..., None, None, None]))

    def surely_empty(self, prints: Prints) -> Flags:
        # A redacted zero looks like a redacted 7.
        return np.zeros(prints.value.shape, dtype=bool)

    def _kept(self, truth: Ints) -> Ints:
        return np.where(truth <= NHS_RULE.threshold, 0, rounded(truth))

    def _redacted(self, value: Ints) -> tuple[Ints, Flags]:
        return value, value == 0
