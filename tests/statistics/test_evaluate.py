"""Weighted differences against closed forms, published figures and worlds whose effect is known."""

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from benchmarks.evaluation import SEEDS, Recovered, recovered, world_people
from pipelines.core.protocol import COVARIATES, Method
from pipelines.evaluate import Difference, compare, difference, e_values
from pipelines.evaluate.difference import effective, imbalance
from pipelines.evaluate.people import _to_largest, _to_neighbour, design_of
from pipelines.evaluate.propensity import propensity, weights_of

STARTED = np.repeat([True, False, True, False], [30, 10, 20, 60])
OLD = np.repeat([0.0, 1.0], [40, 80])
"""Three in four of the young start, and one in four of the old."""
DESIGN = np.column_stack([np.ones(120), OLD])
CHANGE = np.repeat([12.0, 2.0, 9.0, 5.0], [30, 10, 20, 60])
"""The young who start gain 10 minutes more than the others, the old 4."""


def test_the_fit_of_one_group_is_its_share_of_starters() -> None:
    fit = propensity(DESIGN, STARTED)
    assert fit is not None
    assert fit.chance[[0, -1]] == pytest.approx([0.75, 0.25], abs=1e-9)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Weighed by starters times others over all: 7.5 of the young, 15 of the old.
        (Method.OVERLAP, (7.5 * 10 + 15 * 4) / 22.5),
        # Weighed by starters: 30 young, 20 old.
        (Method.ATT, (30 * 10 + 20 * 4) / 50),
    ],
)
def test_a_weighted_difference_is_the_one_of_the_groups_put_together(
    method: Method, expected: float
) -> None:
    fit = propensity(DESIGN, STARTED)
    assert fit is not None
    found = difference(CHANGE, STARTED, weights_of(fit, STARTED, method), fit)
    assert found.value == pytest.approx(expected, abs=1e-9)


def test_without_weights_it_is_the_difference_of_two_means() -> None:
    found = difference(CHANGE, STARTED)
    assert found.value == pytest.approx((30 * 12 + 20 * 9) / 50 - (10 * 2 + 60 * 5) / 70)


def test_without_weights_the_limits_are_those_of_two_means() -> None:
    found = difference(CHANGE, STARTED)
    parts = [CHANGE[STARTED], CHANGE[~STARTED]]
    variance = sum(float(part.var()) / len(part) for part in parts) * 120 / 118
    half = stdtrit(118, 0.975) * math.sqrt(variance)
    assert (found.upper - found.lower) / 2 == pytest.approx(half, abs=1e-9)


def test_limits_reckon_with_what_was_estimated() -> None:
    """Of a change that the model explains wholly there is no doubt left, whoever happened to start.

    With weights taken as known there would be.
    """
    fit = propensity(DESIGN, STARTED)
    assert fit is not None
    weights = weights_of(fit, STARTED, Method.OVERLAP)
    known = difference(10 * OLD, STARTED, weights)
    estimated = difference(10 * OLD, STARTED, weights, fit)
    assert known.upper - known.lower > 1
    assert astuple(estimated) == pytest.approx((0, 0, 0), abs=1e-8)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_overlap_weights_balance_every_column_of_the_model(seed: int) -> None:
    people = world_people(400, 20.0, seed)
    fit = propensity(design_of(people, COVARIATES), people.started)
    assert fit is not None
    weight = weights_of(fit, people.started, Method.OVERLAP).weight
    apart = [imbalance(column, people.started, weight) for column in fit.design.T[1:]]
    assert max(apart) < 1e-8


@settings(deadline=None, max_examples=25)
@given(minutes=st.floats(-1000, 1000), seed=st.integers(0, 100))
def test_a_shift_of_everybodys_change_moves_nothing(minutes: float, seed: int) -> None:
    people = world_people(300, 20.0, seed)
    plain, moved = (difference(c, people.started) for c in (people.change, people.change + minutes))
    assert astuple(moved) == pytest.approx(astuple(plain), abs=1e-7)


