"""A month stands beside the limits of its own series, worked out from published values alone."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from pipelines.core.contract import Contract
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.indicate import xmr
from tests.rooms.indicate.made_contract import indicated, row

STEADY = (100, 110, 100, 110, 100, 110, 100, 110, 100, 110, 100, 110)
RISING = (*STEADY, 100, 105, 110, 115, 120, 125, 130)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contracts(PROJECT / "schemas").output("trends")


def months(
    counts: Sequence[int | None], indicator: str = "members_with_a_visit", **others: Any
) -> list[dict[str, Any]]:
    """A row for each month from October 2024."""
    starts = [dt.date(2024 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(len(counts))]
    return [
        row(
            indicator, count, category_type="month", category=f"{start:%Y-%m}",
            period_start=start, period_end=start, **others,
        )
        for count, start in zip(counts, starts, strict=True)
    ]  # fmt: skip


def charted(contract: Contract, rows: list[dict[str, Any]], column: str) -> list[Any]:
    return [r[column] for r in sorted(indicated(contract, rows), key=lambda r: r["period_start"])]


def test_the_lines_are_those_of_the_published_values(contract: Contract) -> None:
    chart = xmr(STEADY)
    (first, *_) = indicated(contract, months(STEADY))
    lines = first["centre_line"], first["lower_process_limit"], first["upper_process_limit"]
    assert lines == pytest.approx((chart.centre, chart.lower, chart.upper), abs=1e-4)


def test_process_limits_are_no_confidence_limits(contract: Contract) -> None:
    (first, *_) = indicated(contract, months(STEADY))
    assert (first["lower_ci_95"], first["upper_ci_95"]) == (None, None)


def test_ordinary_months_are_common_cause(contract: Contract) -> None:
    assert set(charted(contract, months(STEADY), "variation")) == {"common cause"}


def test_eleven_months_are_too_few(contract: Contract) -> None:
    rows = months(STEADY[:11])
    assert set(charted(contract, rows, "variation")) == {"too few points"}


def test_with_too_few_months_there_are_no_lines(contract: Contract) -> None:
    assert set(charted(contract, months(STEADY[:11]), "centre_line")) == {None}


def test_a_month_beyond_a_limit_is_named_by_its_rule(contract: Contract) -> None:
    assert "outside limits" in charted(contract, months((*STEADY, 200)), "special_cause")[-1]


@pytest.mark.parametrize(("last", "meaning"), [(200, "improvement"), (10, "concern")])
def test_high_is_good_for_visits(contract: Contract, last: int, meaning: str) -> None:
    assert charted(contract, months((*STEADY, last)), "variation")[-1] == meaning


@pytest.mark.parametrize(
    ("last", "meaning"), [(200, "special cause up"), (10, "special cause down")]
)
def test_where_neither_is_better_only_the_direction_is_told(
    contract: Contract, last: int, meaning: str
) -> None:
    rows = months((*STEADY, last), "people_referred")
    assert charted(contract, rows, "variation")[-1] == meaning


def test_a_trend_is_judged_by_the_way_in_which_it_goes(contract: Contract) -> None:
    """The first of seven rising months lies below the mean, and is still part of a rise."""
    rows = months(RISING)
    at = len(STEADY)
    assert charted(contract, rows, "special_cause")[at] == "trend of 7"
    assert charted(contract, rows, "variation")[at] == "improvement"


def test_a_hidden_month_has_no_meaning(contract: Contract) -> None:
    assert charted(contract, months((*STEADY, None)), "variation")[-1] is None


def test_a_series_with_many_hidden_months_has_no_lines(contract: Contract) -> None:
    """Hidden months are small ones: the mean of the others would be too high."""
    rows = months((*STEADY, None, None, None, None))
    assert set(charted(contract, rows, "centre_line")) == {None}


def test_a_series_with_many_gaps_has_no_lines(contract: Contract) -> None:
    """A new month with few people has no row: protection lets none appear for them."""
    rows = months((*STEADY, 0, 0, 0, 0, 110))
    kept = [*rows[:12], rows[-1]]
    assert set(charted(contract, kept, "centre_line")) == {None}


def test_a_month_of_fewer_providers_is_not_compared(contract: Contract) -> None:
    rows = [*months(STEADY), *months((*STEADY, 10), providers_reporting=1)[-1:]]
    assert charted(contract, rows, "variation")[-1] == "not compared"


def test_a_month_of_fewer_providers_moves_no_line(contract: Contract) -> None:
    rows = [*months(STEADY), *months((*STEADY, 10), providers_reporting=1)[-1:]]
    assert charted(contract, rows, "centre_line")[0] == pytest.approx(105)


def test_each_indicator_has_its_own_lines(contract: Contract) -> None:
    rows = [*months(STEADY), *months([n + 50 for n in STEADY], "people_referred")]
    found = {r["indicator_id"]: r["centre_line"] for r in indicated(contract, rows)}
    assert found == {"members_with_a_visit": 105, "people_referred": 155}
