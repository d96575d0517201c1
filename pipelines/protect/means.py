"""Means: given for enough people, when no one or two of them make the sum, and not of one value."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Contract, Statistic
from pipelines.core.thresholds import Limits
from pipelines.protect.cells import Counted, Flags
from pipelines.protect.numbers import Numbers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Means:
    """Sums behind means, one entry a row: at the shown count, in whole units, where `given`."""

    is_mean: Flags
    given: Flags
    total: Floats
    total_squares: Floats


def means_of(
    contract: Contract, table: pa.Table, counted: Counted, numbers: Numbers, limits: Limits
) -> Means:
    """Which rows' means may be given, and the sums from which anyone may work them out.

    The sums are brought to the shown count and to whole units: the mean stays what it was to within
    half a unit over the count, and neither the exact people nor the exact sum can be worked back.
    """
    by_id = {indicator.id: indicator.statistic for indicator in contract.indicators}
    is_mean = np.array(
        [by_id[i] is Statistic.MEAN for i in table["indicator_id"].to_pylist()], dtype=bool
    )
    people = counted.truth[counted.count_at]
    shown = numbers.value[counted.count_at]
    scale = np.divide(shown, people, out=np.zeros(len(people)), where=people > 0)
    total, squares = _floats(table, "total"), _floats(table, "total_squares")
    given = (
        is_mean
        & ~numbers.hidden[counted.count_at]
        & (people >= limits.mean_people)
        & ~_made_by_two(table, limits)
        & ~_of_one_value(total, squares, people)
    )
    return Means(is_mean, given, _whole(total * scale), _whole(squares * scale))


def _made_by_two(table: pa.Table, limits: Limits) -> Flags:
    """The p per cent rule: the second largest knows its own part, and could work out the first."""
    absolute, largest = _floats(table, "total_absolute"), _floats(table, "largest")
    second = np.nan_to_num(_floats(table, "second_largest"))  # none where one person has a score
    rest = absolute - largest - second
    # Without the numbers that the rule asks for, nothing is given.
    unknown = np.isnan(absolute) | np.isnan(rest)
    flags: Flags = unknown | (rest < limits.dominance_percent / 100 * largest)
    return flags


def _of_one_value(total: Floats, squares: Floats, people: npt.NDArray[np.int64]) -> Flags:
    """Whether everybody has the same value: then the mean is each one's."""
    flags: Flags = np.isclose(squares * people, total**2)
    return flags


def _whole(values: Floats) -> Floats:
    return np.floor(values + 0.5)


def _floats(table: pa.Table, name: str) -> Floats:
    values: Floats = table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values
