"""What no published number may do, whatever was counted."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.errors import BadSettings
from pipelines.core.stages import Protected
from pipelines.core.thresholds import Limits
from pipelines.indicate import indicate
from pipelines.protect import Rule, protect, rule_of
from pipelines.protect.cells import counted
from pipelines.protect.past import NO_PAST
from pipelines.protect.profiles import nhs
from pipelines.protect.small import small_cells
from pipelines.protect.view import view_of
from tests.properties.every_table import Told, undone
from tests.rooms.protect.made_tables import (
    CONTRACT,
    LIMITS,
    REFERRED,
    SHARE,
    People,
    Row,
    apart,
    mean_row,
    measured,
    of_people,
    past_of,
    row,
    some_people,
)

RULE = rule_of(LIMITS)
often = settings(max_examples=40, deadline=None)
seldom = settings(max_examples=15, deadline=None)
"""For whole tables: each is protected and attacked in a tenth of a second."""

counts = st.integers(0, 40) | st.integers(0, 100_000)


@st.composite
def cells(draw: st.DrawFn) -> Row:
    """One measured row's numbers: a count, a share or a mean."""
    kind = draw(st.sampled_from([REFERRED, SHARE, "mean"]))
    if kind == "mean":
        return mean_row(draw(st.lists(st.integers(-200, 200), max_size=30)))
    denominator = draw(counts)
    count = draw(st.integers(0, denominator))
    return row(kind, count, denominator if kind == SHARE else None)


tables = st.lists(cells(), min_size=1, max_size=8)


def protected(rows: list[Row], limits: Limits = LIMITS) -> Protected:
    return protect(measured(apart(rows)), limits)


def numbers_of(found: Protected) -> set[int]:
    table = found.table
    numbers = table["count"].to_pylist() + table["denominator"].to_pylist()
    return {n for n in numbers if n is not None}


@given(tables)
@often
def test_no_published_count_or_denominator_lies_between_one_and_seven(rows: list[Row]) -> None:
    assert not numbers_of(protected(rows)) & set(range(1, 8))


@given(tables)
@often
def test_every_published_count_is_a_multiple_of_five(rows: list[Row]) -> None:
    assert {n % 5 for n in numbers_of(protected(rows))} <= {0}


@given(tables)
@often
def test_a_count_that_is_shown_first_is_within_two_of_the_truth(rows: list[Row]) -> None:
    shown = protected(rows).table["count"].to_pylist()
    errors = [abs(n - r["count"]) for n, r in zip(shown, rows, strict=True) if n is not None]
    assert all(error <= 2 for error in errors)


@given(tables)
@often
def test_a_shown_share_leaves_no_few_people_uncounted_and_is_not_of_all_or_none(
    rows: list[Row],
) -> None:
    shown = protected(rows).table["count"].to_pylist()
    left = {
        min(r["denominator"] - r["count"], r["count"])
        for n, r in zip(shown, rows, strict=True)
        if n is not None and r["denominator"]
    }
    assert not left & set(range(8))


@given(tables)
@often
def test_nobody_counted_stays_nobody(rows: list[Row]) -> None:
    shown = protected(rows).table["count"].to_pylist()
    zeros = [
        n for n, r in zip(shown, rows, strict=True) if r["count"] == 0 and r["denominator"] is None
    ]
    assert set(zeros) <= {0}


