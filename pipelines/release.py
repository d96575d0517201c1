"""Line 2: from the linked store to a signed folder per ICB, readable on one screen.

    [ linked store ] → match people → measure → protect → indicate → validate → publish → report

Every step takes and gives plain data, so that the command line and the scheduler run the same
line: plan once, stage each ICB, assemble, have two officers sign, publish.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pipelines import kit, measure, protect, publish, report
from pipelines.candidates import Sign, check_signed, forget, is_demo_house, officers_of
from pipelines.consent import check_registers_fresh
from pipelines.core.errors import BadRelease
from pipelines.core.plan import (
    Area,
    Matching,
    Plan,
    Refusal,
    boundaries_of,
    find_area,
    plan_from_json,
    plan_to_json,
    uses_of,
    with_release_id,
)
from pipelines.core.ports import Engine
from pipelines.core.stages import Indicated, Protected, Release
from pipelines.core.thresholds import Limits
from pipelines.house import House
from pipelines.indicate import indicate
from pipelines.matching import Told, match_people, matching_of
from pipelines.outward import candidate_facts, check_basis, key_facts
from pipelines.publish import Approval, Candidate, Publisher
from pipelines.released import (
    check_thresholds,
    cost_of,
    earlier_icbs,
    earlier_releases,
    hold_counts,
    keep_costs,
    past_of,
    refused_name,
    refused_of,
    release_before,
)

__all__ = [
    "Plan",
    "assemble",
    "make_candidate",
    "make_release",
    "plan_from_json",
    "plan_release",
    "plan_to_json",
    "preview",
    "publish_candidate",
    "stage_icb",
]

PURPOSE = "service_evaluation"
"""What releases are for; agreements must allow it and consent must cover it."""

Progress = Callable[[str], None]


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
    _check_period(period_end, as_of)
    check_thresholds(house)
    limits = _stricter(house.thresholds.limits, hide_up_to, round_to)
    boundaries_on = boundaries_of(vintage)
    deliveries = house.store.delivery_ids()
    uses = uses_of(house.agreements, deliveries, PURPOSE, as_of)
    check_registers_fresh(house.agreements, house.store.parts("intake_count"), as_of)
    areas, refusals, matching = _people(house, as_of, boundaries_on, icbs, limits)
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
        contracts=tuple(contract.label for contract in house.contracts.outputs),
        uses=uses,
        refusals=refusals,
        matching=matching,
        limits=limits,
        earlier=(),
        key_id=house.keys.key_id,
    )
    named = with_release_id(plan)
    return dataclasses.replace(named, earlier=earlier_releases(house, but=named.release_id))


def _people(
    house: House, as_of: dt.date, boundaries_on: dt.date, icbs: Sequence[str] | None, limits: Limits
) -> tuple[tuple[Area, ...], tuple[Refusal, ...], Matching]:
    """Where consented people live, how many rows consent kept out, and how people were matched."""
    people = match_people(house, PURPOSE, as_of)
    told = partial(hold_counts, house, limits=limits)
    with _engine(house, as_of, people.file) as engine:
        areas = measure.choose_areas(
            engine, boundaries_on, icbs, more_than=limits.hide_up_to, before=earlier_icbs(house)
        )
        return areas, _refusals(engine, told), matching_of(people.quality, told)


def _stricter(limits: Limits, hide_up_to: int, round_to: int) -> Limits:
    return dataclasses.replace(
        limits,
        hide_up_to=max(limits.hide_up_to, hide_up_to),
        round_to=max(limits.round_to, round_to),
    )


def _check_period(period_end: dt.date, as_of: dt.date) -> None:
    if period_end > as_of:
        raise BadRelease(
            "plan-period",
            "the period ends after the day on which the data are used.",
            "Name a period that is over.",
        )


def _refusals(engine: Engine, told: Told) -> tuple[Refusal, ...]:
    refused = measure.refused_rows(engine)
    shown = told({refused_name(provider, reason): rows for provider, reason, rows in refused})
    return tuple(Refusal(*refused_of(name), rows) for name, rows in sorted(shown.items()))


def stage_icb(house: House, plan: Plan, icb_code: str) -> Path:
    """Measure, protect, indicate, check and write one ICB's extract. Returns its folder."""
    area = find_area(plan.areas, icb_code)
    protected = preview(house, plan, icb_code)
    checked = list(_checked(house, plan, protected))
    keep_costs(house, plan, area, [p.cost for p in protected])
    held = {indicated.protected.contract.name: verdicts for indicated, verdicts in checked}
    datasets = [indicated for indicated, _ in checked]
    return publish.stage(datasets, plan, area, house.settings.staging, held)


