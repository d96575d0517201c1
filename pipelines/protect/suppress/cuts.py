"""From the attacker's evidence to inequalities that every safe pattern keeps.

A cut says: of these cells, hide so much. It never removes a pattern that withstands the attacker.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.protect.suppress.attacker import Evidence
from pipelines.protect.suppress.problem import Flags, Floats, Ints

# What is asked for and less than this is the solver's noise; shares are rounded up to the grain.
NOISE = 1e-6
GRAIN = 1e-6


@dataclass(frozen=True)
class Cut:
    """`shares @ hide[cells] >= 1`, with shares above 0 and at most 1."""

    cells: Ints
    shares: Floats

    def lacks(self, hide: Floats) -> float:
        """How far a pattern is from keeping the cut."""
        return 1.0 - float(self.shares @ hide[self.cells])

    @property
    def key(self) -> bytes:
        """The same for equal cuts."""
        return self.cells.tobytes() + self.shares.tobytes()


def cut_for(evidence: list[Evidence], wanted: float) -> Cut | None:
    """The evidence's bounds together must be at least `wanted`; None if they always are.

    A share above 1 says no more than 1 does, since a cell is hidden or not.
    """
    lacking = wanted - sum(e.base for e in evidence)
    if not np.isfinite(lacking) or lacking <= NOISE:
        return None
    room = np.sum([e.room for e in evidence], axis=0)
    shares = np.minimum(room / lacking, 1.0)
    cells = np.flatnonzero(shares > GRAIN / 10)
    # Rounded up, so that the cut is never stronger than its evidence.
    return Cut(cells, np.minimum(np.ceil(shares[cells] / GRAIN - 1e-3) * GRAIN, 1.0))


def cover_for(evidence: list[Evidence], hide: Flags) -> Cut:
    """At least one more of the shown cells that the evidence rests on must be hidden.

    The evidence bounds a pattern that hides none of them just as it bounds this one.
    """
    room = np.sum([e.room for e in evidence], axis=0)
    cells = np.flatnonzero((room > 0) & ~hide)
    return Cut(cells, np.ones(len(cells)))
