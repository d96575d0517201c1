"""Rows that were published and of which nobody is left.

A row that is gone would say so, and of whom: the last of a few. It comes back with its zero, and
then holds like any other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.core.stages import Measured
from pipelines.protect.cells import PLACE, Cell, Counted, counted, declared
from pipelines.protect.past import Past

NOTHING = {
    "count": 0, "total": None, "total_squares": None, "total_absolute": None, "largest": None,
    "second_largest": None,
}  # fmt: skip
NAMES = ("area_ods_code", "area_name")

Row = Mapping[str, Any]


def with_lost_rows(measured: Measured, past: Past) -> pa.Table:
    """The measured table, and a zero for every cell that an earlier release had and it lacks."""
    table = measured.table
    what = counted(measured.contract, table)
    gone = [cell for cell in past.lost(what.cells) if _is_declared(what, cell)]
    rows = table.to_pylist()
    added = [
        _row(_like(rows, indicator, cell), indicator, cell, _whole(what, of, cell))
        for indicator, (counts, of) in declared(measured.contract).of_indicator.items()
        for cell in gone
        if rows and cell.population == counts
    ]
    return pa.Table.from_pylist([*rows, *added], table.schema) if added else table


def _is_declared(what: Counted, cell: Cell) -> bool:
    _, *by = cell.kind
    return what.disclosure.is_declared(cell.population, [name for name in by if name != "all"])


def _like(rows: Sequence[Row], indicator: str, cell: Cell) -> Row:
    """A row to copy from what is not counted: of the indicator, and named as the area is."""
    same = [row for row in rows if row["indicator_id"] == indicator] or list(rows)
    area = [row for row in rows if row["area_code"] == cell.place[1]]
    names = {name: area[0][name] if area else None for name in NAMES}
    return {**same[0], **names}


def _whole(what: Counted, of: str | None, cell: Cell) -> int | None:
    if of is None:
        return None
    whole = Cell(of, cell.place)
    return int(what.truth[what.number_of[whole]]) if whole in what.number_of else 0


def _row(like: Row, indicator: str, cell: Cell, whole: int | None) -> Row:
    place = dict(zip(PLACE, cell.place, strict=True))
    return {**like, **NOTHING, **place, "indicator_id": indicator, "denominator": whole}
