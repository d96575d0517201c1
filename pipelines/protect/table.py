"""The disclosure rule over a dataset's counts and sums, in integers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Contract, Indicator, Statistic
from pipelines.core.stages import Measured, Protected
from pipelines.protect.rule import Rule

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NUMBERS = ("count", "denominator", "total", "total_squares")


@dataclass(frozen=True)
class _Exact:
    """The numbers of a measured table as arrays; `given` says where there is a denominator."""

    count: Ints
    denominator: Ints
    given: Flags
    total: Floats
    total_squares: Floats
    is_proportion: Flags
    is_mean: Flags


def protect(measured: Measured, rule: Rule) -> Protected:
    """Hide small counts and round the others. The only way from exact counts to the outside."""
    exact = _exact_numbers(measured)
    primary, secondary = _hidden(exact, rule)
    secondary = _wherever_repeated(measured, primary | secondary) & ~primary
    hidden = primary | secondary
    small_base = exact.given & _is_small(exact.denominator, rule)
    columns = {
        name: measured.table[name] for name in measured.table.column_names if name not in NUMBERS
    }
    count = _rounded(exact.count, rule)
    total, total_squares = _sums_at_rounded_count(exact, count)
    columns["count"] = pa.array(count, pa.int64(), mask=hidden)
    columns["denominator"] = pa.array(
        _rounded(exact.denominator, rule), pa.int64(), mask=~exact.given | small_base
    )
    without_sums = hidden | ~exact.is_mean
    columns["total"] = pa.array(total, pa.float64(), mask=without_sums)
    columns["total_squares"] = pa.array(total_squares, pa.float64(), mask=without_sums)
    columns["suppression_status"] = pa.array(_status(exact, primary, secondary))
    return Protected(measured.scope, measured.contract, pa.table(columns), rule.sentence)


def protect_counts(counts: Sequence[int], rule: Rule) -> list[int | None]:
    """Counts outside a dataset (a manifest's) under the same rule; None is hidden."""
    return [None if 1 <= n <= rule.threshold else rule.rounded(n) for n in counts]


def _exact_numbers(measured: Measured) -> _Exact:
    table = measured.table
    statistics = _statistics(measured.contract, table["indicator_id"].to_pylist())
    return _Exact(
        count=_ints(table["count"]),
        denominator=_ints(table["denominator"]),
        given=table["denominator"].is_valid().to_numpy(zero_copy_only=False),
        total=_floats(table["total"]),
        total_squares=_floats(table["total_squares"]),
        is_proportion=np.array([s is Statistic.PROPORTION for s in statistics], dtype=bool),
        is_mean=np.array([s is Statistic.MEAN for s in statistics], dtype=bool),
    )


def _statistics(contract: Contract, ids: Sequence[str]) -> list[Statistic]:
    by_id = {indicator.id: indicator.statistic for indicator in contract.indicators}
    return [by_id[i] for i in ids]


def _hidden(exact: _Exact, rule: Rule) -> tuple[Flags, Flags]:
    """Which counts are small, and which give a small number away by subtraction.

    A denominator of 1 to 7 hides its count, even a count of zero; a shown count beside a shown
    denominator must not leave 1 to 7 people who are not counted.
    """
    primary = _is_small(exact.count, rule) | (exact.given & _is_small(exact.denominator, rule))
    others = exact.denominator - exact.count
    leaves_few = exact.is_proportion & exact.given & _is_small(others, rule)
    return primary, leaves_few & ~primary


def _wherever_repeated(measured: Measured, hidden: Flags) -> Flags:
    """The same number, in the contract's words for what is counted, is hidden in every row."""
    by_id = {
        indicator.id: _what_is_counted(indicator) for indicator in measured.contract.indicators
    }
    names = ["area_code", "period_start", "sex", "age_band", "category_type", "category"]
    cells = zip(*(measured.table[name].to_pylist() for name in names), strict=True)
    ids = measured.table["indicator_id"].to_pylist()
    numbers = [(by_id[i], *cell) for i, cell in zip(ids, cells, strict=True)]
    told = {number for number, is_hidden in zip(numbers, hidden, strict=True) if is_hidden}
    return np.array([number in told for number in numbers], dtype=bool)


def _what_is_counted(indicator: Indicator) -> str:
    is_mean = indicator.statistic is Statistic.MEAN
    return indicator.denominator if is_mean else indicator.numerator


def _is_small(counts: Ints, rule: Rule) -> Flags:
    return (counts >= 1) & (counts <= rule.threshold)


def _rounded(counts: Ints, rule: Rule) -> Ints:
    # Integers only: floats, and Python's own round, would round some halves down.
    return (2 * counts + rule.base) // (2 * rule.base) * rule.base


def _sums_at_rounded_count(exact: _Exact, count: Ints) -> tuple[Floats, Floats]:
    """Sums behind means, brought to the rounded count and to whole units.

    The mean stays what it was to within half a unit over the count, and neither the exact number
    of people nor the exact sum can be worked back from it.
    """
    scale = np.divide(count, exact.count, out=np.zeros(len(count)), where=exact.count > 0)
    return np.floor(exact.total * scale + 0.5), np.floor(exact.total_squares * scale + 0.5)


def _status(exact: _Exact, primary: Flags, secondary: Flags) -> list[str]:
    # A count that is a multiple of the base by chance is 'rounded' too: 'none' would call it exact.
    nothing = (exact.count == 0) & (~exact.given | (exact.denominator == 0))
    status = np.where(nothing, "none", "rounded")
    status = np.where(secondary, "secondary", status)
    return [str(s) for s in np.where(primary, "primary", status)]


def _ints(column: pa.ChunkedArray) -> Ints:
    values: Ints = column.fill_null(0).to_numpy().astype(np.int64)
    return values


def _floats(column: pa.ChunkedArray) -> Floats:
    values: Floats = column.fill_null(0.0).to_numpy().astype(np.float64)
    return values
