"""Columns of an extract as whole numbers, so that rows can be grouped and compared."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.errors import BadSettings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def check_columns(table: pa.Table, names: Mapping[str, object] | Sequence[str]) -> None:
    """Raise `BadSettings` when the table lacks a column or no column is named."""
    if not names or set(names) - set(table.column_names):
        raise BadSettings(
            "extract-column",
            "an extract was asked about a column that it does not have.",
            "Name columns of the extract, and at least one.",
        )


def codes_of(table: pa.Table, names: Sequence[str]) -> Ints:
    """A number for each row: the same for rows that agree in all columns. Missing is a value."""
    codes = np.zeros(table.num_rows, dtype=np.int64)
    for name in names:
        encoded = pc.dictionary_encode(plain(table[name]), null_encoding="encode").combine_chunks()
        codes = joined(codes, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64))
    return codes


def joined(left: Ints, right: Ints) -> Ints:
    """One number, from 0 without gaps, for each pair of numbers."""
    if len(left) == 0:
        return left
    pairs = left * (int(right.max()) + 1) + right
    return np.asarray(np.unique(pairs, return_inverse=True)[1], dtype=np.int64)


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without a dictionary, which several of Arrow's functions do not take."""
    kind = column.type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column


def stacked(left: pa.Table, right: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows of both tables, in these columns; as text where the tables differ in type."""
    columns = {}
    for name in names:
        ours, theirs = plain(left[name]), plain(right[name])
        if ours.type != theirs.type:
            ours, theirs = ours.cast(pa.string()), theirs.cast(pa.string())
        columns[name] = pa.chunked_array([*ours.chunks, *theirs.chunks], ours.type)
    return pa.table(columns)


def is_amount(kind: pa.DataType) -> bool:
    """Whether values of the type can lie nearer to each other or further off."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_date32(kind))


def scaled(column: pa.ChunkedArray) -> Floats:
    """From 0 to 1; what is missing lies as far from everything as anything can."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    numbers = column.cast(pa.float64()).to_numpy()
    given = numbers[~np.isnan(numbers)]
    lowest, spread = (given.min(), np.ptp(given)) if len(given) else (0.0, 0.0)
    return np.asarray(np.nan_to_num((numbers - lowest) / (spread or 1.0), nan=-1.0))
