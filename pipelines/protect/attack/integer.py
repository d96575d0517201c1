"""The same question in whole numbers, on a sample: how much does an attacker gain by counting?

Ranges over fractions are never narrower than the true ones; this finds where the true ones are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack.implied import System
from pipelines.protect.attack.program import Program
from pipelines.protect.attack.reduce import components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FUZZ_DECIMALS = 6


@dataclass(frozen=True)
class Sampled:
    """Some targets with their ranges over whole numbers, beside those over fractions."""

    targets: Ints
    low: Floats
    high: Floats
    narrower: Ints
    contained: bool
    """No range over whole numbers reaches outside; if one does, the fault is ours."""


def sampled_whole_ranges(
    system: System,
    targets: sparse.csr_array,
    within: tuple[Floats, Floats],
    *,
    size: int,
    seed: int,
) -> Sampled:
    """The whole-number ranges of `size` targets drawn with `seed`, compared with `within`."""
    drawn = np.random.default_rng(seed).permutation(targets.shape[0])[:size]
    chosen = np.sort(drawn)
    low, high = whole_ranges(system, sparse.csr_array(targets[chosen]))
    least, most = within[0][chosen], within[1][chosen]
    return Sampled(
        chosen,
        low,
        high,
        chosen[(low > least) | (high < most)],
        bool(((low >= least) & (high <= most)).all()),
    )


def whole_ranges(system: System, targets: sparse.csr_array) -> tuple[Floats, Floats]:
    """The smallest and largest value of every target over tables of whole numbers.

    Refused when only fractions fit: then the published numbers contradict each other.
    """
    low, high = np.zeros(targets.shape[0]), np.zeros(targets.shape[0])
    for part in components(system, sparse.csr_array(targets)):
        known = part.system
        program = Program(known.matrix, known.lower, known.upper, whole=True)
        program.any()
        for target, row in zip(part.asked.tolist(), part.targets.toarray(), strict=True):
            high[target] += program.most(row)
            low[target] -= program.most(-row)
    # A solver's 3.9999999999999964 is 4: without this a wide enough range would look too narrow.
    return np.round(low, FUZZ_DECIMALS) + 0.0, np.round(high, FUZZ_DECIMALS) + 0.0
