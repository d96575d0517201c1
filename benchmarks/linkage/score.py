"""Precision, recall and F1 of pairs, and the threshold at which a peer does best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.linkage.records import Pair, Records

STEPS = 150


@dataclass(frozen=True)
class Score:
    """How well found pairs match the true ones."""

    found: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        """Of the found, the share that is right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Of the true, the share that was found."""
        return self.right / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / (self.found + self.true) if self.found + self.true else 0.0


def score(found: set[Pair], truth: frozenset[Pair]) -> Score:
    """Count."""
    return Score(len(found), len(found & truth), len(truth))


def best_score(records: Records, weighed: Sequence[tuple[Pair, float]]) -> tuple[Score, set[Pair]]:
    """The peer's F1 at the threshold that suits it best, chosen with the truth in hand.

    In one file with doubles, chains of pairs are closed or not, whichever is better for it.
    """
    ranked = sorted(weighed, key=lambda entry: -entry[1])
    best, kept = Score(0, 0, len(records.truth)), set[Pair]()
    # So many more pairs than there are true ones cannot do better.
    most = min(len(ranked), 3 * len(records.truth))
    for cut in sorted({round(most * k / STEPS) for k in range(1, STEPS + 1)} - {0}):
        # Pairs of one weight stay together.
        least = ranked[cut - 1][1]
        pairs = {pair for pair, weight in ranked if weight >= least}
        for found in (pairs,) if records.two_files else (pairs, closed(pairs)):
            tried = score(found, records.truth)
            if tried.f1 > best.f1:
                best, kept = tried, found
    return best, kept


def closed(pairs: Iterable[Pair]) -> set[Pair]:
    """Every two records that a chain of pairs joins."""
    group: dict[str, set[str]] = {}
    for left, right in pairs:
        a, b = group.get(left, {left}), group.get(right, {right})
        small, large = (a, b) if len(a) < len(b) else (b, a)
        large |= small
        group.update(dict.fromkeys(small | {left, right}, large))
    distinct = {id(members): members for members in group.values()}
    return {pair for members in distinct.values() for pair in combinations(sorted(members), 2)}
