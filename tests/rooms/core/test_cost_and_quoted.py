"""How a contract declares a cost, and a figure that somebody else published."""

from pathlib import Path

import pytest

from pipelines.core.contract import Contract, Quoted
from pipelines.core.errors import BadContract
from tests.rooms.indicate.made_contract import TEXT, WORDS, made_contract

COST = (
    "- {id: cost, statistic: cost, counts: active, of: people, unit: GBP, ci_method: byars,"
    f" {WORDS}}}"
)
FIGURE = (
    "- {id: figure, statistic: quoted, value: 4.38, area_code: E92000001, area_name: England,"
    f" unit: GBP, ci_method: none, {WORDS}}}"
)


def read(folder: Path, entry: str) -> Contract:
    first = "      - {id: visits, statistic"
    return made_contract(folder, TEXT.replace(first, f"      {entry}\n{first}", 1))


def test_a_cost_is_money_of_one_population_over_another(tmp_path: Path) -> None:
    contract = read(tmp_path, COST)
    assert contract.disclosure is not None
    assert contract.disclosure.of_indicator["cost"] == ("active", "people")


def test_a_cost_needs_its_money(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match=r"no valid indicators\.cost\.of"):
        read(tmp_path, COST.replace("of: people, ", ""))


def test_a_cost_has_no_limits_of_a_share(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match=r"indicators\.cost\.ci_method"):
        read(tmp_path, COST.replace("byars", "wilson"))


def test_a_quoted_figure_is_of_a_country_and_counted_by_nothing(tmp_path: Path) -> None:
    contract = read(tmp_path, FIGURE)
    (figure,) = [i for i in contract.indicators if i.id == "figure"]
    assert figure.quoted == Quoted(4.38, "E92000001", "England")
    assert not figure.is_counted
    assert contract.disclosure is not None
    assert "figure" not in contract.disclosure.of_indicator


@pytest.mark.parametrize("wrong", ["value: much", "value: .inf", "value: true"])
def test_a_quoted_figure_is_a_number(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(BadContract, match=r"no valid indicators\.figure\.value"):
        read(tmp_path, FIGURE.replace("value: 4.38", wrong))


def test_a_quoted_figure_is_of_no_icb(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match=r"no valid indicators\.figure\.area_code"):
        read(tmp_path, FIGURE.replace("E92000001", "E54000057"))


def test_a_quoted_figure_counts_nobody(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="counts"):
        read(tmp_path, FIGURE.replace("value: 4.38", "value: 4.38, counts: people"))
