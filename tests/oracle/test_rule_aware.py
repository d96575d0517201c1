"""Tables that pass tau-ARGUS' own audit and that a reader of the rule undoes all the same.

Its audit asks what fits when a hidden number may be anything from zero up. But zeros are shown, so
whoever knows the rule knows that every mark stands for at least 1. Ours is asked about him.
"""

from functools import cache

import numpy as np
import pytest

from pipelines.protect.attack import model_of
from pipelines.protect.suppress import hide_exact
from tests.oracle.ours import (
    RULE_AWARE,
    UNAWARE,
    attacked,
    attacked_in_whole_numbers,
    cost,
    hidden_rule_aware,
    widths,
)
from tests.oracle.sets import UPWARD
from tests.oracle.tables import Table, random_table, two_way
from tests.oracle.tauargus import Pattern, Question, ask

FIVE_VALUES = 4.0

# Column c adds up to 26 with 8 and 16 shown: 2 is left for two marks.
WORKED = two_way(
    "worked example",
    ("k", "l", "m", "n"),
    ("a", "b", "c", "d"),
    [[5, 15, 8, 5], [0, 1, 1, 0], [1, 3, 1, 0], [9, 14, 16, 4]],
)
TWO_ONES = (WORKED.at(row="l", column="c"), WORKED.at(row="m", column="c"))

# Shape, seed and mean of tables whose small numbers the rule-aware attacker knows exactly.
PINNED = [([4, 4], 6, 6.0), ([4, 4], 8, 6.0), ([[3, 2, 3], 3], 4, 8.0), ([4, 3, 2], 9, 8.0)]
# Even asked for the true value and four above it, the engine counts zero among the five.
NARROW = [([4, 4], 5, 6.0), ([[3, 2, 3], 3], 7, 8.0), ([4, 3, 2], 5, 8.0), ([4, 3, 2], 9, 8.0)]


@cache
def its_optimum() -> Pattern:
    return ask(Question(WORKED)).patterns["OPT"]


def table_of(case: tuple[list[object], int, float]) -> Table:
    shape, seed, mean = case
    return random_table(seed, shape, mean)


def test_two_ones_pass_its_audit() -> None:
    """From 0 to 2, which is what a protection level of 1 asks for."""
    pattern = its_optimum()
    found = [(pattern.smallest[i], pattern.largest[i]) for i in TWO_ONES]
    assert found == [(0, 2), (0, 2)]
    assert not pattern.unsafe.any()


def test_a_reader_of_the_rule_knows_that_they_are_ones() -> None:
    pattern = its_optimum()
    low, high = attacked(WORKED, pattern.hidden, RULE_AWARE)
    assert [(low[i], high[i]) for i in TWO_ONES] == [(1, 1), (1, 1)]


def test_ours_leaves_him_eight_values() -> None:
    low, high = attacked(WORKED, hidden_rule_aware(WORKED), RULE_AWARE)
    assert [(low[i], high[i]) for i in TWO_ONES] == [(1, 8), (1, 8)]


def test_that_costs_more() -> None:
    """What it costs to be safe from somebody who reads the rule."""
    pattern = its_optimum()
    assert cost(WORKED.values, pattern.hidden) == 84
    assert cost(WORKED.values, hidden_rule_aware(WORKED)) == 107


@pytest.mark.parametrize("case", PINNED, ids=str)
def test_its_audit_passes_and_the_numbers_are_known(case: tuple[list[object], int, float]) -> None:
    table = table_of(case)
    pattern = ask(Question(table)).patterns["OPT"]
    assert not pattern.unsafe.any()
    assert (widths(table, pattern.hidden, RULE_AWARE) == 0).sum() >= 2


@pytest.mark.parametrize("case", NARROW, ids=str)
def test_asked_for_five_values_it_leaves_fewer(case: tuple[list[object], int, float]) -> None:
    table = table_of(case)
    pattern = ask(Question(table, levels=UPWARD)).patterns["OPT"]
    assert not pattern.unsafe.any()
    assert (widths(table, pattern.hidden, UNAWARE) >= FIVE_VALUES).all()
    assert (widths(table, pattern.hidden, RULE_AWARE) < FIVE_VALUES).sum() >= 7


@pytest.mark.parametrize("case", [*PINNED, *NARROW], ids=str)
def test_ours_leaves_five_values_on_all_of_them(case: tuple[list[object], int, float]) -> None:
    table = table_of(case)
    left = widths(table, hidden_rule_aware(table), RULE_AWARE)
    assert len(left) > 0
    assert np.all(left >= FIVE_VALUES)


@pytest.mark.parametrize("case", PINNED[:3], ids=str)
def test_trying_whole_numbers_only_tells_no_more(case: tuple[list[object], int, float]) -> None:
    """He counts people, so he might; on these tables fractions already tell all."""
    table = table_of(case)
    hidden = hidden_rule_aware(table)
    whole = attacked_in_whole_numbers(table, hidden, RULE_AWARE)
    assert np.array_equal(whole, attacked(table, hidden, RULE_AWARE))


def test_the_profile_of_exact_totals_hides_what_we_compared() -> None:
    """What is asked of the solver here is what the profile asks of it."""
    model = model_of(WORKED.dimensions, WORKED.cells)
    value = WORKED.values.astype(np.float64)
    hidden = hide_exact(model.rows(WORKED.cells), model.equalities, WORKED.values, value)
    assert np.array_equal(hidden, hidden_rule_aware(WORKED))
