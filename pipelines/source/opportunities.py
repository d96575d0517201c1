"""Open opportunities (OpenActive) as rows: what, where, when, for whom, at what price.

Only the fields named here are read. Organisers, leaders, contacts and free text are passed over: a
feed is open, and the people whom it names are people all the same.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from pipelines.source.rpde import Item

KINDS = {
    "SessionSeries": "session", "CourseInstance": "course", "Event": "event",
    "HeadlineEvent": "event", "FacilityUse": "facility",
}  # fmt: skip
"""What a navigator may send somebody to; slots, places and videos on demand are none."""

SESSION = "ScheduledSession"
ACCESS = {"NoRestriction": "anyone", "FemaleOnly": "women_only", "MaleOnly": "men_only"}
GONE = ("EventCancelled", "EventPostponed")
SUPPORT = (
    "visual impairment", "hearing impairment", "physical impairment", "learning impairment",
    "mental health issues", "social or behavioural problems",
)  # fmt: skip
"""The six concepts of OpenActive's accessibility support (CC BY 4.0); anything else is 'other'."""
OTHER_SUPPORT = "other"
PLAIN_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FREQUENCY = re.compile(r"P(\d{1,3})([DW])")
DAYS = {"D": 1, "W": 7}

COLUMNS = (
    "opportunity_id", "opportunity_kind", "activity_id", "activity_label", "site_name", "postcode",
    "starts_on", "ends_on", "sessions_per_week", "capacity", "price", "access_criteria",
    "age_from", "age_to", "accessibility", "updated_on", "licence",
)  # fmt: skip

Json = Mapping[str, Any]
Row = dict[str, str | None]


@dataclass(frozen=True)
class Occasion:
    """One dated session of a series."""

    of: str
    on: str | None
    capacity: int | None
    modified: int | str


def opportunity_rows(items: Sequence[Item], *, modified_is_time: bool) -> Iterator[Row]:
    """One row for each opportunity of a file's feeds, joined to its dated sessions.

    A feed's `modified` is a day only where the agreement says that it counts seconds.
    """
    places = {str(_id_of(i)): i.data for i in items if _type_of(i) == "Place"}
    occasions: dict[str, list[Occasion]] = {}
    for occasion in _occasions(items):
        occasions.setdefault(occasion.of, []).append(occasion)
    for item in _wholes(items):
        if _word(item.data.get("eventStatus")) not in GONE:
            found = occasions.get(_id_of(item), [])
            yield _row(item, found, places, modified_is_time=modified_is_time)


def _wholes(items: Iterable[Item]) -> Iterator[Item]:
    """Opportunities told by themselves, then those told inside their sessions, each once."""
    told = set()
    inside = []
    for item in items:
        if _type_of(item) in KINDS:
            told.add(_id_of(item))
            yield item
        above = item.data.get("superEvent")
        if _type_of(item) == SESSION and isinstance(above, dict):
            inside.append(Item(item.kind, _text(above.get("@id")) or item.id, item.modified,
                               deleted=False, data=above, licence=item.licence))  # fmt: skip
    for item in sorted(inside, key=lambda i: str(i.modified), reverse=True):
        if _id_of(item) not in told and _type_of(item) in KINDS:
            told.add(_id_of(item))
            yield item


def _occasions(items: Iterable[Item]) -> Iterator[Occasion]:
    """Dated sessions, from feeds of their own or inside their series, but for cancelled ones."""
    for item in items:
        if _type_of(item) == SESSION:
            above = item.data.get("superEvent")
            of = above.get("@id") if isinstance(above, dict) else above
            yield from _occasion(item.data, _text(of), item.modified)
        for session in _list(item.data.get("subEvent")):
            yield from _occasion(session, _id_of(item), item.modified)


def _occasion(session: Json, of: str | None, modified: int | str) -> Iterator[Occasion]:
    if of and _word(session.get("eventStatus")) not in GONE:
        capacity = _whole(session.get("maximumAttendeeCapacity"))
        yield Occasion(of, _day(session.get("startDate")), capacity, modified)


