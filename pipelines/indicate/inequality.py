"""Slope and relative index of inequality: how a value changes from the most deprived to the least.

Low A, Low A. Measuring the gap: quantifying and comparing local health inequalities. J Public
Health 2004;26:388-95. Shapes: the quantiles stand along the last axis, the most deprived first.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, logit

from pipelines.indicate.numbers import (
    Estimate,
    Floats,
    Numbers,
    check,
    counts,
    floats,
    populations,
    tail_of,
    z_of,
)

FEWEST, MOST = 5, 100
"""Quantiles that a line may be drawn through."""

REPETITIONS = 100_000
LEAST_REPETITIONS = 1000
DRAWINGS = 10
"""How often the limits are drawn to see how far they move."""

SEED = 20040101
"""Limits are drawn; with one seed, everybody draws the same ones."""


class Scale(StrEnum):
    """What the values are, and so on which scale their errors are even."""

    PLAIN = "plain"
    RATE = "rate"
    """Errors are drawn on the logarithm."""
    PROPORTION = "proportion"
    """Values are 0 to 1; errors are drawn on the log odds."""


class Inequality(NamedTuple):
    """Both indices with their limits, and the fitted value at the most deprived end."""

    sii: Estimate
    rii: Estimate
    intercept: Floats


class Line(NamedTuple):
    """A fitted line: its value at the most deprived end, and its rise to the least deprived."""

    start: Floats
    rise: Floats


def inequality(
    population: Numbers,
    value: Numbers,
    lower: Numbers | None = None,
    upper: Numbers | None = None,
    *,
    se: Numbers | None = None,
    scale: Scale | str = Scale.PLAIN,
    transform: bool = False,
    multiplier: float = 1,
    confidence: float = 0.95,
    repetitions: int = REPETITIONS,
    seed: int = SEED,
) -> Inequality:
    """Slope and relative index of inequality of one or many areas.

    A line is fitted by least squares, weighted by population, through the values at the middle of
    each quantile's share of the people. The slope index is its rise from end to end, the relative
    index its last value over its first; a negative `multiplier` turns both round. Give the values'
    95 % limits, or their standard errors (on the scale's own terms). With `transform` the line is
    fitted to logarithms or log odds, and brought back. Raises `ValueError` for anything missing.
    """
    n, y, on = populations(population, "populations"), floats(value), Scale(scale)
    check(FEWEST <= n.shape[-1] <= MOST, "there must be 5 to 100 quantiles")
    check(repetitions >= LEAST_REPETITIONS, "there must be at least 1000 repetitions")
    check(not transform or on is not Scale.PLAIN, "only rates and proportions can be transformed")
    check(not transform or se is None, "what is transformed needs limits, not standard errors")
    middle, error = _to(y, on), _errors(lower, upper, se, on)
    finite = np.isfinite(middle) & np.isfinite(error) & (error >= 0)
    check(bool(np.all(finite)), "values and limits must all be given, and inside their scale")
    fitted = _line(n, middle if transform else y)
    drawing = _Drawing(on, transform, repetitions, seed, tail_of(confidence))
    drawn = _limits(n, middle, error, fitted, drawing)
    index = Inequality(
        Estimate(*(part * abs(multiplier) for part in (_ends(fitted, drawing)[0], *drawn[:2]))),
        Estimate(_ends(fitted, drawing)[1], *drawn[2:]),
        _from(fitted.start, on) * abs(multiplier) if transform else fitted.start,
    )
    return index if multiplier > 0 else _turned(index)


def sii(population: Numbers, value: Numbers, *limits: Numbers, **options: Any) -> Estimate:
    """The slope index of inequality alone; takes what `inequality` takes."""
    return inequality(population, value, *limits, **options).sii


def rii(population: Numbers, value: Numbers, *limits: Numbers, **options: Any) -> Estimate:
    """The relative index of inequality alone; takes what `inequality` takes."""
    return inequality(population, value, *limits, **options).rii


def inequality_reliability(
    population: Numbers, value: Numbers, *limits: Numbers, seed: int = SEED, **options: Any
) -> tuple[float, float]:
    """How far the limits of both indices move on average when they are drawn nine times more."""
    drawn = [
        inequality(population, value, *limits, seed=seed + i, **options) for i in range(DRAWINGS)
    ]
    slopes, ratios = (np.array([d[part][1:] for d in drawn]) for part in (0, 1))
    return float(np.abs(slopes[1:] - slopes[0]).mean()), float(
        np.abs(ratios[1:] - ratios[0]).mean()
    )


@dataclass(frozen=True)
class _Drawing:
    """How limits are drawn."""

    scale: Scale
    transform: bool
    repetitions: int
    seed: int
    tail: float

    def within(self, drawn: Floats) -> tuple[float, float]:
        """The values at both ends of the middle of what was drawn."""
        first = round(self.repetitions * self.tail) - 1
        last = round(self.repetitions * (1 - self.tail)) - 1
        ordered = np.partition(drawn, (first, last))
        return float(ordered[first]), float(ordered[last])


def _limits(
    n: Floats, middle: Floats, error: Floats, fitted: Line, drawing: _Drawing
) -> tuple[Floats, Floats, Floats, Floats]:
    """Lower and upper limits of both indices, area by area; every area draws the same numbers."""
    shape = (drawing.repetitions, n.shape[-1])
    noise = np.random.default_rng(drawing.seed).standard_normal(shape)
    areas = np.broadcast_shapes(n.shape, middle.shape, error.shape)
    flat = [np.broadcast_to(a, areas).reshape(-1, areas[-1]) for a in (n, middle, error)]
    half = np.broadcast_to(fitted.start + fitted.rise / 2, areas[:-1]).reshape(-1)
    found = [
        _limits_of_one(people, y + e * noise, centre, drawing)
        for people, y, e, centre in zip(*flat, half, strict=True)
    ]
    columns = np.array(found).T.reshape(4, *areas[:-1])
    return columns[0], columns[1], columns[2], columns[3]


def _limits_of_one(
    people: Floats, drawn: Floats, half: float, drawing: _Drawing
) -> tuple[float, float, float, float]:
    lines = _line(people, drawn if drawing.transform else _from(drawn, drawing.scale))
    if not drawing.transform:
        slope, ratio = _ends(lines, drawing)
        return (*drawing.within(slope), *drawing.within(ratio))
    # The line turns about its middle; its ends are brought back at the limits of its slope.
    rises = np.array(drawing.within(lines.rise))
    slope, ratio = _ends(Line(half - rises / 2, rises), drawing)
    return float(slope[0]), float(slope[1]), float(ratio[0]), float(ratio[1])


def _line(n: Floats, y: Floats) -> Line:
    share = n / n.sum(axis=-1, keepdims=True)
    rank = np.cumsum(share, axis=-1) - share / 2
    # The shares' weighted mean rank is one half, whatever the shares are.
    away = share * (rank - 0.5)
    rise = _sum_of(away, y) / _sum_of(away, rank - 0.5)
    return Line(_sum_of(share, y) - rise / 2, rise)


def _sum_of(weights: Floats, values: Floats) -> Floats:
    return floats(np.einsum("...k,...k->...", weights, values))


def _ends(line: Line, drawing: _Drawing) -> tuple[Floats, Floats]:
    """Difference and ratio of a line's ends, in the value's own units."""
    first, last = line.start, line.start + line.rise
    if drawing.transform:
        first, last = _from(first, drawing.scale), _from(last, drawing.scale)
    return last - first, last / first


def _turned(index: Inequality) -> Inequality:
    slope, ratio = index.sii, index.rii
    return Inequality(
        Estimate(-slope.value, -slope.upper, -slope.lower),
        Estimate(1 / ratio.value, 1 / ratio.upper, 1 / ratio.lower),
        index.intercept,
    )


def _errors(
    lower: Numbers | None, upper: Numbers | None, se: Numbers | None, scale: Scale
) -> Floats:
    if se is not None:
        return counts(se, "standard errors")
    check(lower is not None and upper is not None, "give both limits, or the standard errors")
    high, low = floats([] if upper is None else upper), floats([] if lower is None else lower)
    # The limits that are given are always those of 95 %, whatever confidence is asked for.
    return (_to(high, scale) - _to(low, scale)) / (2 * z_of(0.95))


def _to(values: Floats, scale: Scale) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale is Scale.RATE:
            return np.log(values)
        return floats(logit(values)) if scale is Scale.PROPORTION else values


def _from(values: Floats, scale: Scale) -> Floats:
    if scale is Scale.RATE:
        return np.exp(values)
    return floats(expit(values)) if scale is Scale.PROPORTION else values
