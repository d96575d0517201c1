"""The same tables protected in other ways, and what the same attacker makes of each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.core.disclosure import Profile
from pipelines.core.errors import Refused
from pipelines.core.stages import Measured
from pipelines.core.thresholds import Limits
from pipelines.protect.attack import ranges
from pipelines.protect.audit import needs, repaired
from pipelines.protect.cells import WHOLE, Cell, Counted, Flags, Ints, counted
from pipelines.protect.numbers import Numbers
from pipelines.protect.past import NO_PAST
from pipelines.protect.profiles import PROFILES
from pipelines.protect.rule import rule_of
from pipelines.protect.small import Small, small_cells
from pipelines.protect.view import View, view_of

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One dataset of one ICB as the attacker sees it: its cells and one view for each tree."""

    counted: Counted
    small: Small
    views: Sequence[View]
    limits: Limits

    @property
    def of_people(self) -> Flags:
        """Cells behind which people stand: the only ones that are compared."""
        populations = self.counted.disclosure.populations
        return self.counted.flags([p.id for p in populations if p.of_people and not p.public])


@dataclass(frozen=True)
class Told:
    """What one way of protecting publishes: a value where shown, and what each cell tells.

    `derived` cells are worked out from others by whoever publishes, so they tell nothing more.
    """

    value: Floats
    hidden: Flags
    lower: Floats
    upper: Floats
    derived: Flags


@dataclass(frozen=True)
class Outcome:
    """What a way of protecting costs and what the attacker finds; of several tables, the sums.

    `exact_small` counts of 1 to 7 are known exactly, `narrow_small` to fewer than five values,
    `exact_rest` and `narrow_rest` are people left over (in the whole and not the part), `sure_rest`
    are left over, not so narrow and known to be 7 at most, and
    `groups` are those of whom all or none are known to be counted.
    """

    cells: int = 0
    hidden: int = 0
    error: float = 0.0
    shown: int = 0
    total_error: float = 0.0
    totals: float = 0.0
    total_cells: int = 0
    small: int = 0
    exact_small: int = 0
    narrow_small: int = 0
    rest: int = 0
    exact_rest: int = 0
    narrow_rest: int = 0
    sure_rest: int = 0
    sensitive_groups: int = 0
    groups: int = 0
    refused: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            *(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True))
        )


def case_of(measured: Measured, limits: Limits) -> Case:
    """A measured dataset as a case; trees in which nobody stands are left out."""
    what = counted(measured.contract, measured.table)
    small = small_cells(what, limits.hide_up_to)
    views = []
    for tree in what.disclosure.trees():
        names = {p.id for p in tree if p.of_people and not p.public}
        if any(cell.population in names for cell in what.cells):
            views.append(view_of(what, tree, small, measured.atoms))
    return Case(what, small, views, limits)


def plain_nhs(case: Case) -> Told:
    """Counts of 1 to 7 are hidden and all others rounded to 5; nothing else is done."""
    truth, few = case.counted.truth, case.small.few
    value = rule_of(case.limits).all_rounded(truth).astype(np.float64)
    half = case.limits.round_to // 2
    lower = np.where(value > 0, np.maximum(value - half, case.limits.hide_up_to + 1), 0.0)
    return _marked(
        case, Told(value, few, lower, np.where(value > 0, value + half, 0.0), _none(few))
    )


def only_small_hidden(case: Case) -> Told:
    """Counts of 1 to 7 are hidden and all others exact."""
    truth = case.counted.truth.astype(np.float64)
    few = case.small.few
    return _marked(case, Told(truth, few, truth, truth, _none(few)))


def opensafely(case: Case) -> Told:
    """Counts of up to 7 are redacted, others rounded to 5; totals are the sum of what is left."""
    truth, top = case.counted.truth, case.limits.hide_up_to
    parts = _parts(case.counted)
    rounded = rule_of(case.limits).all_rounded(truth).astype(np.float64)
    hidden = (truth <= top) & np.array([not p for p in parts])
    value = np.where(hidden, 0.0, rounded)
    for i in sorted(range(len(parts)), key=lambda n: len(_divided(case.counted.cells[n])))[::-1]:
        if parts[i]:
            value[i] = value[parts[i]].sum()
    half = case.limits.round_to // 2
    lower = np.where(hidden, 0.0, np.maximum(value - half, top + 1))
    upper = np.where(hidden, float(top), value + half)
    derived = np.array([bool(p) for p in parts])
    return Told(value, hidden, lower, upper, derived)


def nhs(case: Case) -> Told:
    """The house's profile `nhs`, with its repair."""
    return _repaired(case, PROFILES[Profile.NHS])


def additive(case: Case) -> Told:
    """The house's profile `additive`."""
    return _repaired(case, PROFILES[Profile.ADDITIVE])


def exact_totals(case: Case) -> Told:
    """The house's profile `exact-totals`: the cheapest hiding that keeps the attacker out."""
    return _repaired(case, PROFILES[Profile.EXACT_TOTALS])


WAYS: dict[str, Callable[[Case], Told]] = {
    "exact, 1 to 7 hidden": only_small_hidden,
    "NHS rule, no repair": plain_nhs,
    "OpenSAFELY's rule": opensafely,
    "ours: nhs": nhs,
    "ours: additive": additive,
    "ours: exact-totals": exact_totals,
}


