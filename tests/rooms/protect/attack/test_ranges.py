"""The ranges are the true ones: no narrower than all tables that fit, no wider for no reason."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pipelines.core.errors import BadTables
from pipelines.protect.attack import System, model_of, ranges
from tests.rooms.protect.attack.cases import (
    Floats,
    counted,
    cross,
    dimension,
    exact_above_seven,
    known,
    nhs,
    table_of,
    tables_that_fit,
    whole,
)

AREA = dimension("area", "a b c d", north="a b", south="c d")
SEX = dimension("sex", "female male unknown")
LEAVES = list(product(AREA.leaves, SEX.leaves))
COUNTS = st.lists(st.integers(0, 14), min_size=len(LEAVES), max_size=len(LEAVES))
CELLS = cross(area="a b c d north south all", sex="female male all")


def system_of(rows: list[list[float]], lower: list[float], upper: list[float]) -> System:
    return System(sparse.csr_array(np.array(rows)), np.array(lower), np.array(upper))


def asked(*rows: list[float]) -> sparse.csr_array:
    return sparse.csr_array(np.array(rows))


def spans(low: Floats, high: Floats) -> list[tuple[float, float]]:
    return list(zip(low.tolist(), high.tolist(), strict=True))


def test_a_total_less_its_other_part_is_known() -> None:
    system = system_of([[1, 1], [1, 0]], [20, 17], [20, 17])
    assert spans(*ranges(system, asked([0, 1]))) == [(3, 3)]


def test_what_nothing_is_known_of_has_no_end() -> None:
    system = system_of([[1, 0]], [3], [3])
    assert spans(*ranges(system, asked([0, 1]))) == [(0, np.inf)]


def test_a_difference_of_unknowns_has_no_end_on_either_side() -> None:
    system = system_of([[1, 0, 0]], [3], [3])
    assert spans(*ranges(system, asked([0, 1, -1]))) == [(-np.inf, np.inf)]


def test_a_number_without_an_end_inside_tied_rows_is_found_so() -> None:
    system = system_of([[1, -1, 0], [0, 1, 1]], [0, 2], [0, np.inf])
    assert spans(*ranges(system, asked([1, 0, 0], [0, 0, 1], [1, 0, -1]))) == [
        (0, np.inf), (0, np.inf), (-np.inf, np.inf),
    ]  # fmt: skip


def test_a_printed_zero_makes_everything_under_it_zero() -> None:
    system = system_of([[1, 1, 0], [0, 1, 1]], [0, 4], [0, 6])
    assert spans(*ranges(system, asked([1, 0, 0], [0, 0, 1]))) == [(0, 0), (4, 6)]


def test_halves_are_rounded_inwards() -> None:
    system = system_of([[2, 0], [0, 1]], [3, 0], [9, 1])
    assert spans(*ranges(system, asked([1, 0]))) == [(2, 4)]


def test_targets_across_parts_that_know_nothing_of_each_other_add_up() -> None:
    system = system_of([[1, 0], [0, 1]], [2, 3], [4, 9])
    assert spans(*ranges(system, asked([1, 1], [1, -1]))) == [(5, 13), (-7, 1)]


def test_a_target_without_leaves_is_zero() -> None:
    system = system_of([[1, 1]], [2], [4])
    assert spans(*ranges(system, asked([0, 0]))) == [(0, 0)]


def test_no_target_is_no_range() -> None:
    system = system_of([[1, 1]], [2], [4])
    assert spans(*ranges(system, sparse.csr_array((0, 2)))) == []


@pytest.mark.parametrize(
    "system",
    [
        system_of([[1, 1], [1, 0]], [5, 9], [5, 9]),
        system_of([[1, 1], [1, 1]], [5, 9], [5, 9]),
        system_of([[1, 1], [1, 0]], [0, 2], [0, 2]),
        system_of([[1, 0], [1, 1]], [-2, 0], [-1, 9]),
        system_of([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [1, 1, 9], [1, 1, 9]),
    ],
    ids=["part over whole", "twins", "zero over two", "below zero", "a ring"],
)
def test_numbers_that_no_table_has_are_refused(system: System) -> None:
    with pytest.raises(BadTables, match="tables-contradict"):
        ranges(system, sparse.csr_array((0, system.matrix.shape[1])))


def test_a_contradiction_far_from_every_target_is_refused_too() -> None:
    system = system_of([[1, 0, 0], [0, 1, 1], [0, 1, 0]], [1, 2, 3], [5, 2, 3])
    with pytest.raises(BadTables, match="tables-contradict"):
        ranges(system, asked([1, 0, 0]))


def test_enough_is_left_at_what_is_known() -> None:
    system = system_of([[1, 1]], [0], [1000])
    low, high = ranges(system, asked([1, 0], [0, 1]), enough=np.array([4.0, 4.0]))
    assert (high - low >= 4).all()


def test_enough_never_claims_more_than_the_truth() -> None:
    table = table_of([AREA, SEX], range(len(LEAVES)))
    model = model_of([AREA, SEX], CELLS)
    system = known(model, CELLS, nhs(counted([AREA, SEX], table, CELLS)))
    low, high = ranges(system, model.rows(CELLS))
    less_low, less_high = ranges(system, model.rows(CELLS), enough=np.full(len(CELLS), 4.0))
    assert (low <= less_low).all() and (less_high <= high).all()
    assert ((less_high - less_low >= 4) == (high - low >= 4)).all()


def test_processes_find_what_one_finds() -> None:
    system = system_of([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0]], [8, 3, 2], [12, 9, 7])
    targets = asked([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1])
    assert spans(*ranges(system, targets, jobs=2)) == spans(*ranges(system, targets))


@settings(max_examples=40, deadline=None)
@given(numbers=COUNTS, is_exact=st.booleans())
def test_the_truth_is_always_inside(numbers: list[int], is_exact: bool) -> None:
    table = table_of([AREA, SEX], numbers)
    cells = [*CELLS, *cross(area="a b c d", sex="unknown")]
    model = model_of([AREA, SEX], cells)
    rule = exact_above_seven if is_exact else nhs
    published = rule(counted([AREA, SEX], table, CELLS))
    low, high = ranges(known(model, CELLS, published), model.rows(cells))
    truth = counted([AREA, SEX], table, cells)
    assert (low <= truth).all() and (truth <= high).all()


@settings(max_examples=25, deadline=None)
@given(numbers=COUNTS, seed=st.integers(0, 1000))
def test_every_table_that_would_be_published_the_same_is_inside(
    numbers: list[int], seed: int
) -> None:
    """A walk that never asks the model: counts by hand, steps at random, keeps what looks alike."""
    dimensions, random = [AREA, SEX], np.random.default_rng(seed)
    published = nhs(counted(dimensions, table_of([AREA, SEX], numbers), CELLS))
    model = model_of(dimensions, CELLS)
    low, high = ranges(known(model, CELLS, published), model.rows(CELLS))
    at = np.array(numbers)
    for step in random.integers(-2, 3, (40, len(LEAVES))) * (
        random.random((40, len(LEAVES))) < 0.3
    ):
        there = np.maximum(at + step, 0)
        values = counted(dimensions, table_of(dimensions, there.tolist()), CELLS)
        if np.array_equal(np.array(nhs(values)), np.array(published)):
            at = there
            assert (low <= values).all() and (values <= high).all()


@settings(max_examples=40, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    hidden=st.lists(st.booleans(), min_size=6, max_size=6),
    slack=st.integers(0, 2),
)
def test_no_table_of_whole_numbers_is_outside(
    numbers: list[int], hidden: list[bool], slack: int
) -> None:
    two, pair = dimension("area", "a b"), dimension("sex", "female male")
    cells = [*cross(area="a b all", sex="female male"), *cross(area="a b all")]
    cells = cells[:6]
    model = model_of([two, pair], cells)
    truth = model.rows(cells) @ np.array(numbers, dtype=np.float64)
    lower = np.where(hidden, 0, np.maximum(truth - slack, 0))
    upper = np.where(hidden, np.inf, truth + slack)
    system = known(model, cells, (lower, upper))
    low, high = ranges(system, model.rows(cells))
    fitting = tables_that_fit(system, 6) @ model.rows(cells).toarray().T
    assert (low <= fitting.min(axis=0)).all()
    assert (fitting.max(axis=0) <= high).all()


@settings(max_examples=30, deadline=None)
@given(numbers=COUNTS)
def test_an_attacker_who_forgets_a_hierarchy_knows_less(numbers: list[int]) -> None:
    table = table_of([AREA, SEX], numbers)
    fewer = cross(area="a b c d all", sex="female male all")
    found = []
    for cells in (CELLS, fewer):
        model = whole([AREA, SEX], CELLS)
        published = nhs(counted([AREA, SEX], table, cells))
        found.append(ranges(known(model, cells, published), model.rows(CELLS)))
    (low, high), (less_low, less_high) = found
    assert (less_low <= low).all() and (high <= less_high).all()
