"""Write Harbour Leisure's drops: the year, and the three days that came a week late."""

import datetime as dt
from functools import partial

import numpy as np

from pipelines.synthetic import harbour
from pipelines.synthetic.consents import OTHER_PURPOSE, ConsentEvent, Story, consent_events
from pipelines.synthetic.dirt_in_people import HARBOUR
from pipelines.synthetic.drops import json_pieces
from pipelines.synthetic.making import DropInMaking, Making, by_month
from pipelines.synthetic.memberships import Memberships, make_memberships, window_start
from pipelines.synthetic.people import Bools, Home, Ints, day_number
from pipelines.synthetic.planting import Planter
from pipelines.synthetic.spelling import spell_postcodes
from pipelines.synthetic.truth import DropTruth
from pipelines.synthetic.visits import Visits, make_visits

LATE_CLUB, LATE_FROM, LATE_DAYS = 0, 200, 3
LATE_BY = 7
LATE_FIRST_ID = 80_000_000


def deliver_harbour(making: Making) -> tuple[DropTruth, ...]:
    """Write the drops and return the truth about each."""
    members = make_memberships(
        making.people, Home.HARBOUR, making.through, making.seed, making.enabled
    )
    visits = make_visits(
        making.people, members, making.neighbourhoods, Home.HARBOUR, making.through, making.seed
    )
    late = _late(visits, making)
    used = _times_before(visits)
    drop = making.open(HARBOUR, making.through)
    planter = making.planter(HARBOUR, harbour.CLUBS)
    postcodes = spell_postcodes(making.people, members.person, making.neighbourhoods, making.seed)
    _write_people(drop, making, members, postcodes, planter)
    _write_usage(drop, making, members, visits.part(~late), used[~late], planter)
    if not late.any():
        return (drop.finish(),)
    extra = _write_late(making, members, postcodes, visits.part(late), used[late])
    return drop.finish(), extra


def _late(visits: Visits, making: Making) -> Bools:
    """Which visits a gate kept to itself while it was cut off."""
    since = visits.day - window_start(making.through) - LATE_FROM
    cut_off = (visits.club == LATE_CLUB) & (since >= 0) & (since < LATE_DAYS)
    return np.asarray(cut_off & ("file_late" in making.enabled))


def _times_before(visits: Visits) -> Ints:
    """How often the member had come, this visit included."""
    order = np.argsort(visits.member, kind="stable")
    member = visits.member[order]
    first = np.searchsorted(member, member)
    times = np.empty(len(visits), dtype=np.int64)
    times[order] = np.arange(len(visits)) - first + 1
    return times


def _write_people(
    drop: DropInMaking,
    making: Making,
    members: Memberships,
    postcodes: list[str],
    planter: Planter,
) -> None:
    rows = harbour.consent_rows(members, consent_events(members.consents))
    words = int((members.consents.story == Story.UNREADABLE).sum())
    dirt = {"consent_event_unknown": words} if "consent_event_unknown" in making.enabled else {}
    encode = partial(json_pieces, harbour.CONSENTS)
    drop.write_rows(f"consents_{drop.name}.json", "consent_event", rows, encode, dirt=dirt)
    fit = np.flatnonzero(members.steady(window_start(making.through)))
    everyone = np.arange(len(members))
    name = f"members_{drop.name}.json"
    sheet = harbour.member_sheet(name, making.people, members, everyone, postcodes, fit)
    drop.write_sheet(sheet, planter, partial(json_pieces, harbour.MEMBERS), members.planted)


def _write_usage(
    drop: DropInMaking,
    making: Making,
    members: Memberships,
    visits: Visits,
    used: Ints,
    planter: Planter,
) -> None:
    steady = members.steady(window_start(making.through))
    name = ""
    for month, part, places in by_month(visits):
        name = f"usage_{month}.json"
        fit = np.flatnonzero(steady[part.member])
        first = 1 + int(places[0])
        sheet = harbour.usage_sheet(name, members, part, first, used[places], fit)
        drop.write_sheet(sheet, planter, partial(json_pieces, harbour.USAGE))
    if name and "file_resent" in making.enabled:
        drop.write_copy(name, name.replace(".json", "_resent.json"), "file_resent")


def _write_late(
    making: Making, members: Memberships, postcodes: list[str], visits: Visits, used: Ints
) -> DropTruth:
    """The late drop: old visits, the members they belong to, and the week's new consents."""
    on = making.through + dt.timedelta(days=LATE_BY)
    drop = making.open(HARBOUR, on)
    chosen = np.unique(visits.member)
    reasons = members.consents.steady(window_start(making.through))[chosen]
    # Consent to something else changes nobody's standing, but no file may be empty.
    week = day_number(making.through) + 1
    willing = chosen[reasons] if reasons.any() else np.flatnonzero(members.consents.story == 0)[:1]
    events = [
        ConsentEvent(m, OTHER_PURPOSE, "granted", week, None, f"PN-{on.year}-2")
        for m in willing.tolist()
    ]
    rows = harbour.consent_rows(members, events)
    encode = partial(json_pieces, harbour.CONSENTS)
    drop.write_rows(f"consents_{drop.name}.json", "consent_event", rows, encode)
    nowhere = np.zeros(0, dtype=np.int64)
    name = f"members_{drop.name}.json"
    people = harbour.member_sheet(name, making.people, members, chosen, postcodes, nowhere)
    encode = partial(json_pieces, harbour.MEMBERS)
    drop.write_rows(name, people.table, people.rows, encode, people.reasons)
    name = f"usage_{drop.name}.json"
    usage = harbour.usage_sheet(name, members, visits, LATE_FIRST_ID, used, nowhere)
    encode = partial(json_pieces, harbour.USAGE)
    dirt = {"file_late": len(visits)}
    drop.write_rows(name, usage.table, usage.rows, encode, usage.reasons, dirt)
    return drop.finish()
