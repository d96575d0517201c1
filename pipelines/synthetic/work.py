"""Work and sickness absence of made-up programmes' starters, where they were asked.

Shares are assumptions of a plausible size, not results of any scheme: most who are off sick return
by themselves, as in life.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.synthetic.consents import NEVER
from pipelines.synthetic.people import Bools, Ints, day_number
from pipelines.synthetic.programmes import (
    ADHERED_DAYS,
    TIMEPOINTS,
    YEAR_DAYS,
    Referrals,
    Scores,
)

ABSENCE, STATUS = "sickness_absence_days_28", "work_status"
AT_WORK, OFF_SICK, NOT_IN_WORK = 1, 2, 3
AT_ENTRY = {AT_WORK: 0.42, OFF_SICK: 0.16, NOT_IN_WORK: 0.42}
AFTERWARDS = {
    AT_WORK: {AT_WORK: 0.93, OFF_SICK: 0.04, NOT_IN_WORK: 0.03},
    OFF_SICK: {AT_WORK: 0.5, OFF_SICK: 0.38, NOT_IN_WORK: 0.12},
    NOT_IN_WORK: {AT_WORK: 0.05, OFF_SICK: 0.0, NOT_IN_WORK: 0.95},
}
ASKED = {0: 0.8, ADHERED_DAYS: 0.5, YEAR_DAYS: 0.35}
"""Share asked at the start, of these at 12 weeks, and of these at 12 months."""
DAYS_LOST_AT_WORK = 1.2
"""Mean days of absence in 28 of people who are at work."""


def make_work_scores(referrals: Referrals, through: dt.date, seed: int) -> Scores:
    """Work status and days of absence at three points, from draws of their own."""
    rng = np.random.default_rng([seed, 14])
    starters = np.flatnonzero(referrals.started != NEVER)
    count = len(starters)
    asked: Bools = np.ones(count, dtype=bool)
    status = _drawn(AT_ENTRY, count, rng)
    parts: list[Scores] = []
    for timepoint, (after, share) in zip(TIMEPOINTS, ASKED.items(), strict=True):
        if after:
            status = _later(status, rng)
        asked = asked & (rng.random(count) < share)
        days = _days_lost(status, rng)
        late = rng.integers(0, 10, count) if after else np.zeros(count, dtype=np.int64)
        day = referrals.started[starters] + after + late
        here = asked & (day <= day_number(through))
        working = here & (status != NOT_IN_WORK)
        parts += [
            _scores(STATUS, timepoint, starters[here], day[here], status[here]),
            _scores(ABSENCE, timepoint, starters[working], day[working], days[working]),
        ]
    return joined(parts)


def joined(parts: Sequence[Scores]) -> Scores:
    """Several sheets of scores as one."""
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Scores(*(np.concatenate(list(column)) for column in columns))


def _scores(measure: str, timepoint: str, referral: Ints, day: Ints, score: Ints) -> Scores:
    texts = np.full(len(referral), measure), np.full(len(referral), timepoint)
    return Scores(referral, *texts, day, score.astype(np.float64))


def _later(status: Ints, rng: np.random.Generator) -> Ints:
    later = status.copy()
    for before, shares in AFTERWARDS.items():
        drawn = _drawn(shares, len(status), rng)
        later = np.where(status == before, drawn, later)
    return later


def _days_lost(status: Ints, rng: np.random.Generator) -> Ints:
    """Some or all of 28 days for those off sick, a few for those at work."""
    off_sick = rng.integers(10, 29, len(status))
    at_work = np.minimum(rng.poisson(DAYS_LOST_AT_WORK, len(status)), 28)
    return np.where(status == OFF_SICK, off_sick, at_work)


def _drawn(shares: Mapping[int, float], count: int, rng: np.random.Generator) -> Ints:
    drawn: Ints = rng.choice(list(shares), count, p=list(shares.values()))
    return drawn
