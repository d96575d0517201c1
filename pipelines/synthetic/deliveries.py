"""Three providers' deliveries of one synthetic population, and the truth about them."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from pipelines.synthetic.deliver_harbour import deliver_harbour
from pipelines.synthetic.deliver_movewell import deliver_movewell
from pipelines.synthetic.deliver_parkside import deliver_parkside
from pipelines.synthetic.dirt import ALL_DIRT, chosen_kinds
from pipelines.synthetic.making import Making
from pipelines.synthetic.memberships import make_twins
from pipelines.synthetic.people import make_people
from pipelines.synthetic.places import Neighbourhood
from pipelines.synthetic.truth import Sidecar, write_truth

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
    progress: Progress | None = None,
) -> Sidecar:
    """Write all deliveries under `inbox` and the truth beside it. Same arguments, same bytes."""
    enabled = chosen_kinds(dirt)
    drawn = make_people(people, neighbourhoods, through, seed)
    everyone, twins = make_twins(drawn, np.random.default_rng([seed, 9]), enabled)
    making = Making(
        inbox=inbox,
        neighbourhoods=neighbourhoods,
        people=everyone,
        through=through,
        seed=seed,
        enabled=enabled,
        progress=progress or (lambda _name, _rows: None),
    )
    drops = (
        *deliver_harbour(making),
        deliver_parkside(making, {"twin_trap": twins} if "twin_trap" in enabled else {}),
        deliver_movewell(making),
    )
    sidecar = Sidecar(people, seed, through.isoformat(), drops)
    write_truth(inbox.parent / "truth", sidecar)
    return sidecar
