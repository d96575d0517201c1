"""Frequency attack: a hashed area code is told by how many people it has.

Whoever knows how many people live in each area, or are on each practice's list, puts both lists in
order of size and reads one beside the other. The hash, however strong, is of no use. So an extract
never carries a hashed area or practice code: the area is published open and coarse, or not at all.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

TOP = 10


@dataclass(frozen=True)
class RankMatching:
    """How many codes were told by their rank, of all and of the largest."""

    codes: int
    told: int
    largest: int
    told_of_largest: int

    @property
    def success_rate(self) -> float:
        """The share of codes that were told."""
        return self.told / self.codes if self.codes else 0.0


def rank_matching(
    hashed: pa.ChunkedArray, known: Mapping[str, int], truth: Mapping[str, str], top: int = TOP
) -> RankMatching:
    """Tell hashed codes by their rank. `known` are public sizes; `truth` is hash to code."""
    seen = Counter(dict.fromkeys(truth, 0))
    seen.update(hashed.to_pylist())
    ranked = sorted(seen, key=lambda code: (-seen[code], code))
    public = sorted(known, key=lambda code: (-known[code], code))
    told = [truth[hash_] == code for hash_, code in zip(ranked, public, strict=False)]
    return RankMatching(len(told), sum(told), len(told[:top]), sum(told[:top]))
