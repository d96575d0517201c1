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


def whole_ranges(
    system: System, targets: sparse.csr_array, *, enough: Floats | None = None
) -> tuple[Floats, Floats]:
    """The smallest and largest value of every target over tables of whole numbers.

    With `enough`, tables whose values are so far apart end the search for more; the true range is
    at least that wide. Refused when only fractions fit: then the published numbers contradict each
    other.
    """
    low, high = np.zeros(targets.shape[0]), np.zeros(targets.shape[0])
    parts = components(system, sparse.csr_array(targets))
    asked = np.concatenate([np.zeros(0, dtype=np.int64), *(part.asked for part in parts)])
    for part in parts:
        known = part.system
        program = Program(known.matrix, known.lower, known.upper, whole=True)
        values = np.round(part.targets @ program.any())
        for i, target in enumerate(part.asked.tolist()):
            # Widths of a target that lies in several parts do not add up to what is enough.
            alone = enough is not None and int((asked == target).sum()) == 1
            width = float(enough[target]) if enough is not None and alone else np.inf
            least, most = _whole_range(
                program, part.targets[[i]].toarray().ravel(), float(values[i]), width
            )
            low[target] += least
            high[target] += most
    return low + 0.0, high + 0.0


def _whole_range(
    program: Program, target: Floats, value: float, width: float
) -> tuple[float, float]:
    """How far one target goes, one value of it being known."""
    most = program.most(target, value + width)
    if width < np.inf and most - value >= width:
        return value, most
    return -program.most(-target, width - most if most < np.inf else np.inf), most
