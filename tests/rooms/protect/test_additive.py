from itertools import product

import numpy as np
import pytest
from scipy import sparse

from pipelines.core.errors import CannotProtect
from pipelines.protect.additive import interval, round_additive
from tests.rooms.protect.gm_tables import gm_table
from tests.rooms.protect.suppress.tiny import cross, nothing

SEEDS = range(8)


def test_every_number_is_a_multiple_of_the_base() -> None:
    table = gm_table(1, 5)
    rounded = round_additive(table.matrix, table.equalities, table.values)
    assert not (rounded.values % 5).any()


@pytest.mark.parametrize("by_level", [False, True])
def test_every_total_is_the_sum_of_its_parts(by_level: bool) -> None:
    table = gm_table(3, 8)
    blocks = table.district_of_leaf if by_level else None
    rounded = round_additive(
        table.matrix, table.equalities, table.values, blocks=blocks, exact_up_to=100
    )
    leaf_cells = np.flatnonzero(np.diff(table.matrix.indptr) == 1)
    leaves = np.zeros(table.matrix.shape[1])
    leaves[table.matrix[leaf_cells].indices] = rounded.values[leaf_cells]
    assert np.array_equal(np.rint(table.matrix @ leaves).astype(np.int64), rounded.values)


def test_nothing_moves_by_more_than_the_limit() -> None:
    table = gm_table(2, 10)
    rounded = round_additive(table.matrix, table.equalities, table.values)
    assert abs(rounded.values - table.values).max() <= rounded.limit


def test_a_zero_stays_zero() -> None:
    table = gm_table(1, 5, mean=1.0)
    rounded = round_additive(table.matrix, table.equalities, table.values)
    assert (table.values == 0).any()
    assert not rounded.values[table.values == 0].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_other_rounding_moves_the_numbers_less(seed: int) -> None:
    values = _two_by_two(seed)
    rounded = round_additive(cross(2, 2), nothing(cross(2, 2)), values)
    assert abs(rounded.values - values).sum() == _least_moves(values, rounded.limit)


def test_the_truth_lies_in_the_interval_of_what_is_published() -> None:
    table = gm_table(2, 10)
    rounded = round_additive(table.matrix, table.equalities, table.values)
    known = [interval(int(v), rounded.limit) for v in rounded.values]
    pairs = zip(known, table.values, strict=True)
    assert [v for (low, high), v in pairs if not low <= v <= high] == []


def test_a_published_zero_may_be_anything_up_to_the_limit() -> None:
    assert interval(0, 4) == (0, 4)


def test_tables_joined_by_a_margin_agree_on_it() -> None:
    """Area by sex and area by age: the two blocks of leaves have the same area totals."""
    cells = sparse.csr_array(sparse.block_diag([np.eye(4), np.eye(4)]))
    ties = sparse.csr_array(
        np.array([[1, 1, 0, 0, -1, -1, 0, 0], [0, 0, 1, 1, 0, 0, -1, -1]], dtype=np.float64)
    )
    values = np.array([8, 13, 21, 4, 17, 4, 12, 13])
    rounded = round_additive(cells, ties, values)
    assert not (ties @ rounded.values).any()


def test_the_limit_is_widened_when_no_sum_fits_it() -> None:
    """Multiples of 5 stay where they are under a limit of 4, and these do not add up."""
    cells = sparse.csr_array(np.vstack([np.ones(3), np.eye(3)]))
    values = np.array([40, 10, 10, 10])
    rounded = round_additive(cells, nothing(cells), values)
    assert rounded.limit == 9


def test_the_same_table_rounds_the_same_way() -> None:
    table = gm_table(2, 10)
    first, second = (
        round_additive(table.matrix, table.equalities, table.values).values for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_it_says_when_no_rounding_is_better() -> None:
    table = gm_table(1, 5)
    assert round_additive(table.matrix, table.equalities, table.values).gap == 0


def test_it_is_refused_when_the_numbers_cannot_add_up() -> None:
    cells = cross(2, 2)
    values = np.zeros(9, dtype=np.int64)
    values[0] = 100
    with pytest.raises(CannotProtect) as refusal:
        round_additive(cells, nothing(cells), values)
    assert refusal.value.code == "protect-cannot-round"


def _two_by_two(seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    leaves = np.random.default_rng(seed).integers(0, 20, size=4)
    values: np.ndarray[tuple[int], np.dtype[np.int64]] = np.rint(cross(2, 2) @ leaves).astype(
        np.int64
    )
    return values


def _least_moves(values: np.ndarray[tuple[int], np.dtype[np.int64]], limit: int) -> int:
    """By trying every table of multiples of 5."""
    moves = []
    for units in product(range(7), repeat=4):
        rounded = np.rint(cross(2, 2) @ (5 * np.array(units))).astype(np.int64)
        apart = abs(rounded - values)
        if apart.max() <= limit and not rounded[values == 0].any():
            moves.append(int(apart.sum()))
    return min(moves)
