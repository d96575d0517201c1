"""From exact counts to a table that may leave: hidden, rounded, held, attacked and repaired."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import pyarrow as pa

from pipelines.core.disclosure import Population, Profile
from pipelines.core.stages import Measured, Protected
from pipelines.core.thresholds import Limits
from pipelines.protect import evidence
from pipelines.protect.audit import (
    NOTHING_SENSITIVE,
    Verdict,
    attack,
    refuse_unless_safe,
    repaired,
)
from pipelines.protect.cells import NOBODY, Counted, Flags, Ints
from pipelines.protect.estimates import estimates_of
from pipelines.protect.joint import Group, Part, groups_of, parts_of
from pipelines.protect.means import means_of
from pipelines.protect.numbers import Numbers
from pipelines.protect.past import NO_PAST, Past
from pipelines.protect.profiles import PROFILES
from pipelines.protect.rule import rule_of
from pipelines.protect.small import Small, small_cells
from pipelines.protect.view import View, view_of

EXACT = ("count", "denominator", "total", "total_squares", "total_absolute", "largest",
         "second_largest")  # fmt: skip
"""Columns of a measured table that no protected table takes over."""


def protect(measured: Measured, limits: Limits, past: Past = NO_PAST) -> Protected:
    """Protect one dataset alone: right only where no other counts any of its people."""
    (protected,) = protect_together([measured], limits, [past])
    return protected


def protect_together(
    measured: Sequence[Measured], limits: Limits, pasts: Sequence[Past] | None = None
) -> list[Protected]:
    """Hide, round and hold all datasets of one ICB; the only way from exact counts to the outside.

    Datasets that share a population are protected as one, and the same number is the same in each.
    Raises `BadRelease` when an attacker who knows the rules and has every earlier release could
    undo what is left.
    """
    known = [NO_PAST] * len(measured) if pasts is None else pasts
    parts = parts_of(measured, known)
    judged = [_judged(group, limits) for group in groups_of(parts)]
    return [
        _dataset(part, [j for j in judged if part.what.dataset in j.group.datasets], limits)
        for part in parts
    ]


@dataclass(frozen=True)
class _Judged:
    """What is published of a group's cells, and the attacker's last word."""

    group: Group
    small: Small
    numbers: Numbers
    silent: Flags
    found: Verdict

    def cost(self, part: Part, limits: Limits) -> evidence.Cost:
        """What it cost: what several datasets share is told with the first of them."""
        is_first = part.what.dataset == self.group.datasets[0]
        found = self.found if is_first else NOTHING_SENSITIVE
        own = self.group.first_in(part)
        return evidence.cost_of(self.group.what, self.small, self.numbers, found, limits, own)


def _judged(group: Group, limits: Limits) -> _Judged:
    what, past = group.what, group.past
    small = small_cells(what, limits.hide_up_to)
    views = _views(group, small)
    numbers = PROFILES[what.disclosure.profile](what, small, views, limits, past)
    found = NOTHING_SENSITIVE
    for view in views:
        numbers, verdict = _safe(view, numbers, what.truth, limits)
        found += verdict
    refuse_unless_safe(found, what.dataset)
    return _Judged(group, small, numbers, past.silent(what.cells, numbers), found)


def _views(group: Group, small: Small) -> list[View]:
    """What the attacker makes of each tree behind which people stand."""
    what, past = group.what, group.past
    unseen = past.absent(what.cells)
    return [
        view_of(what, tree, small, group.atoms, past.same_people if _adds_up(tree) else (), unseen)
        for tree in what.disclosure.seen_together({cell.population for cell in what.cells})
        if _is_audited(what, tree)
    ]


def _dataset(part: Part, judged: Sequence[_Judged], limits: Limits) -> Protected:
    """One dataset's own table of what is published of its cells."""
    what = part.what
    places = [(*j.group.at(part), j) for j in judged]
    numbers = Numbers.pieced(len(what.cells), [(own, j.numbers.at(at)) for own, at, j in places])
    silent = np.zeros(len(what.cells), dtype=bool)
    for own, at, j in places:
        silent[own] = j.silent[at]
    table = _published(part.measured, part.table, what, numbers, limits, part.past)
    with_it = {name for j in judged for name in j.group.datasets} - {what.dataset}
    return Protected(
        scope=part.measured.scope,
        contract=part.measured.contract,
        table=table.filter(_told(what, silent)),
        rule=rule_of(limits).sentence,
        mean_digits=limits.mean_digits,
        evidence={
            "profile": what.disclosure.profile.value,
            "protected_with": sorted(with_it),
            "tables": evidence.tables(what, numbers, silent),
            "attacker": evidence.verdict(sum((j.found for j in judged), Verdict()), limits),
        },
        cost=reduce(add, (j.cost(part, limits) for j in judged)),
    )


