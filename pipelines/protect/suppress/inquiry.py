"""Asks the attacker about every target, no more often than needed, and turns answers into cuts."""

from collections import deque
from collections.abc import Iterator

import numpy as np
from scipy import sparse

from pipelines.protect.suppress.attacker import Answer, Attacker, Evidence
from pipelines.protect.suppress.cuts import Cut, cover_for, cut_for
from pipelines.protect.suppress.problem import Flags, Floats, Ints, Problem

TOLERANCE = 1e-6
FIT = 1e-7
KEPT = 1000
# Probes go on while more than `FEW` targets are weak and each settles a share `WORTH` of them.
FEW = 20
WORTH = 0.1


class _Seen:
    """The smallest and largest value of every target over the tables found for one pattern."""

    def __init__(self, targets: sparse.csr_array) -> None:
        self._targets = targets
        self.low = np.full(targets.shape[0], np.inf)
        self.high = np.full(targets.shape[0], -np.inf)

    def add(self, point: Floats) -> None:
        values = self._targets @ point
        np.minimum(self.low, values, out=self.low)
        np.maximum(self.high, values, out=self.high)


class _Found:
    """Tables that fitted earlier patterns: those that fit a new one save their solves."""

    def __init__(self, cells: sparse.csr_array) -> None:
        self._cells = cells
        self._points: deque[Floats] = deque(maxlen=KEPT)
        self._values: deque[Floats] = deque(maxlen=KEPT)

    def add(self, point: Floats) -> None:
        self._points.append(point)
        self._values.append(self._cells @ point)

    def fitting(self, lower: Floats, upper: Floats) -> Iterator[Floats]:
        """The tables whose cells all lie within these bounds."""
        for point, values in zip(self._points, self._values, strict=True):
            if (values > lower - FIT).all() and (values < upper + FIT).all():
                yield point


def weak_targets(problem: Problem, low: Floats, high: Floats, *, whole: bool) -> Flags:
    """The targets whose range lacks something; `whole` counts whole numbers only."""
    if whole:
        low, high = np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)
    with np.errstate(invalid="ignore"):
        weak: Flags = high - low < problem.width - TOLERANCE
    weak |= (high < problem.reach - TOLERANCE) | (low > problem.greatest_low + TOLERANCE)
    return weak


