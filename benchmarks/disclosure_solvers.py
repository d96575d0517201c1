"""What the exact choice of hidden cells saves over a greedy one, and what blocks save in time.

    python -m benchmarks.disclosure_solvers --largest 1400

Made-up tables shaped like Greater Manchester; costs are the numbers hidden. Each row is one run of
each way over the same table. The cost ratio does not depend on the machine; seconds do.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from pipelines.protect.additive import round_additive
from pipelines.protect.suppress import Problem, hide_enough
from pipelines.protect.suppress.exact_totals import Protection, exact_problem
from pipelines.protect.suppress.inquiry import Inquiry
from pipelines.protect.suppress.problem import Flags
from tests.rooms.protect.gm_tables import GmTable, gm_table

SHAPES = ((1, 5), (2, 10), (2, 35), (4, 35), (10, 35))
EXACT = 1_000_000


def main() -> None:
    """Print the table of hidden cells, then the table of rounded numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=1_400, help="cells in the largest table")
    largest = parser.parse_args().largest
    tables = [gm_table(*shape) for shape in SHAPES]
    chosen = [table for table in tables if len(table.values) <= largest]
    for protection in (Protection.SLIDING, Protection.AWARE):
        print(f"{protection.value}: extra cells, cost, CPU seconds, and cost over the exact cost")
        for table in chosen:
            _hiding(table, protection)
    print("rounded to 5: mean move, largest move, limit, CPU seconds")
    for table in chosen:
        _rounding(table)


def _hiding(table: GmTable, protection: Protection) -> None:
    cost = np.maximum(table.values, 1).astype(np.float64)
    problem = exact_problem(table.matrix, table.equalities, table.values, cost, 7, protection)
    print(f"{len(cost):>6,} cells, {int(problem.must_hide.sum()):,} small")
    blocks, upper = table.district_of_leaf, 200
    ways: dict[str, Callable[[], Flags]] = {
        "exact": lambda: hide_enough(problem, exact_up_to=EXACT),
        "blocks": lambda: hide_enough(problem, exact_up_to=upper, blocks=blocks),
        "greedy": lambda: hide_greedily(problem),
    }
    least = 0.0
    for name, way in ways.items():
        begun = time.process_time()
        extra = way() & ~problem.must_hide
        seconds, spent = time.process_time() - begun, float(cost[extra].sum())
        least = least or spent
        over = spent / least if least else 1.0
        print(f"  {name:<7}{int(extra.sum()):>6,}{spent:>9,.0f}{seconds:>9.1f} s   x {over:.3f}")


def hide_greedily(problem: Problem) -> Flags:
    """For each objection of the attacker, the cheapest cells that answer it, never taken back."""
    inquiry, hidden = Inquiry(problem), problem.must_hide.copy()
    while cuts := inquiry.cuts_of_pattern(hidden):
        for cut in cuts:
            # The most of the objection answered for the money comes first.
            for place in np.argsort(problem.cost[cut.cells] / cut.shares, kind="stable"):
                if cut.lacks(hidden.astype(np.float64)) <= 1e-6:
                    break
                hidden[cut.cells[place]] = True
    return hidden


def _rounding(table: GmTable) -> None:
    for name, blocks in (("whole", None), ("blocks", table.district_of_leaf)):
        begun = time.process_time()
        rounded = round_additive(
            table.matrix, table.equalities, table.values, blocks=blocks, exact_up_to=200
        )
        seconds = time.process_time() - begun
        moves = abs(rounded.values - table.values)
        print(
            f"{len(moves):>6,} cells {name:<7}{moves.mean():>6.2f}{moves.max():>4}"
            f"{rounded.limit:>4}{seconds:>9.1f} s   within {rounded.gap:.1%} of the least"
        )


if __name__ == "__main__":
    main()
