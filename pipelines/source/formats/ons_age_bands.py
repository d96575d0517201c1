"""ONS mid-year estimates by age band: one wide row per LSOA becomes one row per band."""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from pipelines.core.errors import BadDelivery
from pipelines.source.formats import csv

BAND = re.compile(r"^(\d+)(?:-(\d+)|(\+))$")
OLDEST = "120"


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the columns that are no bands, then `age_from`, `age_to` and `people`."""
    for table in csv.read(stream, options):
        bands = {n: m for n in table.column_names if (m := BAND.match(n))}
        if not bands:
            raise BadDelivery(
                "delivery-header",
                "no column is named as an age band.",
                "Download the table by age bands, with names such as 0-4 and 90+.",
            )
        others = [n for n in table.column_names if n not in bands]
        for name, match in bands.items():
            yield _one_band(table.select(others), match, table[name])


def _one_band(areas: pa.Table, band: re.Match[str], people: pa.ChunkedArray) -> pa.Table:
    oldest = OLDEST if band[3] else band[2]
    return (
        areas.append_column("age_from", pa.repeat(band[1], len(areas)))
        .append_column("age_to", pa.repeat(oldest, len(areas)))
        .append_column("people", people)
    )
