"""An attack between the extracts of two recipients: which rows are about the same person?

Pseudonyms differ between recipients, so an attacker with both extracts has only the attributes. He
claims a link when a row is the only one of its kind on both sides, or when two rows are nearest to
each other and to no other. The truth is known to whoever made both extracts, and to nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.protect.person_level.attack import Attack
from pipelines.protect.person_level.columns import (
    Floats,
    Ints,
    check_columns,
    codes_of,
    is_amount,
    plain,
    scaled,
    stacked,
)
from pipelines.protect.person_level.ladders import HIDDEN, Ladders

PSEUDONYM = "pseudonym"
SAME = 1e-9
"""Distances that differ by less are the same."""
TARGETS = 500
"""People whom the attacker looks for among all others; each is compared with every row."""


def compared(
    left: pa.Table, right: pa.Table, attributes: Sequence[str] | None, name: str
) -> list[str]:
    """The attributes that both sides have, or those named."""
    if attributes is None:
        attributes = [
            column
            for column in left.column_names
            if column in right.column_names and column != name
        ]
    check_columns(left, [*attributes, name])
    check_columns(right, [*attributes, name])
    check_columns(left, list(attributes))
    return list(attributes)


def shared_pseudonyms(left: pa.Table, right: pa.Table, name: str = PSEUDONYM) -> int:
    """How many pseudonyms stand in both tables. Between two recipients there must be none."""
    check_columns(left, [name])
    check_columns(right, [name])
    return len(set(left[name].to_pylist()) & set(right[name].to_pylist()))


def linkability(
    left: pa.Table,
    right: pa.Table,
    truth: pa.Table,
    attributes: Sequence[str] | None = None,
    *,
    name: str = PSEUDONYM,
) -> Attack:
    """Links claimed where one row of each side, and no other, has these attributes.

    `truth` pairs the two sides' pseudonyms of a person: `left_id`, `right_id`. Without `attributes`
    every column that both sides have is compared.
    """
    people = _people(left, right, truth, name)
    return _attack(_kinds(left, right, attributes, name), people)


def best_linkability(
    left: pa.Table,
    right: pa.Table,
    truth: pa.Table,
    attributes: Sequence[str] | None = None,
    *,
    name: str = PSEUDONYM,
    ignored: int = 2,
) -> Attack:
    """The most that is linked by an attacker who may leave some attributes out of account.

    That helps where an attribute differs between the extracts, such as visits of different periods.
    """
    names = compared(left, right, attributes, name)
    people = _people(left, right, truth, name)
    fewest = max(len(names) - ignored, 1)
    chosen = chain.from_iterable(combinations(names, n) for n in range(len(names), fewest - 1, -1))
    attacks = (_attack(_kinds(left, right, some, name), people) for some in chosen)
    return max(attacks, key=lambda attack: attack.linked)


def guessed(
    left: pa.Table,
    right: pa.Table,
    truth: pa.Table,
    attributes: Sequence[str] | None = None,
    *,
    name: str = PSEUDONYM,
) -> float:
    """The share of common people that pure guessing among rows of the same kind links on average.

    Nobody can push it to 0: k rows that look alike leave a chance of one in k.
    """
    in_left, in_right = _kinds(left, right, attributes, name)
    kinds = max(in_left.max(initial=0), in_right.max(initial=0)) + 1
    crowd = np.maximum(
        np.bincount(in_left, minlength=kinds), np.bincount(in_right, minlength=kinds)
    )
    at_left, at_right = common_rows(left, right, truth, name)
    if len(at_left) == 0:
        return 0.0
    alike = in_left[at_left] == in_right[at_right]
    return float((alike / crowd[in_left[at_left]]).mean())


def nearest_linkability(
    left: pa.Table,
    right: pa.Table,
    truth: pa.Table,
    attributes: Sequence[str] | None = None,
    *,
    name: str = PSEUDONYM,
    targets: int = TARGETS,
    seed: int = 0,
) -> Attack:
    """Links claimed where two rows are each other's only nearest, for a sample of the left side.

    The distance is Gower's: a number by its share of the column's range, anything else 0 or 1.
    """
    names = compared(left, right, attributes, name)
    ours, theirs = _sides(left, right, names)
    chosen = np.random.default_rng(seed).permutation(left.num_rows)[:targets]
    person_left, person_right = _people(left, right, truth, name)
    claims = [
        (row, found)
        for row in chosen.tolist()
        if (found := theirs.only_nearest(ours, row)) is not None
        and ours.only_nearest(theirs, found) == row
    ]
    pairs = np.array(claims, dtype=np.int64).reshape(-1, 2)
    right_claims = _same_person(person_left[pairs[:, 0]], person_right[pairs[:, 1]])
    return Attack(right_claims, len(_common(person_left[chosen], person_right)), len(claims))


def common_rows(
    left: pa.Table, right: pa.Table, truth: pa.Table, name: str = PSEUDONYM
) -> tuple[Ints, Ints]:
    """Where the people who are in both stand in each table, in the order of the truth."""
    person_left, person_right = _people(left, right, truth, name)
    people = _common(person_left, person_right)
    rows_left = _by_person(person_left, np.arange(left.num_rows), truth.num_rows)
    rows_right = _by_person(person_right, np.arange(right.num_rows), truth.num_rows)
    return rows_left[people], rows_right[people]


def on_common_levels(
    left: tuple[pa.Table, Mapping[str, str]],
    right: tuple[pa.Table, Mapping[str, str]],
    ladders: Ladders,
) -> tuple[pa.Table, pa.Table]:
    """Both tables on the finest levels that each of them can be brought to, as an attacker does.

    Two extracts that show different bands would otherwise seem to have nothing in common.
    """
    ours, theirs = left[0], right[0]
    for name in sorted(left[1].keys() & right[1].keys()):
        ladder, at_left, at_right = ladders[name], left[1][name], right[1][name]
        coarser = max(ladder.index(at_left), ladder.index(at_right))
        mine, other = next(
            (mine, other)
            for level in (*ladder.names[coarser:], HIDDEN)
            if (mine := ladder.climb_on(ours[name], at_left, level)) is not None
            and (other := ladder.climb_on(theirs[name], at_right, level)) is not None
        )
        ours = ours.set_column(ours.column_names.index(name), name, mine)
        theirs = theirs.set_column(theirs.column_names.index(name), name, other)
    return ours, theirs


def _attack(kinds: tuple[Ints, Ints], people: tuple[Ints, Ints]) -> Attack:
    """Claim each pair of rows that are alone of their kind on both sides."""
    (in_left, in_right), (person_left, person_right) = kinds, people
    count = max(in_left.max(initial=0), in_right.max(initial=0)) + 1
    ours, theirs = np.bincount(in_left, minlength=count), np.bincount(in_right, minlength=count)
    place = np.zeros(count, dtype=np.int64)
    place[in_right] = np.arange(len(in_right))
    claims = np.flatnonzero(((ours == 1) & (theirs == 1))[in_left])
    linked = _same_person(person_left[claims], person_right[place[in_left[claims]]])
    return Attack(linked, len(_common(person_left, person_right)), len(claims))


def _kinds(
    left: pa.Table, right: pa.Table, attributes: Sequence[str] | None, name: str
) -> tuple[Ints, Ints]:
    """A number for each row of both sides: the same where all attributes are the same."""
    names = compared(left, right, attributes, name)
    codes = codes_of(stacked(left, right, names), names)
    return codes[: left.num_rows], codes[left.num_rows :]


def _people(left: pa.Table, right: pa.Table, truth: pa.Table, name: str) -> tuple[Ints, Ints]:
    """The truth's row number of each row's person; -1 for somebody whom only one side has."""
    check_columns(truth, ["left_id", "right_id"])
    return _places(left[name], truth["left_id"]), _places(right[name], truth["right_id"])


def _places(ids: pa.ChunkedArray, among: pa.ChunkedArray) -> Ints:
    found = pc.index_in(plain(ids), plain(among).combine_chunks()).fill_null(-1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _common(person_left: Ints, person_right: Ints) -> Ints:
    both = np.intersect1d(person_left, person_right)
    return both[both >= 0]


def _by_person(person: Ints, kind: Ints, people: int) -> Ints:
    kinds = np.full(people, -1, dtype=np.int64)
    kinds[person[person >= 0]] = kind[person >= 0]
    return kinds


def _same_person(left: Ints, right: Ints) -> int:
    return int(((left == right) & (left >= 0)).sum())


def _sides(left: pa.Table, right: pa.Table, names: Sequence[str]) -> tuple["_Side", "_Side"]:
    """Both sides' rows as points: amounts scaled to 0 to 1, everything else as kinds."""
    both = stacked(left, right, names)
    amounts = [scaled(both[name]) for name in names if is_amount(both[name].type)]
    kinds = [codes_of(both, [name]) for name in names if not is_amount(both[name].type)]
    rows = both.num_rows
    points = _Side(
        np.column_stack([np.zeros((rows, 0)), *amounts]),
        np.column_stack([np.zeros((rows, 0), dtype=np.int64), *kinds]),
    )
    cut = left.num_rows
    return (
        _Side(points.amounts[:cut], points.kinds[:cut]),
        _Side(points.amounts[cut:], points.kinds[cut:]),
    )


@dataclass(frozen=True)
class _Side:
    amounts: Floats
    kinds: Ints

    def only_nearest(self, other: "_Side", row: int) -> int | None:
        """The row that is nearer than any other to a row of the other side."""
        distance = (self.kinds != other.kinds[row]).sum(axis=1) + np.minimum(
            np.abs(self.amounts - other.amounts[row]), 1
        ).sum(axis=1)
        if len(distance) == 0:
            return None
        near = np.flatnonzero(distance <= distance.min() + SAME)
        return int(near[0]) if len(near) == 1 else None
