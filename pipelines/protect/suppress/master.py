"""The cheapest pattern that keeps every cut found so far.

First relaxed (a cell may be hidden in part), then in whole cells. One thread and a fixed seed: the
same cuts in the same order give the same pattern. No time limit: it would let the machine decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from pipelines.protect.suppress.cuts import Cut
from pipelines.protect.suppress.problem import Flags, Floats, Problem
from pipelines.protect.suppress.solver import new_solver


@dataclass(frozen=True)
class Whole:
    """A pattern of whole cells, and what every pattern that keeps the cuts costs at least."""

    hidden: Flags
    least: float


class Master:
    """Collects cuts; answers with the cheapest pattern."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._free = np.flatnonzero(problem.free)
        self._column = np.full(len(problem.cost), -1, dtype=np.int64)
        self._column[self._free] = np.arange(len(self._free))
        self._cuts: dict[bytes, Cut] = {}
        self._relaxed = new_solver()
        self._add_columns(self._relaxed)

    def add(self, cuts: Sequence[Cut]) -> int:
        """Take in new cuts; how many were new."""
        new = [cut for cut in cuts if cut.key not in self._cuts]
        self._cuts |= {cut.key: cut for cut in new}
        self._add_rows(self._relaxed, new)
        return len(new)

    def relaxed(self) -> tuple[Floats, float] | None:
        """The cheapest pattern in parts, and its cost; None if the cuts leave none."""
        self._relaxed.run()
        if self._relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        hide = self._pattern(self._relaxed)
        hide[hide < 1e-7] = 0.0
        return np.minimum(hide, 1.0), self._relaxed.getObjectiveValue()

    def whole(self, gap: float, known: Flags | None = None) -> Whole | None:
        """The cheapest pattern, or one within a share `gap` of it; None if the cuts leave none.

        A pattern that is known to withstand the attacker keeps every cut, and shortens the search.
        """
        highs = new_solver(mip_rel_gap=gap, mip_abs_gap=self._no_difference)
        self._add_columns(highs)
        self._add_rows(highs, list(self._cuts.values()))
        count = len(self._free)
        places = np.arange(count, dtype=np.int32)
        kinds = np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        highs.changeColsIntegrality(count, places, kinds)
        if known is not None:
            highs.setSolution(count, places, known[self._free].astype(np.float64))
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return Whole(self._pattern(highs) > 0.5, highs.getInfo().mip_dual_bound)

    def is_within(self, gap: float, hidden: Flags, least: float) -> bool:
        """Whether a pattern costs no more than the cheapest can, but for a share `gap`."""
        cost = float(self._problem.cost[self._free][hidden[self._free]].sum())
        return cost - least <= max(gap * cost, self._no_difference)

    @property
    def _no_difference(self) -> float:
        """Whole costs that are less than one apart are equal."""
        cost = self._problem.cost
        return 0.999 if (cost == np.rint(cost)).all() else 1e-6

    def _pattern(self, highs: highspy.Highs) -> Floats:
        hide = self._problem.must_hide.astype(np.float64)
        hide[self._free] = np.array(highs.getSolution().col_value)
        return hide

    def _add_columns(self, highs: highspy.Highs) -> None:
        count = len(self._free)
        highs.addVars(count, np.zeros(count), np.ones(count))
        places = np.arange(count, dtype=np.int32)
        highs.changeColsCost(count, places, self._problem.cost[self._free])

    def _add_rows(self, highs: highspy.Highs, cuts: Sequence[Cut]) -> None:
        """Cells that must be hidden or shown are settled in the evidence: no cut holds them."""
        if not cuts:
            return
        kept = [cut.cells for cut in cuts]
        sizes = np.array([len(cells) for cells in kept])
        rows = sparse.csr_array(
            (
                np.concatenate([cut.shares for cut in cuts]),
                self._column[np.concatenate(kept)],
                np.cumsum([0, *sizes]),
            ),
            shape=(len(cuts), len(self._free)),
        )
        highs.addRows(
            len(cuts),
            np.ones(len(cuts)),
            np.full(len(cuts), highspy.kHighsInf),
            rows.nnz,
            rows.indptr.astype(np.int32),
            rows.indices.astype(np.int32),
            rows.data,
        )
