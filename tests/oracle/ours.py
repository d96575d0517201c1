"""Our solver and our attacker on the oracle's tables, under the oracle's rule or under our own."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack import At, System, model_of, ranges
from pipelines.protect.attack.integer import whole_ranges
from pipelines.protect.suppress import Problem, hide_enough
from tests.oracle.linked import Linked
from tests.oracle.tables import Table
from tests.oracle.tauargus import Answer

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Tables = Table | Linked

UNAWARE = 0.0
"""The least that a mark can stand for, to an attacker who forgets the rule."""
RULE_AWARE = 1.0
"""And to one who knows it: zeros are shown, so what is hidden is at least 1."""


def is_small(values: Ints, threshold: int = 7) -> Flags:
    """The counts that the rule hides."""
    small: Flags = (values >= 1) & (values <= threshold)
    return small


def cost(values: Ints, hidden: Flags) -> int:
    """What a pattern costs: the sum of the hidden numbers."""
    return int(values[hidden].sum())


def hidden_by_its_rule(table: Table, answer: Answer) -> Flags:
    """The cheapest pattern under the oracle's problem: its unsafe cells, levels and bounds."""
    unsafe = answer.primary
    levels = (answer.lower_level[unsafe], answer.upper_level[unsafe])
    return hidden_around(table, unsafe, levels, answer.known)


def hidden_around(
    tables: Tables,
    unsafe: Flags,
    levels: tuple[Floats | float, Floats | float],
    known: tuple[Floats, Floats] | None = None,
) -> Flags:
    """The cheapest pattern by protection levels below and above each unsafe value."""
    value = tables.values.astype(np.float64)
    anything = (np.zeros(len(value)), np.full(len(value), np.inf))
    fall, reach = value[unsafe] - levels[0], value[unsafe] + levels[1]
    return _hidden(tables, unsafe, anything if known is None else known, reach, fall)


def hidden_rule_aware(tables: Tables, more: float = 4.0, threshold: int = 7) -> Flags:
    """The cheapest pattern against a reader who knows that a mark is never zero.

    Each small number could be larger by `more`, for all that he can find.
    """
    value = tables.values.astype(np.float64)
    small = is_small(tables.values, threshold)
    known = (np.minimum(value, RULE_AWARE), np.full(len(value), np.inf))
    return _hidden(tables, small, known, reach=(value + more)[small], fall=None)


def _hidden(
    tables: Tables, unsafe: Flags, known: tuple[Floats, Floats], reach: Floats, fall: Floats | None
) -> Flags:
    model = model_of(tables.dimensions, tables.cells)
    cells = model.rows(tables.cells)
    value = tables.values.astype(np.float64)
    problem = Problem(
        cells=cells,
        equalities=model.equalities,
        shown=(value, value),
        hidden=known,
        cost=np.maximum(value, 1.0),
        must_hide=unsafe,
        # The oracle never hides a zero, and a mark that is never zero cannot stand for one.
        must_show=(tables.values == 0) & ~unsafe,
        targets=sparse.csr_array(cells[np.flatnonzero(unsafe)]),
        width=np.zeros(int(unsafe.sum())),
        reach=reach,
        fall=fall,
    )
    return hide_enough(problem)


def attacked(
    tables: Tables, hidden: Flags, least: float = UNAWARE, also: Sequence[At] = ()
) -> tuple[Floats, Floats]:
    """The smallest and largest value of each cell, then of cells `also` asked about."""
    return ranges(*_known(tables, hidden, least, also))


def attacked_in_whole_numbers(
    tables: Tables, hidden: Flags, least: float = UNAWARE
) -> tuple[Floats, Floats]:
    """The same by an attacker who tries whole numbers of people only."""
    return whole_ranges(*_known(tables, hidden, least, ()))


def _known(
    tables: Tables, hidden: Flags, least: float, also: Sequence[At]
) -> tuple[System, sparse.csr_array]:
    cells = tables.cells
    model = model_of(tables.dimensions, [*cells, *also])
    value = tables.values.astype(np.float64)
    nothing = np.zeros(model.equalities.shape[0])
    known = System(
        sparse.csr_array(sparse.vstack([model.rows(cells), model.equalities], format="csr")),
        np.concatenate([np.where(hidden, np.minimum(value, least), value), nothing]),
        np.concatenate([np.where(hidden, np.inf, value), nothing]),
    )
    return known, model.rows([*cells, *also])


def widths(tables: Tables, hidden: Flags, least: float, threshold: int = 7) -> Floats:
    """How far apart the attacker's bounds of each small number are: 0 is known exactly."""
    low, high = attacked(tables, hidden, least)
    return (high - low)[is_small(tables.values, threshold)]
