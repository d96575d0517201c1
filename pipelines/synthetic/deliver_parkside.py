"""Write Parkside Community Trust's drop."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from pipelines.synthetic import parkside
from pipelines.synthetic.belonging import MOVED
from pipelines.synthetic.consents import NEVER, consent_events
from pipelines.synthetic.dirt_in_people import PARKSIDE
from pipelines.synthetic.drops import Cell, csv_pieces
from pipelines.synthetic.making import DropInMaking, Making, Whose, by_month
from pipelines.synthetic.memberships import Memberships, make_memberships, window_start
from pipelines.synthetic.people import Home, Ints
from pipelines.synthetic.planting import Planter, Sheet
from pipelines.synthetic.spelling import date_of, spell_postcodes
from pipelines.synthetic.truth import DropTruth
from pipelines.synthetic.visits import Visits, make_visits
from pipelines.synthetic.withdrawals import SENT_AFTER, next_visits, withdraw_some

CLUB_RENAMED_AFTER, COLUMN_RENAMED_AFTER = 122, 212
"""Days into the year."""
WITHDRAWN = "withdrawn_later_too"
NONE = np.zeros(0, dtype=np.int64)


def deliver_parkside(making: Making) -> tuple[DropTruth, ...]:
    """Write the drops and return the truth about each."""
    members = make_memberships(making.world, Home.PARKSIDE)
    visits = make_visits(making.world, members, Home.PARKSIDE)
    drop = making.open(PARKSIDE, making.world.through)
    planter = making.planter(PARKSIDE, parkside.CLUBS)
    _write_people(drop, making, members, planter)
    _write_visits(drop, making, members, visits, planter)
    first = drop.finish()
    if not making.enables(WITHDRAWN):
        return (first,)
    return first, _write_next(making, members, visits)


def _write_people(
    drop: DropInMaking,
    making: Making,
    members: Memberships,
    planter: Planter,
) -> None:
    _write_register(drop, members)
    name = f"members_{drop.name}.csv"
    also = {**members.planted, **making.trapped(PARKSIDE)}
    moved = int((members.details.difference == MOVED).sum())
    also |= {MOVED: moved} if making.enables(MOVED) else {}
    encode = partial(csv_pieces, parkside.MEMBERS, encoding=parkside.ENCODING)
    sheet = _member_sheet(name, making, members)
    drop.write_sheet(sheet, planter, encode, also, Whose(members.person, members.details))


def _write_register(
    drop: DropInMaking, members: Memberships, dirt: Mapping[str, int] | None = None
) -> None:
    """The consent file, which holds every event each time."""
    rows = parkside.consent_rows(members, consent_events(members.consents))
    encode = partial(csv_pieces, parkside.CONSENTS, encoding=parkside.ENCODING)
    drop.write_rows(f"consent_{drop.name}.csv", "consent_event", rows, encode, dirt=dirt)


def _member_sheet(name: str, making: Making, members: Memberships) -> Sheet:
    world = making.world
    postcodes = spell_postcodes(members.details, world.neighbourhoods, world.seed)
    fit = np.flatnonzero(members.steady(window_start(world.through)))
    return parkside.member_sheet(name, world.people, members, postcodes, fit)


def _write_visits(
    drop: DropInMaking, making: Making, members: Memberships, visits: Visits, planter: Planter
) -> None:
    steady = members.steady(window_start(making.world.through))
    for month, part, places in by_month(visits):
        fit = np.flatnonzero(steady[part.member])
        sheet = _visit_sheet(f"visits_{month}.csv", making, members, part, 1 + int(places[0]), fit)
        soiled = planter.soil(sheet)
        _write_month(drop, making, month, sheet, soiled.rows, soiled.dirt)


def _visit_sheet(
    name: str, making: Making, members: Memberships, visits: Visits, first_id: int, fit: Ints
) -> Sheet:
    start = window_start(making.world.through)
    renamed_from = start + CLUB_RENAMED_AFTER if making.enables("site_renamed") else NEVER
    windows = making.enables("characters_of_windows")
    return parkside.visit_sheet(name, members, visits, first_id, fit, renamed_from, windows)


def _write_month(
    drop: DropInMaking,
    making: Making,
    month: str,
    sheet: Sheet,
    rows: Sequence[Sequence[Cell]],
    dirt: Mapping[str, int],
) -> None:
    """One visit file, with what befalls it as a whole."""
    changed = date_of(window_start(making.world.through) + COLUMN_RENAMED_AFTER).strftime("%Y-%m")
    new_column = making.enables("column_renamed") and month >= changed
    site, activity = parkside.VISITS.index("Site"), parkside.VISITS.index("Activity")
    in_bulk = {
        "site_renamed": sum(row[site] == parkside.NEW_NAME for row in rows),
        "characters_of_windows": sum(row[activity] == parkside.WINDOWS_ACTIVITY for row in rows),
        "column_renamed": len(rows) if new_column else 0,
    }
    all_dirt = {**dirt, **{k: count for k, count in in_bulk.items() if making.enables(k)}}
    header = parkside.visit_header(new_column)
    encode = partial(csv_pieces, header, encoding=parkside.ENCODING)
    drop.write_rows(sheet.name, sheet.table, rows, encode, sheet.reasons, all_dirt)


def _write_next(making: Making, members: Memberships, visits: Visits) -> DropTruth:
    """The next drop: some days more, all members, and the whole register anew."""
    after, gone = withdraw_some(making.world, members, visits, Home.PARKSIDE)
    more = next_visits(making.world, visits)
    on = making.world.through + dt.timedelta(days=SENT_AFTER)
    drop = making.open(PARKSIDE, on)
    _write_register(drop, after, {WITHDRAWN: len(gone)})
    name = f"members_{drop.name}.csv"
    sheet = _member_sheet(name, making, after)
    encode = partial(csv_pieces, parkside.MEMBERS, encoding=parkside.ENCODING)
    drop.write_rows(name, sheet.table, sheet.rows, encode, sheet.reasons)
    drop.records.append(Whose(after.person, after.details).of(name, range(len(after))))
    first_id = 1 + len(visits)
    sheet = _visit_sheet(f"visits_{drop.name}.csv", making, after, more, first_id, NONE)
    _write_month(drop, making, on.strftime("%Y-%m"), sheet, sheet.rows, {})
    return drop.finish()
