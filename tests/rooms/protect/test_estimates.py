"""When an estimate leaves: both groups shown, large enough as shown, and no finer than a mean."""

import dataclasses
from typing import Any

import pyarrow as pa
import pytest

from pipelines.core.stages import ESTIMATES, Measured
from pipelines.indicate import indicate
from pipelines.protect import protect
from pipelines.protect.cells import Cell, counted
from tests.rooms.protect.made_tables import CONTRACTS, LIMITS, measured, row, told
from tests.rooms.protect.made_tables import published as earlier

CONTRACT = CONTRACTS.output("evaluation")
ESTIMATE = "difference_in_recorded_minutes"
PLACE: dict[str, Any] = {"category_type": "protocol", "category": "trial/1.0.0"}
DIGEST = "0" * 64


def evaluated(starters: int, comparators: int, **estimate: Any) -> Measured:
    """Two groups and one estimate, of a protocol that asks for groups of 20."""
    rows = [
        row("evaluated_starters", starters, **PLACE),
        row("evaluated_comparators", comparators, **PLACE),
        row(ESTIMATE, starters, comparators, **PLACE),
    ]
    made = {
        "indicator_id": ESTIMATE, "category": "trial/1.0.0", "value": 12.3456, "lower": 2.3456,
        "upper": 22.3456, "smallest_group": 20, "reason": "", "protocol_sha256": DIGEST, **estimate,
    }  # fmt: skip
    return measured(rows, CONTRACT, estimates=pa.Table.from_pylist([made], ESTIMATES))


def published(starters: int, comparators: int, **estimate: Any) -> dict[str, Any]:
    """The estimate's row as it is published."""
    table = indicate(protect(evaluated(starters, comparators, **estimate), LIMITS), "r").table
    (found,) = [r for r in table.to_pylist() if r["indicator_id"] == ESTIMATE]
    return dict(found)


def test_an_estimate_leaves_with_three_digits_and_its_limits() -> None:
    found = published(120, 60)
    assert (found["value"], found["lower_ci_95"], found["upper_ci_95"]) == (12.3, 2.35, 22.3)


def test_an_estimate_stands_over_the_shown_numbers_of_both_groups() -> None:
    found = published(121, 59)
    assert (found["count"], found["denominator"]) == (120, 60)


def test_an_estimate_names_the_digest_of_its_protocol() -> None:
    assert published(120, 60)["protocol_sha256"] == DIGEST


@pytest.mark.parametrize(("starters", "comparators"), [(120, 7), (7, 60), (0, 60)])
def test_an_estimate_of_a_group_that_is_hidden_or_empty_is_not_given(
    starters: int, comparators: int
) -> None:
    found = published(starters, comparators)
    assert (found["value"], found["lower_ci_95"], found["upper_ci_95"]) == (None, None, None)


@pytest.mark.parametrize(("comparators", "given"), [(17, False), (18, True), (22, True)])
def test_an_estimate_tells_no_more_of_a_group_than_its_shown_number(
    comparators: int, given: bool
) -> None:
    """Seventeen are shown as 15, and eighteen as 20: what the protocol asks for."""
    assert (published(120, comparators)["value"] is not None) is given


@pytest.mark.parametrize(
    ("comparators", "reason", "begins"),
    [
        (60, "", "The protocol's primary"),
        (60, "Not given: none.", "Not given: none. The"),
        (7, "", "Not given: the number"),
        (10, "", "Not given: the protocol asks"),
    ],
)
def test_the_note_says_why_there_is_no_estimate(comparators: int, reason: str, begins: str) -> None:
    assert published(120, comparators, reason=reason)["value_note"].startswith(begins)


def test_without_evaluations_nothing_is_estimated() -> None:
    bare = measured([row("evaluated_starters", 120, **PLACE)], CONTRACT)
    assert protect(bare, LIMITS).table["estimate_value"].to_pylist() == [None]


def later(starters: int, comparators: int) -> dict[str, Any]:
    """The estimate's row in a release after one that showed 120 and 60, and 10 minutes."""
    made = evaluated(starters, comparators)
    cells = counted(CONTRACT, made.table)
    shown = {"evaluated_starters": 120, "evaluated_comparators": 60}
    past = told({cell: shown[cell.population] for cell in cells.cells})
    name = Cell(ESTIMATE, cells.cells[0].place).identity
    values = {name: earlier(name, 120, value=10.0, lower=1.0, upper=19.0)}
    table = indicate(protect(made, LIMITS, dataclasses.replace(past, values=values)), "r").table
    (found,) = [r for r in table.to_pylist() if r["indicator_id"] == ESTIMATE]
    return dict(found)


@pytest.mark.parametrize(
    ("starters", "comparators", "value"),
    [(121, 59, 10.0), (160, 60, 12.3), (120, 90, 12.3), (160, 90, 12.3)],
)
def test_an_estimate_holds_while_both_its_groups_do(
    starters: int, comparators: int, value: float
) -> None:
    assert later(starters, comparators)["value"] == value
