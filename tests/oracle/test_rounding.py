"""Our controlled rounding against tau-ARGUS' and against the Handbook's example.

Zero-restricted to base 5 in both: a multiple of 5 stays, every other number moves by at most 4, and
the sum of all moves is the least that keeps the table adding up.
"""

import numpy as np
import pytest

from pipelines.protect.additive import Rounded, round_additive
from pipelines.protect.attack import model_of
from tests.oracle.known_tables import AREAS, AREAS_ROUNDED
from tests.oracle.sets import small_cases
from tests.oracle.tables import Ints, Table
from tests.oracle.tauargus import Question, ask

TABLES = {table.name: table for table in [AREAS, *(case.table for case in small_cases())]}


def rounded(table: Table) -> Rounded:
    model = model_of(table.dimensions, table.cells)
    return round_additive(model.rows(table.cells), model.equalities, table.values)


def moves(table: Table, values: Ints) -> int:
    return int(np.abs(values - table.values).sum())


def test_there_are_tables_to_compare() -> None:
    assert len(TABLES) >= 19


@pytest.mark.parametrize("name", TABLES)
def test_the_least_moves_are_the_same(name: str) -> None:
    table = TABLES[name]
    ours, engine = rounded(table), ask(Question(table, ("RND",))).rounded
    assert engine is not None
    assert (ours.gap, ours.limit) == (0.0, 4)
    assert moves(table, ours.values) == moves(table, engine)


def test_the_rounding_in_the_handbook_is_one_that_we_would_accept() -> None:
    """Multiples of 5 that add up, none moved by more than 4: 22 in all."""
    assert not (AREAS_ROUNDED.values % 5).any()
    assert np.abs(AREAS_ROUNDED.values - AREAS.values).max() == 4
    assert moves(AREAS, AREAS_ROUNDED.values) == 22


def test_ours_moves_the_handbooks_table_less() -> None:
    assert moves(AREAS, rounded(AREAS).values) == 18
