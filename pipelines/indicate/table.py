"""Values, limits and words for a protected table: the published shape."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Contract, Indicator, Statistic
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Indicated, Protected
from pipelines.indicate.limits import mean_limits, wilson

Floats = npt.NDArray[np.float64]

DECIMALS = 4
"""More would only repeat the rounding of the counts."""

HIDDEN_NOTES = {
    "primary": "Hidden: a small number of people.",
    "secondary": "Hidden: it would give a small number of people away.",
}


def indicate(protected: Protected, release_id: str) -> Indicated:
    """Fill in values and limits from protected numbers, and the words that explain them."""
    contract, table = protected.contract, protected.table
    indicators = _indicators(contract, table)
    value, lower, upper = _values(table, indicators)
    rows = table.num_rows
    made: dict[str, Any] = {
        "indicator_name": [i.name for i in indicators],
        "geography_vintage": [protected.scope.vintage] * rows,
        "value": _numbers(value),
        "lower_ci_95": _numbers(lower),
        "upper_ci_95": _numbers(upper),
        "ci_method": [i.ci_method for i in indicators],
        "unit": [i.unit for i in indicators],
        "value_note": _notes(table["suppression_status"].to_pylist(), indicators),
        "coverage": _numbers(
            _share(_floats(table["providers_reporting"]), _floats(table["providers_expected"]))
        ),
        "contract_version": [contract.label] * rows,
        "release_id": [release_id] * rows,
    }
    schema = arrow_schema(contract)
    columns = [made[f.name] if f.name in made else table[f.name].to_pylist() for f in schema]
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    return Indicated(protected, pa.table(arrays, schema=schema))


def _values(table: pa.Table, indicators: Sequence[Indicator]) -> tuple[Floats, Floats, Floats]:
    """Value, lower and upper limit of every row; not a number where there is none."""
    count, denominator = _floats(table["count"]), _floats(table["denominator"])
    total, squares = _floats(table["total"]), _floats(table["total_squares"])
    kind = np.array([i.statistic.value for i in indicators], dtype=object)
    method = np.array([i.ci_method for i in indicators], dtype=object)
    percent = np.where(np.array([i.unit == "%" for i in indicators], dtype=bool), 100.0, 1.0)
    share_lower, share_upper = wilson(count, denominator)
    mean_lower, mean_upper = mean_limits(total, squares, count)
    value = np.select(
        [kind == Statistic.COUNT, kind == Statistic.PROPORTION, kind == Statistic.MEAN],
        [count, percent * _share(count, denominator), _share(total, count)],
        np.nan,
    )
    choices = [method == "wilson", method == "student_t"]
    lower = np.select(choices, [percent * share_lower, mean_lower], np.nan)
    upper = np.select(choices, [percent * share_upper, mean_upper], np.nan)
    return value, lower, upper


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share


def _indicators(contract: Contract, table: pa.Table) -> list[Indicator]:
    by_id = {indicator.id: indicator for indicator in contract.indicators}
    return [by_id[i] for i in table["indicator_id"].to_pylist()]


def _notes(statuses: Sequence[str], indicators: Sequence[Indicator]) -> list[str]:
    return [
        " ".join(filter(None, [HIDDEN_NOTES.get(status), indicator.caveat]))
        for status, indicator in zip(statuses, indicators, strict=True)
    ]


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), DECIMALS) for v in values]


def _floats(column: pa.ChunkedArray) -> Floats:
    # A missing number becomes not-a-number, so that whatever is made of it is missing as well.
    values: Floats = column.cast(pa.float64()).to_numpy()
    return values
