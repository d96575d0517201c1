"""Confidence limits of counts, proportions and means, as public health guides define them.

Every function takes numbers or arrays of any one shape, and gives arrays of that shape.
"""

import numpy as np
from scipy.special import (
    gammaincinv,
    stdtrit,
)

from pipelines.indicate.numbers import (
    Floats,
    Limits,
    Numbers,
    check,
    counts,
    floats,
    level,
    tail_of,
    z_of,
)

SMALL = 10
"""Below this count Byar's approximation is poor, and the exact limits are used."""


def wilson(count: Numbers, denominator: Numbers, confidence: float = 0.95) -> Limits:
    """Wilson's score limits of a proportion, 0 to 1; not a number where the denominator is 0.

    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc
    1927;22:209-12. Raises `ValueError` for a negative number, or a count above its denominator.
    """
    x, n = counts(count), counts(denominator, "denominators")
    check(not np.any(x > n), "a count must not be above its denominator")
    n = np.where(n > 0, n, np.nan)
    if level(confidence) == 1:
        return Limits(np.where(np.isnan(x / n), np.nan, 0), np.where(np.isnan(x / n), np.nan, 1))
    z = z_of(confidence)
    centre = 2 * x + z**2
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / n))
    scale = 2 * (n + z**2)
    return Limits((centre - spread) / scale, (centre + spread) / scale)


def byars(count: Numbers, confidence: float = 0.95) -> Limits:
    """Byar's limits of a count; no lower one where the approximation falls below 0.

    Breslow NE, Day NE. Statistical methods in cancer research, volume II. Lyon: IARC; 1987.
    Raises `ValueError` for a negative count.
    """
    x, z = counts(count), z_of(confidence)
    some = np.where(x > 0, x, np.nan)
    lower = some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    return Limits(np.where(lower < 0, np.nan, lower), upper)


def exact_poisson(count: Numbers, confidence: float = 0.95) -> Limits:
    """Exact limits of a count, from the chi-squared distribution; the lower one of 0 is 0.

    Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-42. Raises
    `ValueError` for a negative count.
    """
    x, tail = counts(count), tail_of(confidence)
    # Half a chi-squared quantile on 2x degrees of freedom is a gamma quantile of shape x.
    lower = np.where(x == 0, 0.0, gammaincinv(np.where(x == 0, 1, x), tail))
    return Limits(np.where(np.isnan(x), np.nan, lower), gammaincinv(x + 1, 1 - tail))


def poisson(count: Numbers, confidence: float = 0.95) -> Limits:
    """Limits of a count as published rates have them: exact below 10, otherwise Byar's."""
    x = counts(count)
    exact, approximate = exact_poisson(x, confidence), byars(x, confidence)
    return Limits(
        np.where(x < SMALL, exact.lower, approximate.lower),
        np.where(x < SMALL, exact.upper, approximate.upper),
    )


def mean_limits(
    total: Numbers,
    total_squares: Numbers | None = None,
    n: Numbers | None = None,
    confidence: float = 0.95,
) -> Limits:
    """Student's t limits of a mean; not a number for fewer than two people.

    Give the sum, the sum of squares and how many; or, alone, the values (along the last axis).
    Student. The probable error of a mean. Biometrika 1908;6:1-25.
    """
    if total_squares is None or n is None:
        check(total_squares is None and n is None, "give all three sums, or the values alone")
        return _limits_of_values(floats(total), confidence)
    summed, squares, people = floats(total), floats(total_squares), floats(n)
    people = np.where(people > 1, people, np.nan)
    mean = summed / people
    # Rounded sums may be a hair inconsistent: a variance is never below zero.
    variance = np.maximum(squares - people * mean**2, 0) / (people - 1)
    return _student(mean, variance, people, confidence)


def _limits_of_values(values: Floats, confidence: float) -> Limits:
    n = values.shape[-1]
    people = floats(n if n > 1 else np.nan)
    mean = values.sum(axis=-1) / people
    variance = ((values - mean[..., np.newaxis]) ** 2).sum(axis=-1) / (people - 1)
    return _student(mean, variance, people, confidence)


def _student(mean: Floats, variance: Floats, people: Floats, confidence: float) -> Limits:
    half_width = stdtrit(people - 1, 1 - tail_of(confidence)) * np.sqrt(variance / people)
    return Limits(mean - half_width, mean + half_width)
