"""Census residents of districts by sex and broad age: one wide row becomes one row per group.

The table names its age groups and not their ages. By their size the middle one is 16 to 64, and
the oldest one leaves out people of 75 and over, so that the three do not add up to the total. So
residents of 65 and over are taken to be the total less the two younger groups.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.errors import BadDelivery
from pipelines.source.formats import csv

AREA = "ltla21_code"
TOTAL, YOUNGER, WORKING_AGE = "total", "younger", "working_age"
SEXES = {"females": "female", "males": "male"}
ADVICE = "Download the census table of districts by broad age and sex."


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the district, then `sex`, `age_from`, `age_to` and `people`."""
    for table in csv.read(stream, options):
        names = [f"{group}_{sex}" for group in (TOTAL, YOUNGER, WORKING_AGE) for sex in SEXES]
        if not {AREA, *names} <= set(table.column_names):
            raise BadDelivery(
                "delivery-header", "a column of residents by sex and age is missing.", ADVICE
            )
        for plural, sex in SEXES.items():
            total, younger, working = (
                _whole_numbers(table[f"{group}_{plural}"])
                for group in (TOTAL, YOUNGER, WORKING_AGE)
            )
            older = pc.subtract(pc.subtract(total, younger), working)
            yield _group(table, sex, ("0", "15"), younger)
            yield _group(table, sex, ("16", "64"), working)
            yield _group(table, sex, ("65", "120"), older)


def _group(table: pa.Table, sex: str, ages: tuple[str, str], people: pa.ChunkedArray) -> pa.Table:
    youngest, oldest = ages
    return (
        table.select([AREA])
        .append_column("sex", pa.repeat(sex, len(table)))
        .append_column("age_from", pa.repeat(youngest, len(table)))
        .append_column("age_to", pa.repeat(oldest, len(table)))
        .append_column("people", people.cast(pa.string()))
    )


def _whole_numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The numbers, which the table writes with a decimal."""
    found = None
    try:
        found = texts.cast(pa.float64()).cast(pa.int64())
    except pa.ArrowInvalid:
        # Raised below: Arrow quotes the value that it choked on.
        found = None
    if found is None:
        raise BadDelivery("delivery-number", "residents are not given as whole numbers.", ADVICE)
    return found
