"""What a printed number says, rule by rule: never less than the truth, and no more."""

from collections.abc import Callable

import pytest

from pipelines.core.errors import BadTables
from pipelines.protect.attack.publishing_rule import (
    BUILT_IN,
    Mark,
    Numbers,
    PublishingRule,
    Zero,
    checked_rule,
)

INFINITY = float("inf")


def nearest_5(count: int) -> int:
    return (2 * count + 5) // 10 * 5


def midpoint_6(count: int) -> int:
    return -(-count // 6) * 6 - 3 if count else 0


# How a publisher prints a count: None is a mark.
PUBLISHERS: dict[str, Callable[[int], int | None]] = {
    "exact": lambda n: n,
    "nhs": lambda n: None if 1 <= n <= 7 else nearest_5(n),
    "nhs-primary-only": lambda n: None if 1 <= n <= 7 else nearest_5(n),
    "hide-1-to-7": lambda n: None if 1 <= n <= 7 else n,
    "midpoint-6": midpoint_6,
    "redact-and-round": lambda n: 0 if n <= 7 else nearest_5(n),
    "controlled-rounding-5": lambda n: n // 5 * 5,
}


def test_every_built_in_rule_has_a_publisher_here() -> None:
    assert set(BUILT_IN) == set(PUBLISHERS)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
@pytest.mark.parametrize("count", range(40))
def test_the_truth_is_behind_what_is_printed(name: str, count: int) -> None:
    rule, printed = BUILT_IN[name], PUBLISHERS[name](count)
    interval = rule.behind_mark() if printed is None else rule.behind_number(printed)
    assert interval is not None
    assert interval[0] <= count <= interval[1]


@pytest.mark.parametrize("name", ["exact", "nhs", "hide-1-to-7", "midpoint-6", "redact-and-round"])
@pytest.mark.parametrize("printed", range(40))
def test_nothing_is_behind_a_number_that_is_not_printed_so(name: str, printed: int) -> None:
    behind = {n for n in range(60) if PUBLISHERS[name](n) == printed}
    interval = BUILT_IN[name].behind_number(printed)
    found = set() if interval is None else set(range(int(interval[0]), int(interval[1]) + 1))
    assert found == behind


@pytest.mark.parametrize(
    ("mark", "interval"),
    [(Mark.SMALL, (1, 7)), (Mark.NOT_ZERO, (1, INFINITY)), (Mark.ANYTHING, (0, INFINITY))],
)
def test_a_mark_says_what_the_rule_says(mark: Mark, interval: tuple[float, float]) -> None:
    assert PublishingRule(hide_to=7, mark=mark).behind_mark() == interval


def test_an_even_base_may_round_a_half_either_way() -> None:
    assert PublishingRule(Numbers.ROUNDED, 10).behind_number(20) == (15, 25)


def test_a_rule_that_leaves_four_values_asks_for_no_more() -> None:
    assert PublishingRule(hide_to=4, mark=Mark.SMALL).narrowest == 3


@pytest.mark.parametrize(
    "rule",
    [
        PublishingRule(Numbers.ROUNDED, 0),
        PublishingRule(Numbers.MIDPOINT, 5),
        PublishingRule(hide_from=9, hide_to=7),
        PublishingRule(mark=Mark.SMALL),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(rule: PublishingRule) -> None:
    with pytest.raises(BadTables, match="tables-rule"):
        checked_rule(rule, "mine")


def test_no_number_below_zero_is_printed() -> None:
    assert PublishingRule(zero=Zero.LIKE_OTHERS).behind_number(-5) is None
