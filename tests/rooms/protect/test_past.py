"""What left before holds: numbers, marks, empty cells, means, and numbers that stand everywhere."""

import dataclasses

import pytest

from pipelines.core.stages import Protected
from pipelines.indicate import indicate
from pipelines.protect import protect
from pipelines.protect.cells import Cell
from pipelines.protect.hold import Before
from pipelines.protect.past import NO_PAST, Past, cell_of, known_of
from pipelines.protect.rule import rule_of
from tests.rooms.protect.made_tables import (
    CONTRACTS,
    LIMITS,
    MEAN,
    REFERRED,
    SHARE,
    by_condition,
    mean_row,
    measured,
    published,
    row,
    told,
)
from tests.rooms.protect.test_places import cell

INFINITE = float("inf")


def shown(past: Past, count: int, *others: dict[str, object]) -> int | None:
    table = protect(measured([row(REFERRED, count), *others]), LIMITS, past).table
    found: int | None = table["count"][0].as_py()
    return found


def test_a_cell_is_found_again_by_its_name() -> None:
    district = Cell("members", ("ltla", "D1", "E1", "male", "all", "all", "all"))
    assert cell_of(district.identity) == district


def test_a_cell_that_its_table_lacked_was_told_to_be_empty() -> None:
    past = told({cell(category_type="condition", category="c1"): 20})
    absent = cell(category_type="condition", category="c2")
    assert past.before([absent]) == [Before(0)]


def test_a_cell_of_a_table_that_was_never_published_is_new() -> None:
    assert told({cell(): 20}).before([cell(sex="male")]) == [None]


def test_a_mark_is_remembered_as_one() -> None:
    assert told({cell(): None}).before([cell()]) == [Before(None)]


def test_cells_of_whom_nobody_is_left_are_known() -> None:
    gone = cell(category_type="condition", category="gone")
    assert told({cell(): 20, gone: 10}).lost([cell()]) == [gone]


@pytest.mark.parametrize("count", [41, 44, 50, 56, 59])
def test_a_number_stays_while_the_truth_is_near(count: int) -> None:
    assert shown(told({cell(): 50}), count) == 50


@pytest.mark.parametrize("count", [50 - LIMITS.hold_to, 50 + LIMITS.hold_to])
def test_a_number_moves_when_the_truth_is_the_widest_band_away(count: int) -> None:
    assert shown(told({cell(): 50}), count) == rule_of(LIMITS).rounded(count)


def test_a_small_number_keeps_what_was_shown_before_it_was_small() -> None:
    assert shown(told({cell(): 15}), 7) == 15


def test_a_mark_stays_until_many_are_there() -> None:
    assert shown(told({cell(): None}), 17) is None


def test_a_mark_goes_when_many_are_there() -> None:
    assert shown(told({cell(): None}), 30) == 30


def newcomers(count: int) -> list[tuple[str, int | None]]:
    """What is told by condition when so many have one that no table had before."""
    past = told({cell(): 90, cell(category_type="condition", category="c0"): 90})
    table = protect(measured(by_condition(90, count)), LIMITS, past).table
    shown = zip(table["category"].to_pylist(), table["count"].to_pylist(), strict=True)
    return [(name, number) for name, number in shown if name != "all"]


@pytest.mark.parametrize("count", [1, 7, 9])
def test_a_few_who_are_new_in_a_table_do_not_appear_in_it(count: int) -> None:
    """Even a nought where no row was would say that somebody came."""
    assert newcomers(count) == [("c0", 90)]


def test_many_who_are_new_in_a_table_appear_in_it() -> None:
    assert newcomers(30) == [("c0", 90), ("c1", 30)]


def test_the_evidence_does_not_count_those_who_do_not_appear() -> None:
    past = told({cell(): 90, cell(category_type="condition", category="c0"): 90})
    evidence = protect(measured(by_condition(90, 3)), LIMITS, past).evidence
    assert [table["cells"] for table in evidence["tables"]] == [1, 1]


