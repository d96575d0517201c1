"""Inference: what two extracts together tell about somebody whom neither singles out.

An attacker knows a person's quasi-identifiers and that the person is in both extracts. Each group
leaves several sensitive values open, but only values that occur in both groups can be true. One
value left is a disclosure without a single link (Ganta et al. 2008 call it composition).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.protect.person_level.attack import wilson
from pipelines.protect.person_level.columns import Flags, Ints, check_columns, codes_of, stacked
from pipelines.protect.person_level.linkability import PSEUDONYM, common_rows


@dataclass(frozen=True)
class Inference:
    """People in both extracts whose sensitive value is told: by both together, by one alone."""

    common: int
    told: int
    told_by_one: int

    @property
    def success_rate(self) -> float:
        """The share of people in both whose value is told."""
        return self.told / self.common if self.common else 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the success rate."""
        return wilson(self.told, self.common)


def inference(
    left: pa.Table,
    right: pa.Table,
    truth: pa.Table,
    known: tuple[Sequence[str], Sequence[str]],
    sensitive: str,
    *,
    name: str = PSEUDONYM,
) -> Inference:
    """Intersect the sensitive values of each person's groups; `known` are each side's columns.

    The sides may show different columns on different levels, but the sensitive one on the same.
    """
    check_columns(left, [*known[0], sensitive])
    check_columns(right, [*known[1], sensitive])
    at_left, at_right = common_rows(left, right, truth, name)
    values = codes_of(stacked(left, right, [sensitive]), [sensitive])
    kinds = int(values.max(initial=0)) + 1
    ours = _open(codes_of(left, known[0]), values[: left.num_rows], kinds, at_left)
    theirs = _open(codes_of(right, known[1]), values[left.num_rows :], kinds, at_right)
    alone = (ours.sum(axis=1) == 1) | (theirs.sum(axis=1) == 1)
    told = (ours & theirs).sum(axis=1) == 1
    return Inference(len(at_left), int(told.sum()), int(alone.sum()))


def _open(group: Ints, values: Ints, kinds: int, rows: Ints) -> Flags:
    """For each of these rows, which values its group leaves open."""
    present = np.zeros((int(group.max(initial=0)) + 1, kinds), dtype=np.bool_)
    present[group, values] = True
    return present[group[rows]]
