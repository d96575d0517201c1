"""The tables on which we are compared with the oracle: always the same ones."""

from dataclasses import dataclass

from tests.oracle.tables import Table, random_table
from tests.oracle.tauargus import Flags, Question
from tests.rooms.protect.gm_tables import gm_table


@dataclass(frozen=True)
class Case:
    """A table and how far around an unsafe number the oracle must keep an attacker away."""

    table: Table
    percent: int = 50
    levels: tuple[float, float] | None = None

    def question(self, *methods: str, hidden: Flags | None = None) -> Question:
        """As the oracle is asked about it."""
        return Question(
            self.table, methods, percent=self.percent, levels=self.levels, hidden=hidden
        )

    @property
    def name(self) -> str:
        """As a test and the benchmark print it."""
        asked = f"{self.percent}%" if self.levels is None else f"+{self.levels[1]:g}"
        return f"{self.table.name}, {asked}"


UPWARD = (0.0, 4.0)
"""Five values: the true one and four above it."""


def small_cases() -> list[Case]:
    """Two and three dimensions, flat and nested: 25 to 450 cells."""
    return [
        Case(random_table(1, [4, 4])),
        Case(random_table(2, [[3, 4, 3], 4])),
        Case(random_table(3, [5, 3, 3])),
        Case(random_table(4, [[[2, 3], [3, 2]], 3])),
        Case(random_table(5, [[8, 8, 8], 5])),
        Case(random_table(6, [6, 5, 4])),
        Case(random_table(7, [[6, 7], 5, 2])),
        Case(random_table(8, [12, [3, 4]])),
        Case(random_table(9, [[[3, 3], [4, 2], [5, 5]], 4])),
        Case(random_table(10, [20, 9], 12.0)),
        Case(random_table(11, [[5, 5], [2, 3]], 9.0)),
        Case(random_table(12, [[4, 4, 4], 3, 2], 12.0)),
        Case(random_table(13, [[7, 8], 4], 4.0), levels=UPWARD),
        Case(random_table(14, [5, 4, 3], 8.0), levels=UPWARD),
        Case(random_table(15, [[[3, 3], [3, 3]], 5]), levels=UPWARD),
        Case(random_table(16, [[6, 6], 4, 2], 10.0), percent=10),
        Case(random_table(17, [[5, 6, 5], [3, 3]], 8.0)),
        Case(_greater_manchester(1, 5)),
        Case(_greater_manchester(2, 10)),
    ]


def large_cases() -> list[Case]:
    """Four dimensions, then up to 1,314 cells: two districts of 35 MSOAs, five ages, two sexes."""
    return [
        Case(random_table(20, [3, 2, 2, 2], 12.0)),
        Case(random_table(21, [[9, 10, 11], 5, 2], 8.0)),
        Case(random_table(22, [[[5, 6], [7, 6]], [3, 4]], 9.0)),
        Case(random_table(23, [12, 8, 4], 9.0)),
        Case(random_table(24, [[12, 12, 12], [4, 4]], 10.0), levels=UPWARD),
        Case(random_table(25, [[20, 20], 5, 2], 6.0), percent=30),
        Case(_greater_manchester(2, 20)),
        Case(_greater_manchester(2, 35)),
    ]


def _greater_manchester(districts: int, msoas: int) -> Table:
    made = gm_table(districts, msoas)
    shape = [len(d.leaves) for d in made.dimensions]
    name = f"{districts} district{'s' * (districts > 1)} of {msoas} MSOAs"
    return Table(name, made.dimensions, made.leaf_values.reshape(shape))
