"""Arrays in and out: how every statistic reads its numbers, and what it will not work with.

A missing number gives a missing result. A number that cannot be (a negative count, more people with
something than people) is the caller's mistake and raises `ValueError`, which quotes no number.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Numbers = npt.ArrayLike
"""Anything that NumPy reads as numbers: a list, a column, an Arrow array."""


class Limits(NamedTuple):
    """Lower and upper confidence limit."""

    lower: Floats
    upper: Floats


class Estimate(NamedTuple):
    """A value with its lower and upper confidence limit."""

    value: Floats
    lower: Floats
    upper: Floats


def floats(values: Numbers) -> Floats:
    """The values as floating-point numbers; what is missing becomes not-a-number."""
    return np.asarray(values, dtype=np.float64)


def counts(values: Numbers, what: str = "counts") -> Floats:
    """The same, when none of them may be negative."""
    found = floats(values)
    check(not np.any(found < 0), f"{what} must be at least 0")
    return found


def populations(values: Numbers, what: str = "denominators") -> Floats:
    """The same, when all of them must be given and above 0."""
    found = floats(values)
    check(bool(np.all(found > 0)), f"{what} must all be given and above 0")
    return found


def level(confidence: float) -> float:
    """A confidence between 0.9 and 1, given as such or as a percentage between 90 and 100."""
    in_range = 0.9 <= confidence <= 1 or 90 <= confidence <= 100
    check(in_range, "confidence must lie between 0.9 and 1, or between 90 and 100")
    return confidence / 100 if confidence >= 90 else confidence


def z_of(confidence: float) -> float:
    """How many standard errors the limits lie from the value."""
    share = level(confidence)
    return float(ndtri(share + (1 - share) / 2))


def tail_of(confidence: float) -> float:
    """The chance that is left beyond one limit."""
    return (1 - level(confidence)) / 2


def check(holds: bool, rule: str) -> None:
    """Raise `ValueError` with the rule that the given numbers break."""
    if not holds:
        raise ValueError(f"{rule}.")
