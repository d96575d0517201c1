"""The profile of exact totals: small cells are hidden, and as few others as keep them unknown."""

from enum import Enum

import numpy as np
from scipy import sparse

from pipelines.protect.suppress.hide import hide_enough
from pipelines.protect.suppress.problem import Flags, Floats, Ints, Problem


class Protection(Enum):
    """What keeps a small number unknown.

    `sliding`: its possible values span `width`. `range`: they reach a share of it up and down.
    `aware`: the reader knows that a mark is never zero, and still it could be `width` more.
    """

    SLIDING = "sliding"
    RANGE = "range"
    AWARE = "aware"


def hide_exact(
    cells: sparse.csr_array,
    equalities: sparse.csr_array,
    values: Ints,
    cost: Floats,
    threshold: int = 7,
    *,
    protection: Protection = Protection.AWARE,
    width: float = 4.0,
    share: float = 0.5,
    must_show: Flags | None = None,
    blocks: Ints | None = None,
    exact_up_to: int = 2500,
) -> Flags:
    """The cells to hide when every other one is published as it is."""
    problem = exact_problem(
        cells, equalities, values, cost, threshold, protection, width, share, must_show
    )
    return hide_enough(problem, exact_up_to=exact_up_to, blocks=blocks)


def exact_problem(
    cells: sparse.csr_array,
    equalities: sparse.csr_array,
    values: Ints,
    cost: Floats,
    threshold: int,
    protection: Protection,
    width: float = 4.0,
    share: float = 0.5,
    must_show: Flags | None = None,
) -> Problem:
    """The same as a problem: counts of 1 to the threshold must be hidden."""
    exact = values.astype(np.float64)
    small = (values >= 1) & (values <= threshold)
    aware = protection is Protection.AWARE
    if must_show is None:
        must_show = np.zeros(len(values), dtype=bool)
    if aware:
        must_show = must_show | (values == 0)  # otherwise a mark could be a zero
    target = exact[small]
    asks_width = protection is Protection.SLIDING
    is_range = protection is Protection.RANGE
    nothing = np.full(len(target), -np.inf)
    return Problem(
        cells=cells,
        equalities=equalities,
        shown=(exact, exact),
        hidden=(np.where(aware, np.minimum(exact, 1.0), 0.0), np.full(len(exact), np.inf)),
        cost=cost,
        must_hide=small,
        must_show=must_show & ~small,
        targets=sparse.csr_array(cells[np.flatnonzero(small)]),
        width=np.full(len(target), width if asks_width else 0.0),
        reach=nothing if asks_width else target + (share * target if is_range else width),
        fall=target - share * target if is_range else None,
    )
