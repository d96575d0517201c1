"""The chance of starting, by logistic regression, and the weights that make two groups alike.

Overlap weights: Li F, Morgan KL, Zaslavsky AM. Balancing covariates via propensity score weighting.
J Am Stat Assoc 2018;113:390-400. Weights of odds: Hirano K, Imbens GW, Ridder G. Econometrica
2003;71:1161-89.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.core.protocol import Method

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STEPS, ENOUGH = 50, 1e-10
STEEPEST = 12.0
"""Log odds beyond this say that some people could only ever be in one group."""


@dataclass(frozen=True)
class Propensity:
    """Each person's fitted chance of starting, and the information of the fit a person."""

    design: Floats
    chance: Floats
    information: Floats


@dataclass(frozen=True)
class Weights:
    """What each person counts for, and how that changes with each coefficient of the model."""

    weight: Floats
    slope: Floats


def propensity(design: Floats, started: Flags) -> Propensity | None:
    """The maximum-likelihood fit; none where it does not exist: the groups do not overlap."""
    coefficients = np.zeros(design.shape[1])
    target = started.astype(np.float64)
    for _ in range(STEPS):
        chance = _chance(design @ coefficients)
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        score = design.T @ (target - chance)
        if np.linalg.matrix_rank(information) < len(coefficients):
            return None
        step = np.linalg.solve(information, score)
        coefficients = coefficients + step
        if np.max(np.abs(design @ coefficients)) > STEEPEST:
            return None
        if np.max(np.abs(step)) < ENOUGH:
            chance = _chance(design @ coefficients)
            spread = (chance * (1 - chance))[:, None]
            return Propensity(design, chance, (design * spread).T @ design / len(target))
    return None


def weights_of(fit: Propensity, started: Flags, method: Method) -> Weights:
    """Each person's weight under a method, and its slope along each coefficient."""
    chance = fit.chance
    if method is Method.OVERLAP:
        weight = np.where(started, 1 - chance, chance)
        slope = np.where(started, -1.0, 1.0) * chance * (1 - chance)
    else:
        odds = chance / (1 - chance)
        weight = np.where(started, 1.0, odds)
        slope = np.where(started, 0.0, odds)
    return Weights(weight, slope[:, None] * fit.design)


def _chance(log_odds: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return chance