def test_no_one_who_could_be_in_the_other_group_is_no_comparison() -> None:
    assert propensity(np.column_stack([np.ones(120), STARTED * 1.0]), STARTED) is None


def test_columns_that_say_the_same_are_no_model() -> None:
    assert propensity(np.column_stack([DESIGN, OLD]), STARTED) is None


def test_a_level_without_anyone_to_compare_does_not_stop_a_comparison() -> None:
    people = world_people(400, 20.0, 1)
    people.started[people.levels["age_band"] == "19-34"] = True
    assert compare(people, COVARIATES, Method.OVERLAP) is not None


def test_people_of_equal_weight_say_as_much_as_they_are() -> None:
    assert effective(np.full(40, 0.3)) == pytest.approx(40)


def test_one_who_counts_for_all_says_as_much_as_one() -> None:
    assert effective(np.array([1.0, 0.0, 0.0])) == 1


# The example of VanderWeele and Ding 2017: infant deaths and formula, a risk ratio of 3.9 (1.8 to
# 8.7), has E-values of 7.26 and 3.0.
PAPER = Difference(*(math.log(ratio) for ratio in (3.9, 1.8, 8.7)))


def test_e_values_are_the_papers() -> None:
    found = e_values(PAPER, deviation=0.91)
    assert (round(found.of_estimate, 2), round(found.of_limit, 1)) == (7.26, 3.0)


def test_an_e_value_of_a_loss_is_that_of_the_gain() -> None:
    loss = Difference(-PAPER.value, -PAPER.upper, -PAPER.lower)
    assert e_values(loss, 0.91) == e_values(PAPER, 0.91)


def test_limits_that_hold_nought_need_no_hidden_cause() -> None:
    assert e_values(Difference(1.0, -0.1, 2.1), 1.0).of_limit == 1


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], Recovered]:
    return {(row.world, row.method): row for row in recovered(SEEDS, 400)}


KNOWN = [(world, method.value) for world in ("no effect", "20 minutes a week") for method in Method]


@pytest.mark.parametrize("case", KNOWN, ids="-".join)
def test_limits_hold_the_known_effect_as_often_as_they_say(
    rows: dict[tuple[str, str], Recovered], case: tuple[str, str]
) -> None:
    row = rows[case]
    assert (row.seeds, 0.92 <= row.coverage <= 0.98) == (SEEDS, True)


@pytest.mark.parametrize("case", KNOWN, ids="-".join)
def test_the_known_effect_is_recovered_on_average(
    rows: dict[tuple[str, str], Recovered], case: tuple[str, str]
) -> None:
    row = rows[case]
    # Four standard errors of the mean over all seeds.
    assert row.mean == pytest.approx(row.truth, abs=4 * row.spread / math.sqrt(row.seeds))


def test_without_weighting_selection_hides_half_the_effect(
    rows: dict[tuple[str, str], Recovered],
) -> None:
    row = rows["20 minutes a week", "unweighted"]
    assert row.coverage < 0.5


def test_a_hidden_cause_misleads_as_the_page_says(rows: dict[tuple[str, str], Recovered]) -> None:
    row = rows["20 minutes a week, and a hidden cause", "overlap"]
    assert row.mean > row.truth + 5


@pytest.mark.parametrize(
    ("few", "joined"),
    [
        ((5, 5, 5), [0, 1, 2]),
        ((4, 5, 5), [0, 0, 2]),
        ((5, 4, 5), [0, 1, 1]),
        ((5, 5, 4), [0, 1, 1]),
        ((2, 2, 2), [0, 0, 0]),
        ((1, 1, 1), [0, 0, 0]),
    ],
)
def test_an_ordered_level_of_few_joins_its_neighbour(
    few: tuple[int, ...], joined: list[int]
) -> None:
    assert _to_neighbour(np.array(few)).tolist() == joined


def test_a_level_of_few_without_an_order_joins_the_largest() -> None:
    assert _to_largest(np.array([4, 9, 5])).tolist() == [1, 1, 2]
