"""What an attacker makes of one tree of populations."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.protect.attack.ranges import ranges
from pipelines.protect.cells import Cell, Counted, counted
from pipelines.protect.small import small_cells
from pipelines.protect.view import Known, View, view_of
from tests.rooms.protect.made_tables import (
    CONTRACT,
    LIMITS,
    REFERRED,
    SHARE,
    Row,
    by_condition,
    measured,
    of_people,
    row,
)
from tests.rooms.protect.test_places import ICB, OLD, TWO_SEXES, cell, lookup

INFINITE = float("inf")


def seen(
    rows: list[Row], before: tuple[Known, ...] = (), atoms: pa.Table | None = None
) -> tuple[View, Counted]:
    what = counted(CONTRACT, measured(rows).table)
    small = small_cells(what, LIMITS.hide_up_to)
    return view_of(what, what.disclosure.trees()[0], small, atoms, before), what


def range_of(view: View, what: Counted, wanted: Cell, hidden: set[Cell]) -> tuple[float, float]:
    """What he finds of one cell when all but some are told exactly."""
    names = [what.cells[i] for i in view.own]
    truth = what.truth[view.own].astype(np.float64)
    marked = np.array([name in hidden for name in names])
    system = view.system(np.where(marked, 0.0, truth), np.where(marked, view.residents, truth))
    (low,), (high,) = ranges(system, view.rows[[names.index(wanted)]])
    return float(low), float(high)


def test_a_hidden_cell_is_total_less_parts() -> None:
    rows = by_condition(20, 30)
    view, what = seen(rows)
    wanted = cell(category_type="condition", category="c0")
    assert range_of(view, what, wanted, {wanted}) == (20.0, 20.0)


def test_two_hidden_cells_keep_each_other() -> None:
    view, what = seen(by_condition(20, 30))
    both = [cell(category_type="condition", category=name) for name in ("c0", "c1")]
    assert range_of(view, what, both[0], set(both)) == (1.0, 49.0)


def test_somebody_is_in_a_group_that_has_a_row() -> None:
    """Of those who started nobody can say so: theirs is the row of those referred."""
    view, what = seen([row(SHARE, 12, 40)])
    both = {cell("referred"), cell("started")}
    found = [range_of(view, what, cell(name), both)[0] for name in ("referred", "started")]
    assert found == [1.0, 0.0]


def test_nobody_is_in_a_group_that_has_no_row() -> None:
    """Two sexes and two age bands; of women who are old there is no row, so young ones are all."""
    old: dict[str, Any] = {"sex": "male", "age_band": "65+"}
    rows = [
        row(REFERRED, 50), row(REFERRED, 20, sex="female"), row(REFERRED, 30, sex="male"),
        row(REFERRED, 12, **old), row(REFERRED, 18, **{**old, "age_band": "19-64"}),
        row(REFERRED, 20, sex="female", age_band="19-64"),
    ]  # fmt: skip
    view, what = seen(rows)
    wanted = cell(sex="female", age_band="19-64")
    assert range_of(view, what, wanted, {wanted}) == (20.0, 20.0)


def test_no_more_can_be_hidden_than_live_there() -> None:
    view, what = seen([row(SHARE, 12, 40)], atoms=lookup(("D1", "1", None, ICB, 55)))
    both = {cell("referred"), cell("started")}
    assert range_of(view, what, cell("referred"), both) == (1.0, 55.0)


def test_a_census_that_is_too_low_for_the_truth_says_nothing() -> None:
    view, _ = seen([row(SHARE, 12, 40)], atoms=lookup(("D1", "1", None, ICB, 39)))
    assert np.isinf(view.residents[0])


@pytest.mark.parametrize(
    ("rows", "rows_over", "marked", "groups"),
    [
        ([row(REFERRED, 50)], 0, [], []),
        ([row(REFERRED, 5)], 1, [True], [False]),
        ([row(SHARE, 0, 50)], 1, [True], [True]),
        ([row(SHARE, 48, 50)], 1, [False], [False]),
        ([row(SHARE, 50, 50)], 1, [False], [True]),
    ],
)
def test_what_must_stay_unknown(
    rows: list[Row], rows_over: int, marked: list[bool], groups: list[bool]
) -> None:
    """A small cell, nobody of a group, few left over, everybody of a group."""
    view, _ = seen(rows)
    sensitive = view.sensitive
    assert (
        sensitive.rows.shape[0],
        sensitive.marked.tolist(),
        sensitive.all_or_none.tolist(),
    ) == (rows_over, marked, groups)


def test_few_left_over_are_asked_for_as_a_difference() -> None:
    view, what = seen([row(SHARE, 48, 50)])
    truth = what.truth[view.own].astype(np.float64)
    (low,), (high,) = ranges(view.system(truth, truth), view.sensitive.rows)
    assert (low, high) == (2.0, 2.0)


def test_the_difference_between_vintages_is_asked_for() -> None:
    """The new ICB is the old one and a district more: who lives there can be subtracted."""
    atoms = lookup(("D1", "1", OLD, ICB, None), ("D2", "1", None, ICB, None))
    old = Known(cell(area=OLD, parent=OLD), 46.0, 46.0)
    view, what = seen([row(REFERRED, 50)], (old,), atoms)
    truth = what.truth[view.own].astype(np.float64)
    (low,), (high,) = ranges(view.system(truth, truth), view.sensitive.rows)
    assert (low, high) == (4.0, 4.0)


def test_the_same_icb_in_another_vintage_makes_no_difference() -> None:
    atoms = lookup(("D1", "1", OLD, ICB, None))
    old = Known(cell(area=OLD, parent=OLD), 48.0, 52.0)
    view, _ = seen([row(REFERRED, 50)], (old,), atoms)
    assert view.sensitive.rows.shape[0] == 0


def test_another_sex_in_another_vintage_is_not_subtracted() -> None:
    atoms = lookup(("D1", "1", OLD, ICB, None), ("D2", "1", None, ICB, None))
    old = Known(cell(area=OLD, parent=OLD, sex="male"), 18.0, 18.0)
    alone, _ = seen(of_people(TWO_SEXES), (), atoms)
    beside, _ = seen(of_people(TWO_SEXES), (old,), atoms)
    # Men are subtracted from men, and neither from women nor from everybody.
    assert beside.sensitive.rows.shape[0] - alone.sensitive.rows.shape[0] == 1


def test_what_may_have_changed_since_is_known_less_well() -> None:
    known = Known(cell(), 3.0, INFINITE).give_or_take(8)
    assert (known.lower, known.upper) == (0.0, INFINITE)
