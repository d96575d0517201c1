"""What MoveWell's made-up programmes cost: a sum a year for each programme and ICB.

Sums are agreed before the year and for so many people as are expected, so none tells who came.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from pipelines.synthetic.dirt_in_people import MOVEWELL
from pipelines.synthetic.drops import Cell, csv_pieces, finish_drop, open_drop, write_part
from pipelines.synthetic.people import (
    CENTRAL_EAST,
    GREATER_MANCHESTER,
    LINCOLNSHIRE,
    SOUTH_EAST_LONDON,
    SOUTH_YORKSHIRE,
    WEST_YORKSHIRE,
)
from pipelines.synthetic.programmes import PROGRAMMES

COSTS = "movewell_costs"
OWN_DRAWS = 41
"""The stream of random numbers of this module alone."""

BOARDS = (
    GREATER_MANCHESTER, WEST_YORKSHIRE, CENTRAL_EAST, LINCOLNSHIRE, SOUTH_YORKSHIRE,
    SOUTH_EAST_LONDON,
)  # fmt: skip
HEADER = ("provider", "programme", "icb", "from", "to", "pounds", "covers")
COVERS = "staff, venues and equipment; not the referrer's time"
EXPECTED = 0.09
"""Referrals expected in a year for each made-up person, over all ICBs."""
SHARES = {
    **PROGRAMMES, "musculoskeletal": 0.1, "prehabilitation": 0.04, "glp1_with_exercise": 0.05,
}  # fmt: skip
"""How a budget is parted; some people of the general programmes go to the last two."""
POUNDS_EACH = {
    "exercise_on_referral": 190, "weight_management": 260, "cardiac_rehab": 420,
    "falls_prevention": 310, "musculoskeletal": 230, "prehabilitation": 350,
    "glp1_with_exercise": 280,
}  # fmt: skip
"""Pounds budgeted for each person expected: assumptions, as a budget would be."""
YEARS_BACK = 3


def write_costs(inbox: Path, people: int, seed: int, through: dt.date) -> None:
    """Write the drop of costs. Same arguments, same bytes."""
    folder = inbox / COSTS / through.isoformat()
    open_drop(folder)
    rows = list(cost_rows(people, seed, through))
    write_part(folder / f"costs_{through}.csv", csv_pieces(HEADER, rows, "utf-8"))
    finish_drop(folder)


def cost_rows(people: int, seed: int, through: dt.date) -> Iterator[Sequence[Cell]]:
    """One row for each financial year, programme and ICB."""
    rng = np.random.default_rng([seed, OWN_DRAWS])
    first = through.year - YEARS_BACK
    expected = people * EXPECTED / len(BOARDS)
    for board in BOARDS:
        for programme, share in SHARES.items():
            for year in range(first, through.year + 1):
                budget = (1500 + expected * share * POUNDS_EACH[programme]) * rng.uniform(0.9, 1.1)
                pounds = round(budget / 50) * 50
                days = (f"{year}-04-01", f"{year + 1}-03-31")
                yield (MOVEWELL, programme, board, *days, str(pounds), COVERS)
