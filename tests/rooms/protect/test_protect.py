"""The disclosure rule, case by case."""

import dataclasses

import pytest

from pipelines.core.errors import BadContract, BadSettings
from pipelines.protect import Rule, protect, rule_of
from tests.rooms.protect.made_tables import (
    CONTRACT,
    FINISHED,
    FINISHED_OF_ALL,
    LIMITS,
    MEAN,
    REFERRED,
    SHARE,
    by_condition,
    measured,
    row,
)


@pytest.mark.parametrize(
    ("count", "denominator", "shown", "shown_denominator", "status"),
    [
        (0, 0, 0, 0, "none"),
        (0, 100, None, 100, "hidden"),
        (7, 100, None, 100, "hidden"),
        (8, 100, 10, 100, "rounded"),
        (0, 7, None, None, "hidden"),
        (7, 7, None, None, "hidden"),
        (8, 8, None, 10, "hidden"),
        (92, 100, 90, 100, "rounded"),
        (93, 100, None, 100, "hidden"),
        (99, 100, None, 100, "hidden"),
        (100, 100, None, 100, "hidden"),
        (100, 102, None, 100, "hidden"),
    ],
)
def test_a_share_is_shown_or_hidden(
    count: int, denominator: int, shown: int | None, shown_denominator: int | None, status: str
) -> None:
    table = protect(measured([row(SHARE, count, denominator)]), LIMITS).table
    found = (
        table["count"][0].as_py(),
        table["denominator"][0].as_py(),
        table["suppression_status"][0].as_py(),
    )
    assert found == (shown, shown_denominator, status)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (8, 10), (12, 10), (13, 15), (22, 20), (23, 25), (1002, 1000)]
)
def test_counts_round_half_up(count: int, shown: int) -> None:
    table = protect(measured([row(REFERRED, count)]), LIMITS).table
    assert table["count"].to_pylist() == [shown]


def test_a_multiple_of_five_by_chance_is_not_called_exact() -> None:
    table = protect(measured([row(REFERRED, 10)]), LIMITS).table
    assert table["suppression_status"].to_pylist() == ["rounded"]


def test_a_count_hidden_over_one_denominator_is_hidden_over_the_other() -> None:
    """Of 100 starters 97 finished: shown over the 200 referred, the 97 would be known again."""
    rows = [row(FINISHED, 97, 100), row(FINISHED_OF_ALL, 97, 200), row(SHARE, 100, 200)]
    table = protect(measured(rows), LIMITS).table
    assert table["suppression_status"].to_pylist() == ["hidden", "hidden", "rounded"]


def test_a_number_that_is_a_count_here_and_a_denominator_there_is_the_same_in_both() -> None:
    table = protect(measured([row(SHARE, 5, 200), row(FINISHED, 0, 5)]), LIMITS).table
    assert (table["count"][0].as_py(), table["denominator"][1].as_py()) == (None, None)


def test_another_cell_is_hidden_where_rounding_alone_can_be_undone() -> None:
    """Two 10s are at least 16 people of a 15, which is at most 17: the third is one."""
    table = protect(measured(by_condition(8, 8, 1)), LIMITS).table
    assert table["suppression_status"].to_pylist().count("hidden") == 2


def test_every_hidden_count_has_the_same_mark() -> None:
    """Small, few left over, none, all; and by condition one for another's sake."""
    shares = [
        row(SHARE, count, 60, category_type="condition", category=f"c{count}")
        for count in (0, 3, 30, 57, 60)
    ]
    table = protect(measured(shares), LIMITS).table
    repaired = protect(measured(by_condition(8, 8, 1)), LIMITS).table
    marks = table["suppression_status"].to_pylist() + repaired["suppression_status"].to_pylist()
    assert set(marks) == {"hidden", "rounded"}


def test_nothing_counted_is_nothing_published() -> None:
    assert protect(measured([]), LIMITS).table.num_rows == 0


def test_a_contract_that_declares_nothing_publishes_nothing() -> None:
    silent = dataclasses.replace(CONTRACT, disclosure=None)
    with pytest.raises(BadContract, match="contract-undisclosed"):
        protect(measured([row(REFERRED, 50)], silent), LIMITS)


def test_no_exact_column_is_taken_over() -> None:
    table = protect(measured([row(MEAN, 50)]), LIMITS).table
    assert not {"total_absolute", "largest", "second_largest"} & set(table.column_names)


@pytest.mark.parametrize(("threshold", "base"), [(0, 5), (7, 0), (7, 20), (9, 25)])
def test_a_rule_that_would_show_a_hidden_number_is_refused(threshold: int, base: int) -> None:
    with pytest.raises(BadSettings, match="protect-rule"):
        Rule(threshold, base)


def test_the_rule_can_say_what_it_does() -> None:
    assert "1 to 7 are hidden" in rule_of(LIMITS).sentence


def test_counts_outside_a_dataset_follow_the_same_rule() -> None:
    assert rule_of(LIMITS).shown([0, 1, 7, 8, 13]) == [0, None, None, 10, 15]
