"""Which numbers the rule hides, and for what reason."""

import numpy as np
import pytest

from pipelines.protect.cells import Cell, counted
from pipelines.protect.small import Small, small_cells
from tests.rooms.protect.made_tables import CONTRACTS, FINISHED, LIMITS, SHARE, Row, measured, row

PLACE = ("icb", "E54000057", "E54000057", "persons", "all", "all", "all")


def judged(*rows: Row, dataset: str = "programme_outcomes") -> tuple[Small, dict[str, int]]:
    """The reasons, and where each population's number stands."""
    what = counted(CONTRACTS.output(dataset), measured(list(rows)).table)
    at = {cell.population: i for i, cell in enumerate(what.cells)}
    return small_cells(what, LIMITS.hide_up_to), at


@pytest.mark.parametrize(("count", "few"), [(0, False), (1, True), (7, True), (8, False)])
def test_one_to_seven_are_few(count: int, few: bool) -> None:
    small, at = judged(row(SHARE, count, 100))
    assert bool(small.few[at["started"]]) is few


@pytest.mark.parametrize(("count", "left"), [(92, False), (93, True), (99, True), (100, False)])
def test_one_to_seven_left_over_hide_the_part(count: int, left: bool) -> None:
    small, at = judged(row(SHARE, count, 100))
    assert ((at["started"], at["referred"]) in small.complements) is left


def test_a_rest_of_the_outermost_population_counts_too() -> None:
    """Of 200 referred 197 started and 195 finished: five did not finish, whoever started."""
    small, at = judged(row(SHARE, 197, 200), row(FINISHED, 195, 197))
    assert (at["completed"], at["referred"]) in small.complements


def test_nobody_of_a_group_is_told_of_no_one() -> None:
    small, at = judged(row(SHARE, 0, 100))
    assert bool(small.hidden[at["started"]]) is True


def test_everybody_of_a_group_is_told_of_all() -> None:
    small, at = judged(row(SHARE, 100, 100))
    assert small.everybody == [(at["started"], at["referred"])]


def test_nobody_at_all_is_no_group() -> None:
    small, _ = judged(row(SHARE, 0, 0))
    assert not small.hidden.any()


def test_days_and_rows_are_no_group_of_people() -> None:
    """A provider whose rows were all kept, and who was open every day, may be told so."""
    small, _ = judged(
        row("rows_kept", 500, 500, category_type="provider", category="a"),
        row("days_with_a_visit", 365, 365, category_type="provider", category="a"),
        dataset="provider_coverage",
    )
    assert not small.hidden.any()


def test_few_rows_left_over_are_few_people() -> None:
    small, at = judged(
        row("rows_kept", 497, 500, category_type="provider", category="a"),
        dataset="provider_coverage",
    )
    assert bool(small.hidden[at["rows_kept"]]) is True


def test_a_hidden_part_leaves_the_whole_as_it_is() -> None:
    small, at = judged(row(SHARE, 3, 100))
    assert bool(small.hidden[at["referred"]]) is False


def test_the_same_number_in_two_rows_is_one_cell() -> None:
    what = counted(
        CONTRACTS.output("programme_outcomes"),
        measured([row(SHARE, 50, 100), row(FINISHED, 20, 50)]).table,
    )
    assert [cell.population for cell in what.cells] == ["completed", "referred", "started"]


def test_a_row_without_a_denominator_has_none() -> None:
    what = counted(CONTRACTS.output("programme_outcomes"), measured([row("referred", 9)]).table)
    np.testing.assert_array_equal(what.base_at, [-1])


def test_a_cell_s_name_holds_over_periods_and_releases() -> None:
    assert Cell("started", PLACE).identity == "started|E54000057|E54000057|persons|all|all|all"


def test_adults_at_their_total_are_part_of_people_of_all_ages_at_theirs() -> None:
    small, at = judged(
        row("members_per_1000_residents", 100, 4000),
        row("members_per_1000_adults", 95, 3000, age_band="19+"),
        dataset="inequalities",
    )
    assert (at["adult_members"], at["members"]) in small.complements
