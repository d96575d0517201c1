"""Singling out: can a sentence about quasi-identifiers be true of exactly one row?

The first of the three questions of Article 29 Working Party opinion 05/2014 (WP216), asked as in
Giomi et al. 2022 (Anonymeter): an attacker writes sentences that use one or several columns, aimed
at rows that he can see. The same sentences about people who are not in the table show how often
such sentences hit a single person by luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.protect.person_level.attack import wilson
from pipelines.protect.person_level.columns import (
    Flags,
    Floats,
    check_columns,
    codes_of,
    is_amount,
    scaled,
    stacked,
)

ATTEMPTS = 500
"""Sentences for each number of columns. Wilson limits of 0 of 500 end below 0.8 %."""


@dataclass(frozen=True)
class Isolation:
    """How many sentences of so many columns were true of exactly one row."""

    columns: int
    attempts: int
    isolated: int
    isolated_in_control: int

    @property
    def success_rate(self) -> float:
        """The share of sentences that isolate somebody in the table."""
        return self.isolated / self.attempts if self.attempts else 0.0

    @property
    def baseline(self) -> float:
        """The share that isolate somebody among people whom the attacker never saw."""
        return self.isolated_in_control / self.attempts if self.attempts else 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the success rate."""
        return wilson(self.isolated, self.attempts)

    @property
    def risk(self) -> float:
        """What the table adds to luck, as a share of what luck leaves; never below 0."""
        luck = self.baseline
        return max((self.success_rate - luck) / (1 - luck), 0.0) if luck < 1 else 0.0


@dataclass(frozen=True)
class SinglingOut:
    """The attack with sentences of one column, of two, and so on."""

    by_columns: tuple[Isolation, ...]

    @property
    def worst(self) -> Isolation:
        """The number of columns that isolates most often."""
        return max(self.by_columns, key=lambda found: found.isolated)


def singling_out(
    table: pa.Table,
    quasi_identifiers: Sequence[str],
    control: pa.Table,
    *,
    attempts: int = ATTEMPTS,
    seed: int = 0,
) -> SinglingOut:
    """Sentences aimed at rows of the table, tried on it and on a control of as many other people.

    A larger control is cut to size, because a sentence isolates more seldom in a larger table.
    """
    check_columns(table, quasi_identifiers)
    check_columns(control, quasi_identifiers)
    random = np.random.default_rng(seed)
    if control.num_rows > table.num_rows:
        chosen = random.permutation(control.num_rows)[: table.num_rows]
        control = control.take(pa.array(np.sort(chosen)))
    columns = _columns(table, control, quasi_identifiers)
    tries = attempts if table.num_rows else 0
    return SinglingOut(
        tuple(
            _isolation(columns, size, tries, table.num_rows, random)
            for size in range(1, len(columns) + 1)
        )
    )


@dataclass(frozen=True)
class _Column:
    """A column's values of both tables, one after the other; `middle` only of amounts."""

    values: Floats
    middle: float | None

    def like(self, row: int, exactly: bool) -> Flags:
        """Rows that a sentence aimed at this row is true of."""
        aimed = self.values[row]
        if exactly or self.middle is None:
            return np.asarray(self.values == aimed)
        beyond = self.values >= aimed if aimed >= self.middle else self.values <= aimed
        return np.asarray(beyond)


def _columns(table: pa.Table, control: pa.Table, names: Sequence[str]) -> list[_Column]:
    both, columns = stacked(table, control, names), []
    for name in names:
        amount = is_amount(both[name].type)
        values = scaled(both[name]) if amount else codes_of(both, [name]).astype(np.float64)
        seen = values[: table.num_rows]
        columns.append(_Column(values, float(np.median(seen)) if amount and len(seen) else None))
    return columns


def _isolation(
    columns: Sequence[_Column], size: int, attempts: int, rows: int, random: np.random.Generator
) -> Isolation:
    isolated = in_control = 0
    for _ in range(attempts):
        row, exactly = int(random.integers(rows)), bool(random.integers(2))
        used = random.permutation(len(columns))[:size].tolist()
        true_of = np.logical_and.reduce([columns[at].like(row, exactly) for at in used])
        isolated += int(true_of[:rows].sum() == 1)
        in_control += int(true_of[rows:].sum() == 1)
    return Isolation(size, attempts, isolated, in_control)
