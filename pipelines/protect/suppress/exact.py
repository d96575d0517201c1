"""Cutting planes: the cheapest pattern, the attacker's objections to it, and again.

A pattern is returned only when the attacker's own programs agree with it, so that no tolerance of
the master can let one through.
"""

import numpy as np

from pipelines.core.errors import CannotProtect
from pipelines.protect.suppress.inquiry import Inquiry
from pipelines.protect.suppress.master import Master
from pipelines.protect.suppress.problem import Flags, Problem

ROUNDS = 15
ROUGHLY = 0.02


def hide_cheapest(problem: Problem, *, gap: float = 0.0) -> Flags:
    """The cheapest hidden cells, or ones within a share `gap` of the cheapest."""
    inquiry = Inquiry(problem)
    if not problem.free.any():
        return _all_there_is(problem, inquiry)
    master = Master(problem)
    _relaxed_rounds(master, inquiry)
    best: Flags | None = None
    # Roughly first: most objections come as well from patterns that are nearly the cheapest.
    for share in sorted({max(gap, ROUGHLY), gap}, reverse=True):
        best = _withstanding(problem, inquiry, master, share, best)
    return problem.must_hide if best is None else best


def _withstanding(
    problem: Problem, inquiry: Inquiry, master: Master, gap: float, best: Flags | None
) -> Flags:
    """A pattern that withstands the attacker and costs at most a share `gap` too much."""
    while True:
        found = master.whole(gap, best)
        if found is None:
            raise _hopeless(inquiry.weak_in(~problem.must_show))
        if best is not None and master.is_within(gap, best, found.least):
            return best
        cuts = inquiry.cuts_of_pattern(found.hidden)
        if not cuts:
            return found.hidden
        if not master.add(cuts):
            raise RuntimeError("the attacker repeats an objection that the pattern has met")


def _relaxed_rounds(master: Master, inquiry: Inquiry) -> None:
    before = -np.inf
    for _ in range(ROUNDS):
        relaxed = master.relaxed()
        if relaxed is None:
            return
        hide, cost = relaxed
        if not master.add(inquiry.cuts_of_share(hide)) or cost < before * 1.0005:
            return
        before = cost


def _all_there_is(problem: Problem, inquiry: Inquiry) -> Flags:
    """The only pattern that there is, if it withstands the attacker."""
    weak = inquiry.weak_in(problem.must_hide)
    if weak:
        raise _hopeless(weak)
    return problem.must_hide


def _hopeless(weak: int) -> CannotProtect:
    return CannotProtect(
        "protect-cannot",
        f"{weak} small numbers can be worked out even if every cell that may be hidden is hidden.",
        "Publish fewer cells, or let more of them be hidden.",
    )
