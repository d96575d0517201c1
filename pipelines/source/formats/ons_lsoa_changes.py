"""ONS's lookup of LSOAs of 2011 to those of 2021: of both countries in it, England only."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.errors import BadDelivery
from pipelines.source.formats import csv

CODE = "lsoa21_code"
ENGLISH = "E"


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the rows whose LSOA of 2021 is English."""
    for table in csv.read(stream, options):
        if CODE not in table.column_names:
            raise BadDelivery(
                "delivery-header",
                f"there is no column {CODE}.",
                "Download the lookup of LSOAs of 2011 to those of 2021.",
            )
        yield table.filter(pc.starts_with(table[CODE], ENGLISH))
