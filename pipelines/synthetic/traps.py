"""Pairs of different people whose records look like one person's: nothing may merge them."""

import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from pipelines.synthetic.belonging import Belonging
from pipelines.synthetic.names import FORENAMES
from pipelines.synthetic.people import NOWHERE, Home, Ints, People
from pipelines.synthetic.places import Neighbourhood

TWINS, HOUSEHOLDS = 0.006, 0.003
"""Share of one operator's members."""
ACROSS = 0.01
"""Share of the referred who are members nowhere, for each kind across two organisations."""
GENERATION = (22, 36)
ADULT_DAYS = 18 * 366
BORN_SINCE = 10 * 365 + 2
"""Sons are born in 1980 or later, so that fathers are of an age to be referred."""

COPIED = {
    "twin_trap": ("place", "postcode", "birth_day", "surname"),
    "household_account": ("place", "postcode", "birth_day", "surname"),
    "twin_apart": ("place", "postcode", "birth_day", "surname"),
    "father_and_son": ("place", "postcode", "surname", "forename"),
    "namesake": ("birth_day", "surname", "forename", "sex"),
}
"""What the second of a pair has in common with the first."""
AT_ONE = ("twin_trap", "household_account")
"""Both with the same operator; of the other kinds, the second is known to the referral platform."""


@dataclass(frozen=True)
class Trap:
    """Two persons and the kind of trap that they make."""

    kind: str
    first: int
    second: int


def set_traps(
    people: People,
    belonging: Belonging,
    neighbourhoods: Sequence[Neighbourhood],
    through_day: int,
    seed: int,
    enabled: AbstractSet[str],
) -> tuple[People, tuple[Trap, ...]]:
    """The people with every kind of trap that is switched on, and whom each one concerns."""
    icbs = np.array([n.icb_code for n in neighbourhoods])
    traps: list[Trap] = []
    used: set[int] = set()
    for kind in (k for k in COPIED if k in enabled):
        rng = np.random.default_rng([seed, 9, zlib.crc32(kind.encode())])
        candidates = _pairs(kind, people, belonging, through_day, rng)
        for first, second in _fitting(kind, people, candidates, icbs, used):
            traps.append(Trap(kind, first, second))
            used |= {first, second}
        people = _alike(people, kind, [t for t in traps if t.kind == kind], rng)
    return people, tuple(traps)


def _pairs(
    kind: str, people: People, belonging: Belonging, through_day: int, rng: np.random.Generator
) -> tuple[Ints, Ints, int]:
    """Firsts and seconds to try, in order, and how many pairs are wanted."""
    alone = belonging.also == NOWHERE
    if kind in AT_ONE:
        members = np.flatnonzero((people.home == Home.PARKSIDE) & alone)
        drawn = rng.permutation(members)
        share = TWINS if kind == "twin_trap" else HOUSEHOLDS
        half = len(drawn) // 2
        return drawn[:half], drawn[half : 2 * half], int(np.ceil(len(members) * share))
    adult = people.birth_day < through_day - ADULT_DAYS
    firsts = rng.permutation(np.flatnonzero((people.home != Home.MOVEWELL) & alone & adult))
    seconds = np.flatnonzero((people.home == Home.MOVEWELL) & alone)
    return firsts, rng.permutation(seconds), int(np.ceil(len(seconds) * ACROSS))


def _fitting(
    kind: str,
    people: People,
    candidates: tuple[Ints, Ints, int],
    icbs: np.ndarray[tuple[int], np.dtype[np.str_]],
    used: set[int],
) -> list[tuple[int, int]]:
    firsts, seconds, wanted = candidates
    partner = same_initial()
    found: list[tuple[int, int]] = []
    for first, second in zip(firsts.tolist(), seconds.tolist(), strict=False):
        if len(found) == wanted:
            break
        in_one_town = icbs[people.place[first]] == icbs[people.place[second]]
        twins = kind in ("twin_trap", "twin_apart")
        unfit = (
            (kind == "namesake" and in_one_town)
            or (twins and partner[people.forename[first]] == NOWHERE)
            or (kind == "father_and_son" and people.birth_day[first] < BORN_SINCE)
        )
        if not unfit and not {first, second} & used:
            found.append((first, second))
    return found


def _alike(people: People, kind: str, traps: Sequence[Trap], rng: np.random.Generator) -> People:
    first = np.array([t.first for t in traps], dtype=np.int64)
    second = np.array([t.second for t in traps], dtype=np.int64)
    columns = {n: c.copy() for n, c in vars(people).items()}
    if kind in ("twin_trap", "twin_apart", "father_and_son"):
        columns["sex"][first] = columns["sex"][second] = "1"
    if kind == "household_account":
        columns["sex"][first], columns["sex"][second] = "1", "2"
    if kind in ("twin_trap", "twin_apart"):
        columns["forename"][second] = same_initial()[people.forename[first]]
    for name in COPIED[kind]:
        columns[name][second] = columns[name][first]
    if kind == "father_and_son":
        years = rng.integers(*GENERATION, len(first))
        columns["birth_day"][second] = people.birth_day[first] - years * 365 - 100
    return replace(people, **columns)


def same_initial() -> Ints:
    """For each male first name another that begins with the same letter, or NOWHERE."""
    names = FORENAMES["1"]
    partners = [
        next((j for j, other in enumerate(names) if other[0] == name[0] and j != i), NOWHERE)
        for i, name in enumerate(names)
    ]
    return np.array(partners, dtype=np.int64)
