"""A set of published tables as an outsider sees them: cells, marks, rules and releases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations

from pipelines.core.errors import BadTables
from pipelines.protect.attack.dimension import At, Dimension
from pipelines.protect.attack.publishing_rule import PublishingRule

# The dimension whose codes are the populations.
POPULATION = "population"
# More than this many populations have more ways to overlap than a model should have leaves.
MOST_POPULATIONS = 12
# A table that holds for every release: a census, say.
EVERY = "every"


class Change(StrEnum):
    """What is known of the people who came or went between two releases."""

    SAME = "same"
    AT_MOST = "at-most"
    FEWEST = "fewest"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Release:
    """One release, and how its people differ from those of the one before."""

    name: str
    change: Change = Change.UNKNOWN
    most: int = 0


@dataclass(frozen=True)
class Cell:
    """One published cell: where it stands, and its number; None is a mark."""

    table: str
    row: int
    release: str
    at: At
    printed: int | None
    rule: PublishingRule


@dataclass(frozen=True)
class PublishedTables:
    """Everything that has been published about the same people."""

    dimensions: tuple[Dimension, ...]
    cells: tuple[Cell, ...]
    releases: tuple[Release, ...]
    within: Mapping[str, str]

    def known(self, cell: Cell) -> tuple[float, float]:
        """The smallest and largest true count that a cell alone allows."""
        if cell.printed is None:
            return cell.rule.behind_mark()
        interval = cell.rule.behind_number(cell.printed)
        if interval is None:
            raise BadTables(
                "tables-impossible-number",
                f"table {cell.table}, row {cell.row}: its rule never prints such a number.",
                "Correct the number, or the table's rule.",
            )
        return interval


def population_dimension(within: Mapping[str, str]) -> Dimension:
    """Every way in which a person can belong to populations that lie within each other."""
    names = sorted(within)
    if len(names) > MOST_POPULATIONS:
        raise BadTables(
            "tables-populations",
            f"there are more than {MOST_POPULATIONS} populations.",
            "Audit fewer of them at a time.",
        )
    some = chain.from_iterable(combinations(names, n) for n in range(1, len(names) + 1))
    kinds = [kind for kind in some if all(_has_parent(p, kind, within) for p in kind)]
    leaves = tuple("+".join(kind) for kind in kinds)
    # A slash keeps a population's code apart from the leaf of those who are in it alone.
    groups = {
        f"/{p}": tuple(leaf for leaf, kind in zip(leaves, kinds, strict=True) if p in kind)
        for p in names
    }
    return Dimension(POPULATION, leaves, groups)


def _has_parent(population: str, kind: Sequence[str], within: Mapping[str, str]) -> bool:
    return not within[population] or within[population] in kind


def population_code(population: str) -> str:
    """The code of a population in its dimension."""
    return f"/{population}"
