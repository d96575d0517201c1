"""Estimates as evaluations made them and `protect` let them through, in the published columns."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pipelines.indicate.numbers import Floats

Values = tuple[Floats, Floats, Floats]
FIGURES = ("estimate_value", "estimate_lower", "estimate_upper")


def with_estimates(table: pa.Table, values: Values) -> Values:
    """Values and limits with those of estimates filled in; a table without any stays as it is."""
    if not set(FIGURES) <= set(table.column_names):
        return values
    made = [table[name].cast(pa.float64()).to_numpy() for name in FIGURES]
    value, lower, upper = (
        np.where(np.isnan(own), other, own) for own, other in zip(made, values, strict=True)
    )
    return value, lower, upper


def noted(table: pa.Table, notes: Sequence[str]) -> list[str]:
    """Each row's note, with its protocol and why there is no estimate before it."""
    if "estimate_note" not in table.column_names:
        return list(notes)
    own = table["estimate_note"].to_pylist()
    return [" ".join(filter(None, pair)) for pair in zip(own, notes, strict=True)]
