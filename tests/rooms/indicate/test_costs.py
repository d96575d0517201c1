"""Cost is money over protected counts; what others have published is quoted and not worked on."""

from typing import Any

import pytest

from pipelines.core.contract import Contract, Statistic
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.indicate import byars
from tests.rooms.indicate.made_contract import SCOPE, indicated, row

PEOPLE = row("cost_per_starter", 100, denominator=25_000)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contracts(PROJECT / "schemas").output("value")


def cost(contract: Contract, count: int | None, pounds: int | None) -> dict[str, Any]:
    rows = [row("cost_per_starter", count, denominator=pounds)]
    (found,) = [r for r in indicated(contract, rows) if r["indicator_id"] == "cost_per_starter"]
    return found


def quoted(contract: Contract, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in indicated(contract, rows) if r["area_type"] == "country"]


def test_the_cost_of_each_is_the_whole_over_the_people(contract: Contract) -> None:
    assert cost(contract, 100, 25_000)["value"] == 250


def test_more_people_make_the_lower_limit(contract: Contract) -> None:
    fewest, most = byars(100)
    found = cost(contract, 100, 25_000)
    limits = found["lower_ci_95"], found["upper_ci_95"]
    assert limits == pytest.approx((25_000 / float(most), 25_000 / float(fewest)), abs=1e-4)


@pytest.mark.parametrize(("count", "pounds"), [(None, 25_000), (0, 25_000), (100, 0), (100, None)])
def test_without_people_or_pounds_there_is_no_cost(
    contract: Contract, count: int | None, pounds: int | None
) -> None:
    found = cost(contract, count, pounds)
    assert [found[n] for n in ("value", "lower_ci_95", "upper_ci_95")] == [None, None, None]


def test_every_quoted_figure_stands_as_the_contract_has_it(contract: Contract) -> None:
    figures = {i.id: i.quoted.value for i in contract.indicators if i.quoted is not None}
    assert len(figures) >= 6
    assert {r["indicator_id"]: r["value"] for r in quoted(contract, [PEOPLE])} == figures


def test_no_quoted_figure_depends_on_what_is_counted_here(contract: Contract) -> None:
    """Ten times the people and the money: no published return is multiplied by either."""
    more = {**PEOPLE, "count": 1000, "denominator": 250_000}
    assert quoted(contract, [more]) == quoted(contract, [PEOPLE])


def test_no_local_number_depends_on_a_quoted_figure(contract: Contract) -> None:
    without = [i for i in contract.indicators if i.quoted is None]
    bare = type(contract)(**{**vars(contract), "indicators": tuple(without)})
    local = [r for r in indicated(contract, [PEOPLE]) if r["area_type"] != "country"]
    assert indicated(bare, [PEOPLE]) == local


def test_a_quoted_row_names_its_source_and_warns(contract: Contract) -> None:
    sources = {i.id: i.source for i in contract.indicators if i.statistic is Statistic.QUOTED}
    notes = {r["indicator_id"]: r["value_note"] for r in quoted(contract, [PEOPLE])}
    assert sources
    assert [i for i, source in sources.items() if source not in notes[i]] == []
    assert [i for i in sources if "Never multiply" not in notes[i]] == []


def test_a_quoted_row_is_of_its_country_in_every_extract(contract: Contract) -> None:
    places = {(r["area_name"], r["parent_area_code"]) for r in quoted(contract, [PEOPLE])}
    assert places == {("England", SCOPE.icb_code)}


def test_nobody_is_counted_behind_a_quoted_figure(contract: Contract) -> None:
    rows = quoted(contract, [PEOPLE])
    assert {(r["count"], r["denominator"]) for r in rows} == {(None, None)}
