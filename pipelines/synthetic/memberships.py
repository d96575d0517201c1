"""Records that a leisure operator keeps of its members, one or, through muddle, two a person."""

import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.consents import NEVER, Consents, make_consents
from pipelines.synthetic.names import FORENAMES
from pipelines.synthetic.people import Bools, Home, Ints, People, day_number

WINDOW_DAYS = 365
"""How much attendance a delivery holds."""

STATUSES = {"active": 0.79, "lapsed": 0.12, "cancelled": 0.06, "pending": 0.01, "frozen": 0.02}
TWINS, DOUBLES, REJOINED = 0.003, 0.004, 0.005
MEAN_DAYS_SINCE_JOINING = 900
FIRST_NUMBER = {Home.HARBOUR: 2_000_001, Home.PARKSIDE: 10_001}
NOWHERE = -1


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
    planted: dict[str, int]

    def __len__(self) -> int:
        return len(self.person)

    def steady(self, start: int) -> Bools:
        """Members whose single record any planted row may be hung on."""
        return np.asarray(self.consents.steady(start - 1) & (self.joined < start))


def window_start(through: dt.date) -> int:
    """The first day of attendance, as a day number."""
    return day_number(through) - WINDOW_DAYS + 1


def make_twins(
    people: People, rng: np.random.Generator, enabled: AbstractSet[str]
) -> tuple[People, int]:
    """Make some neighbours twins: same birth date, address, surname and initial, two persons."""
    if "twin_trap" not in enabled:
        return people, 0
    partner = _same_initial()
    at_home = np.flatnonzero(people.home == Home.PARKSIDE)[:-1:2]
    able = at_home[partner[np.minimum(people.forename[at_home], len(partner) - 1)] >= 0]
    first = rng.permutation(able)[: int(np.ceil(len(able) * TWINS * 2))]
    second = first + 1
    columns = {"forename": people.forename.copy(), "sex": people.sex.copy()}
    columns["sex"][first] = columns["sex"][second] = "1"
    columns["forename"][second] = partner[people.forename[first]]
    for name in ("place", "postcode", "birth_day", "surname"):
        columns[name] = getattr(people, name).copy()
        columns[name][second] = columns[name][first]
    return replace(people, **columns), len(first)  # type: ignore[arg-type]  # columns keep types


def _same_initial() -> Ints:
    names = FORENAMES["1"]
    partners = [
        next((j for j, other in enumerate(names) if other[0] == name[0] and j != i), NOWHERE)
        for i, name in enumerate(names)
    ]
    return np.array(partners, dtype=np.int64)


def make_memberships(
    people: People, home: Home, through: dt.date, seed: int, enabled: AbstractSet[str]
) -> Memberships:
    """Everyone's membership with one operator, with the muddles that are switched on."""
    rng = np.random.default_rng([seed, 2, home])
    person = np.flatnonzero(people.home == home)
    count, start, end = len(person), window_start(through), day_number(through)
    ago = rng.exponential(MEAN_DAYS_SINCE_JOINING, count).astype(np.int64)
    joined = end - 30 - np.minimum(ago, 8 * 365)
    status = rng.choice(list(STATUSES), count, p=list(STATUSES.values()))
    left = np.maximum(joined, start) + rng.integers(20, WINDOW_DAYS, count)
    left = np.where(np.isin(status, ["lapsed", "cancelled", "frozen"]), left, NEVER)
    unreadable = home == Home.HARBOUR and "consent_event_unknown" in enabled
    base = Memberships(
        person=person,
        number=FIRST_NUMBER[home] + rng.permutation(2 * count)[:count],
        joined=joined,
        left=left,
        status=status,
        household=500_001 + rng.permutation(count) // 2,
        second=np.full(count, NOWHERE),
        split=np.zeros(count, dtype=np.int64),
        consents=make_consents(joined, start, end, unreadable, rng),
        planted={},
    )
    return _muddle(base, people, home, start, seed, enabled)


def _muddle(
    base: Memberships, people: People, home: Home, start: int, seed: int, enabled: AbstractSet[str]
) -> Memberships:
    rng = np.random.default_rng([seed, 3, home])
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
        places = np.unique(people.place[base.person[able]])
        moved = rng.choice(places, max(1, len(places) // 100), replace=False)
        chosen = able[np.isin(people.place[base.person[able]], moved)]
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
        planted={**members.planted, kind: len(chosen)},
    )
