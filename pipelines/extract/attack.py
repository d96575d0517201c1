"""The extract against every other that has left: what could two recipients find out together?

A candidate passes when no more than the stated share of the people in both is linked. It is tried
with rows that agree in everything and with the nearest rows, on the finest levels that both share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.errors import BadRelease
from pipelines.core.given_rows import ROW, GivenRows, pairs_of
from pipelines.protect.person_level.ladders import Ladders
from pipelines.protect.person_level.linkability import (
    linkability,
    nearest_linkability,
    on_common_levels,
)

Levels = Mapping[str, str]


@dataclass(frozen=True)
class Linked:
    """What the attack with one other extract achieved; `common` people are in both."""

    against: str
    common: int
    linked: int
    share: float


@dataclass
class Attackers:
    """Every other extract, and the truth about who is in both. Remembers whether one succeeded."""

    others: Sequence[GivenRows]
    members: pa.Table
    ladders: Ladders
    most_linked: float
    refused: int = field(default=0, init=False)

    def accepts(self, rows: pa.Table, levels: Levels) -> bool:
        """Whether no other extract links more than the limit with these rows."""
        passed = all(found.share <= self.most_linked for found in self.attacks(rows, levels))
        self.refused += not passed
        return passed

    def attacks(self, rows: pa.Table, levels: Levels) -> list[Linked]:
        """What each attack achieves: the better of exact matches and nearest rows."""
        return [self._attack(other, rows, levels) for other in self.others]

    def _attack(self, other: GivenRows, rows: pa.Table, levels: Levels) -> Linked:
        present = self.members.filter(pc.is_in(self.members[ROW], rows[ROW].combine_chunks()))
        truth = pairs_of(present, other.members)
        if not set(rows.column_names) & set(other.rows.column_names) - {ROW}:
            # Without a column in both there is nothing to tell people by.
            return Linked(other.release_id, truth.num_rows, 0, 0.0)
        left, right = on_common_levels((rows, levels), (other.rows, other.levels), self.ladders)
        exact = linkability(left, right, truth, name=ROW)
        nearest = nearest_linkability(left, right, truth, name=ROW)
        share = max(exact.success_rate, nearest.success_rate)
        return Linked(other.release_id, exact.common, exact.linked, share)


def check_same_root(others: Sequence[GivenRows], key_id: str) -> None:
    """Raise `BadRelease` when kept rows are under another root: nobody would be in both."""
    for other in others:
        if other.key_id != key_id:
            raise BadRelease(
                "extract-rows-other-root",
                f"the rows that left with the extract {other.release_id} are kept under an older "
                "root key.",
                "End the rotation first: widebridge keys rotate",
            )
