"""Every kind of indicator gets the value and the limits that its contract names."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.indicate import exact_poisson, poisson, wilson
from tests.rooms.indicate.made_contract import indicated, made_contract, row

LIMITS = ("lower_ci_95", "upper_ci_95")


def only(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    name = given["indicator_id"]
    (found,) = [r for r in indicated(made_contract(folder), [given]) if r["indicator_id"] == name]
    return found


def test_a_rate_is_per_its_multiplier(tmp_path: Path) -> None:
    assert only(tmp_path, row("visit_rate", 250, denominator=200))["value"] == 1250.0


def test_a_rates_limits_are_those_of_its_count(tmp_path: Path) -> None:
    found = only(tmp_path, row("visit_rate", 250, denominator=200))
    expected = [round(float(limit) / 200 * 1000, 4) for limit in poisson(250)]
    assert [found[name] for name in LIMITS] == expected


def test_a_rate_may_have_exact_limits(tmp_path: Path) -> None:
    found = only(tmp_path, row("exact_rate", 250, denominator=200))
    expected = [round(float(limit) / 200 * 1000, 4) for limit in exact_poisson(250)]
    assert [found[name] for name in LIMITS] == expected


def test_a_count_may_have_limits(tmp_path: Path) -> None:
    found = only(tmp_path, row("visits", 250))
    expected = [round(float(limit), 4) for limit in poisson(250)]
    assert [found[name] for name in LIMITS] == expected


def test_a_proportion_is_a_percentage_with_wilsons_limits(tmp_path: Path) -> None:
    found = only(tmp_path, row("share", 25, denominator=200))
    expected = [12.5, *(round(100 * float(limit), 4) for limit in wilson(25, 200))]
    assert [found[name] for name in ("value", *LIMITS)] == expected


def test_a_part_that_is_shown_larger_than_its_whole_has_no_limits(tmp_path: Path) -> None:
    found = only(tmp_path, row("share", 205, denominator=200))
    assert [found[name] for name in LIMITS] == [None, None]


@pytest.mark.parametrize("given", [row("visit_rate", None, denominator=200), row("visit_rate", 10)])
def test_a_rate_with_a_hidden_part_has_no_value(tmp_path: Path, given: dict[str, Any]) -> None:
    found = only(tmp_path, given)
    assert [found[name] for name in ("value", *LIMITS)] == [None, None, None]


def test_a_rate_of_nobody_has_no_value(tmp_path: Path) -> None:
    assert only(tmp_path, row("visit_rate", 0, denominator=0))["value"] is None
