"""Which means are given, and that nobody can work a sum, a count or a person back from one."""

import dataclasses

import pytest

from pipelines.indicate import indicate
from pipelines.protect import protect
from tests.rooms.protect.made_tables import LIMITS, MEAN, mean_row, measured, row

SUMS = ["total", "total_squares"]


def sums(scores: list[float]) -> list[object]:
    """What leaves of these people's scores."""
    table = protect(measured([mean_row(scores)]), LIMITS).table
    return list(table.select(SUMS).to_pylist()[0].values())


def value(scores: list[float]) -> object:
    """The mean as it is published."""
    return indicate(protect(measured([mean_row(scores)]), LIMITS), "r").table["value"][0].as_py()


def test_sums_leave_at_the_shown_count_and_in_whole_units() -> None:
    """Twelve people are shown as ten, so ten twelfths of the sums leave."""
    assert sums([10.0, 7.5] * 6) == [88.0, 781.0]


def test_a_mean_of_seven_people_is_hidden_with_its_sums() -> None:
    assert sums([10.0, 7.0, 8.0, 9.0, 11.0, 12.0, 13.0]) == [None, None]


@pytest.mark.parametrize(("people", "given"), [(9, False), (10, True)])
def test_a_mean_needs_ten_people(people: int, given: bool) -> None:
    assert (sums([float(10 + n) for n in range(people)])[0] is not None) == given


def test_the_count_under_a_mean_of_nine_people_is_shown() -> None:
    table = protect(measured([mean_row([float(n) for n in range(9)])]), LIMITS).table
    assert table["count"].to_pylist() == [10]


@pytest.mark.parametrize(
    ("largest", "given"),
    [(900.0, False), (500.0, False), (400.0, True)],
)
def test_a_mean_that_one_person_makes_is_not_given(largest: float, given: bool) -> None:
    """The second largest knows its own 50 and the sum; the rest must hide a tenth of the first."""
    scores = [largest, 50.0, *[5.0] * 9, 0.0]
    assert (sums(scores)[0] is not None) == given


def test_a_sum_of_gains_and_losses_is_judged_without_their_signs() -> None:
    assert sums([-900.0, 50.0, *[5.0] * 10]) == [None, None]


def test_a_mean_whose_contributions_nobody_counted_is_not_given() -> None:
    unknown = row(MEAN, 40, total=400.0, total_squares=9000.0)
    table = protect(measured([unknown]), LIMITS).table
    assert table["total"].to_pylist() == [None]


def test_a_mean_of_people_who_are_all_alike_is_not_given() -> None:
    assert sums([5.0] * 20) == [None, None]


def test_a_mean_has_three_digits() -> None:
    assert value([123.4, 122.9, 120.1, 121.7] * 50) == 122.0


@pytest.mark.parametrize(
    ("scores", "told"), [([0.1234, 0.2345] * 20000, 0.179), ([-1234.0, -1300.0] * 20, -1270.0)]
)
def test_three_digits_are_counted_from_the_first(scores: list[float], told: float) -> None:
    assert value(scores) == told


def test_fewer_digits_can_be_asked_for() -> None:
    fewer = dataclasses.replace(LIMITS, mean_digits=1)
    protected = protect(measured([mean_row([100.0, 146.0] * 50)]), fewer)
    rows = indicate(protected, "r").table.to_pylist()
    assert [row["value"] for row in rows if row["indicator_id"] == MEAN] == [100.0]
