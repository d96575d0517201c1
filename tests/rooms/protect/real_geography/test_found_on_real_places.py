"""Faults that England's real borders and thin places showed, each on a table of a few cells."""

import numpy as np
import pytest
from scipy import sparse

from pipelines.protect.attack import System
from pipelines.protect.attack.integer import whole_ranges
from pipelines.protect.suppress import Problem, hide_enough
from pipelines.protect.view import Known
from tests.rooms.protect.made_tables import REFERRED, Row, row
from tests.rooms.protect.test_places import ICB, OLD, cell, lookup
from tests.rooms.protect.test_view import seen

INFINITE = float("inf")


def rows_of_an_icb_and_its_districts(*people: int) -> list[Row]:
    whole = row(REFERRED, sum(people))
    return [whole, *(district(number, n) for number, n in enumerate(people, start=1))]


def district(number: int, people: int) -> Row:
    return {**row(REFERRED, people), "area_type": "ltla", "area_code": f"D{number}"}


def test_an_icb_less_its_own_district_is_no_border_between_vintages() -> None:
    """Cornwall kept its borders: all that its two extracts differ by is its own islands."""
    atoms = lookup(("D1", "1", ICB, ICB, None), ("D2", "1", ICB, ICB, None))
    old = (Known(cell(), 8.0, 12.0), Known(cell(area="D1"), 8.0, 12.0))
    view, _ = seen(rows_of_an_icb_and_its_districts(10), old, atoms)
    assert view.sensitive.rows.shape[0] == 0


@pytest.mark.parametrize(("people", "asked"), [(49, 1), (60, 0)])
def test_a_border_is_asked_for_when_few_may_live_beyond_it(people: int, asked: int) -> None:
    """The old ICB had 44 to 48: 49 leave 1 to 5 over, and 60 leave at least 12."""
    atoms = lookup(("D1", "1", OLD, ICB, None), ("D2", "1", None, ICB, None))
    old = Known(cell(area=OLD, parent=OLD), 44.0, 48.0)
    view, _ = seen([row(REFERRED, people)], (old,), atoms)
    assert view.sensitive.rows.shape[0] == asked


def everything_hidden(least_elsewhere: float) -> Problem:
    """Two small counts and their total, all marked, beside a shown number without an upper end."""
    rows = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]]))
    hide = np.array([True, True, True, False])
    lower = np.array([0.0, 0.0, 0.0, least_elsewhere])
    return Problem(
        cells=rows,
        equalities=sparse.csr_array((0, 2)),
        shown=(lower, np.full(4, INFINITE)),
        hidden=(lower, np.full(4, INFINITE)),
        cost=np.ones(4),
        must_hide=hide,
        must_show=~hide,
        targets=sparse.csr_array(rows[[0]]),
        width=np.array([4.0]),
        reach=np.array([-INFINITE]),
    )


def test_a_row_that_says_only_that_somebody_is_there_contradicts_nothing() -> None:
    found = hide_enough(everything_hidden(least_elsewhere=1.0))
    assert found.tolist() == [True, True, True, False]


def test_where_all_is_hidden_already_there_is_nothing_to_choose() -> None:
    found = hide_enough(everything_hidden(least_elsewhere=0.0))
    assert found.tolist() == [True, True, True, False]


def test_the_search_in_whole_numbers_ends_at_a_range_that_is_enough() -> None:
    total = System(sparse.csr_array(np.array([[1.0, 1.0]])), np.array([90.0]), np.array([90.0]))
    one = sparse.csr_array(np.array([[1.0, 0.0]]))
    (low,), (high,) = whole_ranges(total, one, enough=np.array([4.0]))
    assert 4 <= high - low <= 90


def test_a_range_that_is_not_enough_is_followed_to_both_ends() -> None:
    total = System(sparse.csr_array(np.array([[1.0, 1.0]])), np.array([3.0]), np.array([3.0]))
    one = sparse.csr_array(np.array([[1.0, 0.0]]))
    (low,), (high,) = whole_ranges(total, one, enough=np.array([4.0]))
    assert (low, high) == (0.0, 3.0)