def _row(item: Item, occasions: Sequence[Occasion], places: Json, *, modified_is_time: bool) -> Row:
    data, place = item.data, _place(item.data, places)
    course = _object(data.get("instanceOfCourse"))
    activity = next(iter(_list(data.get("activity") or course.get("activity"))), {})
    schedules = _list(data.get("eventSchedule"))
    days = sorted(o.on for o in occasions if o.on)
    ends = [*_days(schedules, "endDate"), _day(data.get("endDate"))]
    ages = _object(data.get("ageRange"))
    changed = [item.modified, *(o.modified for o in occasions)]
    found: dict[str, object] = {
        "opportunity_id": _plain_id(item.id),
        "opportunity_kind": KINDS[_type_of(item)],
        "activity_id": _text(activity.get("@id")),
        "activity_label": _text(activity.get("prefLabel")),
        "site_name": _text(place.get("name")),
        "postcode": _text(_object(place.get("address")).get("postalCode")),
        "starts_on": _first([*_days(schedules, "startDate"), _day(data.get("startDate")), *days]),
        "ends_on": _last(ends) or _last(days),
        "sessions_per_week": _weekly(schedules, days),
        "capacity": _capacity(data, occasions),
        "price": _price(data),
        "access_criteria": ACCESS.get(_word(data.get("genderRestriction"))),
        "age_from": _whole(ages.get("minValue")),
        "age_to": _whole(ages.get("maxValue")),
        "accessibility": _support(data),
        "updated_on": _newest(changed) if modified_is_time else None,
        "licence": item.licence,
    }
    return {name: None if found[name] is None else str(found[name]) for name in COLUMNS}


def _type_of(item: Item) -> str:
    """`SessionSeries`, `FacilityUse`: the data's own type, else the feed's kind."""
    return _word(item.data.get("@type") or item.data.get("type") or item.kind)


def _id_of(item: Item) -> str:
    """What other items call it."""
    return _text(item.data.get("@id") or item.data.get("id")) or item.id


def _place(data: Json, places: Json) -> Json:
    """Where it is: told in it, or by its name in a feed of places."""
    place = data.get("location")
    return _object(places.get(place) if isinstance(place, str) else place)


def _plain_id(name: str) -> str:
    """The feed's own id where it is a plain word; otherwise a digest of it."""
    if PLAIN_ID.fullmatch(name):
        return name
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def _weekly(schedules: Sequence[Json], days: Sequence[str]) -> float | None:
    """Sessions a week: as scheduled, else as many as fall in a week that has any."""
    told = [n for n in map(_frequency, schedules) if n is not None]
    if told:
        return round(sum(told), 2)
    weeks = {dt.date.fromisoformat(day).isocalendar()[:2] for day in days}
    return round(len(days) / len(weeks), 2) if weeks else None


def _frequency(schedule: Json) -> float | None:
    every = FREQUENCY.fullmatch(str(schedule.get("repeatFrequency", "")))
    if every is None or not int(every[1]):
        return None
    by_day = schedule.get("byDay")
    each = len(by_day) if isinstance(by_day, list) and by_day and every[2] == "W" else 1
    weekly = 7 * each / (int(every[1]) * DAYS[every[2]])
    most = _whole(schedule.get("repeatCount"))
    return weekly if most is None else min(weekly, float(most))


def _capacity(data: Json, occasions: Sequence[Occasion]) -> int | None:
    """Places in one session: the series' own, else the middle one of its sessions'."""
    own = _whole(data.get("maximumAttendeeCapacity"))
    told = [o.capacity for o in occasions if o.capacity is not None]
    return own if own is not None or not told else median_low(told)


def _price(data: Json) -> float | None:
    """The lowest price in pounds that is offered; nought where it is free."""
    if data.get("isAccessibleForFree") is True:
        return 0
    prices = [
        float(offer["price"])
        for offer in _list(data.get("offers"))
        if type(offer.get("price")) in (int, float)
        and offer["price"] >= 0
        and (offer.get("priceCurrency") == "GBP" or not offer["price"])
    ]
    return min(prices, default=None)


def _support(data: Json) -> str | None:
    labels = [_text(s.get("prefLabel")) for s in _list(data.get("accessibilitySupport"))]
    known = {label.lower() if label.lower() in SUPPORT else OTHER_SUPPORT
             for label in labels if label}  # fmt: skip
    return "; ".join(sorted(known)) or None


def _newest(changed: Iterable[int | str]) -> str | None:
    """The day of the latest change; none where a change is no number of seconds."""
    seconds = [n for n in changed if isinstance(n, int) and 0 < n < 2**32]
    if not seconds:
        return None
    return dt.datetime.fromtimestamp(max(seconds), dt.UTC).date().isoformat()


def _days(schedules: Sequence[Json], name: str) -> list[str | None]:
    return [_day(schedule.get(name)) for schedule in schedules]


def _first(days: Iterable[str | None]) -> str | None:
    return min((day for day in days if day), default=None)


def _last(days: Iterable[str | None]) -> str | None:
    return max((day for day in days if day), default=None)


def _day(value: object) -> str | None:
    """The day of a date or time, as it is written; none where it is no real day."""
    found = DAY.match(value) if isinstance(value, str) else None
    try:
        return dt.date.fromisoformat(found[0]).isoformat() if found else None
    except ValueError:
        return None


def _word(value: object) -> str:
    """`EventCancelled` of https://schema.org/EventCancelled."""
    return str(value or "").rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _list(value: object) -> list[Json]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, dict)]


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    # JSON's true is a whole number to Python.
    return value if isinstance(value, int) and not isinstance(value, bool) else None
