"""Census tables with a column for each group: one wide row per area becomes one row per group.

The option `area` names the column of the area and `total` one that is no group; every other
column is one.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from pipelines.core.errors import BadDelivery
from pipelines.source.formats import csv

OWN = ("area", "total")


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the area's column, then `group` (the column's name) and `people`."""
    area, others = options.get("area", ""), {options.get(name, "") for name in OWN}
    for table in csv.read(stream, {k: v for k, v in options.items() if k not in OWN}):
        if area not in table.column_names:
            raise BadDelivery(
                "delivery-header",
                "the column that names the area is missing.",
                "Download the table with one row per area, or correct the agreement's `area`.",
            )
        for group in [name for name in table.column_names if name not in others]:
            yield (
                table.select([area])
                .append_column("group", pa.repeat(group, len(table)))
                .append_column("people", table[group])
            )
