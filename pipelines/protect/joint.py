"""Datasets that count the same people, as one table: whoever has one of them has the others.

A number that two datasets show is one cell. It is judged once, and each shows it alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.core.disclosure import Disclosure
from pipelines.core.disclosure_joint import joined, sharing_populations
from pipelines.core.errors import BadTables
from pipelines.core.stages import Measured
from pipelines.protect.cells import Cell, Counted, Flags, Ints, counted
from pipelines.protect.lost_rows import with_lost_rows
from pipelines.protect.past import Past, joined_pasts


@dataclass(frozen=True)
class Part:
    """One dataset, with the rows that an earlier release had and its own past."""

    measured: Measured
    table: pa.Table
    what: Counted
    past: Past


@dataclass(frozen=True)
class Group:
    """Cells that are protected as one: of datasets that share people, or one's public figures."""

    parts: tuple[Part, ...]
    what: Counted
    past: Past

    @property
    def datasets(self) -> list[str]:
        """The names of its datasets."""
        return [part.what.dataset for part in self.parts]

    @property
    def atoms(self) -> pa.Table:
        """The places that no area divides: one scope, so one lookup."""
        return self.parts[0].measured.atoms

    def at(self, part: Part) -> tuple[Ints, Ints]:
        """Where the cells of a part that are in the group stand: in the part, and in the group."""
        number_of = self.what.number_of
        pairs = [(i, number_of[c]) for i, c in enumerate(part.what.cells) if c in number_of]
        own, here = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return own, here

    def first_in(self, part: Part) -> Flags:
        """The cells of the group that this part shows and no part before it."""
        flags = np.zeros(len(self.what.cells), dtype=bool)
        flags[self.at(part)[1]] = True
        for before in self.parts[: self.datasets.index(part.what.dataset)]:
            flags[self.at(before)[1]] = False
        return flags


def parts_of(measured: Sequence[Measured], pasts: Sequence[Past]) -> list[Part]:
    """The datasets of one ICB. Raises `BadTables` where they are not, or contradict each other."""
    if len({m.scope for m in measured}) > 1:
        raise _disagree("datasets that are protected together cover different ICBs or periods.")
    now = _numbers([counted(m.contract, m.table) for m in measured])
    found = []
    for one, past in zip(measured, pasts, strict=True):
        table = with_lost_rows(one, past, now)
        found.append(Part(one, table, counted(one.contract, table), past))
    return found


def groups_of(parts: Sequence[Part]) -> list[Group]:
    """What is protected as one: datasets that share people, then each one's public figures.

    Public figures are worked out from what others published, so they tell nothing of our people,
    and two datasets may work one out in two ways.
    """
    by_name = {part.what.dataset: part for part in parts}
    private = {
        name: part.what.disclosure.only(part.what.disclosure.private())
        for name, part in by_name.items()
    }
    shared = [
        _joined([by_name[name] for name in names], joined({name: private[name] for name in names}))
        for names in sharing_populations(private)
    ]
    return [*shared, *(_public(part) for part in parts)]


def _joined(parts: Sequence[Part], disclosure: Disclosure) -> Group:
    numbers = _numbers([part.what for part in parts])
    cells = tuple(sorted(numbers))
    nowhere = np.zeros(0, dtype=np.int64)
    what = Counted(
        dataset=" and ".join(part.what.dataset for part in parts),
        disclosure=disclosure,
        cells=cells,
        truth=np.array([numbers[cell] for cell in cells], dtype=np.int64),
        count_at=nowhere,
        base_at=nowhere,
    )
    return Group(tuple(parts), what, joined_pasts([part.past for part in parts]))


def _public(part: Part) -> Group:
    disclosure = part.what.disclosure
    public = {p.id for p in disclosure.populations} - disclosure.private()
    return Group((part,), part.what.only(public), part.past)


def _numbers(counts: Sequence[Counted]) -> dict[Cell, int]:
    """The number of every cell of people. Raises `BadTables` where two datasets disagree.

    Either would be published, and who has both could tell how many people lie between them.
    """
    numbers: dict[Cell, int] = {}
    first: dict[Cell, str] = {}
    for what in counts:
        private = what.disclosure.private()
        for cell, truth in zip(what.cells, what.truth.tolist(), strict=True):
            if cell.population not in private:
                continue
            if numbers.setdefault(cell, truth) != truth:
                raise _disagree(
                    f"{first[cell]} and {what.dataset} count '{cell.population}' differently in "
                    "the same place."
                )
            first.setdefault(cell, what.dataset)
    return numbers


def _disagree(problem: str) -> BadTables:
    return BadTables(
        "protect-datasets-disagree",
        problem,
        "Correct one of the measures, or give the other people another population's id.",
    )
