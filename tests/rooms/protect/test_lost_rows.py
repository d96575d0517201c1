"""A cell that was published and of which nobody is left comes back with its zero."""

from pipelines.protect.cells import Cell
from pipelines.protect.lost_rows import with_lost_rows
from pipelines.protect.past import NO_PAST
from tests.rooms.protect.made_tables import (
    FINISHED,
    MEAN,
    REFERRED,
    SHARE,
    Row,
    by_condition,
    mean_row,
    measured,
    row,
    told,
)
from tests.rooms.protect.test_places import cell

NOW = [row(REFERRED, 50), row(SHARE, 20, 50)]
GONE = cell(category_type="condition", category="gone")
STARTED_GONE = cell("started", category_type="condition", category="gone")


def came_back(rows: list[Row], *cells: Cell) -> list[Row]:
    """The rows that a table gains when these cells were told before."""
    past = told(dict.fromkeys(cells, 10))
    found: list[Row] = with_lost_rows(measured(rows), past).to_pylist()
    return found[len(rows) :]


def test_a_lost_cell_comes_back_in_every_row_that_counts_it() -> None:
    rows = came_back([*NOW, row(FINISHED, 9, 20)], STARTED_GONE, GONE)
    assert [r["indicator_id"] for r in rows] == [REFERRED, SHARE]


def test_it_comes_back_with_nobody_in_it() -> None:
    (lost,) = came_back(NOW, GONE)
    assert (lost["count"], lost["category"], lost["denominator"]) == (0, "gone", None)


def test_its_denominator_is_what_the_whole_is_now() -> None:
    rows = [*NOW, row(REFERRED, 30, category_type="condition", category="gone")]
    (lost,) = came_back(rows, STARTED_GONE)
    assert (lost["count"], lost["denominator"]) == (0, 30)


def test_a_denominator_of_nobody_is_nought() -> None:
    (lost,) = came_back(NOW, STARTED_GONE)
    assert lost["denominator"] == 0


def test_it_is_named_as_its_area_is() -> None:
    (lost,) = came_back(NOW, GONE)
    assert (lost["area_ods_code"], lost["period_end"]) == (
        NOW[0]["area_ods_code"],
        NOW[0]["period_end"],
    )


def test_an_area_that_nobody_names_has_no_name() -> None:
    district = cell(area="D9")
    assert came_back(NOW, district) == []  # the programme publishes no districts


def test_a_mean_comes_back_without_sums() -> None:
    rows = [mean_row([5.0, 7.0] * 10)]
    gone = cell("paired_active_minutes_12_weeks", category_type="condition", category="x")
    (lost, _) = came_back(rows, gone)
    assert (lost["indicator_id"], lost["total"], lost["largest"]) == (MEAN, None, None)


def test_a_table_that_is_no_longer_declared_does_not_come_back() -> None:
    old_plan = cell(sex="male", category_type="condition", category="gone")
    assert came_back(NOW, old_plan) == []


def test_nothing_lost_leaves_the_table_as_it_is() -> None:
    table = measured(by_condition(20, 30))
    assert with_lost_rows(table, NO_PAST) is table.table
