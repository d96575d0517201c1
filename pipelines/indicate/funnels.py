"""Funnel plots: the limits within which areas differ by chance alone, and which areas lie outside.

Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med 2005;24:1185-202.
Proportions have Wilson's limits round the average, rates and ratios exact Poisson ones.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import gammainccinv, gammaincinv

from pipelines.indicate.limits import poisson
from pipelines.indicate.numbers import Floats, Limits, Numbers, check, counts, floats, z_of

POINTS = 100
TWO, THREE = 0.95, 0.998
"""The two pairs of limits: 2.5 % and 0.1 % beyond each side."""

GRID = 2.0**23
"""Published limits are found by halving a step 23 times; to agree, ours lie on the same grid."""


class Kind(StrEnum):
    """What a funnel is of."""

    PROPORTION = "proportion"
    RATIO = "ratio"
    RATE = "rate"


class RateType(StrEnum):
    """How a rate was made."""

    CRUDE = "crude"
    DSR = "dsr"


class Significance(StrEnum):
    """Where an area lies."""

    HIGH_3 = "High (0.001)"
    HIGH_2 = "High (0.025)"
    LOW_3 = "Low (0.001)"
    LOW_2 = "Low (0.025)"
    NOT = "Not significant"
    TOO_FEW = "Not applicable for events less than 10 for dsrs"


@dataclass(frozen=True)
class Funnel:
    """The lines of a funnel plot: `size` along the axis (people, or events), limits above it.

    `at_two` and `at_three` are the populations of one year (of rates) or expected events (of
    ratios) at which the lower and upper limits lie; none for proportions.
    """

    size: Floats
    two: Limits
    three: Limits
    baseline: float
    at_two: Limits | None = None
    at_three: Limits | None = None


def funnel_limits(
    numerator: Numbers,
    denominator: Numbers | None = None,
    rate: Numbers | None = None,
    *,
    statistic: Kind | str = Kind.PROPORTION,
    multiplier: float = 100,
    rate_type: RateType | str = RateType.CRUDE,
    ratio_type: str = "isr",
    years_of_data: float = 1,
) -> Funnel:
    """The lines of a funnel plot for these areas, at 100 sizes from the smallest to the largest.

    Proportions and ratios need numerator and denominator (observed and expected events); rates need
    numerator and rate, and the denominator of areas without any event. A ratio is given times 100
    (`isr`) or less 1 (`count`).
    """
    kind, x = Kind(statistic), counts(numerator, "numerators")
    n = _denominators(kind, x, denominator, rate, multiplier, RateType(rate_type))
    average = float(np.sum(x) / np.nansum(n))
    sizes = _sizes(kind, n, average, years_of_data if kind is Kind.RATE else 1)
    if kind is Kind.PROPORTION:
        two, three = (_round_average(sizes, average, level, multiplier) for level in (TWO, THREE))
        return Funnel(sizes, two, three, average * multiplier)
    if kind is Kind.RATIO:
        check(ratio_type in ("count", "isr"), "the type of a ratio is count or isr")
        scale, less = (1.0, 1.0) if ratio_type == "count" else (100.0, 0.0)
        at = [_expected(sizes, level) for level in (TWO, THREE)]
        lines = [Limits(*(sizes / e * scale - less for e in pair)) for pair in at]
        return Funnel(sizes, lines[0], lines[1], scale - less, at[0], at[1])
    at = [Limits(*(e / average for e in _expected(sizes, level))) for level in (TWO, THREE)]
    lines = [Limits(*(sizes / e * multiplier for e in pair)) for pair in at]
    a_year = [Limits(*(e / years_of_data for e in pair)) for pair in at]
    return Funnel(sizes, lines[0], lines[1], average * multiplier, a_year[0], a_year[1])


def funnel_points(
    numerator: Numbers,
    rate: Numbers,
    denominator: Numbers | None = None,
    *,
    rate_type: RateType | str = RateType.CRUDE,
    multiplier: float,
    years_of_data: float,
) -> tuple[Floats, Floats]:
    """Each area's rate and its people of one year, as they are drawn in a funnel plot of rates.

    Directly standardised rates of fewer than 10 events are left out.
    """
    x, on, how = counts(numerator, "numerators"), floats(rate), RateType(rate_type)
    n = _denominators(Kind.RATE, x, denominator, rate, multiplier, how) / years_of_data
    shown = x >= 10 if how is RateType.DSR else np.full(x.shape, True)
    return np.where(shown, on, np.nan), np.where(shown, n, np.nan)


def funnel_significance(
    numerator: Numbers,
    denominator: Numbers | None = None,
    rate: Numbers | None = None,
    *,
    statistic: Kind | str = Kind.PROPORTION,
    multiplier: float = 1,
    rate_type: RateType | str = RateType.CRUDE,
) -> list[Significance]:
    """Which areas differ from the average of all of them by more than chance, and how far."""
    kind, how, x = Kind(statistic), RateType(rate_type), counts(numerator, "numerators")
    n = _denominators(kind, x, denominator, rate, multiplier, how)
    check(not np.any(n <= 0), "denominators must be above 0")
    average = float(np.sum(x) / np.nansum(n))
    if kind is Kind.PROPORTION:
        check(not np.any(x > n), "a numerator must not be above its denominator")
        two, three = (_round_average(n, average, level, 1, most=np.inf) for level in (TWO, THREE))
        value = x / n
        marks = _marks(
            value > three.upper, value > two.upper, value < three.lower, value < two.lower
        )
    else:
        centre = average if kind is Kind.RATE else 1.0
        (low_2, high_2), (low_3, high_3) = (poisson(x, level) for level in (TWO, THREE))
        marks = _marks(
            centre < low_3 / n, centre < low_2 / n, centre > high_3 / n, centre > high_2 / n
        )
    too_few = (x < 10) & (kind is Kind.RATE and how is RateType.DSR)
    return [Significance.TOO_FEW if few else m for m, few in zip(marks, too_few, strict=True)]


def _marks(*outside: npt.NDArray[np.bool_]) -> list[Significance]:
    order = (Significance.HIGH_3, Significance.HIGH_2, Significance.LOW_3, Significance.LOW_2)
    at = np.select(outside, range(len(order)), len(order))
    return [(*order, Significance.NOT)[i] for i in at]


def _denominators(
    kind: Kind,
    x: Floats,
    denominator: Numbers | None,
    rate: Numbers | None,
    multiplier: float,
    rate_type: RateType,
) -> Floats:
    """Given, or what rate and events imply: a standardised rate has no people of its own."""
    given = None if denominator is None else floats(denominator)
    if kind is not Kind.RATE:
        check(given is not None, "a proportion or a ratio needs denominators")
        return x if given is None else given
    check(rate is not None, "a rate needs the rates")
    without = np.nan if given is None else given
    check(given is not None or not np.any(x == 0), "areas without events need their denominators")
    implied = np.divide(
        multiplier * x,
        floats(x if rate is None else rate),
        out=np.full(x.shape, np.nan),
        where=x > 0,
    )
    return np.where((x == 0) & (rate_type is RateType.CRUDE), without, implied)


def _sizes(kind: Kind, n: Floats, average: float, years: float) -> Floats:
    """100 sizes, closer together where they are small, between neat ends."""
    smallest, largest = float(np.nanmin(n)), float(np.nanmax(n))
    start = 0.0 if largest > 2 * smallest else _neat_floor(smallest / years) * years
    end = _neat_ceiling(largest / years) * years
    if kind is Kind.RATE:
        start, end = math.floor(start * average), math.ceil(end * average)
    sizes = [max(1.0, start)]
    for j in range(2, POINTS + 1):
        before = sizes[-1]
        steps_left = 101 - (j - 1 if kind is Kind.RATIO else j)
        sizes.append(max(float(round((end / before) ** (1 / steps_left) * before)), before + 1))
    return np.array(sizes)


def _neat_floor(size: float) -> float:
    """A little below, with one leading digit."""
    ten = 10.0 ** (_width(math.floor(size * 0.95)) - 1)
    return math.floor(size * 0.95 / ten) * ten


def _neat_ceiling(size: float) -> float:
    """A little above, with two leading digits."""
    ten = 10.0 ** (_width(math.ceil(size * 1.05)) - 2)
    return math.ceil(size * 1.05 / ten) * ten


def _width(whole: int) -> int:
    """Characters of a number as R writes it: 100000 is 1e+05, which is one less."""
    digits = str(whole)
    mantissa = digits.rstrip("0") or "0"
    scientific = len(mantissa) + (len(mantissa) > 1) + 4
    return min(len(digits), scientific)


def _round_average(
    n: Floats, average: float, level: float, multiplier: float, most: float = 100
) -> Limits:
    """Where Wilson's limit of an area of this size would be the average of all.

    That is the average plus and minus its own standard error at that size; never above 100.
    """
    away = z_of(level) * np.sqrt(average * (1 - average) / n)
    lower = np.maximum((average - away) * multiplier, 0 if most == 100 else -np.inf)
    return Limits(lower, np.minimum((average + away) * multiplier, most))


def _expected(events: Floats, level: float) -> Limits:
    """How many events one would expect where so many are just too few, and just too many."""
    tail = (1 - level) / 2
    return Limits(
        _on_grid(gammainccinv(events + 1, tail), events),
        _on_grid(gammaincinv(events, tail), events),
    )


def _on_grid(expected: Floats, events: Floats) -> Floats:
    share = expected / (1 + events)
    place = (2 * np.floor(share / (1 + share) * GRID) + 1) / (2 * GRID)
    on_grid: Floats = (1 + events) * place / (1 - place)
    return on_grid
