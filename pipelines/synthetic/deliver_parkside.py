"""Write Parkside Community Trust's drop."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from pipelines.synthetic import parkside
from pipelines.synthetic.consents import NEVER, consent_events
from pipelines.synthetic.dirt_in_people import PARKSIDE
from pipelines.synthetic.drops import csv_pieces
from pipelines.synthetic.making import DropInMaking, Making, by_month
from pipelines.synthetic.memberships import Memberships, make_memberships, window_start
from pipelines.synthetic.people import Home
from pipelines.synthetic.planting import Planter
from pipelines.synthetic.spelling import date_of, spell_postcodes
from pipelines.synthetic.truth import DropTruth
from pipelines.synthetic.visits import Visits, make_visits

CLUB_RENAMED_AFTER, COLUMN_RENAMED_AFTER = 122, 212
"""Days into the year."""


def deliver_parkside(making: Making, planted: Mapping[str, int]) -> DropTruth:
    """Write the drop and return the truth about it; `planted` counts dirt among its people."""
    members = make_memberships(
        making.people, Home.PARKSIDE, making.through, making.seed, making.enabled
    )
    visits = make_visits(
        making.people, members, making.neighbourhoods, Home.PARKSIDE, making.through, making.seed
    )
    drop = making.open(PARKSIDE, making.through)
    planter = making.planter(PARKSIDE, parkside.CLUBS)
    _write_people(drop, making, members, planter, {**members.planted, **planted})
    _write_visits(drop, making, members, visits, planter)
    return drop.finish()


def _write_people(
    drop: DropInMaking,
    making: Making,
    members: Memberships,
    planter: Planter,
    planted: Mapping[str, int],
) -> None:
    rows = parkside.consent_rows(members, consent_events(members.consents))
    encode = partial(csv_pieces, parkside.CONSENTS, encoding=parkside.ENCODING)
    drop.write_rows(f"consent_{drop.name}.csv", "consent_event", rows, encode)
    postcodes = spell_postcodes(making.people, members.person, making.neighbourhoods, making.seed)
    fit = np.flatnonzero(members.steady(window_start(making.through)))
    name = f"members_{drop.name}.csv"
    sheet = parkside.member_sheet(name, making.people, members, postcodes, fit)
    encode = partial(csv_pieces, parkside.MEMBERS, encoding=parkside.ENCODING)
    drop.write_sheet(sheet, planter, encode, planted)


def _write_visits(
    drop: DropInMaking, making: Making, members: Memberships, visits: Visits, planter: Planter
) -> None:
    start = window_start(making.through)
    renamed_from = start + CLUB_RENAMED_AFTER if "site_renamed" in making.enabled else NEVER
    windows = "characters_of_windows" in making.enabled
    changed = date_of(start + COLUMN_RENAMED_AFTER).strftime("%Y-%m")
    steady = members.steady(start)
    for month, part, places in by_month(visits):
        new_column = "column_renamed" in making.enabled and month >= changed
        fit = np.flatnonzero(steady[part.member])
        sheet = parkside.visit_sheet(
            f"visits_{month}.csv", members, part, 1 + int(places[0]), fit, renamed_from, windows
        )
        rows, dirt = planter.soil(sheet)
        site, activity = parkside.VISITS.index("Site"), parkside.VISITS.index("Activity")
        in_bulk = {
            "site_renamed": sum(row[site] == parkside.NEW_NAME for row in rows),
            "characters_of_windows": sum(
                row[activity] == parkside.WINDOWS_ACTIVITY for row in rows
            ),
            "column_renamed": len(rows) if new_column else 0,
        }
        dirt |= {kind: count for kind, count in in_bulk.items() if kind in making.enabled}
        header = parkside.visit_header(new_column)
        encode = partial(csv_pieces, header, encoding=parkside.ENCODING)
        drop.write_rows(sheet.name, sheet.table, rows, encode, sheet.reasons, dirt)
