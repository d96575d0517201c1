"""Differences in differences between weighted groups, with limits, and how strong a hidden cause
would have to be to explain one away.

Limits are those of stacked estimating equations: they know that the weights were estimated
(Stefanski LA, Boos DD. The calculus of M-estimation. Am Stat 2002;56:29-38).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from pipelines.evaluate.propensity import Flags, Floats, Propensity, Weights

PER_DEVIATION = 0.91
"""The log risk ratio that one standard deviation stands for (VanderWeele TJ, Ding P. Sensitivity
analysis in observational research: introducing the E-value. Ann Intern Med 2017;167:268-74)."""


@dataclass(frozen=True)
class Difference:
    """How much more the starters' outcome changed than the comparators'; limits of 95 %."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class EValue:
    """How strongly a cause that nobody recorded would have to go with both starting and outcome.

    As a risk ratio, to explain the difference away, or to bring its nearer limit to nought.
    """

    of_estimate: float
    of_limit: float


def difference(
    change: Floats,
    started: Flags,
    weights: Weights | None = None,
    fit: Propensity | None = None,
    confidence: float = 0.95,
) -> Difference:
    """The difference of two groups' mean change, weighted or plain."""
    weight = np.ones(len(change)) if weights is None else weights.weight
    influence = np.zeros(len(change))
    value, pull = 0.0, np.zeros(0 if weights is None else weights.slope.shape[1])
    for group, sign in ((started, 1.0), (~started, -1.0)):
        whole = float(weight[group].sum())
        mean = float((weight * change)[group].sum()) / whole
        apart = np.where(group, change - mean, 0.0)
        value += sign * mean
        influence += sign * weight * apart / whole
        if weights is not None:
            pull = pull + sign * (weights.slope * apart[:, None]).sum(axis=0) / whole
    used = 2
    if fit is not None:
        score = fit.design * (started - fit.chance)[:, None]
        influence += score @ np.linalg.solve(fit.information, pull) / len(change)
        used = 1 + fit.design.shape[1]
    half = _half_width(influence, used, _freedom(weight, started), confidence)
    return Difference(value, value - half, value + half)


def _half_width(influence: Floats, used: int, freedom: float, confidence: float) -> float:
    people = len(influence)
    # Each coefficient that was fitted makes the residuals look smaller than they are.
    variance = float((influence**2).sum()) * people / (people - used)
    return float(stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance))


def _freedom(weight: Floats, started: Flags) -> float:
    return max(effective(weight[started]) + effective(weight[~started]) - 2, 1.0)


def effective(weight: Floats) -> float:
    """How many people of equal weight would say as much (Kish L. Survey Sampling, 1965)."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def weighted_mean(values: Floats, weight: Floats) -> float:
    """A mean in which some count for more."""
    return float((values * weight).sum() / weight.sum())


def pooled_deviation(values: Floats, started: Flags) -> float:
    """The standard deviation within groups, each group counting the same."""
    variances = [float(np.var(values[group], ddof=1)) for group in (started, ~started)]
    return float(np.sqrt(sum(variances) / 2))


def e_values(found: Difference, deviation: float) -> EValue:
    """The E-values of a difference in units of the outcome's standard deviation."""
    nearer = found.lower if found.value > 0 else found.upper
    crosses = found.lower <= 0 <= found.upper
    return EValue(
        _e_value(found.value / deviation), 1.0 if crosses else _e_value(nearer / deviation)
    )


def _e_value(deviations: float) -> float:
    ratio = float(np.exp(PER_DEVIATION * abs(deviations)))
    return ratio + float(np.sqrt(ratio * (ratio - 1)))


def imbalance(values: Floats, started: Flags, weight: npt.NDArray[np.float64]) -> float:
    """How far two groups' weighted means are apart, in standard deviations before weighting."""
    apart = weighted_mean(values[started], weight[started]) - weighted_mean(
        values[~started], weight[~started]
    )
    deviation = pooled_deviation(values, started)
    return abs(apart) / deviation if deviation > 0 else 0.0
