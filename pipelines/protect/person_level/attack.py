"""What an attack on person-level extracts achieved, as figures that may be published."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Attack:
    """Links that an attacker claimed between two tables of people, against the truth."""

    linked: int
    common: int
    claimed: int

    @property
    def success_rate(self) -> float:
        """The share of the people in both tables whom he linked to themselves."""
        return self.linked / self.common if self.common else 0.0

    @property
    def precision(self) -> float:
        """The share of his claims that are right."""
        return self.linked / self.claimed if self.claimed else 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the success rate, for an attack on a sample of people."""
        return wilson(self.linked, self.common)


def wilson(successes: int, tries: int) -> tuple[float, float]:
    """Wilson score limits of a share, 95 %; 0 to 1 when nothing was tried."""
    if tries == 0:
        return 0.0, 1.0
    share, square = successes / tries, Z_95**2
    centre = share + square / (2 * tries)
    spread = Z_95 * sqrt(share * (1 - share) / tries + square / (4 * tries**2))
    scale = 1 + square / tries
    return max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0)
