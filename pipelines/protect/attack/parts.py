"""Ways to divide a dimension's leaves: an array that gives each leaf the number of its part."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Parts = Ints


def parts_by_codes(leaves: int, codes: Collection[frozenset[int]]) -> Parts:
    """Leaves that are in the same codes are one part; parts are numbered by their first leaf."""
    ordered = sorted(codes, key=lambda c: (len(c), sorted(c)))
    within: list[list[int]] = [[] for _ in range(leaves)]
    for number, code in enumerate(ordered):
        for leaf in code:
            within[leaf].append(number)
    seen: dict[tuple[int, ...], int] = {}
    return np.array([seen.setdefault(tuple(w), len(seen)) for w in within], dtype=np.int64)


def joined_parts(one: Parts, other: Parts) -> Parts:
    """The coarsest division that is finer than both."""
    seen: dict[tuple[int, int], int] = {}
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    return np.array([seen.setdefault(pair, len(seen)) for pair in pairs], dtype=np.int64)


def part_of_each(fine: Parts, coarse: Parts) -> Ints:
    """For every part of the finer division, the part of the coarser one that it lies in."""
    lies_in: Ints = np.zeros(count(fine), dtype=np.int64)
    lies_in[fine] = coarse
    return lies_in


def parts_making(parts: Parts, code: frozenset[int]) -> Ints | None:
    """The parts that a code is the union of, or None if it cuts one."""
    inside = np.zeros(len(parts), dtype=bool)
    inside[sorted(code)] = True
    chosen = np.unique(parts[inside])
    return chosen if int(np.isin(parts, chosen).sum()) == len(code) else None


def count(parts: Parts) -> int:
    """How many parts there are."""
    return int(parts.max()) + 1
