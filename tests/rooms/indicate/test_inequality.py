"""Slope and relative index: a known line, its limits, and what is refused."""

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from pipelines.indicate import Inequality, inequality, inequality_reliability, rii, sii

PEOPLE = np.array([1200.0, 1000.0, 900.0, 1100.0, 800.0])
SHARE = PEOPLE / PEOPLE.sum()
RANK = np.cumsum(SHARE) - SHARE / 2
LINE = 30 - 12 * RANK
ERROR = np.full(5, 1.5)


def both(value: np.ndarray, width: float = 0.02, **options: Any) -> Inequality:
    return inequality(PEOPLE, value, value * (1 - width), value * (1 + width), **options)


def test_a_straight_line_is_found() -> None:
    found = inequality(PEOPLE, LINE, se=ERROR)
    assert (found.sii.value, found.rii.value, found.intercept) == pytest.approx((-12, 18 / 30, 30))


def test_the_line_is_that_of_weighted_least_squares() -> None:
    values = np.array([30.0, 22.0, 25.0, 19.0, 20.0])
    slope, start = np.polyfit(RANK, values, 1, w=np.sqrt(SHARE))
    found = inequality(PEOPLE, values, se=ERROR)
    assert (found.sii.value, found.intercept) == pytest.approx((slope, start))


def test_the_relative_index_is_the_ends_about_the_middle() -> None:
    values = np.array([30.0, 22.0, 25.0, 19.0, 20.0])
    found = inequality(PEOPLE, values, se=ERROR)
    middle, half = (SHARE * values).sum(), found.sii.value / 2
    assert found.rii.value == pytest.approx((middle + half) / (middle - half))


def test_limits_of_the_slope_are_its_standard_errors() -> None:
    """Without a scale the slope is a sum of normal errors, so its limits are known exactly."""
    away = RANK - 0.5
    parts = SHARE * away / (SHARE * away**2).sum()
    expected = 1.959964 * np.sqrt((parts**2 * ERROR**2).sum())
    found = inequality(PEOPLE, LINE, se=ERROR).sii
    np.testing.assert_allclose([-12 - found.lower, found.upper + 12], expected, rtol=0.02)


def test_limits_give_the_same_as_their_standard_errors() -> None:
    half = 1.959963984540054 * ERROR
    from_limits = inequality(PEOPLE, LINE, LINE - half, LINE + half)
    np.testing.assert_allclose(from_limits.sii, inequality(PEOPLE, LINE, se=ERROR).sii)


def test_one_seed_gives_one_answer() -> None:
    assert inequality(PEOPLE, LINE, se=ERROR) == inequality(PEOPLE, LINE, se=ERROR)


def test_more_confidence_gives_wider_limits() -> None:
    near, far = (inequality(PEOPLE, LINE, se=ERROR, confidence=c).sii for c in (95, 99.8))
    assert far.lower < near.lower < near.upper < far.upper


def test_a_multiplier_is_of_the_slope_alone() -> None:
    one, hundred = both(LINE / 100), both(LINE / 100, multiplier=100)
    np.testing.assert_allclose(hundred.sii, np.multiply(100, one.sii))
    np.testing.assert_allclose(hundred.rii, one.rii)


def test_a_negative_multiplier_turns_both_round() -> None:
    plain, turned = both(LINE), both(LINE, multiplier=-1)
    np.testing.assert_allclose(turned.sii, [-plain.sii[0], -plain.sii[2], -plain.sii[1]])
    np.testing.assert_allclose(turned.rii, [1 / plain.rii[i] for i in (0, 2, 1)])


def test_odds_on_a_line_are_found_when_transformed() -> None:
    values = expit(-1 + 0.8 * RANK)
    found = both(values, scale="proportion", transform=True)
    assert found.sii.value == pytest.approx(expit(-0.2) - expit(-1))


def test_rates_on_a_curve_are_found_when_transformed() -> None:
    found = both(np.exp(3 + 0.5 * RANK), scale="rate", transform=True)
    assert found.rii.value == pytest.approx(np.exp(0.5))


@pytest.mark.parametrize("scale", ["rate", "proportion"])
@pytest.mark.parametrize("transform", [True, False])
def test_limits_lie_about_the_value(scale: str, transform: bool) -> None:
    found = both(LINE / 100, width=0.1, scale=scale, transform=transform)
    assert found.sii.lower < found.sii.value < found.sii.upper
    assert found.rii.lower < found.rii.value < found.rii.upper


def test_many_areas_are_worked_out_at_once() -> None:
    values = np.stack([LINE, LINE + 5])
    together = inequality(np.stack([PEOPLE, PEOPLE]), values, se=np.stack([ERROR, ERROR]))
    apart = [inequality(PEOPLE, row, se=ERROR).sii for row in values]
    np.testing.assert_allclose(np.transpose(together.sii), apart)


def test_each_index_can_be_had_alone() -> None:
    whole = both(LINE)
    limits = (LINE * 0.98, LINE * 1.02)
    assert (sii(PEOPLE, LINE, *limits), rii(PEOPLE, LINE, *limits)) == (whole.sii, whole.rii)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"population": PEOPLE[:4], "value": LINE[:4], "se": ERROR[:4]}, "5 to 100"),
        ({"population": PEOPLE * 0}, "above 0"),
        ({"population": [np.nan] * 5}, "above 0"),
        ({"se": -ERROR}, "at least 0"),
        ({"se": [np.nan] * 5}, "all be given"),
        ({"se": None}, "both limits"),
        ({"value": [np.nan] * 5}, "all be given"),
        ({"scale": "proportion"}, "inside their scale"),
        ({"scale": "rate", "value": LINE * 0}, "inside their scale"),
        ({"scale": "other"}, "other"),
        ({"repetitions": 999}, "1000"),
        ({"transform": True}, "rates and proportions"),
        ({"transform": True, "scale": "rate"}, "needs limits"),
        ({"confidence": 0.5}, "confidence"),
    ],
)
def test_what_makes_no_line_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        inequality(**{"population": PEOPLE, "value": LINE, "se": ERROR, **given})


def test_limits_cover_the_true_slope_as_often_as_they_say() -> None:
    """500 draws of five proportions on a known line: 95 of 100 limits should hold the slope."""
    random, truth = np.random.default_rng(5), 0.3 - 0.12 * RANK
    people = PEOPLE.astype(int)
    inside = 0
    for _ in range(500):
        count = random.binomial(people, truth)
        spread = 1.96 * np.sqrt(count * (people - count) / people**3)
        value = count / people
        limits = (value - spread, value + spread)
        found = sii(people, value, *limits, scale="proportion", repetitions=1000)
        inside += bool(found.lower <= -0.12 <= found.upper)
    assert 0.92 <= inside / 500 <= 0.98


def test_limits_hardly_move_between_drawings() -> None:
    slope, ratio = inequality_reliability(PEOPLE, LINE, se=ERROR)
    assert 0 < slope < 0.05
    assert 0 < ratio < 0.05