def published(rows: list[Row]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = indicate(protected(rows), "r").table.to_pylist()
    return found


@given(tables)
@often
def test_every_share_can_be_worked_out_from_published_numbers_only(rows: list[Row]) -> None:
    shares = [r for r in published(rows) if r["indicator_id"] == SHARE]
    again = [
        round(100 * r["count"] / r["denominator"], 4) if r["count"] is not None and r["denominator"]
        else None
        for r in shares
    ]  # fmt: skip
    assert [r["value"] for r in shares] == again


@given(tables)
@often
def test_what_is_hidden_has_neither_value_nor_limits(rows: list[Row]) -> None:
    hidden = [r for r in published(rows) if r["suppression_status"] == "hidden"]
    told = [(r["count"], r["value"], r["lower_ci_95"], r["upper_ci_95"]) for r in hidden]
    assert set(told) <= {(None, None, None, None)}


@given(tables)
@often
def test_limits_hold_the_value_between_them(rows: list[Row]) -> None:
    limited = [r for r in published(rows) if r["lower_ci_95"] is not None]
    # Four decimals are published, so a limit may equal the value to within half of the last.
    assert all(r["lower_ci_95"] - 1e-4 <= r["value"] <= r["upper_ci_95"] + 1e-4 for r in limited)


@given(tables)
@often
def test_two_tables_that_round_alike_cannot_be_told_apart(rows: list[Row]) -> None:
    """Protection depends on counts through their rounding and the two borders only."""
    moved = [{**r, "count": nudged(r)} if r["indicator_id"] == REFERRED else r for r in rows]
    assert protected(moved).table.equals(protected(rows).table)


def nudged(cell: Row) -> int:
    """Another count that is hidden, or rounded, to the same."""
    count: int = cell["count"]
    if 1 <= count <= 7:
        return 8 - count
    low = RULE.rounded(count) - 2
    return count if count == 0 else max(8, low)


@given(st.lists(counts, max_size=20))
def test_a_manifests_counts_follow_the_same_rule(exact: list[int]) -> None:
    assert [n is None for n in RULE.shown(exact)] == [1 <= n <= 7 for n in exact]


@given(st.integers(-2, 30), st.integers(-2, 30), st.integers(1, 500))
def test_a_rule_hides_what_it_says_or_is_refused(threshold: int, base: int, count: int) -> None:
    try:
        (shown,) = Rule(threshold, base).shown([count])
    except BadSettings:
        return
    assert (shown is None) if count <= threshold else (shown or 0) > threshold


@given(some_people())
@seldom
def test_a_protected_table_is_the_same_each_time_and_in_any_order(people: People) -> None:
    rows = of_people(people)
    first, again = protect(measured(rows), LIMITS), protect(measured(rows[::-1]), LIMITS)
    assert again.table.to_pylist()[::-1] == first.table.to_pylist()


@given(some_people(), st.booleans())
@seldom
def test_published_again_no_mark_goes_and_no_number_moves(people: People, opens: bool) -> None:
    """Of the same people. A mark that goes would undo the release in which it stood."""
    first = protect(measured(of_people(people)), LIMITS).table
    again = protect(measured(of_people(people)), LIMITS, past_of(first, opens=opens)).table
    before, after = first["count"].to_pylist(), again["count"].to_pylist()
    assert [n for n, now in zip(before, after, strict=True) if now not in (n, None)] == []


@given(some_people(), some_people())
@seldom
def test_whatever_came_and_went_since_nothing_small_leaves(before: People, now: People) -> None:
    """A number that holds may stand for fewer than eight; a fresh one may not."""
    past = past_of(protect(measured(of_people(before)), LIMITS).table, opens=True)
    found = protect(measured(of_people(now)), LIMITS, past)
    told = found.evidence["attacker"]
    assert (numbers_of(found) & set(range(1, 8)), told["pinned"], told["narrow"]) == (set(), 0, 0)


@given(some_people())
@seldom
def test_the_truth_is_among_what_the_attacker_thinks_possible(people: People) -> None:
    what = counted(CONTRACT, measured(of_people(people)).table)
    small = small_cells(what, LIMITS.hide_up_to)
    views = [view_of(what, tree, small) for tree in what.disclosure.trees() if len(what.cells)]
    numbers = nhs(what, small, views, LIMITS, NO_PAST)
    outside = [
        cell
        for view in views
        for cell, low, high in zip(view.own, *numbers.known(view.own, view.residents), strict=True)
        if not low <= what.truth[cell] <= high
    ]
    assert outside == []


@given(
    st.lists(st.sampled_from([0, 1, 3, 7, 8, 9, 11, 12, 13, 17]), min_size=4, max_size=4).map(tuple)
)
@seldom
def test_whoever_tries_every_table_is_left_with_five_values_of_each_small_number(
    leaves: tuple[int, int, int, int],
) -> None:
    men, men_started, women, women_started = leaves
    people = {
        ("male", "c1", "referred"): men,
        ("male", "c1", "started"): men_started,
        ("female", "c1", "referred"): women,
        ("female", "c1", "started"): women_started,
    }
    rows = [r for r in of_people(people) if r["indicator_id"] in (REFERRED, SHARE)]
    rows = [r for r in rows if r["category_type"] == "all"]
    assert undone(Told.of(protect(measured(rows), LIMITS).table), leaves) == []


@pytest.mark.parametrize(("shown", "found"), [(0, [("female", "started")]), (None, [])])
def test_whoever_tries_every_table_finds_what_there_is_to_find(
    shown: int | None, found: list[tuple[str, str]]
) -> None:
    """Of nine women nobody started: a nought would say so of each."""
    told = {
        ("persons", "referred"): 20, ("persons", "started"): None,
        ("male", "referred"): 10, ("male", "started"): None,
        ("female", "referred"): 10, ("female", "started"): shown,
    }  # fmt: skip
    assert [name for name, _ in undone(Told(told), (5, 5, 9, 0))] == found
