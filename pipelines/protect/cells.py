"""Which numbers a dataset publishes: each once, however many rows repeat it.

A row's count and its denominator are both cells: the number of a population's people at a place in
the table. The same number in two rows is one cell, so it is shown or hidden in both.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.core.disclosure import Disclosure
from pipelines.core.errors import BadContract

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PLACE = (
    "area_type", "area_code", "parent_area_code", "sex", "age_band", "category_type", "category",
)  # fmt: skip
NOBODY = -1
"""Stands where there is no such cell."""


@dataclass(frozen=True, order=True)
class Cell:
    """A population at a place; `place` holds the values of the columns `PLACE`, in order."""

    population: str
    place: tuple[str, ...]

    @property
    def identity(self) -> str:
        """The cell's name over all releases: neither the period nor the release is part of it."""
        return "|".join([self.population, *self.place[1:]])

    @property
    def parent(self) -> str:
        """The ONS code of the ICB in whose extract the cell stands."""
        return self.place[PLACE.index("parent_area_code")]

    @property
    def is_total(self) -> bool:
        """Whether nothing but the area divides it."""
        return all(part in WHOLE for part in (*self.place[3:6], self.place[6]))

    @property
    def without_totals(self) -> tuple[str, ...]:
        """The place, with every total under one name."""
        return tuple("all" if part in WHOLE else part for part in self.place)

    @property
    def kind(self) -> tuple[str, ...]:
        """Which table of a plan the cell stands in: its population, area, and what divides it."""
        at = dict(zip(PLACE, self.place, strict=True))
        divided = [name for name in ("sex", "age_band") if at[name] not in WHOLE]
        return (self.population, at["area_type"], *divided, at["category_type"])


def place_of(area: str, parent: str, others: Sequence[str]) -> tuple[str, ...]:
    """A place, where the kind of area is known from its codes alone."""
    kind = "lsoa21" if area.startswith(NEIGHBOURHOOD) else "ltla"
    return ("icb" if area == parent else kind, area, parent, *others)


def place_in(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The place of a row. All adults are all ages of a population of adults: one cell, not two."""
    place = {name: str(row[name]) for name in PLACE}
    if place["age_band"] in WHOLE:
        place["age_band"] = "all"
    return tuple(place.values())


NEIGHBOURHOOD = ("E01", "W01")
"""How the code of a neighbourhood begins."""
WHOLE = ("persons", "all", "19+")
"""What stands in a column that does not divide."""


@dataclass(frozen=True)
class Counted:
    """A dataset's cells and their true numbers; `count_at` and `base_at` say which are a row's."""

    dataset: str
    disclosure: Disclosure
    cells: tuple[Cell, ...]
    truth: Ints
    count_at: Ints
    base_at: Ints

    @cached_property
    def number_of(self) -> Mapping[Cell, int]:
        """Where each cell stands."""
        return {cell: i for i, cell in enumerate(self.cells)}

    def wholes(self) -> list[tuple[int, int]]:
        """Each cell beside every cell at the same place that it is a part of.

        Adults at their total stand beside people of all ages at theirs.
        """
        number_at = {(cell.population, cell.without_totals): i for i, cell in enumerate(self.cells)}
        return [
            (i, number_at[ancestor, cell.without_totals])
            for i, cell in enumerate(self.cells)
            for ancestor in self.disclosure.ancestry(cell.population)[1:]
            if (ancestor, cell.without_totals) in number_at
        ]

    def only(self, populations: Collection[str]) -> "Counted":
        """The cells of some populations, whole trees of them, as a table that has no rows."""
        some = [i for i, cell in enumerate(self.cells) if cell.population in populations]
        nowhere = np.zeros(0, dtype=np.int64)
        return Counted(
            self.dataset, self.disclosure.only(populations), tuple(self.cells[i] for i in some),
            self.truth[some], nowhere, nowhere,
        )  # fmt: skip

    def flags(self, wanted: Sequence[str]) -> Flags:
        """Which cells are of these populations."""
        return np.array([cell.population in set(wanted) for cell in self.cells], dtype=bool)


def counted(contract: Contract, table: pa.Table) -> Counted:
    """The cells of a measured table. A row without a denominator has none."""
    disclosure = declared(contract)
    rows = table.select(["indicator_id", *PLACE, "count", "denominator"]).to_pylist()
    numbers: dict[Cell, int] = {}
    at: list[tuple[Cell, Cell | None]] = []
    for row in rows:
        counts, of = disclosure.of_indicator[row["indicator_id"]]
        place = place_in(row)
        cell, base = Cell(counts, place), Cell(of, place) if of else None
        numbers[cell] = _number(row, "count")
        if base is not None:
            numbers[base] = _number(row, "denominator")
        at.append((cell, base))
    cells = tuple(sorted(numbers))
    number_of = {cell: i for i, cell in enumerate(cells)}
    return Counted(
        dataset=contract.name,
        disclosure=disclosure,
        cells=cells,
        truth=np.array([numbers[c] for c in cells], dtype=np.int64),
        count_at=np.array([number_of[c] for c, _ in at], dtype=np.int64),
        base_at=np.array([number_of[b] if b else NOBODY for _, b in at], dtype=np.int64),
    )


def declared(contract: Contract) -> Disclosure:
    """What the contract says is published. Raises `BadContract` when it says nothing."""
    if contract.disclosure is None:
        raise BadContract(
            "contract-undisclosed",
            f"the contract {contract.name} declares no populations and tables.",
            "Add the property disclosure: nothing is published without it.",
        )
    return contract.disclosure


def _number(row: Mapping[str, Any], name: str) -> int:
    return int(row[name] or 0)
