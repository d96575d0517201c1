"""Measure and protect ICB by ICB, as the release line does, and keep what it cost."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.core.contract import Contract
from pipelines.core.stages import Measured, Protected
from pipelines.core.thresholds import Limits
from pipelines.protect import protect_together, rule_of
from pipelines.protect.audit import NOTHING_SENSITIVE, Verdict
from pipelines.protect.cells import PLACE, Cell, declared, place_in
from pipelines.protect.earlier import Published
from pipelines.protect.evidence import Cost, Loss
from pipelines.protect.past import NO_PAST, Past, known_of
from pipelines.protect.view import Known


@dataclass(frozen=True)
class Row:
    """One ICB, or all: cells of people, what was hidden and why, and what the attacker found."""

    name: str
    cells: int = 0
    by_rule: int = 0
    by_repair: int = 0
    found: Verdict = NOTHING_SENSITIVE
    losses: Mapping[str, Loss] = field(default_factory=dict)
    measure_s: float = 0.0
    protect_s: float = 0.0

    def __add__(self, other: "Row") -> "Row":
        names = sorted({*self.losses, *other.losses})
        losses = {n: self.losses.get(n, Loss()) + other.losses.get(n, Loss()) for n in names}
        return Row(
            self.name,
            self.cells + other.cells,
            self.by_rule + other.by_rule,
            self.by_repair + other.by_repair,
            self.found + other.found,
            losses,
            self.measure_s + other.measure_s,
            self.protect_s + other.protect_s,
        )

    @property
    def loss(self) -> Loss:
        """The loss over all tables."""
        return sum(self.losses.values(), start=Loss())


@dataclass(frozen=True)
class Table:
    """One dataset of one ICB: measured, protected, and the CPU seconds that each took."""

    measured: Measured
    protected: Protected
    protect_s: float


def protected_tables(
    measured: Sequence[Measured], limits: Limits, pasts: Mapping[str, Past]
) -> Iterator[Table]:
    """Protect all datasets of one ICB, with what left before; each took its share of the time."""
    begun = time.process_time()
    before = [pasts.get(one.contract.name, NO_PAST) for one in measured]
    done = protect_together(measured, limits, before)
    share = (time.process_time() - begun) / max(len(measured), 1)
    for one, protected in zip(measured, done, strict=True):
        yield Table(one, protected, share)


def row_of(name: str, tables: Sequence[Table], measure_s: float) -> Row:
    """What all datasets of one ICB came to."""
    found = Row(name, measure_s=measure_s)
    for table in tables:
        cost: Cost = table.protected.cost
        by_rule = sum(n for reason, n in cost.reasons.items() if reason != "repair_or_held")
        cells = sum(loss.cells for loss in cost.losses.values())
        repair = cost.reasons["repair_or_held"]
        found += Row(name, cells, by_rule, repair, cost.found, cost.losses, 0.0, table.protect_s)
    return found


def known_elsewhere(tables: Sequence[Protected], limits: Limits) -> tuple[Known, ...]:
    """Every number of these tables as one who counts the same people under other borders has it."""
    rule = rule_of(limits)
    return tuple(
        known_of(number, rule, limits.hold_to, fresh=True)
        for protected in tables
        for number in _published(protected.contract, protected)
    )


def _published(contract: Contract, protected: Protected) -> list[Published]:
    disclosure = declared(contract)
    found: dict[str, Published] = {}
    rows = protected.table.select(["indicator_id", *PLACE, "count", "denominator"]).to_pylist()
    for row in rows:
        counts, of = disclosure.of_indicator[row["indicator_id"]]
        place = place_in(row)
        for population, shown in ((counts, row["count"]), (of, row["denominator"])):
            if population is None:
                continue
            cell = Cell(population, place).identity
            if cell not in found or found[cell].shown is None:
                found[cell] = Published(
                    release_id="made", as_of=protected.scope.as_of,
                    period_end=protected.scope.period_end, vintage=protected.scope.vintage,
                    cell=cell, shown=shown,
                )  # fmt: skip
    return list(found.values())


def past_elsewhere(known: Sequence[Known]) -> Past:
    """A past in which only other borders were published."""
    return Past(same_people=tuple(known))
