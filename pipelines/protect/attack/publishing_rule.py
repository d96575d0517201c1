"""What a printed number or a mark says about the true one, under a rule that everybody knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.core.errors import BadTables


class Numbers(StrEnum):
    """How a shown count is changed before it is printed."""

    EXACT = "exact"
    ROUNDED = "rounded"
    MIDPOINT = "midpoint"
    PERTURBED = "perturbed"


class Mark(StrEnum):
    """What may stand behind a mark."""

    SMALL = "small"
    NOT_ZERO = "not-zero"
    ANYTHING = "anything"


class Zero(StrEnum):
    """What may stand behind a printed nought."""

    KEPT = "kept"
    LIKE_OTHERS = "like-others"
    SMALL = "small"


@dataclass(frozen=True)
class PublishingRule:
    """Counts from `hide_from` to `hide_to` are hidden, others printed as `numbers` says.

    `step` is the base of a rounding, or the most that a perturbation changes. A `hide_to` of 0
    hides nothing.
    """

    numbers: Numbers = Numbers.EXACT
    step: int = 1
    hide_from: int = 1
    hide_to: int = 0
    mark: Mark = Mark.ANYTHING
    zero: Zero = Zero.KEPT

    def behind_number(self, printed: int) -> tuple[float, float] | None:
        """The smallest and largest true count, or None if the rule never prints this."""
        if printed < 0:
            return None
        if printed == 0 and self.zero is not Zero.LIKE_OTHERS:
            return (0, self.hide_to) if self.zero is Zero.SMALL else (0, 0)
        low, high = self._before(printed)
        # Small counts would have been hidden, so a shown one is above them.
        low = max(low, self.hide_to + 1 if self.hide_to else 0)
        is_printable = self._is_step(printed) and low <= high
        return (float(low), float(high)) if is_printable else None

    def behind_mark(self) -> tuple[float, float]:
        """The smallest and largest true count behind a mark."""
        if self.mark is Mark.SMALL:
            return self.hide_from, self.hide_to
        return (1.0 if self.mark is Mark.NOT_ZERO else 0.0), float("inf")

    def _before(self, printed: int) -> tuple[int, int]:
        if self.numbers is Numbers.ROUNDED:
            # Half up, and with an even base half down too: publishers differ.
            return max(printed - self.step // 2, 0), printed + self.step // 2
        if self.numbers is Numbers.MIDPOINT:
            # Rounded up to a multiple, less half of it: 1 to 6 are printed as 3.
            half = self.step // 2
            return (0, 0) if printed == 0 else (printed - half + 1, printed - half + self.step)
        if self.numbers is Numbers.PERTURBED:
            return max(printed - self.step, 0), printed + self.step
        return printed, printed

    def _is_step(self, printed: int) -> bool:
        if self.numbers is Numbers.ROUNDED:
            return printed % self.step == 0
        if self.numbers is Numbers.MIDPOINT:
            return printed == 0 or (printed + self.step // 2) % self.step == 0
        return True

    @property
    def narrowest(self) -> float:
        """The width that a safe range needs: five values, or all that the rule's mark leaves."""
        low, high = self.behind_mark()
        return min(4.0, high - low)


BUILT_IN: Mapping[str, PublishingRule] = {
    "exact": PublishingRule(),
    # NHS England, hospital statistics: 1 to 7 hidden, others rounded to 5, zero kept; marks that
    # hide further cells look the same.
    "nhs": PublishingRule(Numbers.ROUNDED, 5, hide_to=7),
    # The same where a mark is known to be small.
    "nhs-primary-only": PublishingRule(Numbers.ROUNDED, 5, hide_to=7, mark=Mark.SMALL),
    "hide-1-to-7": PublishingRule(hide_to=7),
    "midpoint-6": PublishingRule(Numbers.MIDPOINT, 6),
    # OpenSAFELY: 7 or fewer redacted, or printed as 0, and the rest rounded to 5.
    "redact-and-round": PublishingRule(
        Numbers.ROUNDED, 5, hide_from=0, hide_to=7, mark=Mark.SMALL, zero=Zero.SMALL
    ),
    # Controlled rounding may go to the next multiple on either side.
    "controlled-rounding-5": PublishingRule(Numbers.PERTURBED, 4, zero=Zero.LIKE_OTHERS),
}


def checked_rule(rule: PublishingRule, name: str) -> PublishingRule:
    """Refuse a rule that contradicts itself."""
    problem = ""
    if rule.step < 1:
        problem = "a step of less than 1"
    elif rule.numbers is Numbers.MIDPOINT and rule.step % 2:
        problem = "a midpoint of an odd step"
    elif not 0 <= rule.hide_from <= rule.hide_to + 1:
        problem = "hide_from above hide_to"
    elif rule.mark is Mark.SMALL and rule.hide_to == 0:
        problem = "a mark that means small, and hides nothing small"
    if problem:
        raise BadTables("tables-rule", f"the rule {name} has {problem}.", "Correct the rule.")
    return rule
