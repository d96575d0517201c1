"""Indices come from published rows only, and only where every group is shown."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t

from pipelines.core.contract import Contract
from pipelines.indicate import inequality
from tests.rooms.indicate.made_contract import by_fifth, indicated, made_contract, row

SHARES = (50, 40, 35, 30, 20)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return made_contract(tmp_path)


def derived(contract: Contract, name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in indicated(contract, rows) if r["indicator_id"] == name]


def test_a_slope_is_that_of_the_published_percentages(contract: Contract) -> None:
    rows = indicated(contract, by_fifth("share", SHARES))
    shown = [r for r in rows if r["indicator_id"] == "share"]
    value, lower, upper = (
        np.array([r[name] for r in shown]) / 100 for name in ("value", "lower_ci_95", "upper_ci_95")
    )
    people = [r["denominator"] for r in shown]
    options: dict[str, Any] = {"scale": "proportion", "transform": True, "multiplier": 100}
    expected = [float(n) for n in inequality(people, value, lower, upper, **options).sii]
    (slope,) = [r for r in rows if r["indicator_id"] == "slope"]
    found = [slope["value"], slope["lower_ci_95"], slope["upper_ci_95"]]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_slope_is_negative_where_the_most_deprived_have_more_of_it(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", SHARES))
    assert slope["value"] < 0


def test_a_ratio_is_below_one_where_the_most_deprived_have_more_of_it(contract: Contract) -> None:
    (ratio,) = derived(contract, "ratio", by_fifth("share", SHARES))
    assert 0 < ratio["value"] < 1


def test_an_index_without_limits_gives_none(contract: Contract) -> None:
    (ratio,) = derived(contract, "ratio", by_fifth("share", SHARES))
    assert (ratio["lower_ci_95"], ratio["upper_ci_95"]) == (None, None)


def test_rates_have_a_slope_per_their_multiplier(contract: Contract) -> None:
    rows = by_fifth("visit_rate", (500, 400, 300, 200, 100))
    (slope,) = derived(contract, "rate_slope", rows)
    assert -6000 < slope["value"] < -3000


def test_means_have_a_slope_as_they_are(contract: Contract) -> None:
    rows = [
        {**r, "total": 100.0 * mean, "total_squares": 100.0 * (mean**2 + 4)}
        for r, mean in zip(by_fifth("change", [100] * 5), (1, 2, 3, 4, 5), strict=True)
    ]
    (slope,) = derived(contract, "mean_slope", rows)
    assert slope["value"] == pytest.approx(5.0, abs=1e-3)


def test_each_sex_has_its_own_index(contract: Contract) -> None:
    rows = [*by_fifth("share", SHARES), *by_fifth("share", SHARES[::-1], sex="female")]
    slopes = {r["sex"]: r["value"] for r in derived(contract, "slope", rows)}
    assert slopes["female"] == pytest.approx(-slopes["persons"])


def test_an_index_stands_for_all_categories(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", SHARES))
    assert (slope["category_type"], slope["category"]) == ("all", "all")


def test_an_index_counts_nobody(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", SHARES))
    assert (slope["count"], slope["denominator"]) == (None, None)


def test_one_hidden_group_hides_the_index(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", (50, 40, None, 30, 20)))
    assert (slope["value"], slope["suppression_status"]) == (None, "hidden")


def test_a_hidden_index_says_why(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", (50, 40, None, 30, 20)))
    assert slope["value_note"] == "Not given: the number of one of its groups is hidden. C"


def test_a_group_of_nobody_does_not_hide_the_index(contract: Contract) -> None:
    rows = [*by_fifth("share", SHARES)]
    nobody = row(
        "share", 0, denominator=0, category_type="deprivation_quintile", category="6"
    )  # A sixth fifth stands for a tenth in which nobody lives.
    (slope,) = derived(contract, "slope", [*rows, nobody])
    assert slope["value"] is not None


def test_fewer_than_five_groups_have_no_index(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", SHARES)[1:])
    assert slope["value_note"] == "Not given: it needs 5 groups with people in them. C"


def test_a_group_of_everybody_has_no_odds_and_so_no_index(contract: Contract) -> None:
    (slope,) = derived(contract, "slope", by_fifth("share", (100, 40, 35, 30, 20)))
    assert slope["value_note"].startswith("Not given: in one of its groups it is nobody")


def test_tenths_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    contract = made_contract(tmp_path)
    names = ("1 most", *(str(n) for n in range(2, 10)), "10 least")
    rows = [
        row("share", 10 + 5 * i, denominator=100, category_type="deprivation_quintile", category=n)
        for i, n in enumerate(names)
    ]
    in_order = derived(contract, "slope", rows)[0]["value"]
    shuffled = derived(contract, "slope", sorted(rows, key=lambda r: str(r["category"])))
    assert shuffled[0]["value"] == in_order


def test_a_standard_deviation_is_what_a_mean_and_its_limits_imply(contract: Contract) -> None:
    scores = np.array([3.0, 8.0, 11.0, 12.0, 16.0, 19.0, 22.0, 27.0, 30.0, 41.0, 55.0, 61.0])
    given = row("change", 12, total=scores.sum(), total_squares=(scores**2).sum())
    (spread,) = derived(contract, "spread", [given])
    assert spread["value"] == pytest.approx(scores.std(ddof=1), rel=1e-4)


def test_a_standard_deviation_shows_how_many_people_it_is_of(contract: Contract) -> None:
    given = row("change", 12, total=120.0, total_squares=1500.0)
    assert derived(contract, "spread", [given])[0]["count"] == 12


def test_a_hidden_mean_hides_its_standard_deviation(contract: Contract) -> None:
    (spread,) = derived(contract, "spread", [row("change", None)])
    assert (spread["value"], spread["suppression_status"]) == (None, "hidden")


def test_the_limits_of_a_mean_of_ten_people_give_their_spread_back() -> None:
    # Student's t on nine degrees of freedom, as tables have it.
    assert t.ppf(0.975, 9) == pytest.approx(2.262157, abs=1e-6)


def test_no_rows_have_no_indices(contract: Contract) -> None:
    assert derived(contract, "slope", [row("visits", 10)]) == []
