"""XmR charts: whether the points of a series differ by more than its ordinary variation.

Limits and rules as NHS England's Making Data Count teaches them (Shewhart's chart of individual
values and moving ranges).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from pipelines.indicate.numbers import Floats, Numbers, check, floats

LIMIT = 2.66
"""Average moving ranges from the mean to a limit: three standard deviations of one value."""

OUTLIER = 3.267
"""Moving ranges of so many times their average say nothing of the ordinary variation."""

RUN = 7
"""Points on one side of the mean, or all rising or all falling, that are more than chance."""

Flags = npt.NDArray[np.bool_]


class XmR(NamedTuple):
    """A series' mean and limits, and the points that are special causes, by rule."""

    centre: float
    lower: float
    upper: float
    outside: Flags
    """Beyond a limit."""
    one_side: Flags
    """In a run of seven or more on one side of the mean."""
    trend: Flags
    """In a run of seven or more that all rise, or all fall."""
    two_of_three: Flags
    """Beyond two thirds of the way to a limit, with another such in three points, on one side."""

    @property
    def special(self) -> Flags:
        """Points that any rule marks."""
        return self.outside | self.one_side | self.trend | self.two_of_three


def xmr(values: Numbers, baseline: int | None = None, *, screened: bool = True) -> XmR:
    """The chart of a series in the order of time. A missing value is left out; no rule marks it.

    Limits come from the first `baseline` points, or from all; moving ranges that are outliers
    themselves are not counted (unless not `screened`). Raises `ValueError` without two values.
    """
    series = floats(values)
    known = ~np.isnan(series)
    points = series[known]
    first = points if baseline is None else points[:baseline]
    check(len(first) >= 2, "a chart needs at least two values")
    centre = float(first.mean())
    away = LIMIT * _average_range(first, screened)
    rules = (
        np.abs(points - centre) > away,
        _runs(np.sign(points - centre)),
        _trends(points),
        _two_of_three(points - centre, away * 2 / 3),
    )
    return XmR(centre, centre - away, centre + away, *(_spread(flags, known) for flags in rules))


def _average_range(points: Floats, screened: bool) -> float:
    ranges = np.abs(np.diff(points))
    average = float(ranges.mean())
    if screened and average > 0:
        average = float(ranges[ranges < OUTLIER * average].mean())
    return average


def _runs(sides: Floats) -> Flags:
    return _marked(sides, RUN)


def _trends(points: Floats) -> Flags:
    moves = np.sign(np.diff(points))
    flags = np.zeros(len(points), dtype=bool)
    in_trend = _marked(moves, RUN - 1)
    # A move belongs to the point before it and the one after it.
    flags[:-1] |= in_trend
    flags[1:] |= in_trend
    return flags


def _marked(signs: Floats, length: int) -> Flags:
    """Every entry of each stretch of so many equal signs; 0 is no sign."""
    flags = np.zeros(len(signs), dtype=bool)
    if len(signs) >= length:
        whole = np.abs(sliding_window_view(signs, length).sum(axis=-1)) == length
        for start in np.flatnonzero(whole):
            flags[start : start + length] = True
    return flags


def _two_of_three(away: Floats, near: float) -> Flags:
    flags = np.zeros(len(away), dtype=bool)
    for side in (away > near, away < -near):
        if len(away) >= 3:
            enough = sliding_window_view(side, 3).sum(axis=-1) >= 2
            for start in np.flatnonzero(enough):
                flags[start : start + 3] |= side[start : start + 3]
    return flags


def _spread(flags: Flags, known: Flags) -> Flags:
    spread = np.zeros(len(known), dtype=bool)
    spread[known] = flags
    return spread
