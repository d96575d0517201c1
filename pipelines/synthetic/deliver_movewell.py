"""Write MoveWell Referrals' drop."""

from functools import partial

import numpy as np

from pipelines.synthetic import movewell
from pipelines.synthetic.consents import consent_events
from pipelines.synthetic.dirt_in_people import MOVEWELL
from pipelines.synthetic.drops import csv_pieces
from pipelines.synthetic.making import DropInMaking, Making
from pipelines.synthetic.people import day_number
from pipelines.synthetic.planting import Planter
from pipelines.synthetic.programmes import Clients, make_clients, make_referrals, make_scores
from pipelines.synthetic.spelling import spell_postcodes
from pipelines.synthetic.truth import DropTruth

UTF_8, UTF_8_WITH_MARK = "utf-8", "utf-8-sig"


def deliver_movewell(making: Making) -> DropTruth:
    """Write the drop and return the truth about it."""
    clients = make_clients(making.people, making.through, making.seed)
    drop = making.open(MOVEWELL, making.through)
    planter = making.planter(MOVEWELL, ())
    _write_people(drop, making, clients, planter)
    _write_programmes(drop, making, clients, planter)
    return drop.finish()


def _write_people(drop: DropInMaking, making: Making, clients: Clients, planter: Planter) -> None:
    rows = movewell.consent_rows(clients, consent_events(clients.consents))
    encode = partial(csv_pieces, movewell.CONSENTS, encoding=UTF_8)
    drop.write_rows(f"consents_{drop.name}.csv", "consent_event", rows, encode)
    postcodes = spell_postcodes(making.people, clients.person, making.neighbourhoods, making.seed)
    fit = np.flatnonzero(clients.consents.steady(day_number(making.through)))
    name = f"people_{drop.name}.csv"
    sheet = movewell.people_sheet(name, making.people, clients, postcodes, fit)
    drop.write_sheet(sheet, planter, partial(csv_pieces, movewell.PEOPLE, encoding=UTF_8))


def _write_programmes(
    drop: DropInMaking, making: Making, clients: Clients, planter: Planter
) -> None:
    referrals = make_referrals(clients, making.through, making.seed)
    scores = make_scores(referrals, making.through, making.seed)
    steady = clients.consents.steady(day_number(making.through))
    fit = np.flatnonzero(steady[referrals.client])
    sheet = movewell.referral_sheet(f"referrals_{drop.name}.csv", clients, referrals, fit)
    rows, dirt = planter.soil(sheet)
    marked = "byte_order_mark" in making.enabled
    dirt |= {"byte_order_mark": len(rows)} if marked else {}
    encoding = UTF_8_WITH_MARK if marked else UTF_8
    encode = partial(csv_pieces, movewell.REFERRALS, encoding=encoding)
    drop.write_rows(sheet.name, sheet.table, rows, encode, sheet.reasons, dirt)
    fit = np.flatnonzero(steady[referrals.client[scores.referral]])
    name = f"outcomes_{drop.name}.csv"
    sheet = movewell.outcome_sheet(name, clients, referrals, scores, fit)
    drop.write_sheet(sheet, planter, partial(csv_pieces, movewell.OUTCOMES, encoding=UTF_8))
