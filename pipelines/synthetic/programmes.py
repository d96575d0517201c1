"""Exercise referral: who was referred, started, stayed and finished, and what was measured.

The funnel is the published one of Northumberland; follow-up is as patchy as in real schemes.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.consents import NEVER, Consents, make_consents
from pipelines.synthetic.names import draw_nhs_numbers
from pipelines.synthetic.people import Bools, Floats, Home, Ints, People, day_number

UPTAKE = 1811 / 2233
"""Share of the referred who started: Hanson 2013, Northumberland, BMJ Open 3:e002849 (81 %)."""
TWELVE_WEEKS = 968 / 1811
"""Share of starters still attending at 12 weeks: the same study (53.5 %)."""
COMPLETION = 777 / 1811
"""Share of starters who completed 24 weeks: the same study (42.9 %)."""
INACTIVE_AT_ENTRY = 0.65
"""Share under 30 active minutes a week at the start: an assumption, between 60 and 70 %."""

HISTORY_DAYS, ADHERED_DAYS, PROGRAMME_DAYS, YEAR_DAYS = 730, 84, 168, 364
ALSO_MEMBERS = 0.04
REFERRED_AGAIN = 0.08

PROGRAMMES = {
    "exercise_on_referral": 0.7,
    "weight_management": 0.18,
    "cardiac_rehab": 0.07,
    "falls_prevention": 0.05,
}
CONDITIONS = {
    "musculoskeletal": 0.24, "obesity": 0.2, "mental_health": 0.17, "hypertension": 0.13,
    "type_2_diabetes": 0.12, "cardiac": 0.06, "respiratory": 0.04, "other": 0.04,
}  # fmt: skip
REFERRERS = {
    "general_practice": 0.62,
    "physiotherapy": 0.14,
    "hospital": 0.1,
    "self": 0.06,
    "pharmacy": 0.04,
    "other": 0.04,
}

FOLLOWED_UP_STAYERS, FOLLOWED_UP_LEAVERS, FOLLOWED_UP_YEAR = 0.8, 0.15, 0.3
"""Share measured at 12 weeks among those who stayed and who left, and of these at 12 months.
Together about half of all starters: the share followed up in BMJ Open DRC 10:e002736."""

TIMEPOINTS = ("baseline", "12_weeks", "12_months")


@dataclass(frozen=True)
class Instrument:
    """One outcome measure: how often it is taken, its spread, its change, its plausible range."""

    measured: float
    mean: float
    spread: float
    change: float
    change_spread: float
    lowest: float
    highest: float
    decimals: int


INSTRUMENTS = {
    "active_minutes_week": Instrument(0.97, 0, 0, 60, 70, 0, 2000, 0),
    "swemwbs_raw": Instrument(0.7, 22, 4.5, 1.5, 3, 7, 35, 0),
    "weight_kg": Instrument(0.8, 90, 18, -1.5, 3, 42, 200, 1),
    "systolic_bp": Instrument(0.6, 138, 15, -4, 9, 90, 210, 0),
}
"""Means, spreads and changes are assumptions of a plausible size, not results of any scheme."""


@dataclass(frozen=True)
class Clients:
    """One entry a client of the platform."""

    person: Ints
    number: Ints
    nhs_number: Ints
    registered: Ints
    consents: Consents


@dataclass(frozen=True)
class Referrals:
    """One entry a referral; days that did not come are NEVER."""

    client: Ints
    referred: Ints
    started: Ints
    last_attended: Ints
    completed: Ints
    programme: npt.NDArray[np.str_]
    condition: npt.NDArray[np.str_]
    referrer: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.client)


@dataclass(frozen=True)
class Scores:
    """One entry a score."""

    referral: Ints
    measure: npt.NDArray[np.str_]
    timepoint: npt.NDArray[np.str_]
    day: Ints
    score: Floats


def make_clients(people: People, through: dt.date, seed: int) -> Clients:
    """Everyone on the platform: its own people, and some members of the leisure operators."""
    rng = np.random.default_rng([seed, 5])
    end = day_number(through)
    adult = people.birth_day < end - 18 * 366
    shared = (people.home != Home.MOVEWELL) & adult & (rng.random(len(people)) < ALSO_MEMBERS)
    person = np.flatnonzero((people.home == Home.MOVEWELL) | shared)
    registered = end - rng.integers(30, HISTORY_DAYS, len(person))
    return Clients(
        person=person,
        number=1 + rng.permutation(len(person) * 2)[: len(person)],
        nhs_number=draw_nhs_numbers(len(person), rng),
        registered=registered,
        consents=make_consents(registered, end - HISTORY_DAYS, end, False, rng),
    )


def make_referrals(clients: Clients, through: dt.date, seed: int) -> Referrals:
    """The first referral of each client, and a second of a few."""
    rng = np.random.default_rng([seed, 6])
    end = day_number(through)
    again = np.flatnonzero(
        (rng.random(len(clients.person)) < REFERRED_AGAIN) & (clients.registered < end - 300)
    )
    client = np.concatenate([np.arange(len(clients.person)), again])
    referred = clients.registered[client].copy()
    referred[len(clients.person) :] += 200 + rng.integers(0, 90, len(again))
    count = len(client)
    started = referred + rng.integers(5, 50, count)
    started = _by(started, end, rng.random(count) < UPTAKE)
    stage = rng.random(count)
    finished, stayed = stage < COMPLETION, stage < TWELVE_WEEKS
    attended = np.where(
        finished,
        PROGRAMME_DAYS + rng.integers(0, 14, count),
        np.where(
            stayed,
            rng.integers(ADHERED_DAYS, PROGRAMME_DAYS, count),
            rng.integers(0, ADHERED_DAYS, count),
        ),
    )
    begun = started != NEVER
    last = np.where(begun, np.minimum(started + attended, end), NEVER)
    return Referrals(
        client=client,
        referred=referred,
        started=started,
        last_attended=last,
        completed=_by(started + attended, end, begun & finished),
        programme=_draw(PROGRAMMES, count, rng),
        condition=_draw(CONDITIONS, count, rng),
        referrer=_draw(REFERRERS, count, rng),
    )


def make_scores(referrals: Referrals, through: dt.date, seed: int) -> Scores:
    """Scores at three points, missing as often as they are in real programmes."""
    rng = np.random.default_rng([seed, 7])
    end = day_number(through)
    starters = np.flatnonzero(referrals.started != NEVER)
    stayed = (referrals.last_attended - referrals.started)[starters] >= ADHERED_DAYS
    followed = rng.random(len(starters)) < np.where(
        stayed, FOLLOWED_UP_STAYERS, FOLLOWED_UP_LEAVERS
    )
    a_year_on = followed & (rng.random(len(starters)) < FOLLOWED_UP_YEAR)
    seen = (np.ones(len(starters), dtype=bool), followed, a_year_on)
    parts = [
        _scores_of(name, starters, referrals.started[starters], seen, end, rng)
        for name in INSTRUMENTS
    ]
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Scores(*(np.concatenate(list(column)) for column in columns))


def _scores_of(
    name: str,
    starters: Ints,
    started: Ints,
    seen: tuple[Bools, Bools, Bools],
    end: int,
    rng: np.random.Generator,
) -> Scores:
    instrument = INSTRUMENTS[name]
    count = len(starters)
    taken = rng.random(count) < instrument.measured
    score = _baseline(name, instrument, count, rng)
    parts = []
    for timepoint, after, present in zip(
        TIMEPOINTS, (0, ADHERED_DAYS, YEAR_DAYS), seen, strict=True
    ):
        day = started + after + (rng.integers(0, 10, count) if after else 0)
        if after == ADHERED_DAYS:
            change = rng.normal(instrument.change, instrument.change_spread, count)
            score = np.clip(score + change, instrument.lowest, instrument.highest)
        here = taken & present & (day <= end)
        values = np.round(score[here], instrument.decimals)
        texts = np.full(int(here.sum()), name), np.full(int(here.sum()), timepoint)
        parts.append((starters[here], *texts, day[here], values))
    return Scores(*(np.concatenate(list(column)) for column in zip(*parts, strict=True)))


def _baseline(name: str, instrument: Instrument, count: int, rng: np.random.Generator) -> Floats:
    if name != "active_minutes_week":
        drawn = rng.normal(instrument.mean, instrument.spread, count)
        return np.clip(drawn, instrument.lowest, instrument.highest)
    a_little = np.where(rng.random(count) < 0.6, 0, rng.integers(1, 29, count))
    enough = 30 + rng.gamma(1.5, 50, count)
    return np.where(rng.random(count) < INACTIVE_AT_ENTRY, a_little, enough)


def _by(day: Ints, end: int, happened: Bools) -> Ints:
    """The day, where it happened by the end of the delivery."""
    return np.where(happened & (day <= end), day, NEVER)


def _draw(shares: dict[str, float], count: int, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    return rng.choice(list(shares), count, p=list(shares.values()))
