"""In whole people a range is never wider, and now and then narrower."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pipelines.core.errors import BadTables
from pipelines.protect.attack import Model, System, model_of, ranges
from pipelines.protect.attack.integer import sampled_whole_ranges, whole_ranges
from pipelines.protect.attack.search import search
from tests.rooms.protect.attack.cases import (
    Floats,
    counted,
    cross,
    dimension,
    known,
    nhs,
    table_of,
    tables_that_fit,
)

AREA = dimension("area", "a b c", north="a b", south="b c")
SEX = dimension("sex", "female male")
CELLS = cross(area="a b c north south all", sex="female male all")
COUNTS = st.lists(st.integers(0, 4), min_size=6, max_size=6)
MARKS = st.lists(st.booleans(), min_size=len(CELLS), max_size=len(CELLS))

# x1 + x2, x2 + x3 and x1 + x3 are all 1: only halves fit.
RING = System(sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])), np.ones(3), np.ones(3))


def published(numbers: list[int], hidden: list[bool], slack: int) -> tuple[Model, System]:
    """A small table of which some cells are hidden and the rest known to within `slack`."""
    model = model_of([AREA, SEX], CELLS)
    truth = counted([AREA, SEX], table_of([AREA, SEX], numbers), CELLS)
    lower = np.where(hidden, 0, np.maximum(truth - slack, 0))
    upper = np.where(hidden, 6, truth + slack)
    # A grand total ends every range, so that all tables can be listed.
    return model, known(model, CELLS, (lower, np.maximum(upper, truth)))


def listed(model: Model, system: System) -> tuple[Floats, Floats]:
    """The smallest and largest of every cell over all tables of whole numbers, one by one."""
    fitting = tables_that_fit(system, 4) @ model.rows(CELLS).toarray().T
    return fitting.min(axis=0), fitting.max(axis=0)


@settings(max_examples=12, deadline=None)
@given(numbers=COUNTS, hidden=MARKS, slack=st.integers(0, 2))
def test_whole_ranges_are_those_of_all_tables_listed_one_by_one(
    numbers: list[int], hidden: list[bool], slack: int
) -> None:
    model, system = published(numbers, hidden, slack)
    # No leaf goes beyond 4: what is listed is all there is.
    limit = sparse.csr_array(sparse.vstack([system.matrix, sparse.eye_array(6)], format="csr"))
    system = System(
        limit, np.append(system.lower, np.zeros(6)), np.append(system.upper, np.full(6, 4.0))
    )
    low, high = whole_ranges(system, model.rows(CELLS))
    least, most = listed(model, system)
    np.testing.assert_array_equal(low, least)
    np.testing.assert_array_equal(high, most)


@settings(max_examples=15, deadline=None)
@given(numbers=COUNTS, hidden=MARKS, slack=st.integers(0, 2))
def test_whole_ranges_lie_within_the_ranges(
    numbers: list[int], hidden: list[bool], slack: int
) -> None:
    model, system = published(numbers, hidden, slack)
    within = ranges(system, model.rows(CELLS))
    sample = sampled_whole_ranges(system, model.rows(CELLS), within, size=6, seed=1)
    assert sample.contained


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    model, system = published([1, 2, 3, 4, 0, 1], [True] * len(CELLS), 1)
    rows = model.rows(CELLS)
    within = ranges(system, rows)
    drawn = [sampled_whole_ranges(system, rows, within, size=4, seed=7).targets for _ in range(2)]
    assert drawn[0].tolist() == drawn[1].tolist()


def test_a_range_that_only_halves_reach_is_told() -> None:
    system = System(RING.matrix, np.zeros(3), np.ones(3))
    everything = sparse.csr_array(np.array([[1.0, 1.0, 1.0]]))
    loose = (np.array([0.0]), np.array([2.0]))
    sample = sampled_whole_ranges(system, everything, loose, size=1, seed=1)
    assert sample.narrower.tolist() == [0]


def test_a_range_too_narrow_is_told() -> None:
    system = System(RING.matrix, np.zeros(3), np.ones(3))
    one = sparse.csr_array(np.array([[1.0, 0.0, 0.0]]))
    wrong = (np.array([0.0]), np.array([0.0]))
    assert not sampled_whole_ranges(system, one, wrong, size=1, seed=1).contained


def test_numbers_that_only_halves_fit_contradict_each_other() -> None:
    with pytest.raises(BadTables, match="tables-contradict"):
        whole_ranges(RING, sparse.csr_array(np.eye(3)))


def test_a_number_without_an_end_has_none_in_whole_people() -> None:
    system = System(sparse.csr_array(np.array([[1.0, 1.0]])), np.array([3.0]), np.array([np.inf]))
    low, high = whole_ranges(system, sparse.csr_array(np.array([[1.0, 0.0]])))
    assert (low.tolist(), high.tolist()) == ([0], [np.inf])


@settings(max_examples=25, deadline=None)
@given(numbers=st.lists(st.integers(0, 20), min_size=6, max_size=6), seed=st.integers(0, 99))
def test_every_table_that_a_search_meets_is_within_the_ranges(
    numbers: list[int], seed: int
) -> None:
    model = model_of([AREA, SEX], CELLS)
    truth = counted([AREA, SEX], table_of([AREA, SEX], numbers), CELLS)
    system = known(model, CELLS, nhs(truth))
    within = ranges(system, model.rows(CELLS))
    met = search(system, model.rows(CELLS), within, starts=3, seed=seed)
    assert (met.broken, met.outside) == (0, 0)


def test_a_search_reaches_most_of_what_the_ranges_say() -> None:
    model = model_of([AREA, SEX], CELLS)
    truth = counted([AREA, SEX], table_of([AREA, SEX], [3, 12, 20, 5, 9, 31]), CELLS)
    system = known(model, CELLS, nhs(truth))
    within = ranges(system, model.rows(CELLS))
    assert search(system, model.rows(CELLS), within, starts=20, seed=1).spanned > 0.8


def test_a_search_tells_of_ranges_that_are_too_narrow() -> None:
    model = model_of([AREA, SEX], CELLS)
    truth = counted([AREA, SEX], table_of([AREA, SEX], [3, 12, 20, 5, 9, 31]), CELLS)
    system = known(model, CELLS, nhs(truth))
    met = search(system, model.rows(CELLS), (truth, truth), starts=5, seed=1)
    assert met.outside > 0
