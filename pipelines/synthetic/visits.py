"""When and where members come in: at most once a day each, so that no clean visit breaks a rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.synthetic.memberships import Memberships, window_start
from pipelines.synthetic.people import CATCHMENTS, NOWHERE, Home, Ints, People, day_number
from pipelines.synthetic.places import Neighbourhood
from pipelines.synthetic.world import World

ACTIVE_SHAPE, ACTIVE_SCALE, INACTIVE_MEAN = 1.1, 42.0, 4.0
"""Visits a year: gamma for most members, with a long tail; a few for the inactive. Assumptions."""
MOST_VISITS = 260

MONTH_WEIGHTS = (
    1.25, 1.15, 1.1, 1.0, 0.98, 0.95, 0.9, 0.85, 1.0, 1.02, 1.0, 0.75,
)  # fmt: skip
WEEKDAY_WEIGHTS = (1.2, 1.15, 1.1, 1.05, 0.9, 0.8, 0.8)
PEAKS = ((7.5, 0.8, 0.25), (12.5, 1.2, 0.25), (18.3, 1.3, 0.5))
"""Hour, spread and share of the day's three busy times. Assumptions."""
OPENS, CLOSES = 6 * 3600 + 1800, 21 * 3600 + 1800

CLUBS_PER_ICB = 4
CLUBS = 3 * CLUBS_PER_ICB
ELSEWHERE = 0.08
ACTIVITIES = 6
STAY_MINUTES, LONG_STAY = (70, 55, 65, 75, 60, 80), 1.5
"""Usual minutes in the building, by activity; a few stay much longer, for the café. Assumptions."""
KINDS = 10


@dataclass(frozen=True)
class Visits:
    """One entry a visit, in order of time. `kind` is a die from 0 to 9 for the vendor's shape."""

    member: Ints
    day: Ints
    second: Ints
    club: Ints
    activity: Ints
    kind: Ints

    def __len__(self) -> int:
        return len(self.member)

    def part(self, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]] | Ints) -> "Visits":
        """Some of the visits."""
        return Visits(*(column[chosen] for column in vars(self).values()))


def make_visits(world: World, members: Memberships, home: Home) -> Visits:
    """A year of visits of all members of one operator."""
    rng = np.random.default_rng([world.seed, 4, home])
    start, end = window_start(world.through), day_number(world.through)
    member, day = _days(world.people, members, start, end, rng)
    clubs = _home_clubs(members, world.neighbourhoods, home)[member]
    away = rng.random(len(member)) < ELSEWHERE
    club = np.where(away, rng.integers(0, CLUBS, len(member)), clubs)
    visits = Visits(
        member=_carried_by(members, member, day),
        day=day,
        second=_seconds(len(member), rng),
        club=club,
        activity=np.minimum(rng.geometric(0.35, len(member)) - 1, ACTIVITIES - 1),
        kind=rng.integers(0, KINDS, len(member)),
    )
    return visits.part(np.lexsort((visits.member, visits.second, visits.day)))


def _days(
    people: People, members: Memberships, start: int, end: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    first_records = np.flatnonzero(~np.isin(np.arange(len(members)), members.second))
    count = len(first_records)
    lazy = people.inactive[members.person[first_records]]
    a_year = np.where(
        lazy, rng.gamma(1.0, INACTIVE_MEAN, count), rng.gamma(ACTIVE_SHAPE, ACTIVE_SCALE, count)
    )
    opens = np.maximum(members.joined[first_records], start)
    closes = np.minimum(members.left[first_records], end)
    length = np.maximum(closes - opens + 1, 0)
    most = max(MONTH_WEIGHTS) * max(WEEKDAY_WEIGHTS)
    # More are drawn than kept, because the busiest days set the scale of acceptance below.
    drawn = rng.poisson(np.minimum(a_year, MOST_VISITS) * length / 365 * most)
    member = np.repeat(first_records, drawn)
    day = np.repeat(opens, drawn) + (rng.random(len(member)) * np.repeat(length, drawn)).astype(
        np.int64
    )
    kept = rng.random(len(member)) * most < _weights(day)
    once = np.unique(member[kept] * 100_000 + day[kept])
    return once // 100_000, once % 100_000


def _weights(day: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weekday = (day + 3) % 7
    return np.asarray(np.array(MONTH_WEIGHTS)[month] * np.array(WEEKDAY_WEIGHTS)[weekday])


def _seconds(count: int, rng: np.random.Generator) -> Ints:
    hours, spreads, shares = (np.array(column) for column in zip(*PEAKS, strict=True))
    peak = rng.choice(len(PEAKS), count, p=shares)
    seconds = (rng.normal(hours[peak], spreads[peak]) * 3600).astype(np.int64)
    return np.clip(seconds, OPENS + rng.integers(0, 3600, count), CLOSES)


def _home_clubs(members: Memberships, neighbourhoods: Sequence[Neighbourhood], home: Home) -> Ints:
    catchment = CATCHMENTS[home]
    ranks = [
        catchment.index(n.icb_code) if n.icb_code in catchment else k % len(catchment)
        for k, n in enumerate(neighbourhoods)
    ]
    place = members.details.place
    return np.array(ranks)[place] * CLUBS_PER_ICB + place % CLUBS_PER_ICB


def _carried_by(members: Memberships, member: Ints, day: Ints) -> Ints:
    """Which of a person's two records the card at the gate belonged to."""
    second, split = members.second[member], members.split[member]
    turned = np.where(split > 0, day >= split, day % 2 == 1)
    return np.where((second != NOWHERE) & turned, second, member)


def stay_seconds(visits: Visits) -> Ints:
    """How long each visit lasts, where somebody notes when it ends: by activity, with a tail."""
    typical = np.array(STAY_MINUTES)[visits.activity] * 60
    die = (visits.second * 7919 + visits.day * 104_729) % 1000
    share = 0.5 + die / 1000 + np.where(die >= 950, LONG_STAY, 0)
    before_midnight = 24 * 3600 - 1 - visits.second
    return np.asarray(np.minimum((typical * share).astype(np.int64), before_midnight))
