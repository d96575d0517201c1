"""The thresholds, in one place, each with the policy that it comes from."""

from dataclasses import dataclass

from pipelines.core.errors import BadSettings

NHS_ADVICE = "Use threshold 7 and base 5."


@dataclass(frozen=True)
class Rule:
    """Counts of 1 to `threshold` are hidden, others rounded half up to a multiple of `base`."""

    name: str
    threshold: int
    base: int
    policy: str

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

    @property
    def sentence(self) -> str:
        """The rule as a reader of a release needs it."""
        return (
            f"Counts of 1 to {self.threshold} are hidden, others are rounded to the nearest "
            f"{self.base}; zero is kept. Rates are computed from these numbers only."
        )


# NHS England's disclosure control for hospital statistics (HES analysis guide): counts from 1 to 7
# are hidden, all other counts below national level are rounded to the nearest 5, and zero is
# shown. OHID rounds its catchment populations to 5 and hides what is below 8: the same border.
NHS_RULE = Rule(
    name="nhs",
    threshold=7,
    base=5,
    policy="NHS England disclosure control: 1 to 7 hidden, others rounded to 5, zero kept.",
)


def _bad(problem: str, advice: str) -> BadSettings:
    return BadSettings("protect-rule", f"the disclosure rule {problem}", advice)
