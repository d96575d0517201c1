"""Records that a leisure operator keeps of its members, one or, through muddle, two a person."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.consents import NEVER, Consents, make_consents
from pipelines.synthetic.details import Details, write_down
from pipelines.synthetic.people import NOWHERE, Bools, Home, Ints, day_number
from pipelines.synthetic.traps import AT_ONE
from pipelines.synthetic.world import World

WINDOW_DAYS = 365
"""How much attendance a delivery holds."""

STATUSES = {"active": 0.79, "lapsed": 0.12, "cancelled": 0.06, "pending": 0.01, "frozen": 0.02}
DOUBLES, REJOINED = 0.004, 0.005
MEAN_DAYS_SINCE_JOINING = 900
FIRST_NUMBER = {Home.HARBOUR: 2_000_001, Home.PARKSIDE: 10_001}


@dataclass(frozen=True)
class Memberships:
    """One entry a membership. `second` points to the same person's other membership, which takes
    visits from `split` on, or every odd day where `split` is 0."""

    person: Ints
    number: Ints
    joined: Ints
    left: Ints
    status: npt.NDArray[np.str_]
    household: Ints
    second: Ints
    split: Ints
    consents: Consents
    details: Details
    planted: dict[str, int]

    def __len__(self) -> int:
        return len(self.person)

    def steady(self, start: int) -> Bools:
        """Members whose single record any planted row may be hung on."""
        return np.asarray(self.consents.steady(start - 1) & (self.joined < start))


def window_start(through: dt.date) -> int:
    """The first day of attendance, as a day number."""
    return day_number(through) - WINDOW_DAYS + 1


def make_memberships(world: World, home: Home) -> Memberships:
    """Everyone's membership with one operator, with the muddles that are switched on."""
    rng = np.random.default_rng([world.seed, 2, home])
    person = world.belonging.persons(world.people, home)
    count, start, end = len(person), window_start(world.through), day_number(world.through)
    ago = rng.exponential(MEAN_DAYS_SINCE_JOINING, count).astype(np.int64)
    joined = end - 30 - np.minimum(ago, 8 * 365)
    status = rng.choice(list(STATUSES), count, p=list(STATUSES.values()))
    left = np.maximum(joined, start) + rng.integers(20, WINDOW_DAYS, count)
    left = np.where(np.isin(status, ["lapsed", "cancelled", "frozen"]), left, NEVER)
    details = world.belonging.moved(write_down(world.people, person), person, home)
    unreadable = home == Home.HARBOUR and "consent_event_unknown" in world.enabled
    base = Memberships(
        person=person,
        number=FIRST_NUMBER[home] + rng.permutation(2 * count)[:count],
        joined=joined,
        left=left,
        status=status,
        household=_households(world, person, rng),
        second=np.full(count, NOWHERE),
        split=np.zeros(count, dtype=np.int64),
        consents=world.aged(
            make_consents(joined, start, end, unreadable, rng), details.birth_day, home
        ),
        details=details,
        planted={},
    )
    return _muddle(base, world, home)


def _households(world: World, person: Ints, rng: np.random.Generator) -> Ints:
    """Who pays for whom: any two, and those who live together for certain."""
    household = 500_001 + rng.permutation(len(person)) // 2
    pairs = [(t.first, t.second) for t in world.traps if t.kind in AT_ONE]
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    here = np.isin(first, person) & np.isin(second, person)
    holder, other = (np.searchsorted(person, side[here]) for side in (first, second))
    household[other] = household[holder]
    return household


def _muddle(base: Memberships, world: World, home: Home) -> Memberships:
    enabled, start = world.enabled, window_start(world.through)
    rng = np.random.default_rng([world.seed, 3, home])
    able = rng.permutation(np.flatnonzero(base.steady(start) & (base.status == "active")))
    muddled = base
    middle = start + 180
    if home == Home.PARKSIDE and "rejoined" in enabled:
        chosen = able[: int(np.ceil(len(able) * REJOINED))]
        split = middle + rng.integers(0, 60, len(chosen))
        muddled = _add_second(muddled, chosen, split, "rejoined", rng, cancelled=True)
    if home == Home.HARBOUR and "two_records_one_person" in enabled:
        chosen = able[: int(np.ceil(len(able) * DOUBLES))]
        split = np.zeros(len(chosen), dtype=np.int64)
        muddled = _add_second(muddled, chosen, split, "two_records_one_person", rng)
        able = able[len(chosen) :]
    if home == Home.HARBOUR and "numbers_reissued" in enabled and len(able):
        # One in a hundred neighbourhoods uses the club whose system was replaced.
        places = np.unique(base.details.place[able])
        moved = rng.choice(places, max(1, len(places) // 100), replace=False)
        chosen = able[np.isin(base.details.place[able], moved)]
        split = np.full(len(chosen), middle)
        muddled = _add_second(muddled, chosen, split, "numbers_reissued", rng, cancelled=True)
    return muddled


def _add_second(
    members: Memberships,
    chosen: Ints,
    split: Ints,
    kind: str,
    rng: np.random.Generator,
    cancelled: bool = False,
) -> Memberships:
    new = np.arange(len(members), len(members) + len(chosen))
    first_number = int(members.number.max()) + 1 if len(members) else 1
    second, splits, status = members.second.copy(), members.split.copy(), members.status.copy()
    second[chosen], splits[chosen] = new, split
    if cancelled:
        status[chosen] = "cancelled"
    consents = Consents(
        **{
            name: np.concatenate([column, column[chosen]])
            for name, column in vars(members.consents).items()
        }
    )
    joined = np.where(split > 0, split, members.joined[chosen])
    return Memberships(
        person=np.concatenate([members.person, members.person[chosen]]),
        number=np.concatenate([members.number, first_number + rng.permutation(len(chosen))]),
        joined=np.concatenate([members.joined, joined]),
        left=np.concatenate([members.left, members.left[chosen]]),
        status=np.concatenate([status, np.full(len(chosen), "active")]),
        household=np.concatenate([members.household, members.household[chosen]]),
        second=np.concatenate([second, np.full(len(chosen), NOWHERE)]),
        split=np.concatenate([splits, np.zeros(len(chosen), dtype=np.int64)]),
        consents=consents,
        details=members.details.repeated(chosen),
        planted={**members.planted, kind: len(chosen)},
    )
