"""An attacker without mathematics: he writes down every table of whole numbers and crosses out.

Men and women, referred and started, all with totals; he shares no code with the room's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Name = tuple[str, str]

MOST = 26
"""No leaf is larger than this in any table that he writes down."""
LEAST_VALUES, FEW = 5, 7


@dataclass(frozen=True)
class Told:
    """What was published of each number, by sex and step; None is a mark."""

    numbers: Mapping[Name, int | None]

    @classmethod
    def of(cls, table: pa.Table) -> "Told":
        """What a protected table tells."""
        found: dict[Name, int | None] = {}
        for row in table.to_pylist():
            if row["indicator_id"] == "referred":
                found[row["sex"], "referred"] = row["count"]
            else:
                found[row["sex"], "started"] = row["count"]
        return cls(found)


def undone(told: Told, leaves: tuple[int, int, int, int]) -> list[tuple[Name, list[int]]]:
    """Small numbers of a table of which he is left with fewer than five values, and which.

    `leaves` is the truth: men who were only referred, who started, and the same of women.
    """
    tables = np.indices([MOST] * 4, dtype=np.int64).reshape(4, -1)
    possible = numbers_of(tables)
    kept = np.ones(tables.shape[1], dtype=bool)
    for name, shown in told.numbers.items():
        kept &= fits(possible[name], shown)
    for sex in ("male", "female"):
        # A sex has a row where somebody of it was referred, and none where nobody was.
        there = possible[sex, "referred"] > 0
        kept &= there if (sex, "referred") in told.numbers else ~there
    truth = {name: int(n[0]) for name, n in numbers_of(np.array([[n] for n in leaves])).items()}
    values = {name: np.unique(possible[name][kept]).tolist() for name in truth}
    return [
        (name, values[name])
        for name in sorted(truth)
        if is_sensitive(name, truth) and (len(values[name]) < LEAST_VALUES)
    ]


def numbers_of(leaves: Ints) -> dict[Name, Ints]:
    """Every number of such tables, published or not: counts, and those who did not start."""
    men, men_started, women, women_started = leaves
    by_sex = {
        "male": (men, men_started),
        "female": (women, women_started),
        "persons": (men + women, men_started + women_started),
    }
    found = {}
    for sex, (waiting, started) in by_sex.items():
        found[sex, "referred"] = waiting + started
        found[sex, "started"] = started
        found[sex, "waiting"] = waiting
    return found


def fits(numbers: Ints, shown: int | None) -> npt.NDArray[np.bool_]:
    """Which numbers could have been published so, under the NHS rule."""
    if shown is None:
        return np.ones(len(numbers), dtype=bool)
    if shown == 0:
        return np.equal(numbers, 0)
    least = max(shown - 2, FEW + 1)
    return np.logical_and(numbers >= least, numbers <= shown + 2)


def is_sensitive(name: Name, truth: Mapping[Name, int]) -> bool:
    """One to seven people; or none of a group that is there."""
    sex, step = name
    if step == "referred":
        return 1 <= truth[name] <= FEW
    return truth[name] <= FEW and truth[sex, "referred"] > 0
