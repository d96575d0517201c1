"""Which numbers the rule itself hides, and which would be told of a few people by another number.

Three reasons, and each is asked of every number beside every number that it is a part of.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.protect.cells import Counted, Flags, Ints


@dataclass(frozen=True)
class Small:
    """Cells by reason; a cell may have several. `sensitive` pairs name what must stay unknown.

    `complements` are pairs (part, whole) of whom 1 to 7 people are in the whole and not the part;
    `nobody` and `everybody` are pairs of whom none, or all, of the whole's people are in the part.
    """

    few: Flags
    complements: list[tuple[int, int]]
    nobody: list[tuple[int, int]]
    everybody: list[tuple[int, int]]
    hide_up_to: int

    @property
    def hidden(self) -> Flags:
        """Every cell that must be hidden for what it says of itself or of the whole beside it."""
        flags = self.few.copy()
        flags[[part for part, _ in (*self.complements, *self.nobody, *self.everybody)]] = True
        return flags


def small_cells(counted: Counted, hide_up_to: int) -> Small:
    """The cells that say something about 1 to `hide_up_to` people, or about all or none."""
    truth = counted.truth
    pairs = [p for p in counted.wholes() if truth[p[1]] > 0]
    of_people = {p.id for p in counted.disclosure.populations if p.of_people}
    groups = [p for p in pairs if counted.cells[p[0]].population in of_people]
    return Small(
        few=_is_few(truth, hide_up_to),
        complements=[(a, b) for a, b in pairs if 1 <= truth[b] - truth[a] <= hide_up_to],
        nobody=[(a, b) for a, b in groups if truth[a] == 0],
        everybody=[(a, b) for a, b in groups if truth[a] == truth[b]],
        hide_up_to=hide_up_to,
    )


def _is_few(counts: Ints, hide_up_to: int) -> Flags:
    flags: Flags = np.logical_and(counts >= 1, counts <= hide_up_to)
    return flags
