"""Who left between two releases to the same recipient, told from the releases alone.

A person who withdraws is in the earlier extract and not in the later. With pseudonyms that stay the
same the difference of the two sets names everybody who left; with a new epoch it names nobody, and
only combinations of attributes that have vanished are left to go by.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.protect.person_level.columns import codes_of, stacked
from pipelines.protect.person_level.linkability import PSEUDONYM, compared


@dataclass(frozen=True)
class Leavers:
    """Rows of the earlier release that an attacker says are of leavers, against the truth."""

    leavers: int
    claimed: int
    right: int

    @property
    def identified(self) -> float:
        """The share of leavers whom he names."""
        return self.right / self.leavers if self.leavers else 0.0

    @property
    def precision(self) -> float:
        """The share of those whom he names who have left indeed."""
        return self.right / self.claimed if self.claimed else 0.0


@dataclass(frozen=True)
class Membership:
    """The attack by pseudonyms and the one by attributes."""

    by_pseudonym: Leavers
    by_attributes: Leavers


def membership(
    before: pa.Table,
    after: pa.Table,
    truth: pa.Table,
    attributes: Sequence[str] | None = None,
    *,
    name: str = PSEUDONYM,
) -> Membership:
    """Name the leavers between two releases. `truth` pairs the rows of those who stayed.

    By attributes everybody is named whose combination has vanished: all who had it are gone.
    """
    names = compared(before, after, attributes, name)
    ids, later = before[name].to_pylist(), set(after[name].to_pylist())
    left = set(ids) - set(truth["left_id"].to_pylist())
    gone = {one for one in ids if one not in later}
    if len(gone) == len(ids):
        # Not one pseudonym is the same: an epoch ended, and the difference says nothing.
        gone = set()
    codes = codes_of(stacked(before, after, names), names)
    still = set(codes[before.num_rows :].tolist())
    vanished = {
        one for one, kind in zip(ids, codes[: before.num_rows].tolist(), strict=True)
        if kind not in still
    }  # fmt: skip
    return Membership(_claims(gone, left), _claims(vanished, left))


def _claims(claimed: set[str], left: set[str]) -> Leavers:
    return Leavers(len(left), len(claimed), len(claimed & left))
