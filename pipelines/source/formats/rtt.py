"""Referral-to-treatment waits by ICB, month and treatment function, from Parquet.

Two columns of waits become two rows. A stranger's Parquet may unpack to ten thousand times its
size, so it is read by small batches, texts as dictionaries, and its own metadata is dropped.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.errors import BadAgreement, BadDelivery

BATCH_ROWS = 25_000
MAX_TEXT = 200
TEXTS = ("stp20_nhs_code", "stp20_name", "treatment")
MONTH = "date"
WAITS = ("waits_over_18_weeks", "waits_over_52_weeks")


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield code, name, treatment, `period` (2025-02), `measure` and `patients` as text."""
    if options:
        raise BadAgreement(
            "format-options", "an rtt file takes no options.", "Remove them from the agreement."
        )
    for batch in _batches(stream):
        for measure in WAITS:
            yield _one_measure(batch, measure)


def _batches(stream: BinaryIO) -> Iterator[pa.Table]:
    batches = None
    while True:
        try:
            batches = batches or pq.ParquetFile(
                stream, read_dictionary=list(TEXTS), arrow_extensions_enabled=False
            ).iter_batches(BATCH_ROWS, columns=[*TEXTS, MONTH, *WAITS])
            table = pa.Table.from_batches([next(batches)])
        except StopIteration:
            return
        except (pa.ArrowException, OSError, KeyError):
            # The library's text may quote what it read.
            table = None
        if table is None or not _fits(table):
            raise BadDelivery(
                "delivery-parquet",
                "the file is no Parquet of waiting times by ICB and treatment function.",
                "Download it again, or ask the publisher what changed.",
            )
        yield table


def _fits(table: pa.Table) -> bool:
    """Whether the columns are those that we know, of their types, with texts of sane length."""
    if set(table.column_names) != {*TEXTS, MONTH, *WAITS}:
        return False
    numbers = all(pa.types.is_floating(table[name].type) for name in WAITS)
    if not numbers or not pa.types.is_date(table[MONTH].type):
        return False
    return all(_short_texts(table[name].combine_chunks()) for name in TEXTS)


def _short_texts(column: pa.Array) -> bool:
    if not pa.types.is_dictionary(column.type):
        return False
    words = column.dictionary
    if not (pa.types.is_string(words.type) or pa.types.is_large_string(words.type)):
        return False
    return bool((pc.max(pc.utf8_length(words)).as_py() or 0) <= MAX_TEXT)


def _one_measure(table: pa.Table, measure: str) -> pa.Table:
    columns = {name: table[name].cast(pa.string()) for name in TEXTS}
    columns["period"] = pc.strftime(table[MONTH], "%Y-%m")
    columns["measure"] = pa.repeat(measure, len(table))
    columns["patients"] = _whole(table[measure])
    return pa.table(columns)


def _whole(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """A publisher's float as a whole number's text where it is one: 1154.0 as 1154."""
    whole = pc.equal(pc.floor(numbers), numbers)
    small = pc.and_kleene(whole, pc.less(pc.abs(numbers), 2.0**53))
    as_integer = pc.cast(pc.if_else(small, numbers, None), pa.int64()).cast(pa.string())
    return pc.coalesce(as_integer, numbers.cast(pa.string()))
