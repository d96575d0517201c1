"""Three providers' deliveries of one synthetic population, and the truth about them."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pipelines.core.agreement_terms import AgeRule
from pipelines.synthetic.deliver_harbour import deliver_harbour
from pipelines.synthetic.deliver_movewell import deliver_movewell
from pipelines.synthetic.deliver_parkside import deliver_parkside
from pipelines.synthetic.dirt import ALL_DIRT, chosen_kinds
from pipelines.synthetic.dirt_in_people import HARBOUR, MOVEWELL, PARKSIDE
from pipelines.synthetic.linkage_truth import write_linkage
from pipelines.synthetic.making import Making
from pipelines.synthetic.people import Home
from pipelines.synthetic.places import Neighbourhood
from pipelines.synthetic.truth import Sidecar, write_truth
from pipelines.synthetic.world import make_world

HOMES = {HARBOUR: Home.HARBOUR, PARKSIDE: Home.PARKSIDE, MOVEWELL: Home.MOVEWELL}

Progress = Callable[[str, int], None]
"""Told the file just written, as provider/file, and how many rows it has."""


def write_deliveries(
    inbox: Path,
    neighbourhoods: Sequence[Neighbourhood],
    *,
    people: int,
    seed: int,
    through: dt.date,
    dirt: Iterable[str] = ALL_DIRT,
    age_rules: Mapping[str, AgeRule] | None = None,
    progress: Progress | None = None,
) -> Sidecar:
    """Write all deliveries under `inbox` and the truth beside it. Same arguments, same bytes.

    `age_rules` are those that the providers' agreements hold: children's consents follow them.
    """
    rules = {HOMES[provider]: rule for provider, rule in (age_rules or {}).items()}
    world = make_world(people, neighbourhoods, through, seed, chosen_kinds(dirt), rules)
    making = Making(inbox, world, progress or (lambda _name, _rows: None))
    drops = (
        *deliver_harbour(making),
        *deliver_parkside(making),
        deliver_movewell(making),
    )
    sidecar = Sidecar(people, seed, through.isoformat(), drops)
    truth = inbox.parent / "truth"
    write_truth(truth, sidecar)
    records = [(d.provider, d.drop, d.records) for d in drops]
    write_linkage(truth / "linkage.csv", records, world.traps)
    return sidecar
