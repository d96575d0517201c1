"""Quantiles by rank: ties, missing values, sets and directions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.indicate import quantiles


def test_the_highest_values_are_the_first_quantile() -> None:
    assert quantiles([1, 2, 3, 4], 2).tolist() == [2, 2, 1, 1]


def test_the_lowest_are_first_when_not_inverted() -> None:
    assert quantiles([1, 2, 3, 4], 2, invert=False).tolist() == [1, 1, 2, 2]


def test_equal_values_share_the_best_rank() -> None:
    assert quantiles([1, 2, 2, 2, 3, 4], 3, invert=False).tolist() == [1, 1, 1, 1, 3, 3]


def test_a_missing_value_has_no_quantile_and_takes_no_place() -> None:
    found = quantiles([1, np.nan, 2, 3, 4], 2, invert=False)
    np.testing.assert_array_equal(found, [1, np.nan, 1, 2, 2])


def test_a_set_of_fewer_values_than_quantiles_has_none() -> None:
    assert np.isnan(quantiles([1, 2, 3], 4)).all()


def test_nothing_has_no_quantiles() -> None:
    assert np.isnan(quantiles([np.nan, np.nan], 1)).all()


def test_each_set_is_ranked_apart() -> None:
    found = quantiles([1, 2, 10, 20], 2, within=["a", "a", "b", "b"])
    assert found.tolist() == [2, 1, 2, 1]


def test_sets_may_be_ranked_in_different_directions() -> None:
    found = quantiles([1, 2, 10, 20], 2, ["a", "a", "b", "b"], [True, True, False, False])
    assert found.tolist() == [2, 1, 1, 2]


def test_one_set_is_ranked_in_one_direction() -> None:
    with pytest.raises(ValueError, match="one direction"):
        quantiles([1, 2], 2, invert=[True, False])


def test_no_quantiles_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one quantile"):
        quantiles([1, 2], 0)


@given(st.integers(1, 20), st.integers(0, 200))
def test_different_values_are_divided_evenly(groups: int, more: int) -> None:
    found = quantiles(np.arange(groups + more), groups)
    sizes = np.bincount(found.astype(int), minlength=groups + 1)[1:]
    assert sizes.max() - sizes.min() <= 1
