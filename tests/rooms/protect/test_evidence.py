"""What a release tells of its own protection discloses nothing."""

import json
from dataclasses import asdict

import pytest

from pipelines.core.stages import Protected
from pipelines.protect import protect
from pipelines.protect.audit import Verdict
from pipelines.protect.evidence import ENOUGH_CELLS, Cost, Loss, together, verdict
from tests.rooms.protect.made_tables import (
    LIMITS,
    SHARE,
    Row,
    by_condition,
    measured,
    row,
)

REASONS = ("few_people", "few_left_over", "none_or_all", "repair_or_held")
MANY = dict.fromkeys(REASONS, ENOUGH_CELLS)


def of(rows: list[Row]) -> Protected:
    return protect(measured(rows), LIMITS)


def shares(*counts: int) -> list[Row]:
    return [
        row(SHARE, count, 60, category_type="condition", category=f"c{i}")
        for i, count in enumerate(counts)
    ]


def cost(cells: int, hidden: int = 0, because: dict[str, int] | None = None) -> Cost:
    """So many cells of one table, a person away each; ten people in every hidden one."""
    loss = Loss(
        cells=cells, shown=cells - hidden, error=cells - hidden, shown_by_rule=cells,
        error_by_rule=2 * cells, people=50 * cells, people_hidden=10 * hidden,
    )  # fmt: skip
    return Cost({"icb": loss}, {**dict.fromkeys(REASONS, 0), **(because or {})}, Verdict(), 0)


def test_cells_are_counted_by_table() -> None:
    assert of(by_condition(20, 30, 5)).evidence["tables"] == [
        {"population": "referred", "table": "icb", "cells": 1, "hidden": 0},
        {"population": "referred", "table": "icb by condition", "cells": 3, "hidden": 1},
    ]


def test_how_many_small_numbers_there_were_is_itself_hidden() -> None:
    assert of(by_condition(20, 30, 5)).evidence["attacker"]["sensitive"] is None


def test_how_many_many_small_numbers_there_were_is_rounded() -> None:
    assert verdict(Verdict(sensitive=13), LIMITS)["sensitive"] == 15


def test_the_evidence_of_one_extract_says_nothing_of_reasons() -> None:
    assert not set(REASONS) & set(json.dumps(of(shares(0, 3, 58)).evidence).split('"'))


@pytest.mark.parametrize(
    ("count", "reason"),
    [(3, "few_people"), (57, "few_left_over"), (0, "none_or_all"), (60, "none_or_all")],
)
def test_inside_every_hidden_cell_has_its_reason(count: int, reason: str) -> None:
    found: dict[str, int] = of(shares(count)).cost.reasons
    assert {name for name, cells in found.items() if cells} == {reason}


def test_inside_a_cell_that_was_hidden_for_another_s_sake_has_that_reason() -> None:
    assert of(by_condition(8, 8, 1)).cost.reasons["repair_or_held"] == 1


def test_a_cost_survives_being_put_aside() -> None:
    found: Cost = of(by_condition(8, 8, 1)).cost
    assert Cost.from_plain(json.loads(json.dumps(asdict(found)))) == found


@pytest.mark.parametrize(("cells", "told"), [(ENOUGH_CELLS - 1, None), (ENOUGH_CELLS, 1.0)])
def test_an_error_is_told_over_many_cells_only(cells: int, told: float | None) -> None:
    (table,) = together([cost(cells)], LIMITS)["accuracy"]
    assert table["mean_error"] == told


def test_cells_of_many_extracts_count_together() -> None:
    (table,) = together([cost(10), cost(10)], LIMITS)["accuracy"]
    assert (table["mean_error"], table["mean_error_of_the_rule_alone"]) == (1.0, 2.0)


@pytest.mark.parametrize(("hidden", "told"), [(ENOUGH_CELLS - 1, None), (ENOUGH_CELLS, 10)])
def test_people_in_hidden_cells_are_told_over_many_hidden_cells_only(
    hidden: int, told: int | None
) -> None:
    (table,) = together([cost(2 * hidden, hidden)], LIMITS)["accuracy"]
    assert table["percent_of_people_in_hidden_cells"] == told


def test_reasons_are_told_where_each_has_many_cells() -> None:
    assert together([cost(90, 80, MANY)], LIMITS)["hidden_because"] == MANY


@pytest.mark.parametrize("rare", REASONS)
@pytest.mark.parametrize("cells", [0, ENOUGH_CELLS - 1])
def test_no_reason_is_told_where_one_is_rare(rare: str, cells: int) -> None:
    """A nought among reasons tells of every mark what it cannot stand for."""
    told = together([cost(90, 80, {**MANY, rare: cells})], LIMITS)["hidden_because"]
    assert set(told.values()) == {None}
