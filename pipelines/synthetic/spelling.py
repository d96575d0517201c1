"""Days, times and words as vendors write them, many at once."""

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np

from pipelines.synthetic.consents import NEVER
from pipelines.synthetic.details import Details
from pipelines.synthetic.people import Ints
from pipelines.synthetic.places import Neighbourhood, postcodes_in

HOME_ZONE = ZoneInfo("Europe/London")
EPOCH = dt.date(1970, 1, 1)
MARCH, OCTOBER = 3, 10


def date_of(day: int) -> dt.date:
    """The date of a day number."""
    return EPOCH + dt.timedelta(days=day)


def iso_day(day: dt.date) -> str:
    """2026-09-30."""
    return day.isoformat()


def british_day(day: dt.date) -> str:
    """30/09/2026."""
    return day.strftime("%d/%m/%Y")


def spell_days(days: Ints, spell: Callable[[dt.date], str]) -> list[str]:
    """Each day as text; one that never came is empty."""
    texts = {d: "" if d == NEVER else spell(date_of(d)) for d in np.unique(days).tolist()}
    return [texts[d] for d in days.tolist()]


def spell_seconds(seconds: Ints) -> list[str]:
    """Each second of the day as 18:03:09."""
    texts = {
        s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in np.unique(seconds).tolist()
    }
    return [texts[s] for s in seconds.tolist()]


def spell_offsets(days: Ints) -> list[str]:
    """The offset from UTC at midday, +00:00 in winter and +01:00 in summer."""

    def offset(day: dt.date) -> str:
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=HOME_ZONE)
        return noon.isoformat()[-6:]

    return spell_days(days, offset)


def spell_words(codes: Sequence[str], words: Mapping[str, Sequence[str]]) -> list[str]:
    """Each code as one of its words, in turn: systems hold several spellings."""
    return [words[code][k % len(words[code])] for k, code in enumerate(codes)]


def spell_postcodes(
    details: Details, neighbourhoods: Sequence[Neighbourhood], seed: int
) -> list[str]:
    """The home postcode of each record."""
    places = details.place.tolist()
    known = {p: postcodes_in(neighbourhoods[p].lsoa21_code, seed) for p in set(places)}
    chosen = details.postcode.tolist()
    return [known[p][k] for p, k in zip(places, chosen, strict=True)]


def clock_change(start: dt.date, through: dt.date, month: int) -> dt.date | None:
    """The last Sunday of that month, if it lies in the period."""
    for year in range(start.year, through.year + 1):
        last = dt.date(year, month, calendar.monthrange(year, month)[1])
        sunday = last - dt.timedelta(days=(last.weekday() + 1) % 7)
        if start <= sunday <= through:
            return sunday
    return None
