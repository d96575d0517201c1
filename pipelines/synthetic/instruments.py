"""Outcome measures of made-up programmes: who is asked, how scores spread, and how they change.

Means, spreads and changes are assumptions of a plausible size, not results of any scheme.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.synthetic.people import Bools, Floats

INACTIVE_AT_ENTRY = 0.65
"""Share under 30 active minutes a week at the start: an assumption, between 60 and 70 %."""
PROFILE = "eq5d5l_profile"
DIMENSIONS = 5


@dataclass(frozen=True)
class Instrument:
    """One outcome measure: how often it is taken, its spread, its change, its plausible range.

    Measures with the same `sheet` are asked together; `conditions` limits whom they are asked.
    """

    measured: float
    mean: float
    spread: float
    change: float
    change_spread: float
    lowest: float
    highest: float
    decimals: int
    sheet: str = ""
    conditions: tuple[str, ...] = ()


INSTRUMENTS: Mapping[str, Instrument] = {
    "active_minutes_week": Instrument(0.97, 0, 0, 60, 70, 0, 2000, 0),
    "swemwbs_raw": Instrument(0.7, 22, 4.5, 1.5, 3, 7, 35, 0),
    "weight_kg": Instrument(0.8, 90, 18, -1.5, 3, 42, 200, 1),
    "systolic_bp": Instrument(0.6, 138, 15, -4, 9, 90, 210, 0, "blood pressure"),
    "diastolic_bp": Instrument(0.6, 84, 10, -2, 6, 50, 120, 0, "blood pressure"),
    "bmi": Instrument(0.5, 32, 5, -0.5, 1.1, 17, 60, 1),
    PROFILE: Instrument(0.5, 1.9, 0.9, -0.3, 0.5, 1, 5, 0),
    "ons4_satisfaction": Instrument(0.4, 6.3, 2, 0.5, 1.5, 0, 10, 0, "ons4"),
    "ons4_worthwhile": Instrument(0.4, 6.6, 2, 0.4, 1.5, 0, 10, 0, "ons4"),
    "ons4_happiness": Instrument(0.4, 6.2, 2.1, 0.5, 1.7, 0, 10, 0, "ons4"),
    "ons4_anxiety": Instrument(0.4, 4.1, 2.6, -0.5, 2, 0, 10, 0, "ons4"),
    "ipaq_walking_days": Instrument(0.4, 2.5, 2, 0.8, 1.5, 0, 7, 0, "ipaq"),
    "ipaq_walking_minutes": Instrument(0.4, 20, 15, 8, 12, 0, 240, 0, "ipaq"),
    "ipaq_moderate_days": Instrument(0.4, 0.8, 1.2, 0.7, 1.2, 0, 7, 0, "ipaq"),
    "ipaq_moderate_minutes": Instrument(0.4, 15, 15, 10, 15, 0, 240, 0, "ipaq"),
    "ipaq_vigorous_days": Instrument(0.4, 0.2, 0.6, 0.3, 0.8, 0, 7, 0, "ipaq"),
    "ipaq_vigorous_minutes": Instrument(0.4, 8, 12, 6, 12, 0, 240, 0, "ipaq"),
    "hba1c_mmol_mol": Instrument(
        0.6, 55, 11, -2, 7, 35, 130, 0, conditions=("type_2_diabetes", "obesity")
    ),
    "six_minute_walk_m": Instrument(
        0.5, 390, 90, 35, 45, 40, 750, 0,
        conditions=("cardiac", "respiratory", "musculoskeletal"),
    ),
    "oxford_hip": Instrument(0.3, 25, 8, 4, 6, 0, 48, 0, conditions=("musculoskeletal",)),
    "oxford_knee": Instrument(0.45, 24, 8, 4, 6, 0, 48, 0, conditions=("musculoskeletal",)),
}  # fmt: skip


def first_scores(name: str, count: int, rng: np.random.Generator) -> Floats:
    """Scores at the start; of a profile, one column for each dimension."""
    if name == "active_minutes_week":
        a_little = np.where(rng.random(count) < 0.6, 0, rng.integers(1, 29, count))
        enough = 30 + rng.gamma(1.5, 50, count)
        return np.where(rng.random(count) < INACTIVE_AT_ENTRY, a_little, enough)
    instrument = INSTRUMENTS[name]
    drawn = rng.normal(instrument.mean, instrument.spread, _size(name, count))
    return np.clip(drawn, instrument.lowest, instrument.highest)


def later_scores(name: str, before: Floats, rng: np.random.Generator) -> Floats:
    """Scores after twelve weeks: the first ones, moved."""
    instrument = INSTRUMENTS[name]
    change = rng.normal(instrument.change, instrument.change_spread, before.shape)
    return np.clip(before + change, instrument.lowest, instrument.highest)


def as_recorded(name: str, scores: Floats, there: Bools) -> Floats:
    """Scores as they are written down; a profile is a number of five digits."""
    rounded: Floats = np.round(scores[there], INSTRUMENTS[name].decimals)
    if name == PROFILE:
        return rounded @ 10.0 ** np.arange(DIMENSIONS - 1, -1, -1)
    return rounded


def _size(name: str, count: int) -> tuple[int, ...]:
    return (count, DIMENSIONS) if name == PROFILE else (count,)
