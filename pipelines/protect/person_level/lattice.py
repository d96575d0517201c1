"""The finest table in which nobody stands out: coarser levels first, then rows left out.

Every combination of levels is a node. A node's loss is the mean normalised certainty penalty of
its values (Xu et al. 2006): 0 for an exact value, 1 for a hidden one, between them the share of
the column's values that the published one may stand for. A row that is left out loses everything.
Nodes are tried from the smallest loss; the search ends when no other can lose less than the best.
Nothing is taken for granted about ladders: a district need not lie within one ICB.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
import pyarrow as pa

from pipelines.core.errors import BadRelease, BadSettings
from pipelines.protect.person_level.columns import (
    Flags,
    Floats,
    Ints,
    check_columns,
    codes_of,
    joined,
)
from pipelines.protect.person_level.ladders import (
    Ladders,
    check_columns_have_ladders,
    generalise,
)

MOST_LEFT_OUT = 0.05


@dataclass(frozen=True)
class Anonymised:
    """Rows that hide each other, their levels, and how many rows were left out for it."""

    table: pa.Table
    levels: Mapping[str, str]
    rows_left_out: int
    loss: float


@dataclass(frozen=True)
class _Kinds:
    """Rows as numbers, those that no level can tell apart taken together as one kind.

    Each column on each of its levels, and what that costs; `rows` are of each kind, `of_row` is
    each row's kind.
    """

    on_level: tuple[tuple[Ints, ...], ...]
    penalty: tuple[tuple[Floats, ...], ...]
    sensitive: tuple[Ints, ...]
    rows: Ints
    of_row: Ints

    @property
    def total(self) -> int:
        return len(self.of_row)


@dataclass(frozen=True)
class _Found:
    node: tuple[int, ...]
    kept: Flags
    loss: float


def make_anonymous(
    table: pa.Table,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str],
    *,
    k: int,
    l: int,  # noqa: E741 (l-diversity is called l everywhere)
    ladders: Ladders,
    limit: float = MOST_LEFT_OUT,
    accepts: Callable[[pa.Table, Mapping[str, str]], bool] | None = None,
) -> Anonymised:
    """The table that loses least with groups of at least k rows and l values of each sensitive one.

    `accepts` may ask for more of a table and its levels, such as that an attack on it fails. Raises
    `BadRelease` when on every level that does more than `limit` of the rows had to be left out.
    """
    check_columns(table, quasi_identifiers)
    check_columns_have_ladders(quasi_identifiers, ladders)
    _check_asked(k, l, limit)
    kinds = _kinds(table, quasi_identifiers, sensitive, ladders)

    def good(found: _Found) -> bool:
        anonymised = _made(table, quasi_identifiers, ladders, kinds, found)
        return accepts is None or accepts(anonymised.table, anonymised.levels)

    found = _search(kinds, k, l, limit, good)
    if found is None:
        raise BadRelease(
            "extract-not-anonymous",
            "people would stand out in the extract on every level of its ladders.",
            "Leave a column out, or take more people together.",
        )
    return _made(table, quasi_identifiers, ladders, kinds, found)


def information_loss(table: pa.Table, levels: Mapping[str, str], ladders: Ladders) -> float:
    """The mean normalised certainty penalty of levels, 0 to 1, when no row is left out."""
    check_columns_have_ladders(levels, ladders)
    kinds = _kinds(table, list(levels), (), ladders)
    node = [ladders[name].index(level) for name, level in levels.items()]
    return _loss(kinds, node, np.ones(len(kinds.rows), dtype=np.bool_))


def _made(
    table: pa.Table, names: Sequence[str], ladders: Ladders, kinds: _Kinds, found: _Found
) -> Anonymised:
    levels = {
        name: ladders[name].names[level] for name, level in zip(names, found.node, strict=True)
    }
    kept = generalise(table, levels, ladders).filter(pa.array(found.kept[kinds.of_row]))
    return Anonymised(kept, levels, table.num_rows - kept.num_rows, found.loss)


def _check_asked(k: int, l: int, limit: float) -> None:  # noqa: E741 (as above)
    if k < 1 or l < 1 or not 0 <= limit < 1:
        raise BadSettings(
            "extract-asked",
            "an extract needs k and l of at least 1 and a limit from 0 to below 1.",
            "Correct the thresholds.",
        )


def _kinds(
    table: pa.Table, names: Sequence[str], sensitive: Sequence[str], ladders: Ladders
) -> _Kinds:
    on_level = [
        [
            codes_of(generalise(table, {name: level}, ladders), [name])
            for level in ladders[name].names
        ]
        for name in names
    ]
    exact = [codes_of(table, [name]) for name in names]
    values = [codes_of(table, [name]) for name in sensitive]
    of_row = np.zeros(table.num_rows, dtype=np.int64)
    # A coarse level need not follow from a finer one, so all of them tell kinds apart.
    for codes in [*chain.from_iterable(on_level), *values]:
        of_row = joined(of_row, codes)
    first = np.unique(of_row, return_index=True)[1]
    return _Kinds(
        on_level=tuple(tuple(codes[first] for codes in ladder) for ladder in on_level),
        penalty=tuple(
            tuple(_certainty_penalty(fine, codes)[first] for codes in ladder)
            for fine, ladder in zip(exact, on_level, strict=True)
        ),
        sensitive=tuple(codes[first] for codes in values),
        rows=np.bincount(of_row),
        of_row=of_row,
    )


def _certainty_penalty(exact: Ints, published: Ints) -> Floats:
    """For each row, the share of the column's values that its published value may stand for."""
    if len(exact) == 0:
        return np.zeros(0)
    width = int(exact.max()) + 1
    behind = np.bincount(np.unique(published * width + exact) // width)[published]
    return np.where(behind > 1, behind / width, 0.0)


def _search(
    kinds: _Kinds,
    k: int,
    l: int,  # noqa: E741 (as above)
    limit: float,
    good: Callable[[_Found], bool],
) -> _Found | None:
    best: _Found | None = None
    for bound, node in _by_loss(kinds):
        if best is not None and bound >= best.loss:
            break
        kept = _kept(kinds, node, k, l)
        if int(kinds.rows[~kept].sum()) > limit * kinds.total:
            continue
        found = _Found(node, kept, _loss(kinds, node, kept))
        if (best is None or found.loss < best.loss) and good(found):
            best = found
    return best


def _by_loss(kinds: _Kinds) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Every node with its loss if no row were left out; of equals the finer first columns first."""
    rows = max(kinds.total, 1)
    means = [[float(p @ kinds.rows) / rows for p in ladder] for ladder in kinds.penalty]
    nodes = product(*(range(len(ladder)) for ladder in means))
    losses = (
        (sum(means[at][level] for at, level in enumerate(node)) / len(node), node) for node in nodes
    )
    yield from sorted(losses)


def _kept(kinds: _Kinds, node: Sequence[int], k: int, l: int) -> Flags:  # noqa: E741 (as above)
    """Kinds whose group is large and varied enough."""
    group = np.zeros(len(kinds.rows), dtype=np.int64)
    for at, level in enumerate(node):
        group = joined(group, kinds.on_level[at][level])
    enough = np.bincount(group, kinds.rows) >= k
    for values in kinds.sensitive if kinds.total else ():
        width = int(values.max()) + 1
        enough &= np.bincount(np.unique(group * width + values) // width) >= l
    return enough[group]


def _loss(kinds: _Kinds, node: Sequence[int], kept: Flags) -> float:
    """The mean penalty, 1 for a row that is left out."""
    if kinds.total == 0:
        return 0.0
    each = sum(kinds.penalty[at][level] for at, level in enumerate(node)) / len(node)
    return float(np.where(kept, each, 1.0) @ kinds.rows) / kinds.total
