from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from pipelines.core.errors import CannotProtect
from pipelines.protect.attack import Dimension, model_of
from pipelines.protect.suppress import Problem, hide_enough, hide_exact
from pipelines.protect.suppress.exact_totals import Protection, exact_problem
from tests.rooms.protect.gm_tables import GmTable, gm_table
from tests.rooms.protect.suppress.tiny import (
    cost_of,
    cross,
    least_cost,
    nothing,
    rounded_problem,
    tiny_problem,
    withstands,
)

MODES = ("sliding", "range", "aware", "rounded")


def test_the_cheapest_rectangle_protects_a_single_small_cell() -> None:
    inner = np.array([[3, 20, 30], [25, 40, 50], [35, 60, 70]])
    cells = cross(3, 3)
    values = np.rint(cells @ inner.ravel()).astype(np.int64)
    hidden = hide_exact(
        cells, nothing(cells), values, values.astype(float), protection=Protection.SLIDING
    )
    assert sorted(values[hidden]) == [3, 20, 25, 40]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(100, 105))
def test_no_other_pattern_is_cheaper(seed: int, mode: str) -> None:
    problem = tiny_problem(seed, mode)
    assert cost_of(problem, hide_enough(problem)) == least_cost(problem)


@pytest.mark.parametrize("mode", MODES)
def test_the_pattern_withstands_another_rooms_attacker(mode: str) -> None:
    problem = _gm_problem(gm_table(1, 5), mode)
    assert withstands(problem, hide_enough(problem))


def test_the_optimum_is_the_same_for_a_whole_table_and_for_its_junction_tree() -> None:
    dimensions = (
        Dimension("area", ("a", "b", "c"), {"ab": ("a", "b")}),
        Dimension("sex", ("f", "m"), {}),
        Dimension("age", ("young", "old"), {}),
    )
    places = [{}, {"area": "ab"}, *({"area": code} for code in "abc")]
    named = [{"sex": "f"}, {"sex": "m"}, {"age": "young"}, {"age": "old"}, {}]
    at = [{**place, **name} for place in places for name in named]
    model = model_of(dimensions, at)
    apart = model.rows(at)
    together = _rows_of_full_cross(dimensions, at)
    values = np.rint(together @ np.array([3, 9, 12, 4, 30, 2, 11, 25, 8, 6, 19, 14]))
    costs = []
    for cells, ties in ((apart, model.equalities), (together, nothing(together))):
        problem = exact_problem(cells, ties, values.astype(np.int64), values, 7, Protection.SLIDING)
        costs.append(cost_of(problem, hide_enough(problem)))
    assert model.equalities.shape[0] > 0
    assert costs[0] == costs[1]


def test_tables_that_share_nothing_are_protected_as_if_each_were_alone() -> None:
    first, second = tiny_problem(1, "sliding"), tiny_problem(2, "sliding")
    both = _side_by_side(first, second)
    alone = np.concatenate([hide_enough(first), hide_enough(second)])
    assert np.array_equal(hide_enough(both), alone)


def test_a_table_above_the_exact_size_is_protected_block_by_block() -> None:
    table = gm_table(2, 5)
    problem = _gm_problem(table, "aware")
    hidden = hide_enough(problem, exact_up_to=150, blocks=table.district_of_leaf)
    assert withstands(problem, hidden)


def test_blocks_cost_at_least_the_optimum_and_little_more() -> None:
    table = gm_table(2, 5)
    problem = _gm_problem(table, "sliding")
    least = cost_of(problem, hide_enough(problem))
    by_blocks = hide_enough(problem, exact_up_to=150, blocks=table.district_of_leaf)
    assert least <= cost_of(problem, by_blocks) <= 1.2 * least


def test_the_same_problem_gives_the_same_pattern() -> None:
    problem = _gm_problem(gm_table(1, 5), "aware")
    assert np.array_equal(hide_enough(problem), hide_enough(problem))


def test_a_cell_that_must_be_shown_is_never_hidden() -> None:
    problem = _gm_problem(gm_table(1, 5), "sliding")
    would_hide = np.flatnonzero(hide_enough(problem) & problem.free)[:1]
    shown = np.zeros(len(problem.cost), dtype=bool)
    shown[would_hide] = True
    assert not hide_enough(replace(problem, must_show=shown))[would_hide].any()


def test_without_anything_sensitive_nothing_more_is_hidden() -> None:
    problem = tiny_problem(1, "sliding")
    asks_nothing = problem.part(
        np.arange(problem.cells.shape[1]),
        np.arange(len(problem.cost)),
        np.array([], dtype=np.int64),
        np.array([], dtype=np.int64),
    )
    assert np.array_equal(hide_enough(asks_nothing), problem.must_hide)


def test_it_is_refused_when_hiding_everything_allowed_is_not_enough() -> None:
    problem = tiny_problem(1, "sliding")
    stubborn = replace(problem, must_show=~problem.must_hide)
    with pytest.raises(CannotProtect) as refusal:
        hide_enough(stubborn)
    assert refusal.value.code == "protect-cannot"


def test_the_refusal_says_how_many_and_no_value() -> None:
    cells = cross(2, 2)
    values = np.rint(cells @ np.array([3, 44, 55, 66])).astype(np.int64)
    problem = exact_problem(
        cells, nothing(cells), values, np.ones(9), 7, Protection.SLIDING, must_show=values > 7
    )
    with pytest.raises(CannotProtect, match="protect-cannot: 1 small numbers") as refusal:
        hide_enough(problem)
    assert "44" not in str(refusal.value)


@pytest.mark.slow
def test_a_whole_ics_is_protected_in_under_a_minute() -> None:
    table = gm_table(10, 35, icb=False)
    problem = _gm_problem(table, "aware")
    assert withstands(problem, hide_enough(problem))


def _gm_problem(table: GmTable, mode: str) -> Problem:
    cost = np.maximum(table.values, 1).astype(np.float64)
    if mode == "rounded":
        return rounded_problem(table.matrix, table.values.astype(np.float64), cost)
    return exact_problem(table.matrix, table.equalities, table.values, cost, 7, Protection(mode))


def _rows_of_full_cross(
    dimensions: tuple[Dimension, ...], at: list[dict[str, str]]
) -> sparse.csr_array:
    rows = []
    for place in at:
        row = np.ones(1)
        for dimension in dimensions:
            code = place.get(dimension.name)
            inside = dimension.leaves if code is None else dimension.leaves_of(code)
            row = np.kron(row, np.array([float(leaf in inside) for leaf in dimension.leaves]))
        rows.append(row)
    return sparse.csr_array(np.array(rows))


def _side_by_side(first: Problem, second: Problem) -> Problem:
    def joined(a: sparse.csr_array, b: sparse.csr_array) -> sparse.csr_array:
        return sparse.csr_array(sparse.block_diag([a, b]))

    def both(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([a, b])

    return Problem(
        cells=joined(first.cells, second.cells),
        equalities=joined(first.equalities, second.equalities),
        shown=(both(first.shown[0], second.shown[0]), both(first.shown[1], second.shown[1])),
        hidden=(both(first.hidden[0], second.hidden[0]), both(first.hidden[1], second.hidden[1])),
        cost=both(first.cost, second.cost),
        must_hide=both(first.must_hide, second.must_hide),
        must_show=both(first.must_show, second.must_show),
        targets=joined(first.targets, second.targets),
        width=both(first.width, second.width),
        reach=both(first.reach, second.reach),
    )
