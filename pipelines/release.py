"""Line 2: from the linked store to a signed folder per ICB, readable on one screen.

    [ linked store ] → match people → measure → protect → indicate → validate → publish → report

Every step takes and gives plain data, so that the command line and the scheduler run the same
line: plan once, stage each ICB, assemble, sign, publish.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines import measure, protect, publish, report
from pipelines.consent import check_registers_fresh
from pipelines.core.errors import BadRelease
from pipelines.core.plan import (
    Area,
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
from pipelines.core.stages import Indicated, Release
from pipelines.house import House
from pipelines.indicate import indicate
from pipelines.matching import match_people, matching_of
from pipelines.protect import NHS_RULE, Rule
from pipelines.publish import Candidate, SignOff

__all__ = [
    "Plan",
    "assemble",
    "make_release",
    "plan_from_json",
    "plan_release",
    "plan_to_json",
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
    rule: Rule = NHS_RULE,
) -> Plan:
    """Decide what a release holds. `icbs` are ODS or ONS codes; None is wherever people live."""
    _check_period(period_end, as_of)
    boundaries_on = boundaries_of(vintage)
    deliveries = house.store.delivery_ids()
    uses = uses_of(house.agreements, deliveries, PURPOSE, as_of)
    check_registers_fresh(house.agreements, house.store.parts("intake_count"), as_of)
    people = match_people(house, PURPOSE, as_of)
    with _engine(house, as_of, people.file) as engine:
        areas = measure.choose_areas(engine, boundaries_on, icbs)
        refusals = _refusals(engine, rule)
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
        matching=matching_of(people.quality, rule),
        threshold=rule.threshold,
        base=rule.base,
        key_id=house.keys.key_id,
    )
    return with_release_id(plan)


def _check_period(period_end: dt.date, as_of: dt.date) -> None:
    if period_end > as_of:
        raise BadRelease(
            "plan-period",
            "the period ends after the day on which the data are used.",
            "Name a period that is over.",
        )


def _refusals(engine: Engine, rule: Rule) -> tuple[Refusal, ...]:
    refused = measure.refused_rows(engine)
    shown = protect.protect_counts([rows for _, _, rows in refused], rule)
    return tuple(
        Refusal(provider, reason, rows)
        for (provider, reason, _), rows in zip(refused, shown, strict=True)
    )


def stage_icb(house: House, plan: Plan, icb_code: str) -> Path:
    """Measure, protect, indicate, check and write one ICB's extract. Returns its folder."""
    area = find_area(plan.areas, icb_code)
    _check_fresh(house, plan)
    rule = dataclasses.replace(NHS_RULE, threshold=plan.threshold, base=plan.base)
    people = match_people(house, plan.purpose, plan.as_of)
    with _engine(house, plan.as_of, people.file) as engine:
        datasets = list(_datasets(house, plan, area, engine, rule))
    return publish.stage(datasets, plan, area, house.settings.staging)


def assemble(house: House, plan: Plan) -> Candidate:
    """Bring all staged ICBs together under one manifest."""
    return publish.assemble(plan, house.settings.staging)


def publish_candidate(house: House, plan: Plan, sign_off: SignOff | None) -> Release:
    """Publish what was assembled. Raises `NotSignedOff` without an officer's name."""
    _check_fresh(house, plan)
    candidate = assemble(house, plan)
    return publish.publish(
        candidate, sign_off, house.settings.releases, house.ledger, pages=report.render
    )


def make_release(
    house: House, plan: Plan, sign_off: SignOff | None, progress: Progress = lambda _: None
) -> Release:
    """The whole line at once. A release that is out is checked and left as it is."""
    publish.check_signed(sign_off)
    published = house.settings.releases / plan.release_id
    if published.exists():
        return publish.verify_release(published)
    for area in plan.areas:
        progress(f"{area.ods_code} {area.name}")
        stage_icb(house, plan, area.code)
    progress("publish")
    return publish_candidate(house, plan, sign_off)


def _datasets(
    house: House, plan: Plan, area: Area, engine: Engine, rule: Rule
) -> Iterator[Indicated]:
    # Imported here: Great Expectations takes seconds, and planning does not need it.
    from pipelines.validate import check_output

    shape = house.contracts.shape("measured")
    for contract in house.contracts.outputs:
        measured = measure.measure(contract, shape, plan.scope(area), engine)
        protected = protect.protect(measured, rule)
        indicated = indicate(protected, plan.release_id)
        check_output(indicated.table, contract, house.settings.expectations)
        yield indicated


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
