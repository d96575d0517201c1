"""XmR charts of published monthly series: each month beside its limits, and what stands out.

Worked out from published values alone, so that any reader can do it again. Rules and names as NHS
England's Making Data Count teaches them; see docs/explanation/trends.md.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.indicate.xmr import XmR, xmr

Row = Mapping[str, Any]

FEWEST = 12
"""Months that limits need: with fewer they move too much from one month to the next."""

MOST_HIDDEN = 0.2
"""Months that are hidden, or have no row between others, are mostly small ones: with a larger share
the mean would be of the large ones."""

COLUMNS = (
    "centre_line", "lower_process_limit", "upper_process_limit", "special_cause", "variation",
)  # fmt: skip
"""What a contract adds to the published shape to have its series charted."""

SERIES = ("indicator_id", "area_type", "area_code", "sex", "age_band")
RULES = {
    "outside": "outside limits",
    "one_side": "run of 7 on one side",
    "trend": "trend of 7",
    "two_of_three": "2 of 3 near a limit",
}
TOO_FEW, NOT_COMPARED, COMMON = "too few points", "not compared", "common cause"
MEANING = {
    ("high is good", 1): "improvement",
    ("high is good", -1): "concern",
    ("low is good", 1): "concern",
    ("low is good", -1): "improvement",
}


def with_charts(contract: Contract, table: pa.Table, decimals: int) -> pa.Table:
    """The published table with its charts' columns filled, where its contract has them."""
    names = {column.name for column in contract.columns}
    if not names.issuperset(COLUMNS) or not table.num_rows:
        return table
    polarities = {indicator.id: indicator.polarity for indicator in contract.indicators}
    series: dict[tuple[Any, ...], list[Row]] = {}
    for row in table.sort_by("period_start").to_pylist():
        series.setdefault(tuple(row[name] for name in SERIES), []).append(row)
    made = [
        charted
        for months in series.values()
        for charted in _charted(months, polarities[months[0]["indicator_id"]], decimals)
    ]
    return pa.Table.from_pylist(made, table.schema)


def _charted(months: Sequence[Row], polarity: str, decimals: int) -> list[Row]:
    """One series, in the order of time."""
    value = np.array([np.nan if row["value"] is None else row["value"] for row in months])
    compared = np.where(_fully_covered(months), value, np.nan)
    if not _is_enough(months, compared):
        return [{**row, "variation": _unless_hidden(row, TOO_FEW)} for row in months]
    chart = xmr(compared)
    lines = [round(float(n), decimals) for n in (chart.centre, chart.lower, chart.upper)]
    directions = _directions(chart, compared)
    return [
        {
            **row,
            **dict(zip(COLUMNS, lines, strict=False)),
            "special_cause": _rules_met(chart, at),
            "variation": _unless_hidden(
                row,
                NOT_COMPARED if np.isnan(compared[at]) else _meaning(polarity, directions[at]),
            ),
        }
        for at, row in enumerate(months)
    ]


def _is_enough(months: Sequence[Row], compared: npt.NDArray[np.float64]) -> bool:
    first, last = (row["period_start"] for row in (months[0], months[-1]))
    span = 12 * (last.year - first.year) + last.month - first.month + 1
    untold = span - sum(row["value"] is not None for row in months)
    known = int(np.count_nonzero(~np.isnan(compared)))
    return known >= FEWEST and untold <= MOST_HIDDEN * span


def _fully_covered(months: Sequence[Row]) -> npt.NDArray[np.bool_]:
    """Months of which as many providers delivered as of any: a missing feed is no fall."""
    reporting = np.array([row["coverage"] or 0.0 for row in months], dtype=np.float64)
    flags: npt.NDArray[np.bool_] = reporting == reporting.max()
    return flags


def _directions(chart: XmR, values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """1 for a month that stands out upwards, -1 downwards, 0 for one that does not.

    The side of the mean decides; a trend alone is told by the way in which it goes.
    """
    by_side = chart.outside | chart.one_side | chart.two_of_three
    known = np.flatnonzero(~np.isnan(values))
    moves = np.diff(values[known])
    # The first month of a trend has no move of its own before it: the next one's is the same.
    own = np.zeros(len(values))
    own[known] = np.concatenate([moves[:1], moves])
    starts = np.zeros(len(values), dtype=bool)
    trends = chart.trend[known]
    starts[known[1:]] = trends[1:] & ~trends[:-1]
    following = np.zeros(len(values))
    following[known] = np.concatenate([moves, moves[-1:]])
    way = np.where(starts, following, own)
    found = np.where(by_side, values - chart.centre, np.where(chart.trend, way, 0.0))
    signs: npt.NDArray[np.int64] = np.sign(np.nan_to_num(found)).astype(np.int64)
    return signs


def _rules_met(chart: XmR, at: int) -> str | None:
    met = [words for name, words in RULES.items() if getattr(chart, name)[at]]
    return "; ".join(met) or None


def _meaning(polarity: str, direction: int) -> str:
    if direction == 0:
        return COMMON
    neutral = "special cause up" if direction > 0 else "special cause down"
    return MEANING.get((polarity, int(direction)), neutral)


def _unless_hidden(row: Row, words: str) -> str | None:
    return None if row["value"] is None else words
