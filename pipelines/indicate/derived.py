"""Indices that are worked out from published rows alone, so that any reader can do it again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import stdtrit

from pipelines.core.contract import Contract, Derived, Index, Indicator, Statistic
from pipelines.indicate.inequality import FEWEST, Inequality, Scale, inequality
from pipelines.indicate.numbers import tail_of

Row = Mapping[str, Any]

PLACE = ("area_type", "area_code", "period_start", "period_end", "sex", "age_band")
"""What one index is of: every category of one area, period, sex and age group."""

MISSING_NOTE = "Not given: the number of one of its groups is hidden."
FEW_NOTE = f"Not given: it needs {FEWEST} groups with people in them."
EXTREME_NOTE = "Not given: in one of its groups it is nobody, or everybody."


def with_derived(contract: Contract, table: pa.Table, decimals: int) -> pa.Table:
    """The published table with a row for every index that its contract derives."""
    by_id = {indicator.id: indicator for indicator in contract.indicators}
    derived = [i for i in contract.indicators if i.derived is not None]
    if not derived or not table.num_rows:
        return table
    rows = table.to_pylist()
    made = [
        {**row, **{name: _rounded(row[name], decimals) for name in VALUES}}
        for indicator in derived
        for row in _rows_of(indicator, by_id, rows)
    ]
    return pa.concat_tables([table, pa.Table.from_pylist(made, table.schema)]).combine_chunks()


VALUES = ("value", "lower_ci_95", "upper_ci_95")


def _rows_of(
    indicator: Indicator, by_id: Mapping[str, Indicator], rows: Sequence[Row]
) -> Iterator[Row]:
    how = indicator.derived
    if how is None:
        return
    source = [row for row in rows if row["indicator_id"] == how.of]
    if how.index is Index.STANDARD_DEVIATION:
        for row in source:
            yield _named(indicator, row, _spread(row), row["suppression_status"])
        return
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in source:
        if row["category_type"] == how.over:
            groups.setdefault(tuple(row[name] for name in PLACE), []).append(row)
    for group in groups.values():
        yield _slope(indicator, how, by_id[how.of], group)


def _slope(indicator: Indicator, how: Derived, of: Indicator, group: Sequence[Row]) -> Row:
    """One index over the categories of a group; none, with the reason, where it cannot be."""
    base = "count" if of.statistic is Statistic.MEAN else "denominator"
    lasting = [row for row in sorted(group, key=_rank) if row[base] != 0]
    like = {
        **group[0],
        "category_type": "all",
        "category": "all",
        "providers_reporting": min(row["providers_reporting"] for row in group),
        "coverage": min((r["coverage"] for r in group if r["coverage"] is not None), default=None),
    }
    if any(row[name] is None for row in lasting for name in (base, *VALUES)):
        return _named(indicator, like, (None, None, None), "hidden", MISSING_NOTE)
    if len(lasting) < FEWEST:
        return _named(indicator, like, (None, None, None), "none", FEW_NOTE)
    scale = _scale_of(of)
    if scale is not Scale.PLAIN and _is_extreme(lasting, of):
        return _named(indicator, like, (None, None, None), "none", EXTREME_NOTE)
    found = _index(lasting, base, scale, 100.0 if of.unit == "%" else 1.0)
    estimate = found.sii if how.index is Index.SII else found.rii
    limits = (float(n) for n in estimate)
    value, lower, upper = limits if indicator.ci_method != "none" else (next(limits), None, None)
    return _named(indicator, like, (value, lower, upper), "rounded")


def _index(rows: Sequence[Row], base: str, scale: Scale, percent: float) -> Inequality:
    """Percentages are brought to 0 to 1 for the line, and back for the index."""
    value, lower, upper = (
        np.array([row[name] for row in rows], dtype=np.float64) / percent for name in VALUES
    )
    return inequality(
        [row[base] for row in rows],
        value,
        lower,
        upper,
        scale=scale,
        transform=scale is not Scale.PLAIN,
        multiplier=percent,
    )


def _scale_of(of: Indicator) -> Scale:
    scales = {Statistic.PROPORTION: Scale.PROPORTION, Statistic.RATE: Scale.RATE}
    return scales.get(of.statistic, Scale.PLAIN)


def _is_extreme(rows: Sequence[Row], of: Indicator) -> bool:
    """Whether a value or limit has no logarithm, or no odds."""
    whole = 100.0 if of.unit == "%" else 1.0
    most = whole if of.statistic is Statistic.PROPORTION else np.inf
    return any(not 0 < row[name] < most for row in rows for name in VALUES)


def _rank(row: Row) -> int:
    """Where a category stands: '10 least deprived tenth' comes after '2'."""
    number = re.match(r"\d+", row["category"])
    return int(number.group()) if number else 0


def _spread(row: Row) -> tuple[float | None, None, None]:
    """The standard deviation that a mean's limits and number of people imply."""
    n, lower, upper = row["count"], row["lower_ci_95"], row["upper_ci_95"]
    if n is None or n < 2 or lower is None or upper is None:
        return None, None, None
    half_width = (upper - lower) / 2
    return float(half_width * np.sqrt(n) / stdtrit(n - 1, 1 - tail_of(0.95))), None, None


def _named(
    indicator: Indicator,
    like: Row,
    values: tuple[float | None, float | None, float | None],
    status: str,
    note: str = "",
) -> Row:
    is_spread = indicator.derived is not None and (
        indicator.derived.index is Index.STANDARD_DEVIATION
    )
    return {
        **like,
        **dict(zip(VALUES, values, strict=True)),
        "indicator_id": indicator.id,
        "indicator_name": indicator.name,
        "count": like["count"] if is_spread else None,
        "denominator": None,
        "ci_method": indicator.ci_method,
        "unit": indicator.unit,
        "suppression_status": status,
        "value_note": " ".join(filter(None, [note, indicator.caveat])),
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)
