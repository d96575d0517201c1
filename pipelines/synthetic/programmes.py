"""Exercise referral: who was referred, started, stayed and finished, and what was measured.

The funnel is the published one of Northumberland; follow-up is as patchy as in real schemes.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.consents import NEVER, Consents, make_consents
from pipelines.synthetic.instruments import INSTRUMENTS, as_recorded, first_scores, later_scores
from pipelines.synthetic.names import draw_nhs_numbers
from pipelines.synthetic.people import Bools, Floats, Home, Ints, People, day_number
from pipelines.synthetic.preparing import preparing

UPTAKE = 1811 / 2233
"""Share of the referred who started: Hanson 2013, Northumberland, BMJ Open 3:e002849 (81 %)."""
TWELVE_WEEKS = 968 / 1811
"""Share of starters still attending at 12 weeks: the same study (53.5 %)."""
COMPLETION = 777 / 1811
"""Share of starters who completed 24 weeks: the same study (42.9 %)."""
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
    drawn = Referrals(
        client=client,
        referred=referred,
        started=started,
        last_attended=last,
        completed=_by(started + attended, end, begun & finished),
        programme=_draw(PROGRAMMES, count, rng),
        condition=_draw(CONDITIONS, count, rng),
        referrer=_draw(REFERRERS, count, rng),
    )
    return replace(
        drawn, programme=preparing(drawn.programme, drawn.condition, drawn.referrer, seed)
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
    followed_up = _FollowUp(
        starters, referrals.started[starters], referrals.condition[starters], seen, end
    )
    asked: dict[str, Bools] = {}
    parts = [_scores_of(name, followed_up, asked, rng) for name in INSTRUMENTS]
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Scores(*(np.concatenate(list(column)) for column in columns))


@dataclass(frozen=True)
class _FollowUp:
    """Starters: their referral, first day and condition, and who was seen at each point."""

    referral: Ints
    started: Ints
    condition: npt.NDArray[np.str_]
    seen: tuple[Bools, Bools, Bools]
    end: int


def _scores_of(
    name: str, starters: _FollowUp, asked: dict[str, Bools], rng: np.random.Generator
) -> Scores:
    count = len(starters.referral)
    taken = _taken(name, starters.condition, asked, rng)
    score = first_scores(name, count, rng)
    parts = []
    for timepoint, after, present in zip(
        TIMEPOINTS, (0, ADHERED_DAYS, YEAR_DAYS), starters.seen, strict=True
    ):
        day = starters.started + after + (rng.integers(0, 10, count) if after else 0)
        if after == ADHERED_DAYS:
            score = later_scores(name, score, rng)
        here = taken & present & (day <= starters.end)
        values = as_recorded(name, score, here)
        texts = np.full(int(here.sum()), name), np.full(int(here.sum()), timepoint)
        parts.append((starters.referral[here], *texts, day[here], values))
    return Scores(*(np.concatenate(list(column)) for column in zip(*parts, strict=True)))


def _taken(
    name: str, condition: npt.NDArray[np.str_], asked: dict[str, Bools], rng: np.random.Generator
) -> Bools:
    """Who is asked; `asked` remembers it for the other measures of the same sheet."""
    instrument = INSTRUMENTS[name]
    if instrument.sheet in asked:
        return asked[instrument.sheet]
    taken = rng.random(len(condition)) < instrument.measured
    if instrument.conditions:
        taken = taken & np.isin(condition, instrument.conditions)
    if instrument.sheet:
        asked[instrument.sheet] = taken
    return taken


def _by(day: Ints, end: int, happened: Bools) -> Ints:
    """The day, where it happened by the end of the delivery."""
    return np.where(happened & (day <= end), day, NEVER)


def _draw(shares: dict[str, float], count: int, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    return rng.choice(list(shares), count, p=list(shares.values()))
