"""The attack on a set of published tables: every unprinted number's range, and the gate."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack.asked import Asked, Why, what_to_ask
from pipelines.protect.attack.linked import Linked, link
from pipelines.protect.attack.ranges import ranges
from pipelines.protect.attack.tables import PublishedTables

Floats = npt.NDArray[np.float64]

# NHS England hides 1 to 7; a range that is safe holds five values at least.
SMALL = 7
SAFE_WIDTH = 4.0


class Finding(StrEnum):
    """What an attacker has found out about a number."""

    PINNED = "pinned"
    NARROW = "narrow"
    CERTAIN_SMALL = "certain small"
    ALL_OR_NONE = "all or none"


@dataclass(frozen=True)
class Answer:
    """A number that was not printed, its range, and what is wrong with it."""

    asked: Asked
    low: float
    high: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Attack:
    """Every answer, and what they rest on."""

    linked: Linked
    targets: sparse.csr_array
    answers: tuple[Answer, ...]

    @property
    def low(self) -> Floats:
        """The smallest values, in the order of the answers."""
        return np.array([a.low for a in self.answers])

    @property
    def high(self) -> Floats:
        """The largest values, in the order of the answers."""
        return np.array([a.high for a in self.answers])

    def count(self, finding: Finding) -> int:
        """How many numbers it was found for."""
        return sum(finding in a.findings for a in self.answers)

    @property
    def passes(self) -> bool:
        """Whether the gate is open: nothing found."""
        return not any(a.findings for a in self.answers)


def attack_tables(tables: PublishedTables, *, small: int = SMALL, jobs: int = 1) -> Attack:
    """Ask for every number that the tables do not print."""
    tables, asked = what_to_ask(tables)
    linked = link(tables, [a.cell for a in asked])
    targets = _rows(linked, asked)
    low, high = ranges(linked.system, targets, jobs=jobs)
    answers = tuple(
        Answer(a, float(least), float(most), found_in(a, float(least), float(most), small))
        for a, least, most in zip(asked, low, high, strict=True)
    )
    return Attack(linked, targets, answers)


def _rows(linked: Linked, asked: Sequence[Asked]) -> sparse.csr_array:
    """A row a number: a cell, or its whole without it."""
    cells = linked.rows([a.cell for a in asked])
    has_whole = np.array([a.why is Why.OTHERS for a in asked], dtype=bool)
    wholes = linked.rows([a.whole if a.whole and a.why is Why.OTHERS else a.cell for a in asked])
    keep = sparse.dia_array((np.where(has_whole, 1.0, 0.0)[None, :], [0]), shape=(len(asked),) * 2)
    turn = sparse.dia_array((np.where(has_whole, -1.0, 1.0)[None, :], [0]), shape=(len(asked),) * 2)
    return sparse.csr_array(keep @ wholes + turn @ cells)


def found_in(asked: Asked, low: float, high: float, small: int) -> tuple[Finding, ...]:
    """What is wrong with a range. A number that is certainly not small may be known.

    A nought says something about people only where it is all or none of a group, and a number
    that nobody listed only where it cannot be nought: most tables have nobody of unknown sex.
    """
    is_unlisted = asked.why is Why.UNLISTED
    if low > small or (is_unlisted and low == 0):
        return ()
    if high == 0:
        return (Finding.PINNED, Finding.ALL_OR_NONE)
    found = []
    if low == high:
        found.append(Finding.PINNED)
    if high - low < min(SAFE_WIDTH, asked.cell.rule.narrowest):
        found.append(Finding.NARROW)
    if high <= small and not asked.is_small_by_rule:
        found.append(Finding.CERTAIN_SMALL)
    return tuple(found)
