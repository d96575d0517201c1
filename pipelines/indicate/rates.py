"""Values with their limits: proportions, means, crude and standardised rates, ratios.

Shapes: what is standardised has its age bands along the last axis (19 for the European Standard
Population), and whatever areas or years it is for along the others.
"""

from collections.abc import Sequence

import numpy as np

from pipelines.indicate.limits import SMALL, byars, mean_limits, poisson, wilson
from pipelines.indicate.numbers import (
    Estimate,
    Floats,
    Numbers,
    check,
    counts,
    floats,
    populations,
)

ESP2013: Sequence[float] = (
    5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000,
    7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000,
)  # fmt: skip
"""European Standard Population 2013 (Eurostat), five-year age bands from 0-4 to 90 and over."""

PER = 100_000


def proportion(
    count: Numbers, denominator: Numbers, multiplier: float = 1, confidence: float = 0.95
) -> Estimate:
    """A proportion with Wilson's limits; `multiplier` 100 makes it a percentage."""
    x, n = counts(count), counts(denominator, "denominators")
    check(not np.any(n == 0), "denominators must be above 0")
    lower, upper = wilson(x, n, confidence)
    return Estimate(x / n * multiplier, lower * multiplier, upper * multiplier)


def rate(
    count: Numbers, denominator: Numbers, multiplier: float = PER, confidence: float = 0.95
) -> Estimate:
    """A crude rate per `multiplier`: exact limits below a count of 10, otherwise Byar's."""
    x, n = counts(count), counts(denominator, "denominators")
    check(not np.any(n == 0), "denominators must be above 0")
    lower, upper = poisson(x, confidence)
    return Estimate(x / n * multiplier, lower / n * multiplier, upper / n * multiplier)


def mean(values: Numbers, confidence: float = 0.95) -> Estimate:
    """The mean of the values along the last axis, with Student's t limits."""
    found = floats(values)
    return Estimate(
        found.sum(axis=-1) / found.shape[-1], *mean_limits(found, confidence=confidence)
    )


def dsr(
    count: Numbers,
    population: Numbers,
    standard: Numbers = ESP2013,
    multiplier: float = PER,
    confidence: float = 0.95,
) -> Estimate:
    """A directly standardised rate with Dobson's limits; none where fewer than 10 were counted.

    Dobson AJ et al. Confidence intervals for weighted sums of Poisson parameters. Stat Med
    1991;10:457-62. A missing count is none; a population must be given and above 0. Raises
    `ValueError` when there are not as many age bands as in the standard population.
    """
    x = np.nan_to_num(counts(count))
    return _dobson(x, x, *_standardised(x, population, standard), multiplier, confidence)


def dsr_of_repeated_events(
    people: Numbers,
    events: Numbers,
    population: Numbers,
    standard: Numbers = ESP2013,
    multiplier: float = PER,
    confidence: float = 0.95,
) -> Estimate:
    """The same, when one person may have the event several times: wider limits.

    `people` has one axis more than `population`, the last: how many people had 1, 2 and so on of
    the events, as `events` lists. Events of one person come together, so their squares are added.
    """
    each, times = np.nan_to_num(counts(people)), counts(events)
    total = (each * times).sum(axis=-1)
    squares = (each * times**2).sum(axis=-1)
    return _dobson(
        total, squares, *_standardised(total, population, standard), multiplier, confidence
    )


def _standardised(x: Floats, population: Numbers, standard: Numbers) -> tuple[Floats, Floats]:
    n, weights = populations(population), counts(standard, "standard populations")
    check(
        x.shape[-1] == n.shape[-1] == weights.shape[-1],
        "there must be a count and a population for each age band of the standard population",
    )
    return n, weights


def _dobson(
    x: Floats, squares: Floats, n: Floats, weights: Floats, multiplier: float, confidence: float
) -> Estimate:
    total = x.sum(axis=-1)
    total = np.where(total < SMALL, np.nan, total)
    whole = weights.sum(axis=-1)
    value = (x * weights / n).sum(axis=-1) / whole * multiplier
    variance = (squares * (weights / n) ** 2).sum(axis=-1) / whole**2
    scale = np.sqrt(variance / total) * multiplier
    lower, upper = byars(total, confidence)
    known = np.where(np.isnan(total), np.nan, value)
    return Estimate(known, value + scale * (lower - total), value + scale * (upper - total))


def isr(
    count: Numbers,
    population: Numbers,
    ref_count: Numbers,
    ref_population: Numbers,
    ref_value: float = 1,
    confidence: float = 0.95,
) -> Estimate:
    """An indirectly standardised ratio: observed over expected, times `ref_value` (1 or 100).

    `count` may be by age band, or the total of each area alone (one axis fewer than `population`).
    Limits are exact below 10 observed, otherwise Byar's. Breslow and Day 1987, as above. Missing
    counts and populations are none; those of the reference population must be given.
    """
    observed, expected = _observed_and_expected(count, population, ref_count, ref_population)
    lower, upper = poisson(observed, confidence)
    scale = ref_value / expected
    return Estimate(observed * scale, lower * scale, upper * scale)


def isr_rate(
    count: Numbers,
    population: Numbers,
    ref_count: Numbers,
    ref_population: Numbers,
    multiplier: float = PER,
    confidence: float = 0.95,
) -> Estimate:
    """An indirectly standardised rate: the ratio above, times the reference population's rate."""
    known = np.nan_to_num(counts(ref_count)).sum(axis=-1)
    crude = known / populations(ref_population).sum(axis=-1) * multiplier
    ratio = isr(count, population, ref_count, ref_population, 1, confidence)
    return Estimate(ratio.value * crude, ratio.lower * crude, ratio.upper * crude)


def _observed_and_expected(
    count: Numbers, population: Numbers, ref_count: Numbers, ref_population: Numbers
) -> tuple[Floats, Floats]:
    x, n = counts(count), np.nan_to_num(counts(population, "denominators"))
    ref_x, ref_n = np.nan_to_num(counts(ref_count)), populations(ref_population)
    check(
        n.shape[-1] == ref_x.shape[-1] == ref_n.shape[-1],
        "there must be a population for each age band of the reference population",
    )
    is_total = x.ndim == n.ndim - 1
    check(is_total or x.shape[-1] == n.shape[-1], "counts must be by age band, or totals")
    observed = x if is_total else np.nan_to_num(x).sum(axis=-1)
    return observed, (ref_x / ref_n * n).sum(axis=-1)
