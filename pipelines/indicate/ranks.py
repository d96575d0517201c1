"""Which tenth (or other quantile) a value falls in, by rank."""

import numpy as np
from scipy.stats import rankdata

from pipelines.indicate.numbers import Floats, Numbers, check, floats


def quantiles(
    values: Numbers,
    groups: int = 10,
    within: Numbers | None = None,
    invert: Numbers = True,
) -> Floats:
    """The quantile of each value, 1 to `groups`; 1 holds the highest values, unless not `invert`.

    `within` divides the values into sets (areas of a region) that are ranked apart; `invert` may
    then differ between sets. Equal values share the best of their ranks. A missing value has no
    quantile, nor has any in a set of fewer values than `groups`. OHID technical guide, Assigning
    deprivation categories.
    """
    check(groups >= 1, "there must be at least one quantile")
    found = floats(values)
    sets = np.zeros(len(found)) if within is None else np.asarray(within)
    turned = np.broadcast_to(np.asarray(invert, dtype=bool), found.shape)
    result = np.full(len(found), np.nan)
    for name in np.unique(sets):
        here = sets == name
        check(len(set(turned[here].tolist())) == 1, "one set must be ranked in one direction")
        result[here] = _of_one_set(_ascending(found[here], bool(turned[here][0])), groups)
    return result


def _ascending(values: Floats, turned: bool) -> Floats:
    known = values[~np.isnan(values)]
    return known.max() - values if turned and len(known) else values


def _of_one_set(values: Floats, groups: int) -> Floats:
    known = ~np.isnan(values)
    n = int(known.sum())
    result = np.full(len(values), np.nan)
    if n >= groups and n > 0:
        # From the top, so that a rank on a border falls into the lower quantile.
        above = n + 1 - rankdata(values[known], method="min")
        result[known] = np.maximum(groups + 1 - np.ceil(above / (n / groups)), 1)
    return result
