"""One table of a whole ICS, 6,480 cells, protected and then attacked: CPU seconds of each part."""

import time

import numpy as np
import numpy.typing as npt
from scipy import sparse

from pipelines.protect.attack import System, ranges
from pipelines.protect.suppress import Problem, hide_enough, hide_exact
from tests.rooms.protect.gm_tables import GmTable, gm_table

Floats = npt.NDArray[np.float64]
THRESHOLD, BASE, FEWEST = 7, 5, 5


def run() -> None:
    """Both profiles on the same table."""
    table = gm_table(icb=False)
    few = (table.values >= 1) & (table.values <= THRESHOLD)
    print(f"a whole ICS: {len(table.values):,} cells, {int(few.sum()):,} of 1 to {THRESHOLD}")
    for name, way in (("nhs", _nhs), ("exact-totals", _exact_totals)):
        begun = time.process_time()
        hidden, shown = way(table)
        protected = time.process_time()
        low, high = _attacked(table, hidden, shown, few)
        done = time.process_time()
        span = high - low
        print(
            f"{name}: {int(hidden.sum() - few.sum())} cells besides hidden, "
            f"{int((span < 1).sum())} pinned, {int((span < FEWEST - 1).sum())} narrow; "
            f"protect {protected - begun:.1f} s, attack {done - protected:.1f} s CPU",
            flush=True,
        )


def _nhs(table: GmTable) -> tuple[npt.NDArray[np.bool_], tuple[Floats, Floats]]:
    few = (table.values >= 1) & (table.values <= THRESHOLD)
    value = (2 * table.values + BASE) // (2 * BASE) * BASE
    lower = np.where(value > 0, np.maximum(value - BASE // 2, THRESHOLD + 1), 0).astype(float)
    upper = np.where(value > 0, value + BASE // 2, 0).astype(float)
    lower[few], upper[few] = 0.0, np.inf
    shown = (lower, upper)
    count = len(table.values)
    targets = sparse.csr_array(table.matrix[np.flatnonzero(few)])
    problem = Problem(
        cells=table.matrix,
        equalities=table.equalities,
        shown=shown,
        hidden=(np.zeros(count), np.full(count, np.inf)),
        cost=(table.values + 1).astype(float),
        must_hide=few,
        must_show=np.zeros(count, dtype=bool),
        targets=targets,
        width=np.full(targets.shape[0], FEWEST - 1.0),
        reach=np.full(targets.shape[0], -np.inf),
    )
    return hide_enough(problem, blocks=table.district_of_leaf), shown


def _exact_totals(table: GmTable) -> tuple[npt.NDArray[np.bool_], tuple[Floats, Floats]]:
    exact = table.values.astype(float)
    hidden = hide_exact(
        table.matrix, table.equalities, table.values, exact + 1, blocks=table.district_of_leaf
    )
    return hidden, (exact, exact)


def _attacked(
    table: GmTable,
    hidden: npt.NDArray[np.bool_],
    shown: tuple[Floats, Floats],
    few: npt.NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    lower = np.where(hidden, 0.0, shown[0])
    upper = np.where(hidden, np.inf, shown[1])
    targets = sparse.csr_array(table.matrix[np.flatnonzero(few)])
    enough = np.full(targets.shape[0], FEWEST - 1.0)
    return ranges(System(table.matrix, lower, upper), targets, enough=enough)


if __name__ == "__main__":
    run()
