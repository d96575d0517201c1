"""The disclosure rule, case by case."""

import pytest

from pipelines.core.errors import BadSettings
from pipelines.protect import NHS_RULE, Rule, protect
from tests.properties.test_protect_properties import COUNTED, MEAN, SHARE, protected, row, table_of

COMPLETED = "completed_of_referred"


@pytest.mark.parametrize(
    ("count", "denominator", "shown", "shown_denominator", "status"),
    [
        (0, 0, 0, 0, "none"),
        (0, 100, 0, 100, "rounded"),
        (7, 100, None, 100, "primary"),
        (8, 100, 10, 100, "rounded"),
        (0, 7, None, None, "primary"),
        (7, 7, None, None, "primary"),
        (8, 8, 10, 10, "rounded"),
        (92, 100, 90, 100, "rounded"),
        (93, 100, None, 100, "secondary"),
        (99, 100, None, 100, "secondary"),
        (100, 100, 100, 100, "rounded"),
        (100, 102, None, 100, "secondary"),
    ],
)
def test_a_share_is_shown_or_hidden(
    count: int, denominator: int, shown: int | None, shown_denominator: int | None, status: str
) -> None:
    table = protected([row(SHARE, count, denominator, None, None)]).table
    found = (
        table["count"][0].as_py(),
        table["denominator"][0].as_py(),
        table["suppression_status"][0].as_py(),
    )
    assert found == (shown, shown_denominator, status)


def test_a_multiple_of_five_by_chance_is_not_called_exact() -> None:
    table = protected([row(COUNTED, 10, None, None, None)]).table
    assert table["suppression_status"].to_pylist() == ["rounded"]


def test_a_mean_of_seven_people_is_hidden_with_its_sums() -> None:
    table = protected([row(MEAN, 7, None, 70.0, 700.0)]).table
    assert table.select(["count", "total", "total_squares"]).to_pylist() == [
        {"count": None, "total": None, "total_squares": None}
    ]


def test_sums_leave_at_the_rounded_count_and_in_whole_units() -> None:
    table = protected([row(MEAN, 8, None, 83.0, 1000.0)]).table
    assert table.select(["count", "total", "total_squares"]).to_pylist() == [
        {"count": 10, "total": 104.0, "total_squares": 1250.0}
    ]


def test_a_count_hidden_over_one_denominator_is_hidden_over_the_other() -> None:
    """Of 100 starters 97 finished: shown over the 200 referred, the 97 would be known again."""
    rows = [
        row("completed_of_started", 97, 100, None, None),
        row(COMPLETED, 97, 200, None, None),
    ]
    measured = table_of(rows)
    same = measured.table.set_column(
        measured.table.column_names.index("category"), "category", [["all", "all"]]
    )
    found = protect(type(measured)(measured.scope, measured.contract, same), NHS_RULE).table
    assert found["suppression_status"].to_pylist() == ["secondary", "secondary"]


def test_nothing_counted_is_nothing_published() -> None:
    assert protected([]).table.num_rows == 0


@pytest.mark.parametrize(("threshold", "base"), [(0, 5), (7, 0), (7, 20), (9, 25)])
def test_a_rule_that_would_show_a_hidden_number_is_refused(threshold: int, base: int) -> None:
    with pytest.raises(BadSettings, match="protect-rule"):
        Rule("bad", threshold, base, "test")


def test_the_rule_can_say_what_it_does() -> None:
    assert "1 to 7 are hidden" in NHS_RULE.sentence
