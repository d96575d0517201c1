"""Synthetic persons: who they are and where they live, before anyone has a record of them.

Ages, sexes and ethnic groups follow published shares; inactivity follows deprivation.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.names import FORENAMES, SURNAMES
from pipelines.synthetic.places import POSTCODES_EACH, Neighbourhood

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

INACTIVE_BY_DECILE = (
    35.35, 30.66, 27.22, 24.86, 22.23, 20.37, 19.35, 18.73, 17.75, 16.10,
)  # fmt: skip
"""Percentage of adults who are inactive, most to least deprived tenth of LSOAs: OHID Fingertips
indicator 93015, England, 2022."""

AGE_FROM = (11, 16, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85)
AGE_TO = (15, 19, 24, 29, 34, 39, 44, 49, 54, 59, 64, 69, 74, 79, 84, 90)
ENGLAND = (6.0, 4.4, 6.1, 6.7, 6.8, 6.6, 6.2, 6.4, 6.9, 6.7, 5.7, 4.9, 5.0, 3.6, 2.6, 2.5)
"""Percentage of residents of England in each age group, rounded: ONS mid-2020 estimates."""
MEMBERSHIP = (0.4, 1.2, 1.4, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.7, 0.6, 0.4, 0.2, 0.1)
"""How likely each age group is to be a member, relative to all: an assumption."""
REFERRAL = (0.0, 0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 1.1, 1.4, 1.6, 1.6, 1.5, 1.2, 0.8, 0.4, 0.2)
"""How likely each age group is to be referred, relative to all: an assumption."""

FEMALE_MEMBERS, FEMALE_REFERRED = 0.52, 0.60
"""Assumptions: sport centres are near parity, exercise referral is mostly women."""

ETHNIC_CATEGORIES = {
    "A": 73.5, "B": 0.9, "C": 6.6, "D": 0.9, "E": 0.4, "F": 0.8, "G": 0.8, "H": 3.3, "J": 2.8,
    "K": 1.1, "L": 1.7, "M": 1.1, "N": 2.6, "P": 0.5, "R": 0.8, "S": 2.2, "Z": 3.0, "99": 2.0,
}  # fmt: skip
"""Percentages near Census 2021 for England (White 81, Asian 9.6, Black 4.2, Mixed 3.0, Other 2.2),
in the categories of the NHS Data Dictionary; not stated and not known are assumptions."""


class Home(IntEnum):
    """Which organisation a person comes to us through."""

    HARBOUR = 0
    PARKSIDE = 1
    MOVEWELL = 2


NOWHERE = -1
"""No organisation, no place, no record."""

SHARES = {Home.HARBOUR: 0.45, Home.PARKSIDE: 0.40, Home.MOVEWELL: 0.15}

GREATER_MANCHESTER, WEST_YORKSHIRE, CENTRAL_EAST = "E54000057", "E54000054", "E54000065"
LINCOLNSHIRE, SOUTH_YORKSHIRE, SOUTH_EAST_LONDON = "E54000013", "E54000061", "E54000030"
_HARBOUR_ICBS = (GREATER_MANCHESTER, WEST_YORKSHIRE, CENTRAL_EAST)
_PARKSIDE_ICBS = (LINCOLNSHIRE, SOUTH_YORKSHIRE, SOUTH_EAST_LONDON)
CATCHMENTS = {
    Home.HARBOUR: _HARBOUR_ICBS,
    Home.PARKSIDE: _PARKSIDE_ICBS,
    Home.MOVEWELL: (*_HARBOUR_ICBS, *_PARKSIDE_ICBS),
}


@dataclass(frozen=True)
class People:
    """Columns of one entry a person. Days count from 1 January 1970."""

    home: Ints
    place: Ints
    postcode: Ints
    sex: npt.NDArray[np.str_]
    birth_day: Ints
    forename: Ints
    surname: Ints
    ethnic_category: npt.NDArray[np.str_]
    inactive: Bools

    def __len__(self) -> int:
        return len(self.home)


def make_people(
    count: int, neighbourhoods: Sequence[Neighbourhood], through: dt.date, seed: int
) -> People:
    """Draw so many persons; each organisation's live where it works."""
    rng = np.random.default_rng([seed, 1])
    home = _homes(count)
    place = _places(home, neighbourhoods, rng)
    referred = home == Home.MOVEWELL
    female = rng.random(count) < np.where(referred, FEMALE_REFERRED, FEMALE_MEMBERS)
    deciles = np.array([n.imd_decile for n in neighbourhoods])[place]
    categories = np.array(list(ETHNIC_CATEGORIES))
    return People(
        home=home,
        place=place,
        postcode=rng.integers(0, POSTCODES_EACH, count),
        sex=np.where(rng.random(count) < 0.004, "9", np.where(female, "2", "1")),
        birth_day=_birth_days(referred, through, rng),
        forename=rng.integers(0, len(FORENAMES["1"]), count),
        surname=rng.integers(0, len(SURNAMES), count),
        ethnic_category=rng.choice(categories, count, p=_shares(ETHNIC_CATEGORIES.values())),
        inactive=rng.random(count) * 100 < np.array(INACTIVE_BY_DECILE)[deciles - 1],
    )


def _homes(count: int) -> Ints:
    harbour, parkside = round(count * SHARES[Home.HARBOUR]), round(count * SHARES[Home.PARKSIDE])
    sizes = [harbour, parkside, count - harbour - parkside]
    return np.repeat(np.array(list(Home), dtype=np.int64), sizes)


def _places(home: Ints, neighbourhoods: Sequence[Neighbourhood], rng: np.random.Generator) -> Ints:
    place = np.zeros(len(home), dtype=np.int64)
    everywhere = np.arange(len(neighbourhoods))
    residents = np.array([n.people for n in neighbourhoods], dtype=np.float64)
    icbs = np.array([n.icb_code for n in neighbourhoods])
    for organisation, catchment in CATCHMENTS.items():
        served = everywhere[np.isin(icbs, catchment)]
        # The built-in set may lack these ICBs; people must live somewhere.
        served = served if len(served) else everywhere
        here = home == organisation
        place[here] = rng.choice(served, int(here.sum()), p=_shares(residents[served]))
    return place


def _birth_days(referred: Bools, through: dt.date, rng: np.random.Generator) -> Ints:
    members = rng.choice(len(AGE_FROM), len(referred), p=_shares(_product(ENGLAND, MEMBERSHIP)))
    patients = rng.choice(len(AGE_FROM), len(referred), p=_shares(_product(ENGLAND, REFERRAL)))
    group = np.where(referred, patients, members)
    oldest, youngest = np.array(AGE_TO)[group] + 1, np.array(AGE_FROM)[group]
    age_days = rng.uniform(youngest * 365.25 + 1, oldest * 365.25 - 1).astype(np.int64)
    days = day_number(through) - age_days
    # 1 January is what systems write when only the year is known: the true birthday moves a day.
    dates = days.astype("datetime64[D]")
    first = dates == dates.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray(days + first)


def day_number(day: dt.date) -> int:
    """Days since 1 January 1970."""
    return (day - dt.date(1970, 1, 1)).days


def _product(left: Sequence[float], right: Sequence[float]) -> Floats:
    return np.asarray(np.array(left) * np.array(right))


def _shares(weights: Iterable[float]) -> Floats:
    values = np.array(list(weights), dtype=np.float64)
    return np.asarray(values / values.sum())
