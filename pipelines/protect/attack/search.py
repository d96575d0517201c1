"""A random search for tables that fit: a check on the ranges that shares none of their short cuts.

It walks from corner to corner of the unreduced system under random costs. Every table that it
meets must have all published numbers and lie within every range.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack.implied import System
from pipelines.protect.attack.program import Program

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-5
STEPS = 10


@dataclass(frozen=True)
class Searched:
    """How many tables were met, what was wrong, and how much of the ranges they span."""

    tables: int
    broken: int
    outside: int
    spanned: float


def search(
    system: System,
    targets: sparse.csr_array,
    within: tuple[Floats, Floats],
    *,
    starts: int,
    seed: int,
) -> Searched:
    """Walk from `starts` random corners, a few steps each."""
    random = np.random.default_rng(seed)
    points = [p for _ in range(starts) for p in _walk(system, targets, random)]
    sums = [system.matrix @ p for p in points]
    values = np.array([targets @ p for p in points]).reshape(len(points), targets.shape[0])
    low, high = within
    broken = sum(
        bool((s < system.lower - TOLERANCE).any() or (s > system.upper + TOLERANCE).any())
        for s in sums
    )
    # Ranges are rounded inwards to whole people, a corner may lie between two.
    outside = (values < low - 1 + TOLERANCE) | (values > high + 1 - TOLERANCE)
    return Searched(len(points), broken, int(outside.any(axis=1).sum()), _spanned(values, within))


def _walk(system: System, targets: sparse.csr_array, random: np.random.Generator) -> list[Floats]:
    """From any corner on: at each step other targets pull, up or down."""
    program = Program(system.matrix, system.lower, system.upper)
    points = [program.any()]
    for _ in range(STEPS if targets.shape[0] else 0):
        pull = random.normal(size=targets.shape[0]) * (random.random(targets.shape[0]) < 0.5)
        answer = program.largest(np.asarray(targets.T @ pull, dtype=np.float64))
        if answer.point is not None:
            points.append(answer.point)
    return points


def _spanned(values: Floats, within: tuple[Floats, Floats]) -> float:
    """The share of the ranges, where they have an end, between the smallest and largest met."""
    low, high = within
    counted = np.isfinite(high - low) & (high > low)
    if not counted.any():
        return 1.0
    met = (values.max(axis=0) - values.min(axis=0))[counted]
    return float(np.minimum(met / (high - low)[counted], 1).mean())
