"""The three ways in which a contract may have its numbers protected, before the attacker is run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipelines.core.disclosure import Profile
from pipelines.core.errors import BadRelease
from pipelines.core.thresholds import Limits
from pipelines.protect.additive import round_additive
from pipelines.protect.cells import Counted
from pipelines.protect.numbers import Numbers
from pipelines.protect.past import Past
from pipelines.protect.rule import rule_of
from pipelines.protect.small import Small
from pipelines.protect.view import View

Protect = Callable[[Counted, Small, Sequence[View], Limits, Past], Numbers]


def nhs(counted: Counted, small: Small, _: Sequence[View], limits: Limits, past: Past) -> Numbers:
    """Small counts hidden, the others rounded; what has left before holds."""
    rule = rule_of(limits)
    return past.held(counted, rule.all_rounded(counted.truth), small, limits)


def additive(
    counted: Counted, small: Small, views: Sequence[View], limits: Limits, past: Past
) -> Numbers:
    """Every count rounded so that parts add up to totals; groups of all or none are hidden."""
    value = rule_of(limits).all_rounded(counted.truth)
    most = np.zeros(len(value))
    for view in views:
        rounded = round_additive(
            view.rows, view.equalities, counted.truth[view.own], limits.round_to
        )
        value[view.own], most[view.own] = rounded.values, rounded.limit
    hidden = np.zeros(len(value), dtype=bool)
    hidden[[part for part, _ in (*small.nobody, *small.everybody)]] = True
    numbers = Numbers(value, hidden, np.maximum(value - most, 0), value + most, hidden)
    return _held_back(counted, numbers, limits, past)


def exact_totals(
    counted: Counted, small: Small, _: Sequence[View], limits: Limits, past: Past
) -> Numbers:
    """Shown counts are exact. The fewest further cells are hidden by the repair that follows."""
    truth = counted.truth.astype(np.float64)
    return _held_back(
        counted, Numbers(counted.truth, small.hidden, truth, truth, small.hidden), limits, past
    )


def public(
    counted: Counted, small: Small, _: Sequence[View], _limits: Limits, _past: Past
) -> Numbers:
    """Every number as it is. Raises `BadRelease` when people stand behind any."""
    open_ = {p.id for p in counted.disclosure.populations if p.public and not p.of_people}
    if any(cell.population not in open_ for cell in counted.cells):
        raise BadRelease(
            "protect-not-public",
            "a number would leave unprotected although people stand behind it.",
            "Give the dataset the profile nhs.",
        )
    truth = counted.truth.astype(np.float64)
    nothing = np.zeros_like(small.few)
    return Numbers(counted.truth, nothing, truth, truth, nothing)


def _held_back(counted: Counted, numbers: Numbers, limits: Limits, past: Past) -> Numbers:
    """The numbers, unless one tells of a few people who came or went since an earlier release.

    Numbers that add up cannot be held one by one, so the release is held back.
    """
    for i, before in enumerate(past.before(counted.cells)):
        if before is None:
            continue
        is_mark, was_mark = bool(numbers.hidden[i]), before.shown is None
        moved = 0 if is_mark else abs(int(numbers.value[i]) - (before.shown or 0))
        slightly = 1 <= moved <= limits.hide_up_to + limits.round_to
        if is_mark != was_mark or (slightly and not was_mark):
            raise BadRelease(
                "protect-small-change",
                "a number would move by a few people since it was last published.",
                "Wait until more people have come or gone, or use the profile nhs.",
            )
    return replace(numbers.hiding(numbers.hidden), held=np.zeros(len(counted.cells), dtype=bool))


PROFILES: Mapping[Profile, Protect] = {
    Profile.NHS: nhs,
    Profile.ADDITIVE: additive,
    Profile.EXACT_TOTALS: exact_totals,
    Profile.PUBLIC: public,
}
