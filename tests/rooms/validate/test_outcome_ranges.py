"""The scores that a contract lets pass are those that the table of scales says are possible."""

import csv
from collections.abc import Mapping

import duckdb
import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT

CONTRACT = load_contracts(PROJECT / "schemas").delivered("outcome_measure")
RULES = {rule.code.removeprefix("outcome_measure."): rule.condition for rule in CONTRACT.rules}
MEASURES = CONTRACT.column("measure").allowed


def facts() -> list[dict[str, str]]:
    path = PROJECT / "schemas" / "facts" / "outcome_scales.csv"
    with path.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


AS_RECORDED: Mapping[str, tuple[float, float]] = {
    row["scale"]: (float(row["lowest"]), float(row["highest"]))
    for row in facts()
    if row["scale"] == row["recorded_as"]
}


def breaks(rule: str, measure: str, score: float) -> bool:
    with duckdb.connect() as engine:
        found = engine.execute(
            f"select {RULES[rule]} from (select $measure as measure, $score::double as score)",
            {"measure": measure, "score": score},
        ).fetchone()
    assert found is not None
    return bool(found[0])


@pytest.mark.parametrize("scale", AS_RECORDED)
def test_both_ends_of_a_range_are_possible(scale: str) -> None:
    assert [breaks("score_out_of_range", scale, end) for end in AS_RECORDED[scale]] == [
        False,
        False,
    ]


@pytest.mark.parametrize("scale", AS_RECORDED)
def test_a_score_beyond_either_end_is_not(scale: str) -> None:
    low, high = AS_RECORDED[scale]
    assert breaks("score_out_of_range", scale, low - 0.1)
    assert breaks("score_out_of_range", scale, high + 0.1)


def test_every_measure_belongs_to_a_scale() -> None:
    recorded = {name for row in facts() for name in row["recorded_as"].split("; ")}
    assert recorded == set(MEASURES)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_a_range(measure: str) -> None:
    assert breaks("score_out_of_range", measure, 10.0**12)


@pytest.mark.parametrize("profile", [11111, 55555, 12345, 31524])
def test_a_profile_has_five_levels_of_one_to_five(profile: int) -> None:
    assert not breaks("score_out_of_range", "eq5d5l_profile", profile)


@pytest.mark.parametrize("profile", [0, 1111, 11110, 11116, 61111, 111111, -11111])
def test_anything_else_is_no_profile(profile: int) -> None:
    assert breaks("score_out_of_range", "eq5d5l_profile", profile)


@pytest.mark.parametrize(
    ("measure", "score", "broken"),
    [
        ("swemwbs_raw", 21.5, True),
        ("eq5d5l_profile", 11111.5, True),
        ("oxford_knee", 20.5, True),
        ("ons4_happiness", 7.5, True),
        ("ipaq_walking_days", 2.5, True),
        ("swemwbs_raw", 21, False),
        ("weight_kg", 82.5, False),
        ("ipaq_walking_minutes", 12.5, False),
    ],
)
def test_some_instruments_give_whole_numbers_only(measure: str, score: float, broken: bool) -> None:
    assert breaks("score_not_whole", measure, score) is broken


@pytest.mark.parametrize(
    ("measure", "score"), [("hba1c_mmol_mol", 7.2), ("swemwbs_raw", 36), ("weight_kg", 13.5)]
)
def test_a_score_in_another_unit_is_noticed(measure: str, score: float) -> None:
    """HbA1c in per cent, the long form's sum, a weight in stones."""
    assert breaks("score_out_of_range", measure, score)
