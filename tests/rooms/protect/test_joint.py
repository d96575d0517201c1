"""Datasets that count the same people are protected as one."""

from dataclasses import replace

import pytest

from pipelines.core.errors import BadContract, BadTables
from pipelines.core.stages import Measured, Protected
from pipelines.protect import protect, protect_together
from pipelines.protect.cells import Cell
from pipelines.protect.evidence import together
from pipelines.protect.past import NO_PAST, Past
from tests.rooms.protect.made_tables import (
    CONTRACTS,
    LIMITS,
    REFERRED,
    SHARE,
    Row,
    by_condition,
    measured,
    row,
    told,
)
from tests.rooms.protect.test_places import cell

OTHER = CONTRACTS.output("inequalities")
BY_CONDITION = by_condition(42, 32, 4)
"""78 people referred, four of them of one condition."""
BY_SEX = [
    row(SHARE, 40, 78),
    row(SHARE, 20, 45, sex="male"),
    row(SHARE, 20, 33, sex="female"),
]


def both(rows: list[Row], others: list[Row]) -> list[Measured]:
    return [measured(rows), measured(others, OTHER)]


def numbers(protected: Protected) -> dict[tuple[str, str, str], tuple[int | None, int | None]]:
    return {
        (r["indicator_id"], r["sex"], r["category"]): (r["count"], r["denominator"])
        for r in protected.table.to_pylist()
    }


def test_the_answers_come_in_the_order_of_the_questions() -> None:
    found = protect_together(both(BY_CONDITION, BY_SEX)[::-1], LIMITS)
    assert [p.contract.name for p in found] == ["inequalities", "programme_outcomes"]


def test_a_number_is_the_same_in_every_dataset() -> None:
    one, other = protect_together(both([row(REFERRED, 78)], BY_SEX), LIMITS)
    total = numbers(one)[REFERRED, "persons", "all"][0]
    assert numbers(other)[SHARE, "persons", "all"][1] == total


def test_what_one_dataset_must_hide_is_hidden_in_the_other() -> None:
    """76 of 78 started: inequalities shows both, programme_outcomes those who started alone."""
    few_left = [row(SHARE, 76, 78)]
    alone = [row("completed_of_started", 30, 76)]
    assert numbers(protect(measured(alone), LIMITS)).popitem()[1] == (30, 75)
    one, _ = protect_together(both(alone, few_left), LIMITS)
    assert numbers(one).popitem()[1] == (30, None)


def test_all_adults_and_all_ages_of_adults_are_one_number() -> None:
    past = told({cell("adult_members"): 90})
    adults = [row("members_per_1000_adults", 96, 3000, age_band="19+")]
    found = protect(measured(adults, OTHER), LIMITS, past)
    assert found.table["count"].to_pylist() == [90]


def test_a_group_of_which_a_dataset_is_missing_is_protected_all_the_same() -> None:
    (found,) = protect_together([measured(BY_SEX, OTHER)], LIMITS)
    assert (found.evidence["protected_with"], found.table.num_rows) == ([], 3)


def test_the_evidence_names_the_others() -> None:
    found = protect_together(both(BY_CONDITION, BY_SEX), LIMITS)
    assert [p.evidence["protected_with"] for p in found] == [
        ["inequalities"],
        ["programme_outcomes"],
    ]


def test_two_counts_of_the_same_people_are_refused() -> None:
    with pytest.raises(BadTables, match="protect-datasets-disagree"):
        protect_together(both([row(REFERRED, 77)], BY_SEX), LIMITS)


def test_a_refusal_names_the_datasets_and_the_people_but_no_number() -> None:
    with pytest.raises(BadTables) as refused:
        protect_together(both([row(REFERRED, 77)], BY_SEX), LIMITS)
    said = str(refused.value)
    assert all(word in said for word in ("programme_outcomes", "inequalities", "'referred'"))
    assert not any(figure in said for figure in ("77", "78"))


def test_datasets_of_two_periods_are_refused() -> None:
    one, other = both(BY_CONDITION, BY_SEX)
    moved = replace(other, scope=replace(other.scope, as_of=other.scope.period_start))
    with pytest.raises(BadTables, match="protect-datasets-disagree"):
        protect_together([one, moved], LIMITS)


def test_what_protection_cost_counts_each_number_once() -> None:
    found = protect_together(both([row(REFERRED, 78)], [row(SHARE, 40, 78)]), LIMITS)
    (table,) = together([p.cost for p in found], LIMITS)["accuracy"]
    assert table["cells"] == 2


def test_what_the_attacker_was_asked_is_told_once() -> None:
    found = protect_together(both(BY_CONDITION, BY_SEX), LIMITS)
    assert [p.cost.found.sensitive > 0 for p in found] == [True, False]


def pasts(one: dict[Cell, int | None], other: dict[Cell, int | None]) -> list[Past]:
    return [told(one) if one else NO_PAST, told(other) if other else NO_PAST]


def test_a_number_that_one_dataset_told_holds_in_the_other() -> None:
    before = pasts({}, {cell(): 70})
    one, _ = protect_together(both([row(REFERRED, 78)], [row(SHARE, 40, 78)]), LIMITS, before)
    assert numbers(one)[REFERRED, "persons", "all"][0] == 70


def test_a_number_that_one_dataset_showed_and_the_other_hid_was_shown() -> None:
    before = pasts({cell(): None}, {cell(): 70})
    one, _ = protect_together(both([row(REFERRED, 78)], [row(SHARE, 40, 78)]), LIMITS, before)
    assert numbers(one)[REFERRED, "persons", "all"][0] == 70


def test_a_row_that_comes_back_has_the_number_of_the_other_dataset() -> None:
    men = cell(sex="male")
    before = pasts({men: 50}, {})
    one, _ = protect_together(both([row(REFERRED, 78)], BY_SEX), LIMITS, before)
    assert numbers(one)[REFERRED, "male", "all"][0] == 50


def test_contracts_that_contradict_are_refused() -> None:
    if OTHER.disclosure is None:
        raise TypeError
    populations = tuple(
        replace(p, everywhere=p.id == "started") for p in OTHER.disclosure.populations
    )
    contract = replace(OTHER, disclosure=replace(OTHER.disclosure, populations=populations))
    with pytest.raises(BadContract, match="contract-populations-differ"):
        protect_together([measured(BY_CONDITION), measured(BY_SEX, contract)], LIMITS)
