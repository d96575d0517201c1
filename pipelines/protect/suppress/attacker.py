"""The attacker's linear programs, with the evidence that bounds every other pattern too.

One HiGHS instance: only bounds and costs change, so that each solve starts where the last ended. A
cell of one leaf is a bound of that leaf's column, every other cell is a row.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.core.errors import BadTables
from pipelines.protect.suppress.problem import Flags, Floats, Ints, Problem, products
from pipelines.protect.suppress.solver import new_solver

# Multipliers are kept to this grain: what is smaller is the solver's noise.
GRAIN = 1e-9
Places = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Evidence:
    """How large a target can become, whatever is hidden: at most `base + room @ hide`.

    Asked for the smallest value, the same holds of the target with its sign turned.
    """

    base: float
    room: Floats


@dataclass(frozen=True)
class Answer:
    """The largest value, a table that has it, and the evidence; an endless value has neither."""

    value: float
    point: Floats | None
    evidence: Evidence | None
    capped: bool


class Attacker:
    """Finds the largest and smallest values of targets for any pattern of hidden cells."""

    def __init__(self, problem: Problem) -> None:
        self._problem = settled(problem)
        self._column_cell, self._row_cells = _layout(problem)
        self._leaf_columns = np.flatnonzero(self._column_cell >= 0)
        self._known = _known_upper(problem)
        # Primal: a change of costs keeps the last table possible.
        self._highs = new_solver(presolve="off", simplex_strategy=4)
        self._pass_model(problem)
        self._capped: Flags = np.zeros(len(problem.cost), dtype=bool)

    def look_at(self, hide: Floats, far: float) -> tuple[Floats, Floats]:
        """Turn to a pattern; a hidden cell without an upper bound may grow by `far`.

        Gives back the bounds of every cell.
        """
        lower, upper = self._problem.bounds(hide)
        # A shown cell may be known to be at least so much, and nothing else: that is no cap.
        self._capped = np.isinf(upper) & np.isfinite(far) & (hide > 0)
        upper[self._capped] = self._known[self._capped] + hide[self._capped] * far
        columns, rows = self._leaf_columns, self._row_cells
        cells = self._column_cell[columns]
        self._highs.changeColsBounds(
            len(columns), columns.astype(np.int32), lower[cells], upper[cells]
        )
        places = np.arange(len(rows), dtype=np.int32)
        self._highs.changeRowsBounds(  # type: ignore[attr-defined] # not in its stubs
            len(rows), places, lower[rows], upper[rows]
        )
        return lower, upper

    def largest(self, target: Floats) -> Answer:
        """The largest value of a target, given as weights of the leaves."""
        self._highs.changeColsCost(len(target), np.arange(len(target), dtype=np.int32), -target)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            status = self._from_scratch()
        if status == highspy.HighsModelStatus.kOptimal:
            return self._answer(target)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise BadTables(
                "tables-contradict",
                "the numbers to be published contradict each other.",
                "Check that every total is the sum of its parts.",
            )
        return Answer(np.inf, None, None, capped=False)

    def _from_scratch(self) -> highspy.HighsModelStatus:
        """A solve that forgets the last one: a warm start may end in doubt."""
        self._highs.clearSolver()
        self._highs.setOptionValue("presolve", "on")
        self._highs.run()
        self._highs.setOptionValue("presolve", "off")
        return self._highs.getModelStatus()

    def _answer(self, target: Floats) -> Answer:
        solution = self._highs.getSolution()
        point = np.array(solution.col_value)
        weights = self._weights(np.array(solution.row_dual), np.array(solution.col_dual))
        capped = bool((self._capped & (weights < 0)).any())
        return Answer(float(target @ point), point, self._evidence(weights), capped)

    def _weights(self, row_dual: Floats, column_dual: Floats) -> Floats:
        weights = np.zeros(len(self._problem.cost))
        weights[self._row_cells] = row_dual[: len(self._row_cells)]
        weights[self._column_cell[self._leaf_columns]] = column_dual[self._leaf_columns]
        rounded: Floats = np.where(np.abs(weights) < GRAIN, 0.0, weights)
        return rounded

    def _evidence(self, weights: Floats) -> Evidence:
        """From the multipliers: those above 0 rest on lower bounds, those below on upper bounds.

        A leaf that no cell shows alone has 0 as its bound, which adds nothing.
        """
        shown, (room_down, room_up) = self._problem.shown, self._problem.rooms
        up, down = np.maximum(-weights, 0.0), np.maximum(weights, 0.0)
        base = float((products(up, shown[1]) - products(down, shown[0])).sum())
        return Evidence(base, products(up, room_up) + products(down, room_down))

    def _pass_model(self, problem: Problem) -> None:
        rows = sparse.csr_array(problem.cells[self._row_cells])
        matrix = sparse.vstack([rows, problem.equalities], format="csc")
        count, leaves = matrix.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = leaves, count
        lp.col_cost_ = np.zeros(leaves)
        lp.col_lower_, lp.col_upper_ = np.zeros(leaves), np.full(leaves, highspy.kHighsInf)
        lp.row_lower_, lp.row_upper_ = np.zeros(count), np.zeros(count)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
        self._highs.passModel(lp)


def settled(problem: Problem) -> Problem:
    """The same with nothing left to choose for a cell that must be hidden or shown.

    A sum of numbers that are never negative is never negative.
    """
    sums = np.asarray(problem.cells.min(axis=1).todense()).ravel() >= 0
    hide, show = problem.must_hide, problem.must_show
    shown = [np.where(hide, problem.hidden[i], problem.shown[i]) for i in (0, 1)]
    hidden = [np.where(show, problem.shown[i], problem.hidden[i]) for i in (0, 1)]
    shown[0], hidden[0] = (np.where(sums, np.maximum(x, 0), x) for x in (shown[0], hidden[0]))
    return replace(problem, shown=(shown[0], shown[1]), hidden=(hidden[0], hidden[1]))


def _layout(problem: Problem) -> tuple[Ints, Ints]:
    """The cell that bounds each leaf's column (-1 for none), and the cells that are rows."""
    cells = problem.cells
    column_cell = np.full(cells.shape[1], -1, dtype=np.int64)
    is_row = np.ones(cells.shape[0], dtype=bool)
    sizes = np.diff(cells.indptr)
    for cell in np.flatnonzero(sizes == 1):
        at = cells.indptr[cell]
        leaf = cells.indices[at]
        if cells.data[at] == 1 and column_cell[leaf] < 0:
            column_cell[leaf], is_row[cell] = cell, False
    return column_cell, np.flatnonzero(is_row)


def _known_upper(problem: Problem) -> Floats:
    """No less than what each cell truly is, for the bound that stands for no bound."""
    upper = problem.shown[1]
    finite = np.isfinite(upper)
    return np.where(finite, upper, np.maximum(problem.shown[0], upper[finite].max(initial=0.0)))
