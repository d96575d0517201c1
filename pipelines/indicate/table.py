"""Values, limits and words for a protected table: the published shape."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Contract, Indicator, Statistic
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Indicated, Protected
from pipelines.indicate.charts import COLUMNS as CHART_COLUMNS
from pipelines.indicate.charts import with_charts
from pipelines.indicate.costs import with_costs
from pipelines.indicate.derived import with_derived
from pipelines.indicate.estimates import noted, with_estimates
from pipelines.indicate.limits import exact_poisson, mean_limits, poisson, wilson
from pipelines.indicate.quoted import with_quoted

Floats = npt.NDArray[np.float64]

DECIMALS = 4
"""More would only repeat the rounding of the counts."""

HIDDEN_NOTE = "Hidden: it could tell something of a few people, or of all of a group."


def indicate(protected: Protected, release_id: str) -> Indicated:
    """Fill in values and limits from protected numbers, and the words that explain them."""
    contract, table = protected.contract, protected.table
    indicators = _indicators(contract, table)
    value, lower, upper = _as_before(
        table, with_costs(table, indicators, with_estimates(table, _values(protected, indicators)))
    )
    rows = table.num_rows
    made: dict[str, Any] = {
        "indicator_name": [i.name for i in indicators],
        "geography_vintage": [protected.scope.vintage] * rows,
        "value": _numbers(value),
        "lower_ci_95": _numbers(lower),
        "upper_ci_95": _numbers(upper),
        "ci_method": [i.ci_method for i in indicators],
        "unit": [i.unit for i in indicators],
        "value_note": noted(table, _notes(table["suppression_status"].to_pylist(), indicators)),
        "coverage": _numbers(
            _share(_floats(table["providers_reporting"]), _floats(table["providers_expected"]))
        ),
        "contract_version": [contract.label] * rows,
        "release_id": [release_id] * rows,
    }
    made |= dict.fromkeys(CHART_COLUMNS, [None] * rows)
    schema = arrow_schema(contract)
    columns = [made[f.name] if f.name in made else table[f.name].to_pylist() for f in schema]
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    counted = pa.table(arrays, schema=schema)
    whole = with_charts(contract, with_derived(contract, counted, DECIMALS), DECIMALS)
    return Indicated(protected, with_quoted(contract, protected.scope, release_id, whole))


def _as_before(table: pa.Table, values: tuple[Floats, Floats, Floats]) -> list[Floats]:
    """A mean whose count holds keeps its earlier value and limits, whatever the sums say today."""
    kept = [_floats(table[f"held_{name}"]) for name in ("value", "lower", "upper")]
    holds = np.array(table["holds"].to_pylist(), dtype=bool)
    return [np.where(holds, before, now) for before, now in zip(kept, values, strict=True)]


def _values(protected: Protected, indicators: Sequence[Indicator]) -> tuple[Floats, Floats, Floats]:
    """Value, lower and upper limit of every row; not a number where there is none."""
    table = protected.table
    count, denominator = _floats(table["count"]), _floats(table["denominator"])
    total, squares = _floats(table["total"]), _floats(table["total_squares"])
    kind = np.array([i.statistic.value for i in indicators], dtype=object)
    method = np.array([i.ci_method for i in indicators], dtype=object)
    percent = np.where(np.array([i.unit == "%" for i in indicators], dtype=bool), 100.0, 1.0)
    is_count = kind == Statistic.COUNT
    times = np.array([i.multiplier for i in indicators], dtype=np.float64)
    per = np.where(is_count, 1.0, times / np.where(denominator > 0, denominator, np.nan))
    value = np.select(
        [is_count, kind == Statistic.PROPORTION, kind == Statistic.RATE, kind == Statistic.MEAN],
        [
            count,
            percent * _share(count, denominator),
            per * count,
            _with_digits(_share(total, count), protected.mean_digits),
        ],
        np.nan,
    )
    # Numbers of two days can cross, and what is no part may be more: Wilson's limits need a part.
    part = np.where((method == "wilson") & (count <= denominator), count, np.nan)
    limits = {
        "wilson": [percent * limit for limit in wilson(part, denominator)],
        "byars": [per * limit for limit in poisson(count)],
        "exact": [per * limit for limit in exact_poisson(count)],
        "student_t": [
            _with_digits(limit, protected.mean_digits)
            for limit in mean_limits(total, squares, count)
        ],
    }
    choices = [method == name for name in limits]
    lower = np.select(choices, [pair[0] for pair in limits.values()], np.nan)
    upper = np.select(choices, [pair[1] for pair in limits.values()], np.nan)
    return value, lower, upper


def _with_digits(values: Floats, digits: int) -> Floats:
    """To so many significant digits: more would say how large a sum is."""
    size = np.floor(np.log10(np.abs(values), out=np.zeros(len(values)), where=values != 0))
    scale = 10.0 ** (digits - 1 - np.nan_to_num(size))
    return np.round(values * scale) / scale


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share


def _indicators(contract: Contract, table: pa.Table) -> list[Indicator]:
    by_id = {indicator.id: indicator for indicator in contract.indicators}
    return [by_id[i] for i in table["indicator_id"].to_pylist()]


def _notes(statuses: Sequence[str], indicators: Sequence[Indicator]) -> list[str]:
    return [
        " ".join(filter(None, [HIDDEN_NOTE if status == "hidden" else "", indicator.caveat]))
        for status, indicator in zip(statuses, indicators, strict=True)
    ]


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), DECIMALS) for v in values]


def _floats(column: pa.ChunkedArray) -> Floats:
    # A missing number becomes not-a-number, so that whatever is made of it is missing as well.
    values: Floats = column.cast(pa.float64()).to_numpy()
    return values
