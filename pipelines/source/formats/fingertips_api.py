"""The CSV of the Fingertips API (`all_data/csv/by_indicator_id`), whose header varies.

The comparison with the parent area is named after the kind of parent, so it is known by its
place and its beginning; the range of the period comes only when it was asked for.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from pipelines.core.errors import BadDelivery
from pipelines.source.area_codes import area_types
from pipelines.source.formats import csv

PARENT_COMPARISON = 22
"""Its place, from 0. The one before it compares with England or, for some profiles, the goal."""
PARENT_COMPARISON_NAME = "Compared to parent value or percentiles"
AREA_KIND = "Area Kind"
OPTIONAL = "Time period range"


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the rows as text under one fixed header, with the kind of area from its code."""
    for table in csv.read(stream, options):
        rows = table.rename_columns(_fixed_header(table.column_names))
        if OPTIONAL not in rows.column_names:
            rows = rows.append_column(OPTIONAL, pa.nulls(len(rows), pa.string()))
        yield rows.append_column(AREA_KIND, area_types(rows["Area Code"]))


def _fixed_header(names: list[str]) -> list[str]:
    found = names[PARENT_COMPARISON] if len(names) > PARENT_COMPARISON else ""
    if not found.startswith("Compared to ") or "Area Code" not in names:
        raise BadDelivery(
            "delivery-header",
            f"column {PARENT_COMPARISON + 1} does not compare with a parent area, or there is "
            "no Area Code.",
            "Download the table again from the Fingertips API, all columns.",
        )
    return [*names[:PARENT_COMPARISON], PARENT_COMPARISON_NAME, *names[PARENT_COMPARISON + 1 :]]
