"""From exact counts to a table that may leave: hidden, rounded, held, attacked and repaired."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.core.disclosure import Population
from pipelines.core.stages import Measured, Protected
from pipelines.core.thresholds import Limits
from pipelines.protect import evidence
from pipelines.protect.audit import NOTHING_SENSITIVE, attack, refuse_unless_safe, repaired
from pipelines.protect.cells import NOBODY, Counted, Flags, Ints, counted
from pipelines.protect.lost_rows import with_lost_rows
from pipelines.protect.means import means_of
from pipelines.protect.numbers import Numbers
from pipelines.protect.past import NO_PAST, Past
from pipelines.protect.profiles import PROFILES
from pipelines.protect.rule import rule_of
from pipelines.protect.small import small_cells
from pipelines.protect.view import View, view_of

EXACT = ("count", "denominator", "total", "total_squares", "total_absolute", "largest",
         "second_largest")  # fmt: skip
"""Columns of a measured table that no protected table takes over."""


def protect(measured: Measured, limits: Limits, past: Past = NO_PAST) -> Protected:
    """Hide, round and hold; the only way from exact counts to the outside.

    Raises `BadRelease` when an attacker who knows the rules and has every earlier release could
    undo what is left.
    """
    table = with_lost_rows(measured, past)
    what = counted(measured.contract, table)
    small = small_cells(what, limits.hide_up_to)
    unseen = past.absent(what.cells)
    views = [
        view_of(
            what, tree, small, measured.atoms, past.same_people if _adds_up(tree) else (), unseen
        )
        for tree in what.disclosure.seen_together({cell.population for cell in what.cells})
        if _is_audited(what, tree)
    ]
    numbers = PROFILES[what.disclosure.profile](what, small, views, limits, past)
    verdict = NOTHING_SENSITIVE
    for view in views:
        numbers, found = _safe(view, numbers, what.truth, limits)
        verdict += found
    refuse_unless_safe(verdict, measured.contract.name)
    silent = past.silent(what.cells, numbers)
    return Protected(
        scope=measured.scope,
        contract=measured.contract,
        table=_published(measured, table, what, numbers, limits, past).filter(_told(what, silent)),
        rule=rule_of(limits).sentence,
        mean_digits=limits.mean_digits,
        evidence={
            "profile": what.disclosure.profile.value,
            "tables": evidence.tables(what, numbers, silent),
            "attacker": evidence.verdict(verdict, limits),
        },
        cost=evidence.cost_of(what, small, numbers, verdict, limits),
    )


def _is_audited(what: Counted, tree: Sequence[Population]) -> bool:
    """Whether the tree has cells behind which people (or their rows) stand."""
    private = {p.id for p in tree if not p.public}
    return any(cell.population in private for cell in what.cells)


def _adds_up(tree: Sequence[Population]) -> bool:
    """Whether two areas together count what each counts: people do, days with a visit do not."""
    return all(p.of_people for p in tree)


def _safe(view: View, numbers: Numbers, truth: Ints, limits: Limits) -> tuple[Numbers, Any]:
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
    stays = numbers.held[what.count_at] & means.is_mean
    kept = past.means_of(table["indicator_id"].to_pylist(), cells, stays)
    columns["count"] = pa.array(numbers.value[what.count_at], pa.int64(), mask=hidden)
    columns["denominator"] = pa.array(numbers.value[what.base_at], pa.int64(), mask=hidden_base)
    columns["total"] = pa.array(means.total, pa.float64(), mask=~means.given)
    columns["total_squares"] = pa.array(means.total_squares, pa.float64(), mask=~means.given)
    columns["suppression_status"] = pa.array(_status(what, numbers))
    return pa.table({**columns, **kept})


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
    status = np.where(nothing, "none", "rounded")
    return [str(s) for s in np.where(numbers.hidden[what.count_at], "hidden", status)]
