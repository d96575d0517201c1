"""One linear program that is asked many questions: only the costs change, so starts are warm."""

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.core.errors import BadTables

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

PRIMAL_SIMPLEX = 4
TOLERANCE = 1e-6
"""Counts are whole, and the solver's answers are true to this."""
# Nodes, not seconds: a busy machine must not change an answer.
MOST_NODES = 20_000
WITHOUT_END = (
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
CERTAIN = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    *WITHOUT_END,
)


class Unsolved(RuntimeError):
    """The solver gave no answer: a fault, for every such program has one."""


@dataclass(frozen=True)
class Answer:
    """A table that reaches the most, or the direction in which there is no most."""

    point: Floats | None
    ray: Floats | None = None


class Program:
    """lower <= matrix @ x <= upper, x >= 0: finds the x with the largest cost @ x."""

    def __init__(
        self, matrix: sparse.csr_array, lower: Floats, upper: Floats, *, whole: bool = False
    ) -> None:
        self._columns = np.arange(matrix.shape[1], dtype=np.int32)
        self._whole = whole
        self._highs = _quiet()
        self._highs.passModel(_program(matrix, lower, upper, whole))
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def largest(self, cost: Floats) -> Answer:
        """Where cost @ x is largest. Refused when no x fits at all."""
        status = self._solved(cost)
        if status == highspy.HighsModelStatus.kOptimal:
            return Answer(np.asarray(self._highs.getSolution().col_value, dtype=np.float64))
        if status == highspy.HighsModelStatus.kUnbounded and not self._whole:
            return self._unbounded()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise contradiction()
        raise Unsolved(f"the solver stopped with {status}")

    def most(self, cost: Floats, enough: float = np.inf) -> float:
        """How large cost @ x gets, or what is proved of it when whole numbers take too long.

        In whole numbers the search may stop at a table that reaches `enough`.
        """
        # Between two whole numbers, so that no tolerance decides.
        self._highs.setOptionValue("objective_target", enough - 0.5 if self._whole else np.inf)
        status = self._solved(cost)
        if status == highspy.HighsModelStatus.kObjectiveTarget:
            return float(np.round(self._highs.getInfo().objective_function_value))
        if status in WITHOUT_END:
            return np.inf
        if status == highspy.HighsModelStatus.kInfeasible:
            raise contradiction()
        if status not in CERTAIN and not self._whole:
            raise Unsolved(f"the solver stopped with {status}")
        info = self._highs.getInfo()
        if not self._whole:
            return float(info.objective_function_value)
        # A bound of 3.9999999999999964 proves 4, not 3: counts are whole.
        return float(np.floor(info.mip_dual_bound + TOLERANCE))

    def _solved(self, cost: Floats) -> highspy.HighsModelStatus:
        self._highs.changeColsCost(len(self._columns), self._columns, cost)
        self._highs.run()
        if self._highs.getModelStatus() not in CERTAIN and not self._whole:
            # A warm start that lost its way: once more from the beginning.
            self._highs.clearSolver()
            self._highs.run()
        return self._highs.getModelStatus()

    def any(self) -> Floats:
        """Some x that fits. Refused when none does."""
        self._highs.setOptionValue("objective_target", np.inf)
        answer = self.largest(np.zeros(len(self._columns)))
        if answer.point is None:
            raise Unsolved("a program without costs has no direction to go")
        return answer.point

    def _unbounded(self) -> Answer:
        _, has_ray, ray = self._highs.getPrimalRay()  # type: ignore[attr-defined] # not in its stubs
        if not has_ray:
            raise Unsolved("the solver named no direction without an end")
        return Answer(None, np.asarray(ray, dtype=np.float64))


def contradiction() -> BadTables:
    """The refusal for numbers that no table can have."""
    return BadTables(
        "tables-contradict",
        "the published numbers contradict each other: no table has them all.",
        "Check the rule, the dimensions and their groups, and that all tables count the same "
        "people.",
    )


def _program(
    matrix: sparse.csr_array, lower: Floats, upper: Floats, whole: bool
) -> highspy.HighsLp:
    rows, columns = matrix.shape
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = rows, columns
    lp.col_cost_ = np.zeros(columns)
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, np.inf)
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data
    if whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    return lp


def _quiet() -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call] # its stubs lack the constructor
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        # The last answer stays feasible when only the costs change: primal steps lead on from it.
        ("simplex_strategy", PRIMAL_SIMPLEX),
        ("mip_max_nodes", MOST_NODES),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.5),
    ):
        highs.setOptionValue(option, value)
    return highs
