"""Write Harbour Leisure's drops: the year, and the three days that came a week late."""

import datetime as dt
from collections.abc import Mapping
from functools import partial

import numpy as np

from pipelines.synthetic import harbour
from pipelines.synthetic.consents import OTHER_PURPOSE, ConsentEvent, Story, consent_events
from pipelines.synthetic.dirt_in_people import HARBOUR
from pipelines.synthetic.drops import json_pieces
from pipelines.synthetic.making import DropInMaking, Making, Whose, by_month
from pipelines.synthetic.memberships import Memberships, make_memberships, window_start
from pipelines.synthetic.people import Bools, Home, Ints, day_number
from pipelines.synthetic.planting import Planter
from pipelines.synthetic.spelling import spell_postcodes
from pipelines.synthetic.truth import DropTruth
from pipelines.synthetic.visits import Visits, make_visits
from pipelines.synthetic.withdrawals import SENT_AFTER, next_visits, withdraw_some

LATE_CLUB, LATE_FROM, LATE_DAYS = 0, 200, 3
LATE_BY = 7
WITHDRAWN = "withdrawn_later"
LATE_FIRST_ID, NEXT_FIRST_ID = 80_000_000, 81_000_000
NONE = np.zeros(0, dtype=np.int64)


def deliver_harbour(making: Making) -> tuple[DropTruth, ...]:
    """Write the drops and return the truth about each."""
    members = make_memberships(making.world, Home.HARBOUR)
    visits = make_visits(making.world, members, Home.HARBOUR)
    late = _late(visits, making)
    used = _times_before(visits)
    drop = making.open(HARBOUR, making.world.through)
    planter = making.planter(HARBOUR, harbour.CLUBS)
    postcodes = spell_postcodes(members.details, making.world.neighbourhoods, making.world.seed)
    _write_people(drop, making, members, postcodes, planter)
    _write_usage(drop, making, members, visits.part(~late), used[~late], planter)
    drops = [drop.finish()]
    if late.any():
        drops.append(_write_late(making, members, postcodes, visits.part(late), used[late]))
    if making.enables(WITHDRAWN):
        drops.append(_write_next(making, members, postcodes, visits.part(~late)))
    return tuple(drops)


def _late(visits: Visits, making: Making) -> Bools:
    """Which visits a gate kept to itself while it was cut off."""
    since = visits.day - window_start(making.world.through) - LATE_FROM
    cut_off = (visits.club == LATE_CLUB) & (since >= 0) & (since < LATE_DAYS)
    return np.asarray(cut_off & (making.enables("file_late")))


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
    dirt = {"consent_event_unknown": words} if making.enables("consent_event_unknown") else {}
    encode = partial(json_pieces, harbour.CONSENTS)
    drop.write_rows(f"consents_{drop.name}.json", "consent_event", rows, encode, dirt=dirt)
    fit = np.flatnonzero(members.steady(window_start(making.world.through)))
    everyone = np.arange(len(members))
    name = f"members_{drop.name}.json"
    sheet = harbour.member_sheet(name, making.world.people, members, everyone, postcodes, fit)
    encode = partial(json_pieces, harbour.MEMBERS)
    also = {**members.planted, **making.trapped(HARBOUR)}
    drop.write_sheet(sheet, planter, encode, also, Whose(members.person, members.details))


def _write_usage(
    drop: DropInMaking,
    making: Making,
    members: Memberships,
    visits: Visits,
    used: Ints,
    planter: Planter,
) -> None:
    steady = members.steady(window_start(making.world.through))
    name = ""
    for month, part, places in by_month(visits):
        name = f"usage_{month}.json"
        fit = np.flatnonzero(steady[part.member])
        first = 1 + int(places[0])
        sheet = harbour.usage_sheet(name, members, part, first, used[places], fit)
        drop.write_sheet(sheet, planter, partial(json_pieces, harbour.USAGE))
    if name and making.enables("file_resent"):
        drop.write_copy(name, name.replace(".json", "_resent.json"), "file_resent")


def _write_late(
    making: Making, members: Memberships, postcodes: list[str], visits: Visits, used: Ints
) -> DropTruth:
    """The late drop: old visits, the members they belong to, and the week's new consents."""
    on = making.world.through + dt.timedelta(days=LATE_BY)
    drop = making.open(HARBOUR, on)
    chosen = np.unique(visits.member)
    reasons = members.consents.steady(window_start(making.world.through))[chosen]
    # Consent to something else changes nobody's standing, but no file may be empty.
    week = day_number(making.world.through) + 1
    willing = chosen[reasons] if reasons.any() else np.flatnonzero(members.consents.story == 0)[:1]
    events = [
        ConsentEvent(m, OTHER_PURPOSE, "granted", week, None, f"PN-{on.year}-2")
        for m in willing.tolist()
    ]
    _write_changes(drop, members, events)
    _write_records(drop, making, members, chosen, postcodes)
    name = f"usage_{drop.name}.json"
    usage = harbour.usage_sheet(name, members, visits, LATE_FIRST_ID, used, NONE)
    encode = partial(json_pieces, harbour.USAGE)
    dirt = {"file_late": len(visits)}
    drop.write_rows(name, usage.table, usage.rows, encode, usage.reasons, dirt)
    return drop.finish()


def _write_next(
    making: Making, members: Memberships, postcodes: list[str], visits: Visits
) -> DropTruth:
    """The next drop: some days more, those who came or withdrew, and the changes of consent."""
    after, gone = withdraw_some(making.world, members, visits, Home.HARBOUR)
    more = next_visits(making.world, visits)
    drop = making.open(HARBOUR, making.world.through + dt.timedelta(days=SENT_AFTER))
    ended = set(gone.tolist())
    events = [
        e for e in consent_events(after.consents) if e.member in ended and e.event == "withdrawn"
    ]
    _write_changes(drop, after, events, {WITHDRAWN: len(gone)})
    _write_records(drop, making, after, np.union1d(gone, more.member), postcodes)
    name = f"usage_{drop.name}.json"
    used = _times_before(more)
    usage = harbour.usage_sheet(name, after, more, NEXT_FIRST_ID, used, NONE)
    encode = partial(json_pieces, harbour.USAGE)
    drop.write_rows(name, usage.table, usage.rows, encode, usage.reasons)
    return drop.finish()


def _write_changes(
    drop: DropInMaking,
    members: Memberships,
    events: list[ConsentEvent],
    dirt: Mapping[str, int] | None = None,
) -> None:
    """A consent file that tells what is new."""
    rows = harbour.consent_rows(members, events)
    encode = partial(json_pieces, harbour.CONSENTS)
    drop.write_rows(f"consents_{drop.name}.json", "consent_event", rows, encode, dirt=dirt)


def _write_records(
    drop: DropInMaking, making: Making, members: Memberships, chosen: Ints, postcodes: list[str]
) -> None:
    """A member file of some members, clean."""
    name, people = f"members_{drop.name}.json", making.world.people
    sheet = harbour.member_sheet(name, people, members, chosen, postcodes, NONE)
    encode = partial(json_pieces, harbour.MEMBERS)
    drop.write_rows(name, sheet.table, sheet.rows, encode, sheet.reasons)
    drop.records.append(Whose(members.person, members.details).of(name, chosen.tolist()))
