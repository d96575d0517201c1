"""Everything at once: all datasets of an ICB, of one vintage or of both.

Each extract is audited as it is made, beside what left before it. This attacker comes afterwards,
knows nothing of how numbers were chosen, and has every published table.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
from scipy import sparse

from benchmarks.disclosure.line import Table, known_elsewhere
from pipelines.core.disclosure_joint import joined
from pipelines.core.thresholds import Limits
from pipelines.protect.attack import ranges
from pipelines.protect.audit import Verdict, needs
from pipelines.protect.cells import Cell, Counted, counted, declared
from pipelines.protect.places import OF_AREAS
from pipelines.protect.small import small_cells
from pipelines.protect.view import Known, View, view_of

KEYS = ["ltla_code", *OF_AREAS, "icb_2024", "icb_2026"]


def attack_together(tables: Sequence[Table], limits: Limits) -> Verdict:
    """Published tables, of one dataset or of many, attacked as one."""
    what, known = _merged(tables, limits)
    lookup = _lookup([table.measured.atoms for table in tables])
    small = small_cells(what, limits.hide_up_to)
    found = Verdict()
    for tree in what.disclosure.seen_together({cell.population for cell in what.cells}):
        names = {p.id for p in tree if not p.public}
        if any(cell.population in names for cell in what.cells):
            found += _attack(view_of(what, tree, small, lookup), what, known, limits)
    return found


def _lookup(atoms: Sequence[pa.Table]) -> pa.Table | None:
    """The atoms that the tables know of, each once; None where they know of none."""
    known = [table for table in atoms if table.num_rows]
    if not known:
        return None
    grouped = pa.concat_tables(known).group_by(KEYS).aggregate([("residents", "max")])
    return grouped.rename_columns([*KEYS, "residents"])


def _attack(view: View, what: Counted, known: Mapping[Cell, Known], limits: Limits) -> Verdict:
    own = [known[what.cells[i]] for i in view.own]
    lower = np.array([k.lower for k in own])
    upper = np.minimum(np.array([k.upper for k in own]), view.residents)
    width, reach = needs(view.sensitive, limits)
    if not len(width):
        return Verdict()
    low, high = ranges(
        view.system(lower, np.maximum(lower, upper)), sparse.csr_array(view.sensitive.rows),
        enough=width, reach=reach,
    )  # fmt: skip
    span = high - low
    return Verdict(
        sensitive=len(span),
        pinned=int((span < 1).sum()),
        narrow=int((span < width).sum()),
        certain_small=int((high < reach).sum()),
        all_or_none=int(((span < 1) & view.sensitive.all_or_none).sum()),
        narrowest=int(np.min(np.minimum(span, 10.0**9))) + 1,
    )


def _merged(tables: Sequence[Table], limits: Limits) -> tuple[Counted, dict[Cell, Known]]:
    """All cells of some extracts as one table, and what was published of each."""
    truth: dict[Cell, int] = {}
    known: dict[Cell, Known] = {}
    for table in tables:
        what = counted(table.measured.contract, table.measured.table)
        own = what.only(what.disclosure.private())
        truth |= dict(zip(own.cells, own.truth.tolist(), strict=True))
        for number in known_elsewhere([table.protected], limits):
            if number.cell not in own.number_of:
                continue
            before = known.get(number.cell, number)
            known[number.cell] = Known(
                number.cell, max(before.lower, number.lower), min(before.upper, number.upper)
            )
    for cell in _empty_fifths(truth):
        truth[cell], known[cell] = 0, Known(cell, 0.0, 0.0)
    cells = tuple(sorted(truth))
    said = {t.measured.contract.name: declared(t.measured.contract) for t in tables}
    private = {name: d.only(d.private()) for name, d in said.items() if d.private()}
    nowhere = np.zeros(0, dtype=np.int64)
    numbers = np.array([truth[cell] for cell in cells], dtype=np.int64)
    return Counted("everything", joined(private), cells, numbers, nowhere, nowhere), known


def _empty_fifths(cells: Iterable[Cell]) -> list[Cell]:
    """Fifths and tenths that an ICB's own table lacks, for nobody counted lives in them."""
    there = {cell for cell in cells if cell.place[-2] in OF_AREAS}
    parts = {(cell.place[-2], cell.place[-1]) for cell in there}
    every = {
        Cell(cell.population, (*cell.place[:-1], part))
        for cell in there
        for kind, part in parts
        if kind == cell.place[-2]
    }
    return sorted(every - there)
