"""What one file says of programmes and returns, another says as well."""

import csv
import re

import pytest

from pipelines.core.contract import Indicator
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT

CONTRACTS = load_contracts(PROJECT / "schemas")
QUOTED = [i for i in CONTRACTS.output("value").indicators if i.quoted is not None]
PAGE = (PROJECT / "docs" / "explanation" / "value.md").read_text("utf-8")


def test_every_programme_that_people_are_referred_to_can_have_a_cost() -> None:
    cost, referral = (CONTRACTS.delivered(n) for n in ("programme_cost", "referral"))
    assert cost.column("programme").allowed == referral.column("programme").allowed


@pytest.mark.parametrize("indicator", QUOTED, ids=lambda i: i.id)
def test_the_page_about_value_shows_a_quoted_figure_as_the_contract_has_it(
    indicator: Indicator,
) -> None:
    figure = indicator.quoted.value if indicator.quoted else 0
    text = f"{figure / 1e9:.1f} billion" if figure > 1e9 else f"{figure:,.2f}".removesuffix(".00")
    assert f"£{text}" in PAGE


@pytest.mark.parametrize("indicator", QUOTED, ids=lambda i: i.id)
def test_a_quoted_figure_has_a_publisher_and_a_year(indicator: Indicator) -> None:
    assert re.match(r"[A-Z].+, .+ 20\d\d\. .+\.", indicator.source)


def test_work_is_asked_on_scales_that_are_written_down() -> None:
    path = PROJECT / "schemas" / "facts" / "outcome_scales.csv"
    with path.open(encoding="utf-8", newline="") as text:
        scales = {row["scale"] for row in csv.DictReader(text)}
    assert {"sickness_absence_days_28", "work_status"} <= scales
