"""Answers that others have published, found again by our attacker and by our solver."""

import numpy as np
import pytest

from tests.oracle.known_tables import (
    GAUSS,
    GEURTS,
    MICRODATA1,
    SDCTABLE,
    SDCTABLE_UNSAFE,
    geographical_differencing,
    linking,
    two_codings,
)
from tests.oracle.linked import Linked
from tests.oracle.ours import Flags, attacked, cost, hidden_around
from tests.oracle.tables import Table

# The least that makes exact disclosure impossible: one more and, where there can be, one fewer.
BARELY = (1.0, 1.0)


def marked(table: Table, *cells: str) -> Flags:
    """Cells named by their row's and column's letters."""
    hidden = np.zeros(len(table.cells), dtype=bool)
    hidden[[table.at(row=cell[0], column=cell[1]) for cell in cells]] = True
    return hidden


def names(table: Table, hidden: Flags) -> set[str]:
    """Marked cells, a row's and a column's code one after the other."""
    cells = (table.cells[i] for i in np.flatnonzero(hidden))
    return {"".join(cell.get(n, "*") for n in ("row", "column")) for cell in cells}


def found(tables: Linked, *asked: tuple[str, ...]) -> list[tuple[float, float]]:
    """The intervals of cells that were never published."""
    kinds = [d.name for d in tables.dimensions]
    also = [dict(zip(kinds, codes, strict=True)) for codes in asked]
    low, high = attacked(tables, tables.hidden, also=also)
    n = len(also)
    return list(zip(low[-n:].tolist(), high[-n:].tolist(), strict=True))


@pytest.mark.parametrize(
    ("cell", "interval"), [("11", (3, 6)), ("12", (1, 4)), ("21", (0, 3)), ("22", (0, 3))]
)
def test_the_feasibility_intervals_of_geurts(cell: str, interval: tuple[int, int]) -> None:
    """The Handbook gives 3 to 6 for the first; the others follow from its four sums."""
    low, high = attacked(GEURTS, marked(GEURTS, "11", "12", "21", "22"))
    at = GEURTS.at(row=cell[0], column=cell[1])
    assert (low[at], high[at]) == interval


def test_two_marks_in_every_line_are_not_enough() -> None:
    """sdcTable's example: rows w and x less columns a and c leave one cell, 236 - 189 = 47."""
    low, high = attacked(SDCTABLE, marked(SDCTABLE, *SDCTABLE_UNSAFE))
    at = SDCTABLE.at(row="w", column="b")
    assert (low[at], high[at]) == (47, 47)


def test_the_interval_that_sdctable_finds_with_one_more_mark() -> None:
    """Its authors name x and b; their own attack gives 0 to 141."""
    low, high = attacked(SDCTABLE, marked(SDCTABLE, *SDCTABLE_UNSAFE, "xb"))
    at = SDCTABLE.at(row="w", column="b")
    assert (low[at], high[at]) == (0, 141)


def test_one_more_mark_is_enough_and_the_cheapest_costs_31() -> None:
    unsafe = marked(SDCTABLE, *SDCTABLE_UNSAFE)
    hidden = hidden_around(SDCTABLE, unsafe, BARELY)
    assert names(SDCTABLE, hidden & ~unsafe) == {"xd"}
    assert cost(SDCTABLE.values, hidden & ~unsafe) == 31


def test_the_optimal_pattern_of_sdctables_own_test() -> None:
    unsafe = np.zeros(len(MICRODATA1.cells), dtype=bool)
    unsafe[MICRODATA1.at(row="A", column="female")] = True
    hidden = hidden_around(MICRODATA1, unsafe, BARELY)
    assert names(MICRODATA1, hidden) == {"Afemale", "Amale", "Cfemale", "Cmale"}


def test_the_pattern_of_gausssuppressions_vignette() -> None:
    """A zero that must not be known to be one: the cheapest pattern is the one printed there."""
    unsafe = np.zeros(len(GAUSS.cells), dtype=bool)
    unsafe[GAUSS.at(row="young", column="Portugal")] = True
    hidden = hidden_around(GAUSS, unsafe, (0.0, 1.0))
    assert names(GAUSS, hidden) == {
        "youngIceland", "youngPortugal", "oldIceland", "oldPortugal",
    }  # fmt: skip


def test_differencing_two_boundaries_of_one_area() -> None:
    """The Handbook's difference table: five people, one of them the only woman."""
    asked = [
        ("around", hours, sex)
        for hours in ("over 30", "16 to 30", "up to 15")
        for sex in ("male", "female")
    ]
    assert found(geographical_differencing(), *asked) == [
        (2, 2), (1, 1), (2, 2), (0, 0), (0, 0), (0, 0),
    ]  # fmt: skip


def test_linking_tables_of_homes_and_of_workplaces() -> None:
    """The Handbook's linked table: one woman lives and works in the area, 5 and 4 do either."""
    asked = [(where, "female") for where in ("both", "lives here", "works here")]
    assert found(linking(), *asked) == [(1, 1), (5, 5), (4, 4)]


def test_differencing_two_codings_of_hours() -> None:
    """The Handbook's new column: one man and no woman works 20 to 24 hours."""
    assert found(two_codings(), ("20-24", "male"), ("20-24", "female")) == [(1, 1), (0, 0)]
