"""The smallest and the largest value of numbers that were not published, given all that were.

Every answer is a whole table that fits, so it is kept: what it shows of the other targets often
saves their question.
"""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack.implied import System
from pipelines.protect.attack.program import Program
from pipelines.protect.attack.reduce import Component, components

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Counts are whole, and the solver's answers are true to this.
TOLERANCE = 1e-6
# After so many pulls that show nothing new, what is still open is asked one by one.
MOST_IDLE_PULLS = 2

__all__ = ["System", "ranges"]


@dataclass(frozen=True)
class Enough:
    """When a range is known to be good enough to stop asking: as wide and reaching as high."""

    width: Floats
    reach: Floats

    def holds(self, low: Floats, high: Floats) -> Flags:
        """For which targets what is known is enough, in whole numbers."""
        least, most = np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)
        return (self.width < np.inf) & (most - least >= self.width) & (most >= self.reach)


def ranges(
    system: System,
    targets: sparse.csr_array,
    *,
    enough: Floats | None = None,
    reach: Floats | None = None,
    jobs: int = 1,
) -> tuple[Floats, Floats]:
    """The smallest and largest value of every target, rounded inwards to whole numbers.

    With `enough` (and `reach`) a target whose known values are as far apart as `enough`, and as
    high as `reach`, is left at what is known: its true range is at least that wide. Refused when
    no table fits.
    """
    asked = targets.shape[0]
    low, high = np.zeros(asked), np.zeros(asked)
    parts = components(system, sparse.csr_array(targets))
    limits = _limits(parts, enough, np.full(asked, -np.inf) if reach is None else reach)
    for part, (least, most) in zip(parts, _solved(parts, limits, jobs), strict=True):
        low[part.asked] += _rounded_up(part.targets, least)
        high[part.asked] -= _rounded_up(part.targets, -most)
    return low + 0.0, high + 0.0


def _limits(
    parts: Sequence[Component], enough: Floats | None, reach: Floats
) -> list[Enough | None]:
    """For each component what is enough there; a target in several is never cut short."""
    if enough is None:
        return [None] * len(parts)
    places = np.zeros(len(enough))
    for part in parts:
        places[part.asked] += 1
    width = np.where(places > 1, np.inf, enough)
    return [Enough(width[part.asked], reach[part.asked]) for part in parts]


def _rounded_up(targets: sparse.csr_array, values: Floats) -> Floats:
    """Up to a whole number where the target sums whole numbers of whole counts."""
    fractions = abs(targets.data - np.round(targets.data)) > 0
    whole = np.ones(targets.shape[0], dtype=bool)
    rows = np.repeat(np.arange(targets.shape[0]), np.diff(targets.indptr))
    whole[rows[fractions]] = False
    return np.where(whole & np.isfinite(values), np.ceil(values - TOLERANCE), values)


def _solved(
    parts: Sequence[Component], limits: Sequence[Enough | None], jobs: int
) -> list[tuple[Floats, Floats]]:
    if jobs == 1 or len(parts) < 2:
        return [solve(p, e) for p, e in zip(parts, limits, strict=True)]
    # Spawned, not forked: the solver's threads do not survive a fork.
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawned) as pool:
        return list(pool.map(solve, parts, limits))


def solve(part: Component, enough: Enough | None) -> tuple[Floats, Floats]:
    """The ranges of one component's targets, not yet rounded."""
    if part.system.matrix.shape[0] == 0:
        return _free(part.targets)
    seen = _Seen(part, enough)
    seen.seek()
    for target in range(part.targets.shape[0]):
        for direction in (1.0, -1.0):
            seen.ask(target, direction)
    return seen.low, seen.high


def _free(targets: sparse.csr_array) -> tuple[Floats, Floats]:
    """Leaves that nothing is known of, but that counts are not negative."""
    least = np.where(np.minimum(0, targets.min(axis=1).toarray().ravel()) < 0, -np.inf, 0.0)
    most = np.where(np.maximum(0, targets.max(axis=1).toarray().ravel()) > 0, np.inf, 0.0)
    return least, most


class _Seen:
    """The smallest and largest value of each target over all tables found so far."""

    def __init__(self, part: Component, enough: Enough | None) -> None:
        self._targets, self._enough = part.targets, enough
        self._program = Program(part.system.matrix, part.system.lower, part.system.upper)
        self._least, self._most = bounds(part.system, part.targets)
        # Some table, whichever: from here on there is a lowest and a highest, or a refusal.
        self.low = self.high = self._targets @ self._program.any()

    def seek(self) -> None:
        """Pull all open targets at once, up or down by lot: few tables show most of what is asked.

        They show how wide a range is at least, which is no use to somebody who asks for its ends.
        """
        if self._enough is None:
            return
        # The same lots always: a release must not depend on luck.
        lots, idle = np.random.default_rng(0), 0
        still_open = ~self._enough.holds(self.low, self.high)
        while still_open.any() and idle < MOST_IDLE_PULLS:
            pull = np.where(lots.random(len(still_open)) < 0.5, 1.0, -1.0) * still_open
            self._look(np.asarray(self._targets.T @ pull, dtype=np.float64))
            before, still_open = still_open, ~self._enough.holds(self.low, self.high)
            idle = 0 if still_open.sum() < before.sum() else idle + 1

    def ask(self, target: int, direction: float) -> None:
        """Find how far a target goes up (1) or down (-1), unless that is known."""
        if self._is_known(target, direction):
            return
        row = self._targets[[target]]
        cost = np.zeros(self._targets.shape[1])
        cost[row.indices] = direction * row.data
        self._look(cost)

    def _look(self, cost: Floats) -> None:
        """Find the table of the largest cost, and keep what it shows of every target."""
        answer = self._program.largest(cost)
        if answer.point is not None:
            values = self._targets @ answer.point
            self.low, self.high = np.minimum(self.low, values), np.maximum(self.high, values)
        if answer.ray is not None:
            slope = self._targets @ answer.ray
            self.high = np.where(slope > TOLERANCE, np.inf, self.high)
            self.low = np.where(slope < -TOLERANCE, -np.inf, self.low)

    def _is_known(self, target: int, direction: float) -> bool:
        low, high = float(self.low[target]), float(self.high[target])
        if self._enough is not None and self._enough.holds(self.low, self.high)[target]:
            return True
        if direction > 0:
            return bool(high >= self._most[target] - TOLERANCE)
        return bool(low <= self._least[target] + TOLERANCE)


def bounds(system: System, targets: sparse.csr_array) -> tuple[Floats, Floats]:
    """Quick limits that no table exceeds: a row that holds a target, or lies within it."""
    asked = targets.shape[0]
    least, most = np.full(asked, -np.inf), np.full(asked, np.inf)
    plain, sums = (np.flatnonzero(_sums_leaves(m)) for m in (targets, system.matrix))
    shared = sparse.coo_array(targets[plain] @ system.matrix[sums].T)
    target, row = plain[shared.row], sums[shared.col]
    held = shared.data == np.diff(targets.indptr)[target]
    np.minimum.at(most, target[held], system.upper[row[held]])
    within = shared.data == np.diff(system.matrix.indptr)[row]
    np.maximum.at(least, target[within], system.lower[row[within]])
    least[plain] = np.maximum(least[plain], 0.0)
    return least, most


def _sums_leaves(matrix: sparse.csr_array) -> Flags:
    """Which rows have no coefficient but 1."""
    strange = sparse.csr_array((matrix.data != 1.0, matrix.indices, matrix.indptr), matrix.shape)
    return np.asarray(strange.sum(axis=1) == 0, dtype=bool)