class Inquiry:
    """Asks the attacker about every target of a problem, pattern by pattern."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._attacker = Attacker(problem)
        self._found = _Found(problem.cells)
        self._suspects: Flags = np.zeros(problem.targets.shape[0], dtype=bool)
        asked = np.concatenate([problem.width, problem.reach, [1.0]])
        self._need = float(asked[np.isfinite(asked)].max())

    def cuts_of_share(self, hide: Floats) -> list[Cut]:
        """Cuts that a pattern in parts, from the relaxed master, does not keep."""
        near = max(4.0, float(self._problem.width.max(initial=0)))
        for asked in self._in_turn():
            answers, seen = self._asked(hide, near, asked, whole=False)
            self._suspects |= asked & self._weak(seen, whole=False)
            cuts = self._cuts(np.flatnonzero(asked), seen, answers, None)
            kept = [cut for cut in cuts if cut.lacks(hide) > 1e-3]
            if kept:
                return kept
        return []

    def cuts_of_pattern(self, hidden: Flags) -> list[Cut]:
        """Cuts that a whole pattern does not keep; none means that it withstands the attacker."""
        for asked in self._in_turn():
            cuts, weak = self._objections(hidden, asked)
            self._suspects |= weak
            if weak.any():
                return cuts
        return []

    def weak_in(self, hidden: Flags) -> int:
        """How many targets a pattern leaves weak."""
        _, weak = self._objections(hidden, np.ones_like(self._suspects))
        return int(weak.sum())

    def _in_turn(self) -> Iterator[Flags]:
        """Those that were weak before are asked about first: while one is, others can wait."""
        before = self._suspects.copy()
        if before.any():
            yield before
        yield ~before

    def _objections(self, hidden: Flags, asked: Flags) -> tuple[list[Cut], Flags]:
        """Cuts and weak targets; a hidden cell gets a far bound, so that solves find tables.

        Who is weak because of such a bound is asked about again without it.
        """
        hide = hidden.astype(np.float64)
        cuts, sure = [], np.zeros_like(asked)
        for far in (64.0 * (1.0 + self._need), np.inf):
            doubtful = asked & ~sure
            if doubtful.any():
                answers, seen = self._asked(hide, far, doubtful, whole=True)
                weak = doubtful & self._weak(seen, whole=True)
                capped = [any(a.capped for a in answers.of(t)) for t in range(len(weak))]
                weak_now = weak & ~np.array(capped, dtype=bool)
                cuts += self._cuts(np.flatnonzero(weak_now), seen, answers, hidden)
                sure |= weak_now
                asked = weak
        return cuts, sure

    def _asked(
        self, hide: Floats, far: float, asked: Flags, *, whole: bool
    ) -> tuple["_Answers", _Seen]:
        lower, upper = self._attacker.look_at(hide, far)
        seen = _Seen(self._problem.targets)
        for point in self._found.fitting(lower, upper):
            seen.add(point)
        self._probe(asked, seen, whole=whole)
        ups = self._ask(asked, seen, 1.0, whole=whole)
        downs = self._ask(asked, seen, -1.0, whole=whole)
        return _Answers(ups, downs), seen

    def _cuts(
        self, targets: Ints, seen: _Seen, answers: "_Answers", hidden: Flags | None
    ) -> list[Cut]:
        """Every different cut against these targets; with a whole pattern its covers too."""
        cuts: list[Cut | None] = []
        for target in targets:
            for evidence, wanted in self._lacks(seen, int(target), answers):
                cuts.append(cut_for(evidence, wanted))
                if hidden is not None:
                    cuts.append(cover_for(evidence, hidden))
        return list({cut.key: cut for cut in cuts if cut is not None}.values())

    def _ask(self, asked: Flags, seen: _Seen, sign: float, *, whole: bool) -> dict[int, Answer]:
        """Solve for the targets that are still weak; each table found may settle others."""
        found = {}
        for target in np.flatnonzero(asked):
            if self._weak(seen, whole=whole)[target]:
                answer = self._attacker.largest(sign * self._weights(int(target)))
                self._note(answer, seen)
                found[int(target)] = answer
                if answer.point is None:
                    (seen.high if sign > 0 else seen.low)[target] = sign * np.inf
        return found

    def _note(self, answer: Answer, seen: _Seen) -> None:
        if answer.point is not None:
            self._found.add(answer.point)
            seen.add(answer.point)

    def _probe(self, asked: Flags, seen: _Seen, *, whole: bool) -> None:
        """Move many targets at once, up or down by the toss of a coin: most need no more."""
        random = np.random.default_rng(0)
        left = int((asked & self._weak(seen, whole=whole)).sum())
        while left > FEW:
            weak = asked & self._weak(seen, whole=whole)
            signs = np.where(weak, random.choice([-1.0, 1.0], size=len(weak)), 0.0)
            for sign in (1.0, -1.0):
                weights = sign * (signs @ self._problem.targets)
                self._note(self._attacker.largest(weights), seen)
            before, left = left, int((asked & self._weak(seen, whole=whole)).sum())
            if left > (1 - WORTH) * before:
                return

    def _weak(self, seen: _Seen, *, whole: bool) -> Flags:
        return weak_targets(self._problem, seen.low, seen.high, whole=whole)

    def _weights(self, target: int) -> Floats:
        weights: Floats = self._problem.targets[[target]].toarray().ravel()
        return weights

    def _lacks(
        self, seen: _Seen, target: int, answers: "_Answers"
    ) -> Iterator[tuple[list[Evidence], float]]:
        """What one target lacks: the evidence against it, and what was wanted."""
        problem = self._problem
        up, down = answers.up(target), answers.down(target)
        low, high = seen.low[target], seen.high[target]
        if up and high < problem.reach[target]:
            yield up, problem.reach[target]
        if down and low > problem.greatest_low[target]:
            yield down, -problem.greatest_low[target]
        width = problem.width[target]
        if up and down and np.floor(high + TOLERANCE) - np.ceil(low - TOLERANCE) < width:
            yield up + down, width


class _Answers:
    """The answers to what was asked of targets, upwards and downwards."""

    def __init__(self, ups: dict[int, Answer], downs: dict[int, Answer]) -> None:
        self._ups, self._downs = ups, downs

    def of(self, target: int) -> list[Answer]:
        return [found[target] for found in (self._ups, self._downs) if target in found]

    def up(self, target: int) -> list[Evidence]:
        return _evidence(self._ups.get(target))

    def down(self, target: int) -> list[Evidence]:
        return _evidence(self._downs.get(target))


def _evidence(answer: Answer | None) -> list[Evidence]:
    return [] if answer is None or answer.evidence is None else [answer.evidence]
