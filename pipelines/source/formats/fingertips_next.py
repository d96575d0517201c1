"""Rows of FingertipsNext: indicators by number, area, year, sex, age and category.

Adds `AreaType`, which the file leaves to the form of the area's code, and takes off the quotes
that its export left inside some category names.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.source.area_codes import area_types
from pipelines.source.formats import csv

QUOTED = ("Category", "CategoryType")


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the rows as text, with the kind of area beside its code."""
    for table in csv.read(stream, options):
        yield _with_area_type(_without_inner_quotes(table))


def _with_area_type(table: pa.Table) -> pa.Table:
    if "AreaCode" not in table.column_names:
        return table
    return table.append_column("AreaType", area_types(table["AreaCode"]))


def _without_inner_quotes(table: pa.Table) -> pa.Table:
    for name in QUOTED:
        if name in table.column_names:
            bare = pc.utf8_trim(table[name], characters='"')
            table = table.set_column(table.column_names.index(name), name, bare)
    return table
