"""Rows that were published and of which nobody is left.

A row that is gone would say so, and of whom: the last of a few. It comes back with its zero, and
then holds like any other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.core.stages import Measured
from pipelines.protect.cells import PLACE, WHOLE, Cell, Counted, counted, declared
from pipelines.protect.past import Past

NOTHING = {
    "count": 0, "total": None, "total_squares": None, "total_absolute": None, "largest": None,
    "second_largest": None,
}  # fmt: skip
NAMES = ("area_ods_code", "area_name")

Row = Mapping[str, Any]


def with_lost_rows(
    measured: Measured, past: Past, elsewhere: Mapping[Cell, int] | None = None
) -> pa.Table:
    """The measured table, and a row for every cell that an earlier release had and it lacks.

    It counts nobody, unless a dataset that is protected beside this one counts somebody there.
    """
    table, there = measured.table, elsewhere or {}
    what = counted(measured.contract, table)
    there = {**there, **dict(zip(what.cells, what.truth.tolist(), strict=True))}
    gone = [cell for cell in past.lost(what.cells) if _is_declared(what, cell)]
    rows = table.to_pylist()
    added = [
        _row(_like(rows, indicator, cell), indicator, cell, there, of)
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
    same.sort(key=lambda row: row["age_band"] not in WHOLE)
    names = {name: area[0][name] if area else None for name in NAMES}
    return {**same[0], **names}


def _row(like: Row, indicator: str, cell: Cell, there: Mapping[Cell, int], of: str | None) -> Row:
    place = dict(zip(PLACE, cell.place, strict=True))
    if place["age_band"] in WHOLE and like["age_band"] in WHOLE:
        place["age_band"] = like["age_band"]
    count = there.get(cell, 0)
    whole = None if of is None else there.get(Cell(of, cell.place), 0)
    numbers = {"count": count, "denominator": whole}
    return {**like, **NOTHING, **place, **numbers, "indicator_id": indicator}
