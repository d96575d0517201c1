"""How the referral form of a member departs from the operator's record, as records do in life.

Only people whom two organisations know are touched, each in one way at most, so that linkage can
be judged kind by kind.
"""

import datetime as dt
import math
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from pipelines.synthetic.details import Details
from pipelines.synthetic.names import SHORT_NAMES, SURNAMES
from pipelines.synthetic.people import Ints, day_number
from pipelines.synthetic.places import POSTCODES_EACH, Neighbourhood

LETTERS = "abcdefghijklmnoprstuvwy"


@dataclass(frozen=True)
class Entry:
    """The details of one record."""

    given: str
    family: str
    birth_day: int
    place: int
    postcode: int


@dataclass(frozen=True)
class Chance:
    """What a change may use besides the entry: chance, and what lies near."""

    rng: np.random.Generator
    near: Callable[[int], Ints]

    def below(self, end: int) -> int:
        """A whole number from 0 to below `end`."""
        return int(self.rng.integers(0, end))


Change = Callable[[Entry, Chance], Entry | None]
"""The entry changed, or nothing where it cannot be changed so."""


@dataclass(frozen=True)
class Difference:
    """One kind of departure, and the share of shared people whom it befalls."""

    name: str
    planted: str
    share: float
    change: Change


def _mistype(entry: Entry, chance: Chance) -> Entry | None:
    """One slip in one name, never in its first letter: those are seldom mistaken."""
    column = "family" if chance.below(2) else "given"
    name = str(getattr(entry, column))
    if len(name) < 4:
        return None
    at = 1 + chance.below(len(name) - 2)
    letter = LETTERS[chance.below(len(LETTERS))]
    slips = (
        name[:at] + name[at + 1 :],
        name[:at] + name[at] + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
    )
    slip = slips[chance.below(len(slips))]
    return None if slip == name else replace(entry, **{column: slip})  # type: ignore[arg-type]  # a name is a text


def _shorten(entry: Entry, _: Chance) -> Entry | None:
    short = SHORT_NAMES.get(entry.given)
    return replace(entry, given=short) if short else None


def _plain(entry: Entry, _: Chance) -> Entry | None:
    plain = replace(entry, given=_ascii(entry.given), family=_ascii(entry.family))
    return None if plain == entry else plain


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def _marry(entry: Entry, chance: Chance) -> Entry | None:
    family = SURNAMES[chance.below(len(SURNAMES))]
    return None if family == entry.family else replace(entry, family=family)


def _swap_names(entry: Entry, _: Chance) -> Entry | None:
    return replace(entry, given=entry.family, family=entry.given)


def _swap_day_and_month(entry: Entry, _: Chance) -> Entry | None:
    born = dt.date(1970, 1, 1) + dt.timedelta(days=entry.birth_day)
    if born.day > 12 or born.day == born.month:
        return None
    swapped = born.replace(day=born.month, month=born.day)
    return replace(entry, birth_day=day_number(swapped))


def _move(entry: Entry, chance: Chance) -> Entry | None:
    """Most who move stay in their town."""
    near = chance.near(entry.place)
    if not len(near):
        return None
    place = int(near[chance.below(len(near))])
    return replace(entry, place=place, postcode=chance.below(POSTCODES_EACH))


DIFFERENCES = (
    Difference("name_typo", "a slip of the keyboard in a name", 0.05, _mistype),
    Difference("name_short", "the short form of a first name", 0.05, _shorten),
    Difference("name_without_diacritics", "a name without its accents", 0.04, _plain),
    Difference("surname_changed", "another surname, as after a marriage", 0.03, _marry),
    Difference("names_swapped", "first name and surname in each other's place", 0.015,
               _swap_names),
    Difference("given_name_missing", "no first name", 0.01,
               lambda entry, _: replace(entry, given="")),
    Difference("birth_day_and_month_swapped", "day and month of birth in each other's place", 0.015,
               _swap_day_and_month),
    Difference("moved_house", "an address in the same district that the operator does not have",
               0.06, _move),
)  # fmt: skip
"""Shares are assumptions. All are kept at intake: each record is fine when seen alone."""


def depart(
    details: Details,
    shared: Ints,
    neighbourhoods: Sequence[Neighbourhood],
    seed: int,
    enabled: AbstractSet[str],
) -> Details:
    """The details with every kind that is switched on, among the `shared` records."""
    near = _neighbours(neighbourhoods)
    entries: dict[int, tuple[str, Entry]] = {}
    for kind in (k for k in DIFFERENCES if k.name in enabled):
        label = zlib.crc32(kind.name.encode())
        chance = Chance(np.random.default_rng([seed, 10, label]), near)
        needed = math.ceil(kind.share * len(shared))
        for record in chance.rng.permutation(shared).tolist():
            if not needed:
                break
            changed = None if record in entries else kind.change(_entry(details, record), chance)
            if changed is not None:
                entries[record] = (kind.name, changed)
                needed -= 1
    return _with_entries(details, entries)


def _neighbours(neighbourhoods: Sequence[Neighbourhood]) -> Callable[[int], Ints]:
    """Others of the same district in the same ICB: a district may lie in two."""
    districts = np.array([n.ltla_code for n in neighbourhoods])
    icbs = np.array([n.icb_code for n in neighbourhoods])

    def near(place: int) -> Ints:
        here = np.flatnonzero((districts == districts[place]) & (icbs == icbs[place]))
        return np.asarray(here[here != place])

    return near


def _entry(details: Details, record: int) -> Entry:
    return Entry(
        str(details.given[record]),
        str(details.family[record]),
        int(details.birth_day[record]),
        int(details.place[record]),
        int(details.postcode[record]),
    )


def _with_entries(details: Details, entries: dict[int, tuple[str, Entry]]) -> Details:
    columns = {name: column.tolist() for name, column in vars(details).items()}
    for record, (kind, entry) in entries.items():
        columns["difference"][record] = kind
        for name, value in vars(entry).items():
            columns[name][record] = value
    typed = {name: column.dtype.type for name, column in vars(details).items()}
    return Details(**{name: np.array(c, dtype=typed[name]) for name, c in columns.items()})
