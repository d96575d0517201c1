"""What a protocol makes of its people, and when it gives nothing: with the reason."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from benchmarks.evaluation import world_people
from pipelines.core.contract_file import load_contracts
from pipelines.core.protocol import COVARIATES, Comparison, Method, Protocol
from pipelines.core.settings import PROJECT
from pipelines.evaluate import Compared, Difference, result_of
from pipelines.evaluate.estimates import ALL_ALIKE, FIGURES, MADE_BY_FEW, NO_OVERLAP, TOO_FEW

PROTOCOL = Protocol(
    id="trial",
    version="1.0.0",
    registered_on=dt.date(2026, 1, 1),
    question="Does it?",
    primary_indicator="difference_in_recorded_minutes",
    programmes=("exercise_on_referral",),
    conditions=("all",),
    recruited_from=dt.date(2026, 1, 1),
    recruited_to=dt.date(2026, 3, 31),
    baseline_days=(-28, -1),
    follow_up_days=(0, 27),
    comparison=Comparison.REFERRED_NOT_STARTED,
    sites=(),
    covariates=COVARIATES,
    method=Method.OVERLAP,
    smallest_group=50,
    signed_by="Ada Evaluator",
    sha256="0" * 64,
)
PER_CENT = 10


def part(people: Compared, chosen: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Compared:
    """Some of the people."""
    return Compared(
        people.started[chosen],
        people.before[chosen],
        people.after[chosen],
        {name: levels[chosen] for name, levels in people.levels.items()},
    )


@pytest.fixture
def people() -> Compared:
    return world_people(400, 20.0, 1)


def test_every_figure_of_the_contract_is_given(people: Compared) -> None:
    contract = load_contracts(PROJECT / "schemas").output("evaluation")
    estimates = {i.id for i in contract.indicators if i.statistic.value == "estimate"}
    assert set(result_of(PROTOCOL, people, PER_CENT).figures) == set(FIGURES) == estimates


@pytest.mark.parametrize("name", COVARIATES)
def test_weighting_makes_the_groups_alike(name: str) -> None:
    figures = result_of(PROTOCOL, world_people(2000, 20.0, 1), PER_CENT).figures
    before, after = (float(str(figures[f"imbalance_{t}_{name}"])) for t in ("before", "after"))
    assert after < 1e-9 < before


def test_what_a_protocol_does_not_name_is_not_adjusted_for(people: Compared) -> None:
    narrow = dataclasses.replace(PROTOCOL, covariates=("recorded_minutes_before",))
    after = result_of(narrow, people, PER_CENT).figures["imbalance_after_age_band"]
    assert float(str(after)) > 0.1


def test_the_difference_is_that_of_the_means_shown(people: Compared) -> None:
    figures = result_of(PROTOCOL, people, PER_CENT).figures
    found = figures["difference_in_recorded_minutes"]
    assert isinstance(found, Difference)
    means = {
        name: float(str(n))
        for name, n in figures.items()
        if "_minutes_" in name and name[0] in "sc"
    }
    starters = means["starters_minutes_after"] - means["starters_minutes_before"]
    comparators = means["comparators_minutes_after"] - means["comparators_minutes_before"]
    assert found.value == pytest.approx(starters - comparators)


@pytest.mark.parametrize(("comparators", "note"), [(49, TOO_FEW), (50, "")])
def test_below_the_smallest_group_there_is_no_figure(
    people: Compared, comparators: int, note: str
) -> None:
    chosen = np.r_[np.flatnonzero(people.started), np.flatnonzero(~people.started)[:comparators]]
    result = result_of(PROTOCOL, part(people, chosen), PER_CENT)
    assert (result.note, bool(result.figures)) == (note, not note)


def test_groups_that_nobody_could_change_are_not_compared(people: Compared) -> None:
    apart = dataclasses.replace(people, before=people.started * 500.0 + people.before)
    assert result_of(PROTOCOL, apart, PER_CENT).note == NO_OVERLAP


def test_a_mean_of_one_value_is_not_given(people: Compared) -> None:
    alike = dataclasses.replace(people, after=np.where(people.started, people.after, 30.0))
    assert result_of(PROTOCOL, alike, PER_CENT).note == ALL_ALIKE


def test_a_mean_that_two_people_make_is_not_given(people: Compared) -> None:
    after = np.zeros(400)
    after[np.flatnonzero(people.started)] = 1e-3
    after[np.flatnonzero(people.started)[:2]] = 400.0
    after[np.flatnonzero(~people.started)] = people.after[~people.started]
    alone = dataclasses.replace(people, after=after)
    assert result_of(PROTOCOL, alone, PER_CENT).note == MADE_BY_FEW
