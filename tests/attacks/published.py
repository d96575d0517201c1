"""What an attacker finds in tables that were published under any rule, good or bad.

He asks for every number that the house's own thresholds would keep unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa
from scipy import sparse

from pipelines.core.contract import Contract
from pipelines.protect.attack.ranges import ranges
from pipelines.protect.audit import Verdict, attack
from pipelines.protect.cells import Counted, Ints, counted
from pipelines.protect.numbers import Numbers
from pipelines.protect.small import small_cells
from pipelines.protect.view import Known, View, view_of
from tests.rooms.protect.made_tables import CONTRACT, LIMITS, STEPS, Row, measured, of_people


@dataclass(frozen=True)
class Way:
    """A way to publish counts: hide 1 to `hide_up_to`, round the others, hide small rests too."""

    hide_up_to: int = LIMITS.hide_up_to
    round_to: int = LIMITS.round_to
    rests: bool = True


RULE_ALONE = Way()
"""The NHS rule, complements and groups hidden, and no attacker run afterwards."""


def numbers_of(what: Counted, way: Way) -> Numbers:
    """Each count as this way publishes it, and what that tells."""
    truth, base = what.truth, way.round_to
    small = small_cells(what, way.hide_up_to)
    hidden = small.hidden if way.rests else small.few
    value = (2 * truth + base) // (2 * base) * base
    lower = np.maximum(value - base // 2, np.where(value > 0, way.hide_up_to + 1, 0))
    upper = np.where(truth == 0, 0, value + (base - 1) // 2)
    return Numbers(
        np.where(hidden, 0, value), hidden, _floats(lower), _floats(upper), np.zeros_like(hidden)
    )


def views_on(
    rows: Sequence[Row],
    contract: Contract = CONTRACT,
    lookup: pa.Table | None = None,
    before: Sequence[Known] = (),
) -> tuple[Counted, list[View]]:
    """The counts, and what an attacker makes of each tree of them."""
    what = counted(contract, measured(rows, contract).table)
    small = small_cells(what, LIMITS.hide_up_to)
    trees = [t for t in what.disclosure.trees() if what.flags([p.id for p in t]).any()]
    return what, [view_of(what, tree, small, lookup, before) for tree in trees]


def judged(rows: Sequence[Row], way: Way) -> Verdict:
    """What an attacker undoes of a table that was published this way."""
    what, views = views_on(rows)
    numbers = numbers_of(what, way)
    found = [attack(view, *numbers.known(view.own, view.residents), LIMITS) for view in views]
    return sum(found, Verdict())


def judged_as_published(rows: Sequence[Row], table: pa.Table) -> Verdict:
    """What he undoes of a protected table, from its published columns alone."""
    what, views = views_on(rows)
    value, hidden = _shown(what, table)
    lower = np.maximum(value - 2, np.where(value > 0, LIMITS.hide_up_to + 1, 0))
    upper = np.where(value == 0, 0, value + 2)
    numbers = Numbers(value, hidden, _floats(lower), _floats(upper), np.zeros_like(hidden))
    found = [attack(view, *numbers.known(view.own, view.residents), LIMITS) for view in views]
    return sum(found, Verdict())


def exact_small_cells(rows: Sequence[Row], way: Way) -> tuple[int, int]:
    """How many cells of 1 to 7 he recovers exactly, and of how many."""
    what, views = views_on(rows)
    numbers, few = numbers_of(what, way), small_cells(what, LIMITS.hide_up_to).few
    recovered = asked = 0
    for view in views:
        system = view.system(*numbers.known(view.own, view.residents))
        low, high = ranges(system, sparse.csr_array(view.rows[np.flatnonzero(few[view.own])]))
        recovered, asked = recovered + int(np.sum(low == high)), asked + len(low)
    return recovered, asked


def a_programme(seed: int, conditions: int = 12) -> list[Row]:
    """The table of a programme: a few large conditions and many small ones."""
    random = np.random.default_rng(seed)
    people: dict[tuple[str, str, str], int] = {}
    for number, sex, step in product(range(conditions), ("male", "female"), STEPS):
        people[sex, f"c{number}", step] = int(random.poisson(12 / (number + 1)))
    return of_people(people)


def _shown(what: Counted, table: pa.Table) -> tuple[Ints, "np.typing.NDArray[np.bool_]"]:
    count, base = table["count"].to_pylist(), table["denominator"].to_pylist()
    value = np.zeros(len(what.cells), dtype=np.int64)
    hidden = np.zeros(len(what.cells), dtype=bool)
    for at, shown in ((what.count_at, count), (what.base_at, base)):
        for cell, number in zip(at, shown, strict=True):
            if cell >= 0:
                value[cell], hidden[cell] = number or 0, number is None
    return value, hidden


def _floats(numbers: Ints) -> "np.typing.NDArray[np.float64]":
    return numbers.astype(np.float64)
