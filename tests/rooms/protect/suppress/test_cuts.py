import numpy as np
import pytest

from pipelines.protect.suppress.attacker import Attacker
from pipelines.protect.suppress.cuts import Cut
from pipelines.protect.suppress.inquiry import Inquiry
from pipelines.protect.suppress.problem import Flags, Problem
from tests.rooms.protect.suppress.tiny import patterns, tiny_problem, withstands

MODES = ("sliding", "range", "aware", "rounded")
# Tables of nine cells, so that every pattern can be tried.
SMALL = {mode: [s for s in range(40) if len(tiny_problem(s, mode).cost) == 9][:3] for mode in MODES}


@pytest.mark.parametrize(("mode", "seed"), [(mode, s) for mode in MODES for s in SMALL[mode]])
def test_no_cut_removes_a_pattern_that_withstands_the_attacker(mode: str, seed: int) -> None:
    problem = tiny_problem(seed, mode)
    safe = [hidden for hidden in patterns(problem) if withstands(problem, hidden)]
    cuts = _many_cuts(problem)
    assert safe
    assert [cut for cut in cuts for hidden in safe if cut.lacks(hidden.astype(float)) > 1e-6] == []


@pytest.mark.parametrize(("mode", "seed"), [(mode, s) for mode in MODES for s in SMALL[mode]])
def test_every_pattern_that_does_not_withstand_breaks_a_cut(mode: str, seed: int) -> None:
    problem = tiny_problem(seed, mode)
    weak = [hidden for hidden in patterns(problem) if not withstands(problem, hidden)]
    inquiry = Inquiry(problem)
    unbroken = [hidden for hidden in weak if not _breaks(inquiry.cuts_of_pattern(hidden), hidden)]
    assert unbroken == []


def test_evidence_of_one_pattern_bounds_every_other() -> None:
    problem = tiny_problem(SMALL["rounded"][0], "rounded")
    attacker = Attacker(problem)
    weights = problem.targets[[0]].toarray().ravel()
    every = list(patterns(problem))
    values, bounds = [], []
    for hidden in every:
        attacker.look_at(hidden.astype(float), np.inf)
        answer = attacker.largest(-weights)
        assert answer.evidence is not None
        values.append(answer.value)
        bounds.append(answer.evidence)
    too_low = [
        (base, other)
        for base in bounds
        for hidden, other in zip(every, values, strict=True)
        if base.base + base.room[hidden].sum() < other - 1e-6
    ]
    assert too_low == []


def _many_cuts(problem: Problem) -> list[Cut]:
    """Cuts against shares of hiding and whole patterns, drawn at random."""
    random, inquiry, cuts = np.random.default_rng(7), Inquiry(problem), []
    for _ in range(30):
        share = np.where(problem.free, random.random(len(problem.cost)) ** 2, problem.must_hide)
        cuts += inquiry.cuts_of_share(share)
        cuts += inquiry.cuts_of_pattern(problem.must_hide | (problem.free & (share > 0.6)))
    return cuts


def _breaks(cuts: list[Cut], hidden: Flags) -> bool:
    return any(cut.lacks(hidden.astype(float)) > 1e-6 for cut in cuts)
