"""A made-up programme whose effect is known, and who starts it: what an evaluation must recover.

Those who start are older, less deprived and more active before, and would have changed otherwise
than the others without any programme. All numbers are assumptions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.people import Bools, Floats

PART = 61
"""The generator of this part: no other part's draws move when it is used."""
LEVELS: Mapping[str, tuple[tuple[str, float, float, float], ...]] = {
    "age_band": (
        ("19-34", 0.2, -0.5, 6.0),
        ("35-49", 0.3, 0.0, 2.0),
        ("50-64", 0.3, 0.3, -2.0),
        ("65+", 0.2, 0.6, -8.0),
    ),
    "sex": (("1", 0.42, -0.1, 0.0), ("2", 0.58, 0.1, 0.0)),
    "deprivation_quintile": (
        ("1 most deprived fifth", 0.3, -0.5, -6.0),
        ("2", 0.25, -0.2, -3.0),
        ("3", 0.2, 0.0, 0.0),
        ("4", 0.15, 0.2, 3.0),
        ("5 least deprived fifth", 0.1, 0.4, 6.0),
    ),
    "condition": (
        ("musculoskeletal", 0.3, 0.2, 0.0),
        ("obesity", 0.3, 0.0, 2.0),
        ("mental_health", 0.2, -0.4, -4.0),
        ("type_2_diabetes", 0.2, 0.1, 0.0),
    ),
}
"""Of each level: its share of people, its log odds of starting, and its own trend in minutes."""
STARTS, PULL_OF_MINUTES = 0.4, 0.5
NONE_BEFORE, SHAPE, SCALE = 0.25, 2.0, 35.0
KEPT, USUAL, NOISE = 0.6, 28.0, 30.0


@dataclass(frozen=True)
class EvaluatedWorld:
    """One entry a person: who started, their levels, and minutes a week before and after."""

    started: Bools
    levels: Mapping[str, npt.NDArray[np.str_]]
    before: Floats
    after: Floats


def make_evaluated_world(
    count: int, effect: float, seed: int, *, hidden_pull: float = 0.0
) -> EvaluatedWorld:
    """So many people referred, of whom some start and gain `effect` minutes a week.

    With `hidden_pull` something that nobody records makes people both start and be active.
    """
    rng = np.random.default_rng([seed, PART])
    log_odds, trend = np.full(count, STARTS), np.zeros(count)
    levels = {}
    for name, rows in LEVELS.items():
        drawn = rng.choice(len(rows), count, p=[share for _, share, _, _ in rows])
        levels[name] = np.array([word for word, _, _, _ in rows], dtype=np.str_)[drawn]
        log_odds += np.array([odds for _, _, odds, _ in rows])[drawn]
        trend += np.array([own for _, _, _, own in rows])[drawn]
    none = rng.random(count) < NONE_BEFORE
    before = np.where(none, 0.0, rng.gamma(SHAPE, SCALE, count))
    log_odds += PULL_OF_MINUTES * (before - before.mean()) / before.std()
    hidden = rng.normal(0.0, 1.0, count)
    log_odds += hidden_pull * hidden
    started = rng.random(count) < 1 / (1 + np.exp(-log_odds))
    without = KEPT * before + USUAL + trend + rng.normal(0.0, NOISE, count)
    without = np.maximum(without + hidden_pull * NOISE * hidden, 0.0)
    return EvaluatedWorld(started, levels, before, without + effect * started)
