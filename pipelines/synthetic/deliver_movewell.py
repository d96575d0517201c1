"""Write MoveWell Referrals' drop."""

from dataclasses import replace
from functools import partial

import numpy as np

from pipelines.synthetic import movewell
from pipelines.synthetic.consents import consent_events
from pipelines.synthetic.details import Details, write_down
from pipelines.synthetic.differences import DIFFERENCES, depart
from pipelines.synthetic.dirt_in_people import MOVEWELL
from pipelines.synthetic.drops import csv_pieces
from pipelines.synthetic.making import DropInMaking, Making, Whose
from pipelines.synthetic.people import Home, day_number
from pipelines.synthetic.planting import Planter
from pipelines.synthetic.programmes import Clients, make_clients, make_referrals, make_scores
from pipelines.synthetic.spelling import spell_postcodes
from pipelines.synthetic.truth import DropTruth
from pipelines.synthetic.work import joined, make_work_scores
from pipelines.synthetic.world import World

UTF_8, UTF_8_WITH_MARK = "utf-8", "utf-8-sig"


def deliver_movewell(making: Making) -> DropTruth:
    """Write the drop and return the truth about it."""
    world = making.world
    drawn = make_clients(world.people, world.through, world.seed)
    details = _details(world, drawn)
    consents = world.aged(drawn.consents, details.birth_day, Home.MOVEWELL)
    clients = replace(drawn, consents=consents)
    drop = making.open(MOVEWELL, making.world.through)
    planter = making.planter(MOVEWELL, ())
    _write_people(drop, making, clients, details, planter)
    _write_programmes(drop, making, clients, planter)
    return drop.finish()


def _write_people(
    drop: DropInMaking, making: Making, clients: Clients, details: Details, planter: Planter
) -> None:
    rows = movewell.consent_rows(clients, consent_events(clients.consents))
    encode = partial(csv_pieces, movewell.CONSENTS, encoding=UTF_8)
    drop.write_rows(f"consents_{drop.name}.csv", "consent_event", rows, encode)
    postcodes = spell_postcodes(details, making.world.neighbourhoods, making.world.seed)
    fit = np.flatnonzero(clients.consents.steady(day_number(making.world.through)))
    name = f"people_{drop.name}.csv"
    sheet = movewell.people_sheet(name, making.world.people, clients, details, postcodes, fit)
    encode = partial(csv_pieces, movewell.PEOPLE, encoding=UTF_8)
    departed = {
        k.name: int((details.difference == k.name).sum())
        for k in DIFFERENCES
        if making.enables(k.name)
    }
    also = {**departed, **making.trapped(MOVEWELL)}
    drop.write_sheet(sheet, planter, encode, also, Whose(clients.person, details))


def _details(world: World, clients: Clients) -> Details:
    """What the referral form says of each client; of members, not always what the operator has."""
    details = write_down(world.people, clients.person)
    shared = world.belonging.shared(world.people, clients.person)
    return depart(details, shared, world.neighbourhoods, world.seed, world.enabled)


def _write_programmes(
    drop: DropInMaking, making: Making, clients: Clients, planter: Planter
) -> None:
    referrals = make_referrals(clients, making.world.through, making.world.seed)
    drawn = (referrals, making.world.through, making.world.seed)
    scores = joined([make_scores(*drawn), make_work_scores(*drawn)])
    steady = clients.consents.steady(day_number(making.world.through))
    fit = np.flatnonzero(steady[referrals.client])
    sheet = movewell.referral_sheet(f"referrals_{drop.name}.csv", clients, referrals, fit)
    soiled = planter.soil(sheet)
    marked = making.enables("byte_order_mark")
    dirt = soiled.dirt | ({"byte_order_mark": len(soiled.rows)} if marked else {})
    encoding = UTF_8_WITH_MARK if marked else UTF_8
    encode = partial(csv_pieces, movewell.REFERRALS, encoding=encoding)
    drop.write_rows(sheet.name, sheet.table, soiled.rows, encode, sheet.reasons, dirt)
    fit = np.flatnonzero(steady[referrals.client[scores.referral]])
    name = f"outcomes_{drop.name}.csv"
    sheet = movewell.outcome_sheet(name, clients, referrals, scores, fit)
    drop.write_sheet(sheet, planter, partial(csv_pieces, movewell.OUTCOMES, encoding=UTF_8))
