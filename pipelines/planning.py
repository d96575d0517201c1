"""What a release holds, decided once, before anything is counted; and whether it still holds.

A plan is plain data. Whatever it rests on (store, thresholds, protocols, earlier releases) is asked
for again before each step: doubt ends the plan.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipelines import measure
from pipelines.consent import check_registers_fresh
from pipelines.core.errors import BadRelease
from pipelines.core.plan import (
    Area,
    Matching,
    Plan,
    Refusal,
    boundaries_of,
    uses_of,
    with_release_id,
)
from pipelines.core.ports import Engine
from pipelines.core.protocol import Protocol, registered
from pipelines.core.thresholds import Limits
from pipelines.house import House
from pipelines.matching import Told, match_people, matching_of
from pipelines.released import (
    check_borders,
    check_protocols,
    check_thresholds,
    earlier_icbs,
    earlier_releases,
    hold_counts,
    refused_name,
    refused_of,
)

PURPOSE = "service_evaluation"
"""What releases are for; agreements must allow it and consent must cover it."""


def plan_release(
    house: House,
    *,
    vintage: str,
    period_end: dt.date,
    as_of: dt.date,
    icbs: Sequence[str] | None = None,
    hide_up_to: int = 0,
    round_to: int = 0,
) -> Plan:
    """Decide what a release holds. `icbs` are ODS or ONS codes; None is wherever people live.

    `hide_up_to` and `round_to` make one release stricter than the house's thresholds, never laxer.
    """
    _check_allowed(house, period_end, as_of)
    limits = _stricter(house.thresholds.limits, hide_up_to, round_to)
    boundaries_on = boundaries_of(vintage)
    deliveries = house.store.delivery_ids()
    uses = uses_of(house.agreements, deliveries, PURPOSE, as_of)
    check_registers_fresh(house.agreements, house.store.parts("intake_count"), as_of)
    areas, refusals, matching = _people(house, as_of, vintage, period_end, icbs, limits)
    plan = Plan(
        release_id="",
        vintage=vintage,
        boundaries_on=boundaries_on,
        period_start=measure.twelve_months_to(period_end),
        period_end=period_end,
        as_of=as_of,
        purpose=PURPOSE,
        areas=areas,
        deliveries=tuple(deliveries),
        store_state=house.store.state(),
        contracts=tuple(
            contract.label for contract in (*house.contracts.outputs, *house.contracts.directories)
        ),
        uses=uses,
        refusals=refusals,
        matching=matching,
        limits=limits,
        earlier=(),
        key_id=house.keys.key_id,
        protocols=registered(house.protocols, period_end),
    )
    named = with_release_id(plan)
    return dataclasses.replace(named, earlier=earlier_releases(house, but=named.release_id))


def _people(
    house: House,
    as_of: dt.date,
    vintage: str,
    period_end: dt.date,
    icbs: Sequence[str] | None,
    limits: Limits,
) -> tuple[tuple[Area, ...], tuple[Refusal, ...], Matching]:
    """Where consented people live, how many rows consent kept out, and how people were matched."""
    boundaries_on = boundaries_of(vintage)
    people = match_people(house, PURPOSE, as_of)
    told = partial(hold_counts, house, limits=limits)
    with open_measures(house, as_of, people.file) as engine:
        areas = measure.choose_areas(
            engine, boundaries_on, icbs, more_than=limits.hide_up_to, before=earlier_icbs(house)
        )
        check_borders(house, engine, areas, vintage, period_end)
        return areas, _refusals(engine, told), matching_of(people.quality, told)


def _stricter(limits: Limits, hide_up_to: int, round_to: int) -> Limits:
    return dataclasses.replace(
        limits,
        hide_up_to=max(limits.hide_up_to, hide_up_to),
        round_to=max(limits.round_to, round_to),
    )


def _check_allowed(house: House, period_end: dt.date, as_of: dt.date) -> None:
    """The period is over, thresholds are those allowed, and protocols those registered."""
    if period_end > as_of:
        raise BadRelease(
            "plan-period",
            "the period ends after the day on which the data are used.",
            "Name a period that is over.",
        )
    check_thresholds(house)
    check_protocols(house)


def _refusals(engine: Engine, told: Told) -> tuple[Refusal, ...]:
    refused = measure.refused_rows(engine)
    shown = told({refused_name(provider, reason): rows for provider, reason, rows in refused})
    return tuple(Refusal(*refused_of(name), rows) for name, rows in sorted(shown.items()))


@contextmanager
def open_measures(
    house: House, as_of: dt.date, resolved: Path, protocols: Sequence[Protocol] = ()
) -> Iterator[Engine]:
    """The engine over the linked store, narrowed to those whose consent covers a release."""
    with measure.open_measures(
        house.settings,
        house.contracts,
        house.agreements.values(),
        house.store,
        purpose=PURPOSE,
        as_of=as_of,
        resolved=resolved,
        protocols=protocols,
    ) as engine:
        yield engine


def check_fresh(house: House, plan: Plan) -> None:
    """A delivery after the plan may hold a withdrawal: then nothing of the plan may go out."""
    check_registers_fresh(house.agreements, house.store.parts("intake_count"), plan.as_of)
    if house.store.state() != plan.store_state:
        raise BadRelease(
            "plan-stale",
            "the store has changed since the release was planned.",
            "Plan the release again.",
        )
    check_thresholds(house)
    if registered(house.protocols, plan.period_end) != plan.protocols:
        raise BadRelease(
            "plan-stale",
            "the protocols have changed since the release was planned.",
            "Plan the release again.",
        )
    if earlier_releases(house, but=plan.release_id) != plan.earlier:
        raise BadRelease(
            "plan-stale",
            "another release was published since this one was planned.",
            "Plan the release again.",
        )
