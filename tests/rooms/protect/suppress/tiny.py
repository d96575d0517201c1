"""Tables so small that every pattern of hidden cells can be tried, with another room's attacker."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy import sparse

from pipelines.protect.attack import System, ranges
from pipelines.protect.suppress.exact_totals import Protection, exact_problem
from pipelines.protect.suppress.problem import Flags, Floats, Problem


def cross(rows: int, columns: int) -> sparse.csr_array:
    """Every cell of a two-way table and its margins, over the inner cells."""
    one = [np.vstack([np.ones(n), np.eye(n)]) for n in (rows, columns)]
    return sparse.csr_array(np.kron(one[0], one[1]))


def nothing(cells: sparse.csr_array) -> sparse.csr_array:
    """No equalities."""
    return sparse.csr_array((0, cells.shape[1]), dtype=np.float64)


def tiny_problem(seed: int, mode: str) -> Problem:
    """A random table of 2x2 to 2x4 cells: exact totals in three protections, or rounded to 5."""
    random = np.random.default_rng(seed)
    cells = cross(2, int(random.integers(2, 5)))
    leaves = random.integers(0, 18, size=cells.shape[1])
    values = np.rint(cells @ leaves).astype(np.int64)
    cost = random.integers(1, 30, size=len(values)).astype(np.float64)
    if mode == "rounded":
        return rounded_problem(cells, values.astype(np.float64), cost)
    return exact_problem(cells, nothing(cells), values, cost, 7, Protection(mode))


def rounded_problem(cells: sparse.csr_array, values: Floats, cost: Floats) -> Problem:
    """The NHS rule: 1 to 7 hidden, others rounded to 5; targets are the small ones."""
    small = (values >= 1) & (values <= 7)
    lower, upper = nhs_interval(values)
    count = int(small.sum())
    return Problem(
        cells=cells,
        equalities=nothing(cells),
        shown=(lower, upper),
        hidden=(np.zeros(len(values)), np.full(len(values), np.inf)),
        cost=cost,
        must_hide=small,
        must_show=np.zeros(len(values), dtype=bool),
        targets=sparse.csr_array(cells[np.flatnonzero(small)]),
        width=np.full(count, 4.0),
        reach=np.full(count, 8.0),
    )


def nhs_interval(values: Floats) -> tuple[Floats, Floats]:
    """What a number rounded to 5 says: 10 is 8 to 12, 0 is 0."""
    shown = np.floor((2 * values + 5) / 10) * 5
    lower, upper = np.maximum(shown - 2, 0), shown + 2
    zero = values == 0
    return np.where(zero, 0, lower), np.where(zero, 0, upper)


def withstands(problem: Problem, hidden: Flags) -> bool:
    """Whether a pattern keeps every target unknown, asked of the attack room."""
    if problem.targets.shape[0] == 0:
        return True
    lower = np.where(hidden, problem.hidden[0], problem.shown[0])
    upper = np.where(hidden, problem.hidden[1], problem.shown[1])
    system = System(problem.cells, lower, upper)
    low, high = ranges(system, problem.targets)
    enough = (high - low >= problem.width) & (high >= problem.reach) & (low <= problem.greatest_low)
    return bool(enough.all())


def patterns(problem: Problem) -> Iterator[Flags]:
    """Every pattern that hides and shows what it must."""
    free = np.flatnonzero(problem.free)
    for choice in product([False, True], repeat=len(free)):
        hidden = problem.must_hide.copy()
        hidden[free] = choice
        yield hidden


def cost_of(problem: Problem, hidden: Flags) -> float:
    """What the further hidden cells cost."""
    return float(problem.cost[hidden & ~problem.must_hide].sum())


def least_cost(problem: Problem) -> float | None:
    """The optimum by trying every pattern, the cheapest first; None if none withstands."""
    for hidden in sorted(patterns(problem), key=lambda h: cost_of(problem, h)):
        if withstands(problem, hidden):
            return cost_of(problem, hidden)
    return None
