"""The gate: an attacker who knows every rule and has every release, run before each publication.

He is given the published numbers as intervals and asked for the smallest and largest value of
everything that must stay unknown. What he can undo is not published.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.core.errors import BadRelease
from pipelines.core.thresholds import Limits
from pipelines.protect.attack.integer import whole_ranges
from pipelines.protect.attack.ranges import ranges
from pipelines.protect.cells import Flags
from pipelines.protect.suppress import Problem, hide_enough
from pipelines.protect.view import Sensitive, View

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """What the attacker found: how many sensitive numbers, and how many that he could undo.

    `narrowest` is the fewest values that any sensitive number was left with (as far as the search
    went: a range that is wide enough is not followed to its end); None where there was none, or
    where no range has an end. Of `sampled` ones he was asked for the range over whole numbers as
    well.
    """

    sensitive: int = 0
    pinned: int = 0
    narrow: int = 0
    certain_small: int = 0
    all_or_none: int = 0
    sampled: int = 0
    narrow_in_whole_numbers: int = 0
    narrowest: int | None = None

    @property
    def passes(self) -> bool:
        """Whether he undid nothing."""
        return not (
            self.pinned
            or self.narrow
            or self.certain_small
            or self.all_or_none
            or self.narrow_in_whole_numbers
        )

    def __add__(self, other: "Verdict") -> "Verdict":
        widths = [w for w in (self.narrowest, other.narrowest) if w is not None]
        return Verdict(
            self.sensitive + other.sensitive,
            self.pinned + other.pinned,
            self.narrow + other.narrow,
            self.certain_small + other.certain_small,
            self.all_or_none + other.all_or_none,
            self.sampled + other.sampled,
            self.narrow_in_whole_numbers + other.narrow_in_whole_numbers,
            min(widths, default=None),
        )


NOTHING_SENSITIVE = Verdict()
SAMPLE, SEED = 5, 20261122
"""How many numbers of each tree he is also asked for in whole numbers, and how they are drawn."""


def needs(sensitive: Sensitive, limits: Limits) -> tuple[Floats, Floats]:
    """How far apart each sensitive number's limits must lie, and how high the larger must reach.

    Where a mark stands, the rule itself says that the number may be small. Where none stands,
    nobody may be certain that it is.
    """
    width = np.full(len(sensitive.marked), float(limits.narrowest_values - 1))
    reach = np.where(sensitive.marked, -np.inf, float(limits.hide_up_to + 1))
    return width, reach


def attack(view: View, lower: Floats, upper: Floats, limits: Limits) -> Verdict:
    """Run the attacker on one tree, its own cells known to lie in these intervals."""
    sensitive = view.sensitive
    if not len(sensitive.marked):
        return NOTHING_SENSITIVE
    width, reach = needs(sensitive, limits)
    system = view.system(lower, upper)
    low, high = ranges(system, sensitive.rows, enough=width, reach=reach)
    span = high - low
    sample = np.random.default_rng(SEED).permutation(len(span))[:SAMPLE]
    whole_low, whole_high = whole_ranges(
        system, sparse.csr_array(sensitive.rows[sample]), enough=width[sample]
    )
    return Verdict(
        sensitive=len(span),
        pinned=int(np.sum(span < 1)),
        narrow=int(np.sum(span < width)),
        certain_small=int(np.sum(high < reach)),
        all_or_none=int(np.sum((span < 1) & sensitive.all_or_none)),
        sampled=len(sample),
        narrow_in_whole_numbers=int(np.sum(whole_high - whole_low < width[sample])),
        narrowest=_values_in(float(span.min())),
    )


def _values_in(span: float) -> int | None:
    """How many whole numbers so wide a range holds; None for a range without an end.

    A number in place of "no end" would be told as if it were one: 1000000001 is also the shape of
    an NHS number, and stopped a release.
    """
    return int(span) + 1 if np.isfinite(span) else None


def repaired(
    view: View, shown: tuple[Floats, Floats], hidden: Flags, cost: Floats, limits: Limits
) -> Flags:
    """The cells to hide so that the attacker finds nothing, at the least cost."""
    width, reach = needs(view.sensitive, limits)
    fixed = len(view.fixed_lower)
    nought, never = np.zeros(len(hidden)), np.zeros(fixed, dtype=bool)
    problem = Problem(
        cells=view.published,
        equalities=view.equalities,
        shown=_joined(shown, (view.fixed_lower, view.fixed_upper)),
        hidden=_joined((nought, view.residents), (view.fixed_lower, view.fixed_upper)),
        cost=np.concatenate([cost, np.zeros(fixed)]),
        must_hide=np.concatenate([hidden, never]),
        must_show=np.concatenate([np.zeros(len(hidden), dtype=bool), ~never]),
        targets=view.sensitive.rows,
        width=width,
        reach=reach,
    )
    return hide_enough(problem)[: len(hidden)]


def refuse_unless_safe(verdict: Verdict, dataset: str) -> None:
    """Raise `BadRelease` when the attacker could undo something."""
    if not verdict.passes:
        raise BadRelease(
            "protect-undone",
            f"an attacker who knows the rules can undo numbers of {dataset}: {verdict.pinned} to "
            f"the exact value, {verdict.narrow} to a narrow range, {verdict.certain_small} known "
            f"to be small, {verdict.all_or_none} groups known to be all or none; and of a sample "
            f"{verdict.narrow_in_whole_numbers} to a narrow range of whole numbers.",
            "Publish fewer tables in its contract, or hide more, then plan the release again.",
        )


def _joined(own: Sequence[Floats], fixed: Sequence[Floats]) -> tuple[Floats, Floats]:
    return np.concatenate([own[0], fixed[0]]), np.concatenate([own[1], fixed[1]])