def test_each_cell_has_a_band_of_its_own() -> None:
    """At 11 people away some numbers have moved and others not; nobody can tell which would."""
    cells = {cell(category_type="condition", category=f"c{i}"): 50 for i in range(12)}
    rows = [
        row(REFERRED, 61, category_type="condition", category=f"c{i}") for i in range(len(cells))
    ]
    table = protect(measured(rows), LIMITS, told(cells)).table
    assert set(table["count"].to_pylist()) == {50, 60}


COVERAGE = CONTRACTS.output("provider_coverage")
PROVIDER = {"category_type": "provider", "category": "a"}


def kept(icb: str, rows: int, before: int) -> int:
    """What one ICB's extract says of rows that a provider delivered to the whole house."""
    place = {**PROVIDER, "area_code": icb, "parent_area_code": icb}
    cells = {
        cell(population, area=icb, parent=icb, **PROVIDER): n
        for population, n in (("rows_kept", before), ("rows_received", 1000))
    }
    table = measured([row("rows_kept", rows, 1000, **place)], COVERAGE)
    found: int = protect(table, LIMITS, told(cells)).table["count"][0].as_py()
    return found


@pytest.mark.parametrize("rows", [510, 511, 512])
def test_a_number_that_stands_everywhere_moves_everywhere_at_once(rows: int) -> None:
    """Were the bands drawn apart, the share of ICBs that moved would tell how far it went."""
    assert len({kept(f"E540000{i:02}", rows, 500) for i in range(8)}) == 1


OLD_MEAN = {"value": 12.0, "lower": 10.0, "upper": 14.0}


def with_mean(count: int, scores: list[float]) -> Protected:
    """A mean of which 50 people and a value were told before."""
    minutes = cell("paired_active_minutes_12_weeks")
    values = {cell(MEAN).identity: published(cell(MEAN).identity, 50, **OLD_MEAN)}
    past = dataclasses.replace(told({minutes: 50}), values=values)
    return protect(measured([mean_row(scores[:count])]), LIMITS, past)


def test_a_mean_stays_with_the_count_under_it() -> None:
    table = indicate(with_mean(52, [3.0, 5.0] * 40), "r").table
    columns = ("value", "lower_ci_95", "upper_ci_95")
    assert [table[name][0].as_py() for name in columns] == [12.0, 10.0, 14.0]


def test_a_mean_moves_with_the_count_under_it() -> None:
    table = indicate(with_mean(70, [3.0, 5.0] * 40), "r").table
    assert (table["count"][0].as_py(), table["value"][0].as_py()) == (70, 4.0)


def test_a_mean_that_was_never_told_is_not_kept() -> None:
    protected = protect(measured([mean_row([3.0, 5.0] * 26)]), LIMITS, told({cell(MEAN): 50}))
    assert protected.table["holds"].to_pylist() == [False]


def test_a_count_and_its_share_hold_together() -> None:
    past = told({cell(): 100, cell("started"): 50})
    table = protect(measured([row(SHARE, 45, 104)]), LIMITS, past).table
    assert (table["count"][0].as_py(), table["denominator"][0].as_py()) == (50, 100)


def test_a_part_that_would_be_more_than_its_whole_is_hidden() -> None:
    """The part holds from a day on which more were there; the whole has moved."""
    past = told({cell(): 60, cell("started"): 50})
    table = protect(measured([row(SHARE, 41, 44)]), LIMITS, past).table
    assert table["count"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("was_shown", "limits"), [(0, (0.0, 0.0)), (10, (8.0, 12.0)), (None, (0.0, INFINITE))]
)
def test_a_first_release_tells_as_much_as_the_rule_does(
    was_shown: int | None, limits: tuple[float, float]
) -> None:
    known = known_of(
        published(cell().identity, was_shown), rule_of(LIMITS), LIMITS.hold_to, fresh=True
    )
    assert (known.lower, known.upper) == limits


def test_a_later_release_tells_less() -> None:
    known = known_of(published(cell().identity, 50), rule_of(LIMITS), LIMITS.hold_to, fresh=False)
    assert known.lower < 48
    assert known.upper > 52


def test_without_a_past_nothing_is_held() -> None:
    assert NO_PAST.before([cell()]) == [None]