def outcome(way: Callable[[Case], Told], case: Case) -> Outcome:
    """Protect one case in one way, then attack it. A refusal is counted and costs every cell."""
    begun = time.process_time()
    try:
        told = way(case)
    except Refused:
        return Outcome(refused=1, seconds=time.process_time() - begun)
    seconds = time.process_time() - begun
    found = Outcome(seconds=seconds) + _loss(case, told)
    for view in case.views:
        found += _found(case, view, told)
    return found


def _repaired(case: Case, profile: Callable[..., Numbers]) -> Told:
    numbers = profile(case.counted, case.small, case.views, case.limits, NO_PAST)
    for view in case.views:
        own = view.own
        shown = (numbers.lower[own], numbers.upper[own])
        cost = (case.counted.truth[own] + 1).astype(np.float64)
        more = np.zeros(len(numbers.value), dtype=bool)
        more[own] = repaired(view, shown, numbers.hidden[own], cost, case.limits)
        numbers = numbers.hiding(more)
    hidden = numbers.hidden
    return Told(
        numbers.value.astype(np.float64),
        hidden,
        np.where(hidden, 0.0, numbers.lower),
        np.where(hidden, np.inf, numbers.upper),
        _none(hidden),
    )


def _none(flags: Flags) -> Flags:
    return np.zeros(len(flags), dtype=bool)


def _marked(case: Case, told: Told) -> Told:
    """A mark that tells all that the rule says: 1 to 7."""
    top = float(case.limits.hide_up_to)
    lower = np.where(told.hidden, 1.0, told.lower)
    upper = np.where(told.hidden, top, told.upper)
    return Told(told.value, told.hidden, lower, upper, told.derived)


def _divided(cell: Cell) -> list[str]:
    return [part for part in cell.place[3:5] if part not in WHOLE] + [
        part for part in cell.place[6:] if part != "all"
    ]


def _parts(what: Counted) -> list[list[int]]:
    """For every total the parts that make most of it up, all divided by one dimension more."""
    families: dict[tuple[Cell, str], list[int]] = {}
    for i, cell in enumerate(what.cells):
        for whole, name in _wholes(cell):
            if whole in what.number_of:
                families.setdefault((whole, name), []).append(i)
    found: list[list[int]] = [[] for _ in what.cells]
    for (whole, _), parts in sorted(families.items()):
        at = what.number_of[whole]
        if what.truth[parts].sum() > (what.truth[found[at]].sum() if found[at] else -1):
            found[at] = parts
    return found


def _wholes(cell: Cell) -> list[tuple[Cell, str]]:
    """The cell without each dimension that divides it."""
    place = list(cell.place)
    found = []
    for name, at, total in (("sex", 3, ("persons",)), ("age_band", 4, ("all",)),
                            ("category", 5, ("all", "all"))):  # fmt: skip
        there = tuple(place[at : at + len(total)])
        if there != total and there[0] not in WHOLE:
            whole = (*place[:at], *total, *place[at + len(total) :])
            found.append(
                (Cell(cell.population, whole), f"{name} {there[0] if len(there) > 1 else ''}")
            )
    return found


def _loss(case: Case, told: Told) -> Outcome:
    ours = case.of_people
    shown = ours & ~told.hidden
    error = np.abs(told.value - case.counted.truth)
    totals = shown & np.array([not _divided(cell) for cell in case.counted.cells])
    return Outcome(
        cells=int(ours.sum()),
        hidden=int((ours & told.hidden).sum()),
        error=float(error[shown].sum()),
        shown=int(shown.sum()),
        total_error=float(error[totals].sum()),
        totals=float(case.counted.truth[totals].sum()),
        total_cells=int(totals.sum()),
    )


def _found(case: Case, view: View, told: Told) -> Outcome:
    """The attacker's finding on one tree, by kind of secret."""
    sensitive = view.sensitive
    if not len(sensitive.marked):
        return Outcome()
    lower, upper = _known(view, told, case.counted.truth)
    width, reach = needs(sensitive, case.limits)
    system, rows = view.system(lower, upper), sparse.csr_array(sensitive.rows)
    low, high = ranges(system, rows, enough=width, reach=reach)
    span = high - low
    small = sensitive.marked & ~sensitive.all_or_none
    rest = ~sensitive.marked & ~sensitive.all_or_none
    return Outcome(
        small=int(small.sum()),
        exact_small=int((small & (span < 1)).sum()),
        narrow_small=int((small & (span >= 1) & (span < width)).sum()),
        rest=int(rest.sum()),
        exact_rest=int((rest & (span < 1)).sum()),
        narrow_rest=int((rest & (span >= 1) & (span < width)).sum()),
        sure_rest=int((rest & (span >= width) & (high < reach)).sum()),
        sensitive_groups=int(sensitive.all_or_none.sum()),
        groups=int((sensitive.all_or_none & (span < 1)).sum()),
    )


def _known(view: View, told: Told, truth: Ints) -> tuple[Floats, Floats]:
    """What he has of a tree's own cells: nothing of a derived one that its parts do not say."""
    own = view.own
    most = np.maximum(view.residents, truth[own])
    lower = np.where(told.derived[own], 0.0, told.lower[own])
    upper = np.where(told.derived[own], most, np.minimum(told.upper[own], most))
    return lower, upper