def preview(house: House, plan: Plan, icb_code: str) -> list[Protected]:
    """Measure and protect one ICB's datasets, attacker and all. Writes nothing."""
    area = find_area(plan.areas, icb_code)
    _check_fresh(house, plan)
    people = match_people(house, plan.purpose, plan.as_of)
    shape = house.contracts.shape("measured")
    with _engine(house, plan.as_of, people.file) as engine:
        return [
            protect.protect(
                measure.measure(contract, shape, plan.scope(area), engine),
                plan.limits,
                past_of(house, plan, area, contract),
            )
            for contract in house.contracts.outputs
        ]


def assemble(house: House, plan: Plan) -> Candidate:
    """Bring all staged ICBs together under one manifest."""
    told = candidate_facts(house, plan)
    cost, pages = cost_of(house, plan), partial(_pages, house, plan)
    return publish.assemble(plan, house.settings.staging, cost, told, pages)


def _pages(house: House, plan: Plan, folder: Path) -> Mapping[str, bytes]:
    """What goes with the extracts: the governance papers and the analyst's kit."""
    previous = release_before(house, plan)
    return {**report.papers(folder), **kit.make(folder, house.contracts.outputs, previous)}


def publish_candidate(
    house: House, plan: Plan, approvals: Sequence[Approval], now: dt.datetime | None = None
) -> Release:
    """Publish what was assembled. Raises `NotSignedOff` unless two officers approved it.

    Where nobody says what time it is, it is the moment of the last approval.
    """
    _check_fresh(house, plan)
    candidate = assemble(house, plan)
    both = check_signed(house, approvals, candidate)
    moment = now or max(approval.at for approval in both)
    publisher = Publisher(
        releases=house.settings.releases,
        ledger=house.ledger,
        keys=house.keys,
        officers=officers_of(house),
        is_demo=is_demo_house(house.settings, house.agreements),
        pages=report.render,
        facts={"keys": key_facts(house, moment.date())},
    )

    def last_look() -> None:
        _check_fresh(house, plan)
        check_basis(house, plan, moment.date())

    # Once more when nobody else can publish any longer: another release may just have left.
    release = publish.publish(candidate, both, publisher, moment, last_look)
    forget(house, plan.release_id)
    return release


def make_candidate(house: House, plan: Plan, progress: Progress = lambda _: None) -> Candidate:
    """Everything up to the officers' desk."""
    for area in plan.areas:
        progress(f"{area.ods_code} {area.name}")
        stage_icb(house, plan, area.code)
    progress("assemble")
    return assemble(house, plan)


def make_release(
    house: House, plan: Plan, sign: Sign, progress: Progress = lambda _: None
) -> Release:
    """The whole line at once. A release that is out is checked and left as it is."""
    publish.repair(house.settings.releases, house.ledger)
    published = house.settings.releases / plan.release_id
    if published.exists():
        return publish.verify_release(published)
    candidate = make_candidate(house, plan, progress)
    return publish_candidate(house, plan, sign(house, plan, candidate))


def _checked(
    house: House, plan: Plan, datasets: Sequence[Protected]
) -> Iterator[tuple[Indicated, list[dict[str, Any]]]]:
    # Imported here: Great Expectations takes seconds, and planning does not need it.
    from pipelines.validate import check_output

    for protected in datasets:
        indicated = indicate(protected, plan.release_id)
        verdicts = check_output(indicated.table, protected.contract, house.settings.expectations)
        yield indicated, [dataclasses.asdict(verdict) for verdict in verdicts]


@contextmanager
def _engine(house: House, as_of: dt.date, resolved: Path) -> Iterator[Engine]:
    with measure.open_measures(
        house.settings,
        house.contracts,
        house.agreements.values(),
        house.store,
        purpose=PURPOSE,
        as_of=as_of,
        resolved=resolved,
    ) as engine:
        yield engine


def _check_fresh(house: House, plan: Plan) -> None:
    """A delivery after the plan may hold a withdrawal: then nothing of the plan may go out."""
    check_registers_fresh(house.agreements, house.store.parts("intake_count"), plan.as_of)
    if house.store.state() != plan.store_state:
        raise BadRelease(
            "plan-stale",
            "the store has changed since the release was planned.",
            "Plan the release again.",
        )
    check_thresholds(house)
    if earlier_releases(house, but=plan.release_id) != plan.earlier:
        raise BadRelease(
            "plan-stale",
            "another release was published since this one was planned.",
            "Plan the release again.",
        )
