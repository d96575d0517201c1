"""Indicators are read strictly: rates, limits, and what is derived from what."""

from pathlib import Path

import pytest

from pipelines.core.contract import Derived, Index
from pipelines.core.errors import BadContract
from tests.rooms.indicate.made_contract import TEXT, made_contract

RATE = "of: people, multiplier: 1000"
SLOPE = "index: sii, from: share, over: deprivation_quintile"
SPREAD = "index: standard_deviation, from: change"


def test_a_rate_has_its_multiplier(tmp_path: Path) -> None:
    indicators = {i.id: i for i in made_contract(tmp_path).indicators}
    assert indicators["visit_rate"].multiplier == 1000


def test_an_index_knows_what_it_is_made_of(tmp_path: Path) -> None:
    indicators = {i.id: i for i in made_contract(tmp_path).indicators}
    assert indicators["slope"].derived == Derived(Index.SII, "share", "deprivation_quintile")


def test_an_index_is_of_no_population(tmp_path: Path) -> None:
    disclosure = made_contract(tmp_path).disclosure
    assert disclosure is not None
    assert set(disclosure.of_indicator) == {
        "visits", "share", "visit_rate", "exact_rate", "change",
    }  # fmt: skip


def test_what_a_rate_counts_need_not_lie_within_what_it_divides_by(tmp_path: Path) -> None:
    disclosure = made_contract(tmp_path).disclosure
    assert disclosure is not None
    assert disclosure.of_indicator["visit_rate"] == ("visits", "people")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (RATE, "of: people", "visit_rate.multiplier"),
        (RATE, "of: people, multiplier: 0", "visit_rate.multiplier"),
        (RATE, "of: people, multiplier: many", "visit_rate.multiplier"),
        (RATE, "of: people, multiplier: true", "visit_rate.multiplier"),
        (RATE, "of: visits, multiplier: 1000", "visit_rate.of"),
        (RATE, "multiplier: 1000", "visit_rate.of"),
        ("counts: visits, unit", "counts: visits, multiplier: 2, unit", "visits.multiplier"),
        ("ci_method: wilson", "ci_method: guess", "share.ci_method"),
        ("ci_method: wilson", "ci_method: byars", "share.ci_method"),
        ("ci_method: student_t", "ci_method: simulation", "change.ci_method"),
        ("statistic: count", "statistic: guess", "statistic"),
        (SLOPE, "index: gini, from: share, over: deprivation_quintile", "slope.index"),
        (SLOPE, "index: sii, from: share", "slope.over"),
        (SLOPE, "index: sii, from: share, over: condition", "slope.over"),
        (SLOPE, "index: sii, from: nothing, over: deprivation_quintile", "slope.from"),
        (SLOPE, "index: sii, from: ratio, over: deprivation_quintile", "slope.from"),
        (SLOPE, "index: sii, from: visits, over: deprivation_quintile", "slope.from"),
        (SLOPE, SLOPE + ", counts: people", "unknown keys"),
        (SPREAD, "index: standard_deviation, from: share", "spread.from"),
        (SPREAD, SPREAD + ", over: deprivation_quintile", "spread.over"),
        ("ci_method: none", "ci_method: simulation", "spread.ci_method"),
        ("caveat: C", "age_base: all", "without caveat"),
    ],
)  # fmt: skip
def test_an_indicator_that_is_not_whole_is_refused(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    assert before in TEXT
    with pytest.raises(BadContract, match=says):
        made_contract(tmp_path, TEXT.replace(before, after, 1))
