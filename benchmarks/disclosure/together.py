"""Everything at once: the extracts of all ICBs of both vintages that share a neighbourhood.

Each extract is audited as it is made, beside what left before it. This attacker comes afterwards
and has them all, those of one vintage side by side included.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
from scipy import sparse

from benchmarks.disclosure.line import Table, known_elsewhere
from pipelines.core.thresholds import Limits
from pipelines.protect.attack import ranges
from pipelines.protect.audit import Verdict, needs
from pipelines.protect.cells import Cell, Counted, counted, declared
from pipelines.protect.places import FIFTH
from pipelines.protect.small import small_cells
from pipelines.protect.view import Known, View, view_of

KEYS = ["ltla_code", "deprivation_quintile", "icb_2024", "icb_2026"]


def groups_of(tables: Mapping[str, Sequence[Table]]) -> list[list[str]]:
    """Names of extracts that overlap, directly or through others, where borders have changed."""
    parent = {name: name for name in tables}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    by_code: dict[str, list[str]] = {}
    for name, extract in tables.items():
        atoms = extract[0].measured.atoms
        own = extract[0].measured.scope.icb_code
        for row in atoms.to_pylist():
            if own in (row["icb_2024"], row["icb_2026"]):
                for code in (row["icb_2024"], row["icb_2026"]):
                    by_code.setdefault(code, []).append(name)
    for names in by_code.values():
        for name in names:
            parent[root(name)] = root(names[0])
    found: dict[str, list[str]] = {}
    for name in tables:
        found.setdefault(root(name), []).append(name)
    codes = {n: tables[n][0].measured.scope.icb_code for n in tables}
    return [some for some in found.values() if len({codes[n] for n in some}) > 1]


def attack_together(tables: Sequence[Table], limits: Limits) -> Verdict:
    """One dataset's extracts attacked as one table."""
    what, known = _merged(tables, limits)
    atoms = pa.concat_tables([table.measured.atoms for table in tables])
    lookup = (
        atoms.group_by(KEYS).aggregate([("residents", "max")]).rename_columns([*KEYS, "residents"])
    )
    small = small_cells(what, limits.hide_up_to)
    found = Verdict()
    for tree in what.disclosure.trees():
        names = {p.id for p in tree if p.of_people and not p.public}
        if any(cell.population in names for cell in what.cells):
            found += _attack(view_of(what, tree, small, lookup), what, known, limits)
    return found


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
        truth |= dict(zip(what.cells, what.truth.tolist(), strict=True))
        for number in known_elsewhere([table.protected], limits):
            before = known.get(number.cell, number)
            known[number.cell] = Known(
                number.cell, max(before.lower, number.lower), min(before.upper, number.upper)
            )
    for cell in _empty_fifths(truth):
        truth[cell], known[cell] = 0, Known(cell, 0.0, 0.0)
    cells = tuple(sorted(truth))
    contract = tables[0].measured.contract
    nowhere = np.zeros(0, dtype=np.int64)
    numbers = np.array([truth[cell] for cell in cells], dtype=np.int64)
    return Counted(contract.name, declared(contract), cells, numbers, nowhere, nowhere), known


def _empty_fifths(cells: Iterable[Cell]) -> list[Cell]:
    """Fifths of deprivation that an ICB's own table lacks, for nobody counted lives in them."""
    there = {cell for cell in cells if cell.place[-2] == FIFTH}
    fifths = {cell.place[-1] for cell in there}
    every = {Cell(cell.population, (*cell.place[:-1], fifth)) for cell in there for fifth in fifths}
    return sorted(every - there)
