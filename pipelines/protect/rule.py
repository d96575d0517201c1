"""The NHS rule as a value: small counts hidden, the others rounded, zero kept."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.core.errors import BadSettings
from pipelines.core.thresholds import Limits

Ints = npt.NDArray[np.int64]

NHS_ADVICE = "Use threshold 7 and base 5."


@dataclass(frozen=True)
class Rule:
    """Counts of 1 to `threshold` are hidden, others rounded half up to a multiple of `base`."""

    threshold: int
    base: int

    def __post_init__(self) -> None:
        """Refuse a rule under which a shown count could look like a hidden one."""
        if self.threshold < 1 or self.base < 1:
            raise _bad("needs a threshold and a base of at least 1.", NHS_ADVICE)
        # Otherwise the smallest shown count would round down to zero, or to a hidden number.
        if self.rounded(self.threshold + 1) <= self.threshold:
            raise _bad(
                "would round a count that may be shown down to one that may not.",
                f"Round to a multiple of {self.threshold + 1}, or hide fewer.",
            )

    def rounded(self, count: int) -> int:
        """A count rounded half up: 12 to 10, 13 to 15. Never half to even."""
        return (2 * count + self.base) // (2 * self.base) * self.base

    def all_rounded(self, counts: Ints) -> Ints:
        """Counts rounded half up, in integers: floats would round some halves down."""
        rounded: Ints = (2 * counts + self.base) // (2 * self.base) * self.base
        return rounded

    def shown(self, counts: Iterable[int]) -> list[int | None]:
        """Counts outside a dataset (a manifest's) under the same rule; None is hidden."""
        return [None if 1 <= n <= self.threshold else self.rounded(n) for n in counts]

    @property
    def sentence(self) -> str:
        """The rule as a reader of a release needs it."""
        return (
            f"Counts of 1 to {self.threshold} are hidden, others are rounded to the nearest "
            f"{self.base}; zero is kept. Rates are computed from these numbers only."
        )


def rule_of(limits: Limits) -> Rule:
    """The rule that the house's thresholds make. Raises `BadSettings`."""
    return Rule(limits.hide_up_to, limits.round_to)


def _bad(problem: str, advice: str) -> BadSettings:
    return BadSettings("protect-rule", f"the disclosure rule {problem}", advice)
