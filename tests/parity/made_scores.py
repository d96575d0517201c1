"""Scores of every outcome measure for a made-up town, with the tables that they are scored by."""

import datetime as dt
import random

WHOLE_NUMBERS = {
    "active_minutes_week": (0, 600), "weight_kg": (60, 120), "bmi": (20, 40),
    "systolic_bp": (100, 180), "diastolic_bp": (60, 110), "hba1c_mmol_mol": (40, 90),
    "six_minute_walk_m": (200, 600), "oxford_hip": (0, 48), "oxford_knee": (0, 48),
    "ons4_satisfaction": (0, 10), "ons4_worthwhile": (0, 10), "ons4_happiness": (0, 10),
    "ons4_anxiety": (0, 10), "ipaq_walking_days": (0, 7), "ipaq_walking_minutes": (0, 400),
    "ipaq_moderate_days": (0, 7), "ipaq_moderate_minutes": (0, 400), "ipaq_vigorous_days": (0, 7),
    "ipaq_vigorous_minutes": (0, 400), "swemwbs_raw": (20, 24),
    "sickness_absence_days_28": (0, 28), "work_status": (1, 3),
}  # fmt: skip
PROFILES = (11111, 21232, 55555)
SCORE_VALUE = "\n".join(
    [
        "scale | measure | recorded | value",
        *(f"swemwbs | swemwbs_raw | {raw} | {raw - 1.5}" for raw in range(20, 24)),
        *(
            f"{scale} | eq5d5l_profile | {profile} | {1 - place / 3:.3f}"
            for scale in ("eq5d5l_uk_2026", "eq5d5l_england_2018", "eq5d5l_crosswalk_2012")
            for place, profile in enumerate(PROFILES)
        ),
    ]
)
OUTCOME_SCALE = """
    scale             | better
    swemwbs           | higher
    weight_kg         | lower
    six_minute_walk_m | higher
    oxford_hip        | higher
    oxford_knee       | higher
"""
MINIMAL_DIFFERENCE = """
    scale             | condition | difference | measured_in         | is_used
    swemwbs           | all       | 1          | points              | true
    weight_kg         | all       | 5          | percent of baseline | true
    weight_kg         | obesity   | 7          | percent of baseline | true
    six_minute_walk_m | cardiac   | 23         | points              | true
    oxford_hip        | all       | 8          | points              | true
    oxford_knee       | all       | 7          | points              | true
    oxford_knee       | all       | 9          | points              | false
"""


def score_rows(of: str, started: dt.date, chance: random.Random) -> list[str]:
    """A person's rows at three times, with gaps; `of` are the columns before the measure."""
    times = [("baseline", 0), ("12_weeks", 84), ("12_months", 364)]
    return [
        f"{of} | {measure} | {timepoint} | {started + dt.timedelta(days=after)} | {score}"
        for timepoint, after in times
        for measure, score in _scores(chance)
        if chance.random() < 0.8
    ]


def _scores(chance: random.Random) -> list[tuple[str, int]]:
    whole = [(measure, chance.randint(*between)) for measure, between in WHOLE_NUMBERS.items()]
    return [*whole, ("eq5d5l_profile", chance.choice(PROFILES))]
