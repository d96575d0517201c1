"""What no published number may do, whatever was counted."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Indicated, Measured, Protected
from pipelines.indicate import indicate
from pipelines.protect import NHS_RULE, Rule, protect, protect_counts
from tests.spec.tables import SCOPE

CONTRACTS = load_contracts(PROJECT / "schemas")
CONTRACT = CONTRACTS.output("programme_outcomes")
SHAPE = CONTRACTS.shape("measured")
COUNTED = "referred"
SHARE = "started_of_referred"
MEAN = "change_in_active_minutes_12_weeks"

counts = st.integers(0, 40) | st.integers(0, 100_000)


@st.composite
def cells(draw: st.DrawFn) -> dict[str, Any]:
    """One measured row's numbers: a count, a share or a mean."""
    kind = draw(st.sampled_from([COUNTED, SHARE, MEAN]))
    if kind == MEAN:
        scores = draw(st.lists(st.integers(-200, 200), max_size=30))
        squares = float(sum(s * s for s in scores))
        return row(kind, len(scores), None, float(sum(scores)), squares)
    denominator = draw(counts)
    count = draw(st.integers(0, denominator))
    return row(kind, count, denominator if kind == SHARE else None, None, None)


def row(
    indicator: str, count: int, denominator: int | None, total: float | None, squares: float | None
) -> dict[str, Any]:
    plain = {c.name: c.example for c in SHAPE.columns}
    return {
        **plain,
        "indicator_id": indicator,
        "period_start": SCOPE.period_start,
        "period_end": SCOPE.period_end,
        "count": count,
        "denominator": denominator,
        "total": total,
        "total_squares": squares,
    }


def table_of(rows: list[dict[str, Any]]) -> Measured:
    """Rows that differ in category, so that no two are the same number in other words."""
    distinct = [{**r, "category": f"c{i}"} for i, r in enumerate(rows)]
    return Measured(SCOPE, CONTRACT, pa.Table.from_pylist(distinct, arrow_schema(SHAPE)))


def protected(rows: list[dict[str, Any]], rule: Rule = NHS_RULE) -> Protected:
    return protect(table_of(rows), rule)


tables = st.lists(cells(), min_size=1, max_size=12)


@given(tables)
def test_no_published_count_or_denominator_lies_between_one_and_seven(
    rows: list[dict[str, Any]],
) -> None:
    table = protected(rows).table
    numbers = table["count"].to_pylist() + table["denominator"].to_pylist()
    assert not {n for n in numbers if n is not None} & set(range(1, 8))


@given(tables)
def test_every_published_count_is_a_multiple_of_five(rows: list[dict[str, Any]]) -> None:
    table = protected(rows).table
    numbers = table["count"].to_pylist() + table["denominator"].to_pylist()
    assert {n % 5 for n in numbers if n is not None} <= {0}


@given(tables)
def test_a_shown_count_is_within_two_of_the_truth(rows: list[dict[str, Any]]) -> None:
    shown = protected(rows).table["count"].to_pylist()
    errors = [abs(n - r["count"]) for n, r in zip(shown, rows, strict=True) if n is not None]
    assert all(error <= 2 for error in errors)


@given(tables)
def test_a_shown_share_leaves_no_few_people_uncounted(rows: list[dict[str, Any]]) -> None:
    shown = protected(rows).table["count"].to_pylist()
    left = [
        r["denominator"] - r["count"]
        for n, r in zip(shown, rows, strict=True)
        if n is not None and r["denominator"] is not None
    ]
    assert not set(left) & set(range(1, 8))


@given(tables)
def test_zero_among_enough_people_stays_zero(rows: list[dict[str, Any]]) -> None:
    shown = protected(rows).table["count"].to_pylist()
    zeros = [
        n
        for n, r in zip(shown, rows, strict=True)
        if r["count"] == 0 and (r["denominator"] is None or not 1 <= r["denominator"] <= 7)
    ]
    assert set(zeros) <= {0}


def published(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    indicated: Indicated = indicate(protected(rows), "r")
    found: list[dict[str, Any]] = indicated.table.to_pylist()
    return found


@given(tables)
def test_every_share_can_be_worked_out_from_published_numbers_only(
    rows: list[dict[str, Any]],
) -> None:
    shares = [r for r in published(rows) if r["indicator_id"] == SHARE]
    again = [
        round(100 * r["count"] / r["denominator"], 4) if r["count"] is not None and r["denominator"]
        else None
        for r in shares
    ]  # fmt: skip
    assert [r["value"] for r in shares] == again


@given(tables)
def test_what_is_hidden_has_neither_value_nor_limits(rows: list[dict[str, Any]]) -> None:
    hidden = [r for r in published(rows) if r["suppression_status"] in ("primary", "secondary")]
    told = [(r["count"], r["value"], r["lower_ci_95"], r["upper_ci_95"]) for r in hidden]
    assert set(told) <= {(None, None, None, None)}


@given(tables)
def test_limits_hold_the_value_between_them(rows: list[dict[str, Any]]) -> None:
    limited = [r for r in published(rows) if r["lower_ci_95"] is not None]
    # Four decimals are published, so a limit may equal the value to within half of the last.
    assert all(r["lower_ci_95"] - 1e-4 <= r["value"] <= r["upper_ci_95"] + 1e-4 for r in limited)


@given(tables)
def test_two_tables_that_round_alike_cannot_be_told_apart(rows: list[dict[str, Any]]) -> None:
    """Protection depends on counts through their rounding and the two borders only."""
    moved = [{**r, "count": nudged(r)} if r["indicator_id"] == COUNTED else r for r in rows]
    assert protected(moved).table.equals(protected(rows).table)


def nudged(cell: dict[str, Any]) -> int:
    """Another count that is hidden, or rounded, to the same."""
    count: int = cell["count"]
    if 1 <= count <= 7:
        return 8 - count
    low = NHS_RULE.rounded(count) - 2
    return count if count == 0 else max(8, low)


@given(st.lists(counts, max_size=20))
def test_a_manifests_counts_follow_the_same_rule(exact: list[int]) -> None:
    shown = protect_counts(exact, NHS_RULE)
    assert [n is None for n in shown] == [1 <= n <= 7 for n in exact]


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (8, 10), (12, 10), (13, 15), (22, 20), (23, 25), (1002, 1000)]
)
def test_counts_round_half_up(count: int, shown: int) -> None:
    assert protected([row(COUNTED, count, None, None, None)]).table["count"].to_pylist() == [shown]


@settings(max_examples=200)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 500))
def test_any_rule_that_is_accepted_hides_what_it_says(
    threshold: int, base: int, count: int
) -> None:
    smallest = (2 * (threshold + 1) + base) // (2 * base) * base
    if smallest <= threshold:
        return
    rule = Rule("other", threshold, base, "test")
    (shown,) = protected([row(COUNTED, count, None, None, None)], rule).table["count"].to_pylist()
    assert (shown is None) if count <= threshold else shown > threshold
