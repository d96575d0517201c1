"""The people whom one protocol compares, as columns without any key, and its model's design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.ports import Engine
from pipelines.core.protocol import BASELINE, COVARIATES
from pipelines.core.stages import Scope
from pipelines.evaluate.propensity import Flags, Floats

SQL = Path(__file__).parent / "people.sql"
SMALLEST_LEVEL = 5
"""A level with fewer people in either group has too little to compare, and joins another one."""
ORDERED = ("age_band", "deprivation_quintile")
"""Covariates whose small levels join their neighbour; of others they join the largest."""

Words = npt.NDArray[np.str_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Compared:
    """One entry a person: who started, what a protocol may adjust for, minutes before and after."""

    started: Flags
    before: Floats
    after: Floats
    levels: Mapping[str, Words]

    @property
    def change(self) -> Floats:
        """By how many minutes a week each person changed."""
        return self.after - self.before

    def columns_of(self, covariate: str) -> Floats:
        """A covariate as numbers: one column a level, or the minutes themselves."""
        if covariate == BASELINE:
            return self.before[:, None]
        levels = self.levels[covariate]
        return np.column_stack([levels == level for level in np.unique(levels)]).astype(np.float64)


def people_of(engine: Engine, scope: Scope) -> pa.Table:
    """Everybody whom any protocol compares in one ICB, in an order that says nothing."""
    named = {
        "icb_code": scope.icb_code,
        "boundaries_on": scope.boundaries_on,
        "period_end": scope.period_end,
    }
    return engine.run(SQL.read_text("utf-8"), named)


def compared(people: pa.Table, protocol: str) -> Compared:
    """Those of one protocol."""
    rows = people.filter(pc.equal(people["protocol"], protocol))
    return Compared(
        started=np.array(pc.equal(rows["arm"], "starter").to_pylist(), dtype=bool),
        before=_floats(rows, "minutes_before"),
        after=_floats(rows, "minutes_after"),
        levels={
            name: np.array(rows[name].to_pylist(), dtype=np.str_)
            for name in COVARIATES
            if name != BASELINE
        },
    )


def design_of(people: Compared, covariates: Sequence[str]) -> Floats:
    """The columns of the model of who starts: a constant, levels but for one, and minutes before.

    Minutes count twice, as they are and as whether there were any: many people have none.
    """
    columns = [np.ones(len(people.started))]
    for name in covariates:
        if name != BASELINE:
            columns += _levels(people.levels[name], people.started, name in ORDERED)
    before = people.before
    if np.var(before) > 0:
        columns.append((before - before.mean()) / before.std())
    columns += _levels(np.where(before > 0, "some", "none"), people.started, False)
    return np.column_stack(columns)


def _levels(levels: Words, started: Flags, ordered: bool) -> list[Floats]:
    """A column for each level but the largest, once those of too few people have joined others."""
    names, place = np.unique(levels, return_inverse=True)
    fewest = np.minimum(
        np.bincount(place[started], minlength=len(names)),
        np.bincount(place[~started], minlength=len(names)),
    )
    joined = (_to_neighbour(fewest) if ordered else _to_largest(fewest))[place]
    kept = np.bincount(joined)
    return [
        (joined == k).astype(np.float64)
        for k in range(len(kept))
        if kept[k] and k != int(np.argmax(kept))
    ]


def _to_largest(fewest: Ints) -> Ints:
    own = np.arange(len(fewest))
    return np.where(fewest >= SMALLEST_LEVEL, own, int(np.argmax(fewest)))


def _to_neighbour(fewest: Ints) -> Ints:
    """Levels in their order, each with those after it until there are enough; the rest go back."""
    group = np.zeros(len(fewest), dtype=np.int64)
    current, so_far = 0, 0
    for k, people in enumerate(fewest):
        if so_far >= SMALLEST_LEVEL:
            current, so_far = k, 0
        group[k] = current
        so_far += int(people)
    if so_far < SMALLEST_LEVEL and current > 0:
        group[group == current] = group[current - 1]
    return group


def _floats(table: pa.Table, name: str) -> Floats:
    values: Floats = table[name].cast(pa.float64()).to_numpy()
    return values
