"""What disclosure control did and what the attacker found, in numbers that disclose nothing.

A reader could count the shown and hidden cells himself. Everything else that counts a few cells is
hidden as a count of a few people would be, and errors are told only of many cells together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pipelines.core.thresholds import Limits
from pipelines.protect.audit import NOTHING_SENSITIVE, Verdict
from pipelines.protect.cells import Cell, Counted, Flags, Ints
from pipelines.protect.numbers import Numbers
from pipelines.protect.rule import rule_of
from pipelines.protect.small import Small

ENOUGH_CELLS = 20
"""A mean error over fewer cells could tell what one of them was."""


@dataclass(frozen=True)
class Loss:
    """Sums over the cells of one kind of table: they stay inside, since few cells tell too much."""

    cells: int = 0
    shown: int = 0
    error: int = 0
    shown_by_rule: int = 0
    error_by_rule: int = 0
    people: int = 0
    people_hidden: int = 0

    def __add__(self, other: "Loss") -> "Loss":
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return Loss(*(a + b for a, b in pairs))


def tables(counted: Counted, numbers: Numbers, silent: Flags) -> list[dict[str, Any]]:
    """Cells published and hidden, table by table; nothing is told of `silent` ones."""
    kinds: dict[tuple[str, ...], list[int]] = {}
    for i, cell in enumerate(counted.cells):
        if silent[i]:
            continue
        kinds.setdefault(cell.kind, []).append(i)
    return [
        {
            "population": kind[0],
            "table": by_of(kind),
            "cells": len(at),
            "hidden": int(numbers.hidden[at].sum()),
        }
        for kind, at in sorted(kinds.items())
    ]


def by_of(kind: Sequence[str]) -> str:
    """The kind of a cell's table as words: `icb by sex`."""
    _, area, *others = kind
    divided = [name for name in others if name != "all"]
    return " by ".join([area, *divided])


def reasons(
    counted: Counted, small: Small, numbers: Numbers, own: Flags | None = None
) -> dict[str, int]:
    """Hidden cells by the first reason that held. Inside only: a reason tells what a cell was."""
    complement = _flags(counted, [part for part, _ in small.complements])
    groups = _flags(counted, [part for part, _ in (*small.nobody, *small.everybody)])
    hidden = numbers.hidden if own is None else numbers.hidden & own
    few = hidden & small.few
    found = {
        "few_people": few,
        "few_left_over": hidden & complement & ~few,
        "none_or_all": hidden & groups & ~complement & ~few,
        "repair_or_held": hidden & ~groups & ~complement & ~few,
    }
    return {name: int(flags.sum()) for name, flags in found.items()}


def verdict(found: Verdict, limits: Limits) -> dict[str, Any]:
    """The attacker's finding; what he was asked about is itself a count of small numbers."""
    told = asdict(found)
    return {name: told[name] if name == "narrowest" else _told(told[name], limits) for name in told}


@dataclass(frozen=True)
class Cost:
    """What protection cost one dataset of one extract: losses by kind of table, and reasons."""

    losses: Mapping[str, Loss]
    reasons: Mapping[str, int]
    found: Verdict
    held: int

    def __add__(self, other: "Cost") -> "Cost":
        names = sorted({*self.losses, *other.losses})
        return Cost(
            {n: self.losses.get(n, Loss()) + other.losses.get(n, Loss()) for n in names},
            {name: cells + other.reasons[name] for name, cells in self.reasons.items()},
            self.found + other.found,
            self.held + other.held,
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Cost":
        """The inverse of `asdict`."""
        losses = {name: Loss(**loss) for name, loss in plain["losses"].items()}
        return cls(losses, plain["reasons"], Verdict(**plain["found"]), plain["held"])


def cost_of(
    counted: Counted, small: Small, numbers: Numbers, found: Verdict, limits: Limits, own: Flags
) -> Cost:
    """The exact cost, which stays inside until those of many extracts are put together.

    `own` are the cells to count: one that several datasets show is counted with the first.
    """
    return Cost(
        _losses(counted, small, numbers, limits, own),
        reasons(counted, small, numbers, own),
        found,
        int((numbers.held & own).sum()),
    )


def _losses(
    counted: Counted, small: Small, numbers: Numbers, limits: Limits, own: Flags
) -> dict[str, Loss]:
    """Error and people hidden, by kind of table, ours and the rule's alone."""
    rounded = rule_of(limits).all_rounded(counted.truth)
    ours = _error(counted.truth, numbers.value)
    alone = _error(counted.truth, rounded)
    by_rule = small.hidden
    found: dict[str, Loss] = {}
    for i, cell in enumerate(counted.cells):
        if not own[i]:
            continue
        hidden, rule_hides, people = bool(numbers.hidden[i]), bool(by_rule[i]), counted.truth[i]
        loss = Loss(
            cells=1,
            shown=int(not hidden),
            error=0 if hidden else int(ours[i]),
            shown_by_rule=int(not rule_hides),
            error_by_rule=0 if rule_hides else int(alone[i]),
            people=int(people),
            people_hidden=int(people) if hidden else 0,
        )
        if _is_of_people(counted, cell):
            name = by_of(cell.kind)
            found[name] = found.get(name, Loss()) + loss
    return found


def together(costs: Sequence[Cost], limits: Limits) -> dict[str, Any]:
    """The cost of a whole release; nothing where too few cells lie behind a number."""
    losses: dict[str, Loss] = {}
    because: dict[str, int] = {}
    found = NOTHING_SENSITIVE
    for cost in costs:
        found += cost.found
        for name, loss in cost.losses.items():
            losses[name] = losses.get(name, Loss()) + loss
        for name, cells in cost.reasons.items():
            because[name] = because.get(name, 0) + cells
    return {
        "accuracy": [
            {"table": name, "cells": loss.cells, **_rates(loss)}
            for name, loss in sorted(losses.items())
        ],
        "hidden_because": _because(because, limits),
        "attacker": verdict(found, limits),
        "held": _told(sum(cost.held for cost in costs), limits),
    }


def _because(cells: Mapping[str, int], limits: Limits) -> dict[str, int | None]:
    """Hidden cells by reason, where no reason is rare: a nought tells what no mark stands for."""
    rare = min(cells.values(), default=0) < ENOUGH_CELLS
    return {name: None if rare else _told(n, limits) for name, n in cells.items()}


def _rates(loss: Loss) -> dict[str, Any]:
    enough_hidden = loss.cells - loss.shown >= ENOUGH_CELLS
    return {
        "mean_error": _mean(loss.error, loss.shown),
        "mean_error_of_the_rule_alone": _mean(loss.error_by_rule, loss.shown_by_rule),
        "percent_of_people_in_hidden_cells": (
            round(100 * loss.people_hidden / loss.people) if enough_hidden and loss.people else None
        ),
    }


def _mean(total: int, cells: int) -> float | None:
    return round(total / cells, 1) if cells >= ENOUGH_CELLS else None


def _error(truth: Ints, value: Ints) -> Ints:
    error: Ints = np.abs(value - truth)
    return error


def _is_of_people(counted: Counted, cell: Cell) -> bool:
    population = counted.disclosure.population(cell.population)
    return population.of_people and not population.public


def _flags(counted: Counted, at: Sequence[int]) -> Flags:
    flags = np.zeros(len(counted.cells), dtype=bool)
    flags[list(at)] = True
    return flags


def _told(count: int, limits: Limits) -> int | None:
    (told,) = rule_of(limits).shown([int(count)])
    return told
