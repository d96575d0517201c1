"""Money for each person counted: a public amount over a protected count.

The limits turn those of the count round (exact below 10, otherwise Byar's): they say how far chance
alone would move the number of people, and nothing of what the money bought.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.contract import Indicator, Statistic
from pipelines.indicate.limits import exact_poisson, poisson

Floats = npt.NDArray[np.float64]
Values = tuple[Floats, Floats, Floats]


def with_costs(table: pa.Table, indicators: Sequence[Indicator], values: Values) -> Values:
    """Values and limits of every row, with those of costs filled in; none where nobody is shown."""
    is_cost = np.array([i.statistic is Statistic.COST for i in indicators], dtype=bool)
    if not is_cost.any():
        return values
    count, money = _floats(table["count"]), _floats(table["denominator"])
    known = is_cost & (count > 0) & (money > 0)
    people = np.where(known, count, np.nan)
    methods = np.array([i.ci_method for i in indicators], dtype=object)
    ends = {"byars": poisson(people), "exact": exact_poisson(people)}
    found = [money / people, np.full(len(people), np.nan), np.full(len(people), np.nan)]
    for method, (fewest, most) in ends.items():
        found[1] = np.where(methods == method, money / most, found[1])
        found[2] = np.where(methods == method, money / fewest, found[2])
    value, lower, upper = (
        np.where(is_cost, own, other) for own, other in zip(found, values, strict=True)
    )
    return value, lower, upper


def _floats(column: pa.ChunkedArray) -> Floats:
    values: Floats = column.cast(pa.float64()).to_numpy()
    return values
