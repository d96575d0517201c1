"""Dirt in referrals and outcome measures."""

import datetime as dt

from pipelines.synthetic.dirt_in_people import MOVEWELL
from pipelines.synthetic.planting import (
    KEPT,
    Dirt,
    Fate,
    Pen,
    Plant,
    Row,
    put,
    put_one_of,
    quarantined,
    twice,
)

SHARE = 0.003
IMPOSSIBLE = {
    "active_minutes_week": "50594040",
    "swemwbs_raw": "70",
    "weight_kg": "9.2",
    "systolic_bp": "1380",
    "diastolic_bp": "8",
    "bmi": "320",
    "eq5d5l_profile": "11116",
    "hba1c_mmol_mol": "7.2",
    "six_minute_walk_m": "3900",
    "oxford_hip": "60",
    "oxford_knee": "60",
    **dict.fromkeys(("ons4_satisfaction", "ons4_worthwhile", "ons4_happiness"), "11"),
    "ons4_anxiety": "11",
    **{f"ipaq_{kind}_days": "8" for kind in ("walking", "moderate", "vigorous")},
    "sickness_absence_days_28": "29",
    "work_status": "4",
    **{f"ipaq_{kind}_minutes": "1441" for kind in ("walking", "moderate", "vigorous")},
}
"""A score that each instrument cannot give: a slip, or another unit (HbA1c in per cent)."""


def _moved(row: Row, column: str, base: str, days: int) -> list[Row]:
    """One date so many days from another; unfit where either is empty."""
    if not row[column] or not row[base]:
        return []
    day = dt.date.fromisoformat(str(row[base])) + dt.timedelta(days=days)
    return [{**row, column: day.isoformat()}]


def _in_future(column: str, base: str) -> Plant:
    return lambda row, _: _moved(row, column, base, 3652)


def _impossible(row: Row, _: Pen) -> list[Row]:
    return [{**row, "score": IMPOSSIBLE[str(row["measure"])]}]


def _kind(
    name: str, table: str, planted: str, fate: Fate, plant: Plant, share: float = SHARE
) -> Dirt:
    return Dirt(name, MOVEWELL, table, planted, fate, share, plant)


IN_PROGRAMMES = (
    _kind("started_before_referred", "referral", "a start before the referral",
          quarantined("referral.started_before_referred"),
          lambda row, _: _moved(row, "started_on", "referred_on", -10)),
    _kind("completed_before_started", "referral", "completed before started",
          quarantined("referral.completed_before_started"),
          lambda row, _: _moved(row, "completed_on", "started_on", -5)),
    _kind("completed_in_future", "referral", "completed ten years from now",
          quarantined("referral.referred_in_future"), _in_future("completed_on", "started_on")),
    _kind("referral_twice", "referral", "the same referral twice",
          quarantined("referral.duplicate_referral"), twice),
    _kind("referral_nhs_number_wrong", "referral", "an NHS number of no issued range",
          quarantined("referral.nhs_number.form"),
          put("nhs_number", lambda text, _: "0" + str(text)[1:])),
    _kind("referred_on_serial", "referral", "a date as a spreadsheet's serial number",
          quarantined("referral.referred_on.type"), put("referred_on", "46023")),
    _kind("condition_free_text", "referral", "a condition in the referrer's own words",
          quarantined("referral.condition.allowed"),
          put_one_of("condition", "bad knees", "T2DM", "low mood")),
    _kind("condition_missing", "referral", "no condition",
          quarantined("referral.condition.required"), put("condition", "")),
    _kind("notes_of_several_lines", "referral", "notes with a line break, commas and quotes",
          KEPT, put("notes", 'Prefers mornings, "not Mondays",\nasks for a quiet room'), 0.02),
    _kind("score_impossible", "outcome_measure", "a score that the instrument cannot give",
          quarantined("outcome_measure.score_out_of_range"), _impossible),
    _kind("score_twice", "outcome_measure", "the same score twice",
          quarantined("outcome_measure.duplicate_score"), twice),
    _kind("score_in_words", "outcome_measure", "a word for a score",
          quarantined("outcome_measure.score.type"),
          put_one_of("score", "not done", "refused", "82,5")),
    _kind("measure_unknown", "outcome_measure", "an instrument that nobody agreed",
          quarantined("outcome_measure.measure.allowed"), put("measure", "phq9")),
    _kind("recorded_in_future", "outcome_measure", "measured ten years from now",
          quarantined("outcome_measure.recorded_in_future"),
          _in_future("recorded_on", "recorded_on")),
)  # fmt: skip
"""Every kind that is planted in a row about a programme."""
