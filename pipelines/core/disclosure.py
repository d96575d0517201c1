"""What an output publishes, for disclosure control: populations, tables, and how to protect them.

The contract's file declares it, `measure` counts no more and no less, and the attacker that is run
before each publication builds his tables from it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

Sets = Sequence[Sequence[str]]


class Profile(StrEnum):
    """How an output's numbers are protected."""

    NHS = "nhs"
    """Small counts are hidden and the others rounded to 5."""
    ADDITIVE = "additive"
    """Counts are rounded to 5 so that they still add up."""
    EXACT_TOTALS = "exact-totals"
    """Shown counts are exact, and the fewest are hidden that keep the small ones safe."""
    PUBLIC = "public"
    """Every number as it is: only for what has no people behind it, or is published already."""


@dataclass(frozen=True)
class Population:
    """A set of people (or of rows, or days) that is counted; `within` is one that holds it.

    `public` is worked out from published figures: no person stands behind it. `everywhere` is the
    same number in the extract of every ICB. Of those that are `one_at_a_time` the attacker links
    each to what it lies within, and no two of them to each other.
    """

    id: str
    within: str | None = None
    of_people: bool = True
    public: bool = False
    everywhere: bool = False
    one_at_a_time: bool = False


@dataclass(frozen=True)
class Crosstab:
    """One published table: its populations by a kind of area and by what else it is cut."""

    by: tuple[str, ...]
    populations: tuple[str, ...]


@dataclass(frozen=True)
class Disclosure:
    """What one output publishes.

    Populations of a set in `disjoint` cannot overlap; those of a set in `partitions` moreover are
    together all of the population that they lie within (every partition is in `disjoint` too).
    `of_indicator` gives an indicator's population, and its denominator's where it has one.
    """

    profile: Profile
    populations: tuple[Population, ...]
    tables: tuple[Crosstab, ...]
    disjoint: tuple[tuple[str, ...], ...] = ()
    partitions: tuple[tuple[str, ...], ...] = ()
    of_indicator: Mapping[str, tuple[str, str | None]] = field(default_factory=dict, hash=False)

    def population(self, name: str) -> Population:
        """The population of that name."""
        return next(p for p in self.populations if p.id == name)

    def trees(self) -> tuple[tuple[Population, ...], ...]:
        """The populations that are linked by `within`, one group for each that is in no other."""
        roots = {p.id: self.ancestry(p.id)[-1] for p in self.populations}
        return tuple(
            tuple(p for p in self.populations if roots[p.id] == root.id)
            for root in self.populations
            if root.within is None
        )

    def seen_together(self, counted: Collection[str]) -> tuple[tuple[Population, ...], ...]:
        """The populations that the attacker links: each tree, or its trunk with one branch a time.

        A tree of a dozen branches would have two to the power of twelve kinds of people. Hiding
        more never tells more, so what is safe beside one branch stays so after the next.
        """
        return tuple(
            tuple(p for p in tree if self._branch_of(p) in ("", branch))
            for tree in self.trees()
            for branch in [p.id for p in tree if p.one_at_a_time and p.id in counted] or [""]
        )

    def _branch_of(self, population: Population) -> str:
        branches = {p.id for p in self.populations if p.one_at_a_time}
        return next((name for name in self.ancestry(population.id) if name in branches), "")

    def ancestry(self, name: str) -> tuple[str, ...]:
        """A population, the one that it lies within, and so on to the outermost."""
        return ancestry({p.id: p.within for p in self.populations}, name)

    def private(self) -> frozenset[str]:
        """The populations of every tree behind which people stand.

        The others are worked out from published figures: they link nobody to anybody.
        """
        return frozenset(
            p.id for tree in self.trees() if not all(p.public for p in tree) for p in tree
        )

    def only(self, names: Collection[str]) -> "Disclosure":
        """The same of some populations: whole trees."""
        return Disclosure(
            self.profile,
            tuple(p for p in self.populations if p.id in names),
            tuple(
                Crosstab(t.by, tuple(n for n in t.populations if n in names))
                for t in self.tables
                if set(t.populations) & set(names)
            ),
            tuple(s for s in self.disjoint if set(s) <= set(names)),
            tuple(s for s in self.partitions if set(s) <= set(names)),
            {i: pair for i, pair in self.of_indicator.items() if pair[0] in names},
        )

    def is_declared(self, population: str, by: Iterable[str]) -> bool:
        """Whether a table of that population cut that way is published."""
        cut = frozenset(by)
        return any(population in t.populations and frozenset(t.by) == cut for t in self.tables)


def ancestry(within: Mapping[str, str | None], name: str) -> tuple[str, ...]:
    """A name and what it lies within, outwards. A circle ends where it began."""
    found = [name]
    while (parent := within[found[-1]]) is not None and parent not in found:
        found.append(parent)
    return tuple(found)


def status_leaves(
    populations: Sequence[Population], disjoint: Sets = (), partitions: Sets = ()
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Who can be told apart by populations: every possible set of them, and each one's sets.

    Give the populations of one tree: two trees are not linked, and a leaf lies in one of them.
    """
    children: dict[str | None, list[str]] = {None: []}
    for population in populations:
        children.setdefault(population.within, []).append(population.id)
    rules = _Rules(
        [frozenset(s) for s in (*disjoint, *partitions)], [frozenset(s) for s in partitions]
    )
    sets = [s for root in children[None] for s in _sets_from(root, children, rules)]
    leaves = {_leaf_name(found): frozenset(found) for found in sets}
    groups = {
        p.id: tuple(leaf for leaf, found in leaves.items() if p.id in found) for p in populations
    }
    return tuple(leaves), groups


@dataclass(frozen=True)
class _Rules:
    disjoint: Sequence[frozenset[str]]
    partitions: Sequence[frozenset[str]]

    def allow(self, found: frozenset[str], siblings: Iterable[str]) -> bool:
        """Whether a person can be in exactly these populations among siblings."""
        here = frozenset(siblings)
        return all(len(found & apart) <= 1 for apart in self.disjoint) and all(
            found & parts for parts in self.partitions if parts <= here
        )


def _sets_from(
    root: str, children: Mapping[str | None, Sequence[str]], rules: _Rules
) -> list[tuple[str, ...]]:
    """Every set of populations at and below one in which a person of it can be."""
    below = children.get(root, ())
    choices: list[list[tuple[str, ...]]] = [
        [(), *_sets_from(child, children, rules)] for child in below
    ]
    found = []
    for picked in product(*choices):
        members = tuple(name for part in picked for name in part)
        if rules.allow(frozenset(members), below):
            found.append((root, *members))
    return found


def _leaf_name(populations: Sequence[str]) -> str:
    # A leaf is not called as a population is: 'referred' also holds those who started.
    return "only " + "+".join(populations)
