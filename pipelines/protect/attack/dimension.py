"""What cells are told apart by, and which leaves a cell takes of each dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.core.errors import BadTables

At = Mapping[str, str]
Named = dict[str, frozenset[int]]


@dataclass(frozen=True)
class Dimension:
    """Leaves, and the groups of leaves that have a code; a leaf is its own code."""

    name: str
    leaves: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]

    def leaves_of(self, code: str) -> tuple[str, ...]:
        """The leaves of a code."""
        if code in self.groups:
            return self.groups[code]
        if code in self.leaves:
            return (code,)
        raise BadTables(
            "tables-unknown-code",
            f"a cell names a code that the dimension {self.name} does not have.",
            "Add it to the dimension's leaves or groups.",
        )


class Gazetteer:
    """Finds a cell's leaves as positions, each code looked up once."""

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self.dimensions = {d.name: d for d in dimensions}
        self._position = {d.name: {leaf: i for i, leaf in enumerate(d.leaves)} for d in dimensions}
        self._known: dict[tuple[str, str], frozenset[int]] = {}

    def size(self, name: str) -> int:
        """How many leaves a dimension has."""
        return len(self.dimensions[name].leaves)

    def named(self, cell: At) -> Named:
        """The leaves that a cell takes of each dimension; a dimension taken whole is not named."""
        taken = {name: self._places(name, code) for name, code in cell.items()}
        return {name: codes for name, codes in taken.items() if len(codes) < self.size(name)}

    def _places(self, name: str, code: str) -> frozenset[int]:
        if name not in self.dimensions:
            raise BadTables(
                "tables-unknown-dimension",
                "a cell names a dimension that is not declared.",
                "Declare the dimension with its leaves.",
            )
        if (name, code) not in self._known:
            position = self._position[name]
            leaves = self.dimensions[name].leaves_of(code)
            if not set(leaves) <= set(position):
                raise BadTables(
                    "tables-unknown-code",
                    f"a group of the dimension {name} names a leaf that it does not have.",
                    "Build groups from the dimension's leaves.",
                )
            self._known[name, code] = frozenset(position[leaf] for leaf in leaves)
        return self._known[name, code]
