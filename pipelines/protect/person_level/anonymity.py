"""What hides a person in a table: how many rows look alike, and how much those rows differ.

k is the size of the smallest group of rows with the same quasi-identifiers (Sweeney 2002), l the
fewest distinct sensitive values in a group (Machanavajjhala et al. 2007), t the furthest that a
group's distribution is from the whole table's (Li et al. 2007, every two values equally far).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.protect.person_level.columns import Ints, check_columns, codes_of


@dataclass(frozen=True)
class Anonymity:
    """Figures of one table; with several sensitive columns those of the worst.

    `alone` counts rows that nobody shares their quasi-identifiers with; `alpha` is the largest
    share that one sensitive value has in a group. Without rows everything is 0.
    """

    k: int
    l: int  # noqa: E741 (l-diversity is called l everywhere)
    groups: int
    rows: int
    alone: int
    entropy_l: float
    t: float
    alpha: float


@dataclass(frozen=True)
class _Diversity:
    distinct: int
    entropy_l: float
    t: float
    alpha: float


def anonymity(
    table: pa.Table, quasi_identifiers: Sequence[str], sensitive: Sequence[str]
) -> Anonymity:
    """How well the rows hide each other. Without a sensitive column l equals k."""
    check_columns(table, quasi_identifiers)
    if table.num_rows == 0:
        return Anonymity(0, 0, 0, 0, 0, 0.0, 0.0, 0.0)
    group = codes_of(table, quasi_identifiers)
    sizes = np.bincount(group)
    k = int(sizes.min())
    worst = [_diversity(group, sizes, codes_of(table, [name])) for name in sensitive]
    return Anonymity(
        k=k,
        l=min((d.distinct for d in worst), default=k),
        groups=len(sizes),
        rows=table.num_rows,
        alone=int((sizes == 1).sum()),
        entropy_l=min((d.entropy_l for d in worst), default=float(k)),
        t=max((d.t for d in worst), default=0.0),
        alpha=max((d.alpha for d in worst), default=0.0),
    )


def _diversity(group: Ints, sizes: Ints, values: Ints) -> _Diversity:
    """Worked out over the pairs of group and value that occur, for most do not."""
    width = int(values.max()) + 1
    pairs, counts = np.unique(group * width + values, return_counts=True)
    at, value = pairs // width, pairs % width
    share = counts / sizes[at]
    overall = (np.bincount(values, minlength=width) / len(values))[value]
    # A value that a group lacks is as far off as its share of the table.
    lacking = 1 - np.bincount(at, overall)
    return _Diversity(
        distinct=int(np.bincount(at).min()),
        entropy_l=float(np.exp(-np.bincount(at, share * np.log(share)).max())),
        t=float((np.bincount(at, np.abs(share - overall)) + lacking).max() / 2),
        alpha=float(share.max()),
    )
