"""XmR charts: limits, and each rule at its border."""

import numpy as np
import pytest

from pipelines.indicate import xmr

STEADY = [10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 10.0, 12.0]


def test_limits_are_two_and_two_thirds_of_the_average_range_away() -> None:
    chart = xmr(STEADY)
    assert (chart.centre, chart.lower, chart.upper) == pytest.approx((11, 11 - 5.32, 11 + 5.32))


def test_ordinary_variation_has_no_special_cause() -> None:
    assert not xmr(STEADY).special.any()


def test_a_series_that_never_moves_has_no_special_cause() -> None:
    assert not xmr([5.0] * 20).special.any()


def test_a_point_beyond_a_limit_is_outside() -> None:
    assert xmr([*STEADY, 17.0], baseline=10).outside.tolist() == [False] * 10 + [True]


def test_a_point_on_a_limit_is_not_outside() -> None:
    chart = xmr(STEADY)
    assert not xmr([*STEADY, chart.upper], baseline=10).outside.any()


@pytest.mark.parametrize(("points", "is_special"), [(6, False), (7, True)])
def test_seven_points_on_one_side_are_a_shift(points: int, is_special: bool) -> None:
    series = [10.0, 12.0, 10.0, 12.0, 10.0, *[12.0, 11.5] * 3, 12.0][: 5 + points]
    chart = xmr([*STEADY, 10.0, *series[5:]], baseline=10)
    assert chart.one_side.tolist() == [False] * 11 + [is_special] * points


def test_a_point_on_the_mean_ends_a_shift() -> None:
    chart = xmr([*STEADY, 10.0, *[11.5] * 4, 11.0, *[11.5] * 4], baseline=10)
    assert not chart.one_side.any()


@pytest.mark.parametrize(("points", "is_special"), [(6, False), (7, True)])
def test_seven_rising_points_are_a_trend(points: int, is_special: bool) -> None:
    rising = [10.0 + 0.3 * i for i in range(points)]
    chart = xmr([*STEADY, *rising], baseline=10)
    assert chart.trend.tolist() == [False] * 10 + [is_special] * points


def test_seven_falling_points_are_a_trend() -> None:
    falling = [12.5 - 0.3 * i for i in range(7)]
    assert xmr([*STEADY[:-1], *falling], baseline=9).trend.tolist() == [False] * 9 + [True] * 7


def test_two_of_three_points_near_one_limit_are_marked() -> None:
    chart = xmr([*STEADY, 15.0, 11.0, 15.0], baseline=10)
    assert chart.two_of_three.tolist() == [False] * 10 + [True, False, True]


def test_points_near_both_limits_are_not_two_of_one_side() -> None:
    assert not xmr([*STEADY, 15.0, 11.0, 7.0], baseline=10).two_of_three.any()


def test_two_near_points_four_apart_are_not_marked() -> None:
    assert not xmr([*STEADY, 15.0, 11.0, 11.0, 15.0], baseline=10).two_of_three.any()


def test_a_leap_does_not_widen_the_limits() -> None:
    chart = xmr([*STEADY, *STEADY, 40.0, *STEADY, *STEADY])
    assert chart.upper - chart.centre == pytest.approx(2.66 * 2)


def test_a_leap_widens_the_limits_when_ranges_are_not_screened() -> None:
    series = [*STEADY, *STEADY, 40.0, *STEADY, *STEADY]
    assert xmr(series, screened=False).upper > xmr(series).upper


def test_a_missing_value_is_marked_by_no_rule() -> None:
    chart = xmr([*STEADY, np.nan, 17.0], baseline=10)
    assert chart.special.tolist() == [False] * 11 + [True]


def test_one_value_makes_no_chart() -> None:
    with pytest.raises(ValueError, match="two values"):
        xmr([1.0, np.nan])


def test_two_values_make_a_chart_without_causes() -> None:
    assert not xmr([1.0, 2.0]).special.any()
