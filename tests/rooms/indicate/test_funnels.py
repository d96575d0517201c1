"""Funnels: limits against their definition, neat axes, and who lies outside."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

from pipelines.indicate import funnel_limits, funnel_points, funnel_significance, wilson
from pipelines.indicate.funnels import _neat_ceiling, _neat_floor, _width

COUNT, PEOPLE = np.array([30.0, 60.0, 80.0, 10.0]), np.array([300.0, 500.0, 400.0, 200.0])
AVERAGE = COUNT.sum() / PEOPLE.sum()


def halved(events: float, tail: float, few: bool) -> float:
    """The expected number, found as the published limits are: by halving a step 23 times."""
    share, step = 0.5, 0.5
    while step > 1e-7:
        step /= 2
        expected = (1 + events) * share / (1 - share)
        if few:
            is_too_many = poisson.cdf(events, expected) < tail
        else:
            is_too_many = poisson.sf(events - 1, expected) > tail
        share += -step if is_too_many else step
    return (1 + events) * share / (1 - share)


def test_a_funnel_has_a_hundred_sizes() -> None:
    assert len(funnel_limits(COUNT, PEOPLE).size) == 100


def test_sizes_grow() -> None:
    assert (np.diff(funnel_limits(COUNT, PEOPLE).size) >= 1).all()


def test_a_funnel_that_spans_much_begins_at_one() -> None:
    assert funnel_limits(COUNT, PEOPLE).size[0] == 1


def test_a_funnel_of_like_areas_begins_below_the_smallest() -> None:
    assert funnel_limits(COUNT[:3], PEOPLE[:3]).size[0] == 200


def test_a_funnel_ends_above_the_largest() -> None:
    assert funnel_limits(COUNT, PEOPLE).size[-1] == 530


def test_a_share_on_a_limit_has_the_average_as_its_wilson_limit() -> None:
    funnel = funnel_limits(COUNT, PEOPLE)
    shares = funnel.two.upper[60:] / 100
    lower = wilson(shares * funnel.size[60:], funnel.size[60:]).lower
    np.testing.assert_allclose(lower, AVERAGE, rtol=1e-12)


def test_limits_of_shares_stay_between_nought_and_a_hundred() -> None:
    funnel = funnel_limits(COUNT, PEOPLE)
    assert (funnel.three.lower.min(), funnel.three.upper.max()) == (0, 100)


def test_the_base_line_of_shares_is_their_average() -> None:
    assert funnel_limits(COUNT, PEOPLE).baseline == pytest.approx(100 * AVERAGE)


@pytest.mark.parametrize(("level", "tail"), [("at_two", 0.025), ("at_three", 0.001)])
def test_ratios_lie_where_halving_finds_them(level: str, tail: float) -> None:
    funnel = funnel_limits(COUNT, PEOPLE / 8, statistic="ratio")
    found = getattr(funnel, level)
    expected = [[halved(n, tail, few) for n in funnel.size] for few in (True, False)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_ratios_are_of_a_hundred() -> None:
    funnel = funnel_limits(COUNT, PEOPLE / 8, statistic="ratio")
    assert funnel.at_two is not None
    np.testing.assert_allclose(funnel.two.lower, 100 * funnel.size / funnel.at_two.lower)


def test_ratios_of_counts_are_less_one() -> None:
    isr, count = (
        funnel_limits(COUNT, PEOPLE / 8, statistic="ratio", ratio_type=kind)
        for kind in ("isr", "count")
    )
    np.testing.assert_allclose(count.two.upper, isr.two.upper / 100 - 1)


def test_rates_of_two_years_lie_at_half_the_people() -> None:
    rates = COUNT / PEOPLE * 1000
    options: dict[str, Any] = {"rate": rates, "statistic": "rate", "multiplier": 1000}
    one, two = (funnel_limits(COUNT, **options, years_of_data=years) for years in (1, 2))
    assert one.at_two is not None
    assert two.at_two is not None
    here, there = (dict(zip(f.size, f.two.lower, strict=True)) for f in (one, two))
    common = sorted(set(here) & set(there))
    assert [here[n] for n in common] == [there[n] for n in common]
    assert one.baseline == pytest.approx(1000 * AVERAGE)


def test_rates_need_the_people_of_areas_without_events() -> None:
    with pytest.raises(ValueError, match="without events"):
        funnel_limits([0, 10], rate=[0, 5], statistic="rate", multiplier=1000)


def test_areas_without_events_count_with_their_people() -> None:
    funnel = funnel_limits([0, 10], [1000, 2000], [0, 5], statistic="rate", multiplier=1000)
    assert funnel.baseline == pytest.approx(10 / 3)


def test_standardised_rates_leave_areas_without_events_out() -> None:
    funnel = funnel_limits(
        [0, 10], [1000, 2000], [0, 5], statistic="rate", multiplier=1000, rate_type="dsr"
    )
    assert funnel.baseline == pytest.approx(5)


@pytest.mark.parametrize(
    "given",
    [
        {"numerator": COUNT},
        {"numerator": COUNT, "statistic": "rate"},
        {"numerator": COUNT, "denominator": PEOPLE, "statistic": "other"},
        {"numerator": COUNT, "denominator": PEOPLE, "statistic": "ratio", "ratio_type": "other"},
        {"numerator": -COUNT, "denominator": PEOPLE},
    ],
)
def test_a_funnel_without_what_it_needs_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"needs|other|isr|at least"):
        funnel_limits(**given)


def test_points_are_rates_and_the_people_of_a_year() -> None:
    rates, people = funnel_points([20, 30], [10, 10], multiplier=1000, years_of_data=2)
    assert (rates.tolist(), people.tolist()) == ([10, 10], [1000, 1500])


def test_standardised_points_of_few_events_are_left_out() -> None:
    rates, people = funnel_points(
        [9, 30], [10, 10], multiplier=1000, years_of_data=1, rate_type="dsr"
    )
    np.testing.assert_array_equal([rates[0], people[0]], [np.nan, np.nan])
    assert people[1] == 3000


def test_shares_far_from_the_average_are_marked() -> None:
    marks = funnel_significance([100, 125, 200, 81, 40, 575], [500, 500, 500, 500, 500, 3000])
    assert marks == [
        "Not significant", "High (0.025)", "High (0.001)", "Low (0.025)", "Low (0.001)",
        "Not significant",
    ]  # fmt: skip


def test_ratios_are_marked_against_what_was_expected() -> None:
    marks = funnel_significance([50, 65, 85, 36, 20, 0], [50] * 6, statistic="ratio")
    assert marks == [
        "Not significant", "High (0.025)", "High (0.001)", "Low (0.025)", "Low (0.001)",
        "Low (0.001)",
    ]  # fmt: skip


def test_standardised_rates_of_few_events_are_not_judged() -> None:
    marks = funnel_significance(
        [9, 500, 500], rate=[90, 50, 50], statistic="rate", rate_type="dsr", multiplier=1000
    )
    assert marks[0] == "Not applicable for events less than 10 for dsrs"


def test_crude_rates_of_few_events_are_judged() -> None:
    marks = funnel_significance(
        [9, 500, 500], rate=[500, 50, 50], statistic="rate", multiplier=1000
    )
    assert marks[0] == "High (0.001)"


def test_more_than_everybody_is_refused() -> None:
    with pytest.raises(ValueError, match="above its denominator"):
        funnel_significance([11], [10])


@pytest.mark.parametrize(
    ("size", "width"), [(0, 1), (9, 1), (99_999, 5), (100_000, 5), (200_000, 5), (120_000, 6)]
)
def test_round_numbers_are_as_wide_as_r_writes_them(size: int, width: int) -> None:
    assert _width(size) == width


@pytest.mark.parametrize(("size", "floor", "ceiling"), [(300, 200, 320), (52_345, 40_000, 55_000)])
def test_axes_end_on_neat_numbers(size: float, floor: float, ceiling: float) -> None:
    assert (_neat_floor(size), _neat_ceiling(size)) == (floor, ceiling)
