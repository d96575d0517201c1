"""A reduced system says what the whole one says, in fewer rows, leaves and pieces."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from pipelines.protect.attack import System, model_of, ranges
from pipelines.protect.attack.implied import without_implied_rows
from pipelines.protect.attack.program import Program
from pipelines.protect.attack.reduce import components
from tests.rooms.protect.attack.cases import Floats, counted, cross, dimension, known, table_of

AREA = dimension("area", "a b c d", north="a b", south="c d")
SEX = dimension("sex", "female male unknown")
CELLS = cross(area="a b c d north south all", sex="female male all")


def published(numbers: list[int], most_hidden: int, slack: int) -> tuple[System, sparse.csr_array]:
    truth = counted([AREA, SEX], table_of([AREA, SEX], numbers), CELLS)
    hidden = (truth >= 1) & (truth <= most_hidden)
    lower = np.where(hidden, 0, np.maximum(truth - slack, 0))
    upper = np.where(hidden, np.inf, truth + slack)
    model = model_of([AREA, SEX], CELLS)
    return known(model, CELLS, (lower, upper)), model.rows(CELLS)


def unreduced(system: System, targets: sparse.csr_array) -> tuple[Floats, Floats]:
    """The ranges by one plain program, question by question."""
    program = Program(system.matrix, system.lower, system.upper)
    rows = targets.toarray()
    high = np.array([program.most(row) for row in rows])
    low = np.array([-program.most(-row) for row in rows])
    return np.ceil(low - 1e-6), np.floor(high + 1e-6)


@settings(max_examples=50, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 12), min_size=12, max_size=12),
    most_hidden=st.integers(0, 9),
    slack=st.sampled_from([0, 0, 1, 2]),
)
def test_the_reduced_system_gives_the_ranges_of_the_whole(
    numbers: list[int], most_hidden: int, slack: int
) -> None:
    system, targets = published(numbers, most_hidden, slack)
    found, plain = ranges(system, targets), unreduced(system, targets)
    np.testing.assert_array_equal(np.array(found), np.array(plain))


def test_exact_parts_make_their_total_superfluous() -> None:
    system, _ = published([9] * 12, 0, 0)
    rows = without_implied_rows(system).matrix.shape[0]
    assert rows < system.matrix.shape[0]


def test_a_total_whose_parts_say_something_else_stays() -> None:
    matrix = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    values = np.array([3.0, 4.0, 9.0])
    assert without_implied_rows(System(matrix, values, values)).matrix.shape[0] == 3


def test_rounded_parts_leave_their_total_something_to_say() -> None:
    system, _ = published([9] * 12, 0, 2)
    assert without_implied_rows(system).matrix.shape[0] == system.matrix.shape[0]


def test_exactly_known_districts_are_components_of_their_own() -> None:
    numbers = [3, 9, 9, 9, 4, 9, 9, 3, 9, 4, 9, 9]
    system, targets = published(numbers, 7, 0)
    assert len([part for part in components(system, targets) if len(part.asked)]) > 1


def test_leaves_that_nothing_tells_apart_are_one() -> None:
    system = System(sparse.csr_array(np.ones((1, 5))), np.array([3.0]), np.array([9.0]))
    (part,) = components(system, sparse.csr_array(np.ones((1, 5))))
    assert part.system.matrix.shape == (1, 1)