def _is_audited(what: Counted, tree: Sequence[Population]) -> bool:
    """Whether the tree has cells behind which people (or their rows) stand."""
    private = {p.id for p in tree if not p.public}
    return any(cell.population in private for cell in what.cells)


def _adds_up(tree: Sequence[Population]) -> bool:
    """Whether two areas together count what each counts: people do, days with a visit do not."""
    return all(p.of_people for p in tree)


def _safe(view: View, numbers: Numbers, truth: Ints, limits: Limits) -> tuple[Numbers, Verdict]:
    """The numbers with whatever must be hidden besides, and the attacker's last word on them."""
    found = attack(view, *numbers.known(view.own, view.residents), limits)
    if found.passes:
        return numbers, found
    own = view.own
    shown = (numbers.lower[own], numbers.upper[own])
    # Hiding what counts many people costs more; an empty cell costs something, too.
    cost = (truth[own] + 1).astype(np.float64)
    more = np.zeros(len(truth), dtype=bool)
    more[own] = repaired(view, shown, numbers.hidden[own], cost, limits)
    mended = numbers.hiding(more)
    return mended, attack(view, *mended.known(own, view.residents), limits)


def _published(
    measured: Measured, table: pa.Table, what: Counted, numbers: Numbers, limits: Limits, past: Past
) -> pa.Table:
    """The protected columns beside those that say what a row is about."""
    columns = {name: table[name] for name in table.column_names if name not in EXACT}
    has_base = what.base_at != NOBODY
    hidden = numbers.hidden[what.count_at]
    hidden_base = numbers.hidden[what.base_at] | ~has_base
    means = means_of(measured.contract, table, what, numbers, limits)
    cells = [what.cells[i] for i in what.count_at]
    made = estimates_of(measured.contract, table, measured.estimates, what, numbers, limits)
    stays = (numbers.held[what.count_at] & means.is_mean) | made.holds
    kept = past.means_of(table["indicator_id"].to_pylist(), cells, stays)
    columns["count"] = pa.array(numbers.value[what.count_at], pa.int64(), mask=hidden)
    columns["denominator"] = pa.array(numbers.value[what.base_at], pa.int64(), mask=hidden_base)
    columns["total"] = pa.array(means.total, pa.float64(), mask=~means.given)
    columns["total_squares"] = pa.array(means.total_squares, pa.float64(), mask=~means.given)
    columns["suppression_status"] = pa.array(_status(what, numbers))
    return pa.table({**columns, **kept, **made.columns})


def _told(what: Counted, silent: Flags) -> pa.Array:
    """Rows of which anything is told."""
    silent_base = silent[what.base_at] | (what.base_at == NOBODY)
    return pa.array(~(silent[what.count_at] & silent_base), pa.bool_())


def _status(what: Counted, numbers: Numbers) -> list[str]:
    """One mark for every reason to hide: two would tell which cells are small.

    A count that is a multiple of the base by chance is 'rounded' too: 'none' would call it exact.
    """
    has_base = what.base_at != NOBODY
    nought = (numbers.upper == 0) & ~numbers.hidden
    nothing = nought[what.count_at] & (~has_base | nought[what.base_at])
    nothing |= what.disclosure.profile is Profile.PUBLIC
    status = np.where(nothing, "none", "rounded")
    return [str(s) for s in np.where(numbers.hidden[what.count_at], "hidden", status)]
