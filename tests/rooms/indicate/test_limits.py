"""Limits at the edges; that they are the published ones is in tests/statistics."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson as poisson_distribution

from pipelines.indicate import byars, exact_poisson, mean_limits, poisson, wilson

LEVELS = (0.9, 0.95, 0.998, 95, 99.8)


def test_nobody_has_no_limits() -> None:
    assert np.isnan(wilson([0], [0])).all()


def test_a_missing_count_has_no_limits() -> None:
    assert np.isnan([*wilson(np.nan, 10), *byars(np.nan), *exact_poisson(np.nan)]).all()


def test_nobody_of_some_has_a_lower_limit_of_nought() -> None:
    assert float(wilson(0, 10).lower) == pytest.approx(0, abs=1e-15)


def test_complete_confidence_in_a_proportion_is_from_nought_to_one() -> None:
    assert [float(limit) for limit in wilson(3, 10, 1)] == [0, 1]


def test_confidence_may_be_a_percentage() -> None:
    assert wilson(3, 10, 99.8) == wilson(3, 10, 0.998)


@pytest.mark.parametrize("confidence", [0, 0.5, 0.89, 1.1, 50, 89.9, 100.1])
def test_other_confidences_are_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        wilson(3, 10, confidence)


@pytest.mark.parametrize(("count", "denominator"), [(-1, 10), (1, -10), (11, 10)])
def test_a_proportion_of_the_impossible_is_refused(count: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="must"):
        wilson(count, denominator)


def test_a_refusal_quotes_no_number() -> None:
    with pytest.raises(ValueError, match=r"^counts must be at least 0\.$"):
        byars(-4321)


def test_a_negative_count_has_no_exact_limits() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        exact_poisson([3, -1])


def test_byars_lower_limit_is_left_out_where_it_would_be_negative() -> None:
    assert np.isnan(byars(1, 99.8).lower)


def test_byars_lower_limit_of_nothing_is_left_out() -> None:
    assert np.isnan(byars(0).lower)


def test_the_exact_lower_limit_of_nothing_is_nought() -> None:
    assert float(exact_poisson(0).lower) == 0


@given(st.integers(1, 5000), st.sampled_from(LEVELS))
def test_exact_limits_leave_the_tail_that_they_say(count: int, confidence: float) -> None:
    tail = (1 - (confidence / 100 if confidence > 1 else confidence)) / 2
    lower, upper = exact_poisson(count, confidence)
    beyond = (poisson_distribution.sf(count - 1, lower), poisson_distribution.cdf(count, upper))
    np.testing.assert_allclose(beyond, [tail, tail], rtol=1e-8)


@given(st.integers(10, 100_000), st.sampled_from(LEVELS))
def test_byars_limits_are_near_the_exact_ones(count: int, confidence: float) -> None:
    np.testing.assert_allclose(
        byars(count, confidence), exact_poisson(count, confidence), rtol=0.02
    )


@pytest.mark.parametrize(("count", "is_exact"), [(9, True), (10, False)])
def test_counts_below_ten_have_exact_limits(count: int, is_exact: bool) -> None:
    expected = exact_poisson(count) if is_exact else byars(count)
    assert [float(n) for n in poisson(count)] == [float(n) for n in expected]


def test_arrow_columns_are_read_like_lists() -> None:
    column = pa.chunked_array([[1, 2], [None]], pa.int64())
    np.testing.assert_array_equal(byars(column), byars([1, 2, np.nan]))


def test_one_person_has_no_mean_with_limits() -> None:
    assert np.isnan(mean_limits([5.0], [25.0], [1])).all()


def test_one_value_has_no_mean_with_limits() -> None:
    assert np.isnan(mean_limits([5.0])).all()


def test_scores_that_are_all_the_same_have_no_width() -> None:
    lower, upper = mean_limits([50.0], [250.0], [10])
    assert (lower.tolist(), upper.tolist()) == ([5.0], [5.0])


def test_two_of_three_sums_are_no_mean() -> None:
    with pytest.raises(ValueError, match="all three sums"):
        mean_limits([50.0], [250.0])


@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=30))
def test_limits_lie_on_both_sides_of_the_mean(values: list[float]) -> None:
    lower, upper = mean_limits(values)
    mean = sum(values) / len(values)
    assert lower - 1e-6 <= mean <= upper + 1e-6
