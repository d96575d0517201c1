"""Which numbers an attacker of published tables asks for: everything that was not printed.

Marked cells; those of a population who are not in one within it; and cells that a table's own
rows and columns lead to but that nobody listed, such as people of unknown sex.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from pipelines.core.errors import BadTables
from pipelines.protect.attack.dimension import At, Dimension
from pipelines.protect.attack.parts import parts_by_codes
from pipelines.protect.attack.publishing_rule import Mark
from pipelines.protect.attack.tables import (
    POPULATION,
    Cell,
    PublishedTables,
    population_code,
)

# A table whose rows and columns cross in more cells is asked about its marks only.
MOST_UNLISTED = 50_000


class Why(StrEnum):
    """Why a number is asked for."""

    MARKED = "marked"
    OTHERS = "the others"
    UNLISTED = "not listed"
    PRINTED_ZERO = "printed 0"


@dataclass(frozen=True)
class Asked:
    """A number to ask for: a cell, or what is left of `whole` without it."""

    why: Why
    cell: Cell
    whole: Cell | None = None

    @property
    def is_small_by_rule(self) -> bool:
        """Whether the rule itself says that the number is small."""
        return self.why is Why.MARKED and self.cell.rule.mark is Mark.SMALL


Place = tuple[str, tuple[tuple[str, str], ...]]


def place(cell: Cell) -> Place:
    """Where a cell stands, in whichever table."""
    return cell.release, tuple(sorted(cell.at.items()))


def what_to_ask(tables: PublishedTables) -> tuple[PublishedTables, list[Asked]]:
    """Every number to ask for, each once, and the tables with codes for unlisted parts."""
    published = {place(c): c for c in tables.cells}
    marked = [Asked(Why.MARKED, c) for c in published.values() if c.printed is None]
    others = []
    for cell in published.values():
        whole = published.get(place(replace(cell, at=_parent_at(cell, tables))))
        if whole is not None and whole is not cell and tables.known(whole)[1] > 0:
            others.append(Asked(Why.OTHERS, cell, whole))
            if tables.known(whole)[0] > 0 and tables.known(cell)[1] == 0:
                others.append(Asked(Why.PRINTED_ZERO, cell, whole))
    tables, unlisted = _unlisted(tables, set(published))
    return tables, [*marked, *others, *(Asked(Why.UNLISTED, c) for c in unlisted)]


def _parent_at(cell: Cell, tables: PublishedTables) -> At:
    population = cell.at[POPULATION].removeprefix("/")
    return {**cell.at, POPULATION: population_code(tables.within[population] or population)}


def _unlisted(tables: PublishedTables, published: set[Place]) -> tuple[PublishedTables, list[Cell]]:
    """Cells of a table's rows and columns, and of what these leave over, that nobody listed."""
    dimensions = {d.name: d for d in tables.dimensions}
    found: dict[Place, Cell] = {}
    for cells in _tables(tables.cells):
        names = sorted(cells[0].at.keys() - {POPULATION})
        codes = [_codes(dimensions, name, cells) for name in names]
        size = 1
        for some in codes:
            size *= len(some)
        if size > MOST_UNLISTED:
            raise BadTables(
                "tables-too-many-cells",
                f"table {cells[0].table}: its rows and columns cross in more than "
                f"{MOST_UNLISTED:,} cells.",
                "Split the table into several with fewer dimensions each.",
            )
        for chosen in product(*codes):
            at = {n: c for n, c in zip(names, chosen, strict=True) if c}
            cell = replace(cells[0], row=0, at={**at, POPULATION: cells[0].at[POPULATION]})
            if place(cell) not in published:
                found.setdefault(place(cell), cell)
    return replace(tables, dimensions=tuple(dimensions.values())), list(found.values())


def _tables(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Cells of one table that are told by the same dimensions: a margin is a table of its own."""
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        kind = (cell.table, cell.release, cell.at[POPULATION], tuple(sorted(cell.at)))
        groups.setdefault(kind, []).append(cell)
    yield from groups.values()


def _codes(dimensions: dict[str, Dimension], name: str, cells: Sequence[Cell]) -> list[str]:
    """The codes that a table uses, the total as "", and what they leave over, as new groups."""
    dimension = dimensions[name]
    used = sorted({"", *(c.at[name] for c in cells)})
    position = {leaf: i for i, leaf in enumerate(dimension.leaves)}
    taken = {frozenset(position[leaf] for leaf in dimension.leaves_of(c)): c for c in used if c}
    groups = dict(dimension.groups)
    parts = parts_by_codes(len(dimension.leaves), list(taken)).tolist()
    for number in sorted(set(parts)):
        inside = frozenset(i for i, part in enumerate(parts) if part == number)
        if inside not in taken and len(inside) < len(parts):
            leaves = tuple(dimension.leaves[i] for i in sorted(inside))
            code = leaves[0] if len(leaves) == 1 else f"{leaves[0]} and {len(leaves) - 1} more"
            if len(leaves) > 1:
                groups[code] = leaves
            used.append(code)
    dimensions[name] = replace(dimension, groups=groups)
    return used
