"""Line 2: from the linked store to a signed folder per ICB, readable on one screen.

    [ linked store ] → measure → protect → indicate → validate → publish → report

Every step takes and gives plain data, so that the command line and the scheduler run the same
line: plan once, stage each ICB, assemble, sign, publish.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines import measure, protect, publish, report
from pipelines.core.agreement import Agreement, check_in_force
from pipelines.core.errors import BadAgreement, BadRelease, UnknownArea
from pipelines.core.plan import (
    Area,
    Plan,
    Refusal,
    Use,
    plan_from_json,
    plan_to_json,
    with_release_id,
)
from pipelines.core.ports import Engine
from pipelines.core.stages import Indicated, Release
from pipelines.house import House
from pipelines.indicate import indicate
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

VINTAGES = {"2024": dt.date(2025, 4, 1), "2026": dt.date(2026, 4, 1)}
"""A day on which each vintage's borders hold: 42 ICBs until March 2026, 36 since April 2026."""

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
    boundaries_on = _boundaries(vintage)
    deliveries = house.store.delivery_ids()
    uses = _uses(house, deliveries, as_of)
    with _engine(house, as_of) as engine:
        areas = _areas(engine, boundaries_on, icbs)
        refused = measure.refused_rows(engine)
    shown = protect.protect_counts([rows for _, _, rows in refused], rule)
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
        contracts=tuple(contract.label for contract in house.contracts.outputs),
        uses=uses,
        refusals=tuple(
            Refusal(provider, reason, rows)
            for (provider, reason, _), rows in zip(refused, shown, strict=True)
        ),
        threshold=rule.threshold,
        base=rule.base,
        key_id=house.keys.key_id,
    )
    return with_release_id(plan)


def stage_icb(house: House, plan: Plan, icb_code: str) -> Path:
    """Measure, protect, indicate, check and write one ICB's extract. Returns its folder."""
    area = _find_area(plan.areas, icb_code)
    _check_fresh(house, plan)
    rule = dataclasses.replace(NHS_RULE, threshold=plan.threshold, base=plan.base)
    with _engine(house, plan.as_of) as engine:
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
    """The whole line at once."""
    publish.check_signed(sign_off)
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
def _engine(house: House, as_of: dt.date) -> Iterator[Engine]:
    with measure.open_measures(
        house.settings,
        house.contracts,
        house.agreements.values(),
        house.store,
        purpose=PURPOSE,
        as_of=as_of,
    ) as engine:
        yield engine


def _boundaries(vintage: str) -> dt.date:
    if vintage not in VINTAGES:
        raise UnknownArea(
            "vintage-unknown",
            "there is no ICB vintage of that name.",
            f"Use one of: {', '.join(sorted(VINTAGES))}.",
        )
    return VINTAGES[vintage]


def _uses(house: House, deliveries: Sequence[str], as_of: dt.date) -> tuple[Use, ...]:
    """The agreements that the store's deliveries came under, each in force on the day of use."""
    providers = sorted({delivery.split("/")[0] for delivery in deliveries})
    if not providers:
        raise BadRelease("store-empty", "nothing has been taken in.", "Run the intake line first.")
    return tuple(_use(house, provider, as_of) for provider in providers)


def _use(house: House, provider: str, as_of: dt.date) -> Use:
    agreement = house.agreements.get(provider)
    if agreement is None:
        raise BadAgreement(
            "agreement-missing",
            f"the store holds deliveries of {provider}, and no agreement covers them.",
            f"Restore schemas/providers/{provider}.yaml, or remove what was delivered.",
        )
    check_in_force(agreement, as_of)
    if agreement.person_level and PURPOSE not in agreement.purposes:
        raise BadAgreement(
            "agreement-purpose",
            f"the agreement {agreement.reference} of {provider} does not allow {PURPOSE}.",
            f"Ask {agreement.owner}, or leave the provider out.",
        )
    return Use(
        provider, agreement.name, agreement.reference, agreement.expires_on, _basis(agreement)
    )


def _basis(agreement: Agreement) -> str:
    if agreement.lawful_basis is None:
        return agreement.licence or ""
    return f"{agreement.lawful_basis.article_6}; {agreement.lawful_basis.article_9}"


def _areas(engine: Engine, boundaries_on: dt.date, icbs: Sequence[str] | None) -> tuple[Area, ...]:
    known = measure.known_areas(engine, boundaries_on)
    if not known:
        raise UnknownArea(
            "geography-empty",
            "the store has no neighbourhood-to-ICB lookup of that vintage.",
            "Take in the reference tables first.",
        )
    if icbs is not None:
        return tuple(dict.fromkeys(_find_area(known, code) for code in icbs))
    peopled = measure.peopled_codes(engine, boundaries_on)
    if not peopled:
        raise BadRelease(
            "store-unpeopled",
            "no person in the store has consent for this use on that day.",
            "Take in deliveries with consent, or name the ICBs.",
        )
    return tuple(area for area in known if area.code in peopled)


def _find_area(areas: Sequence[Area], code: str) -> Area:
    for area in areas:
        if code in (area.code, area.ods_code):
            return area
    raise UnknownArea(
        "icb-unknown",
        "there is no ICB of that code here.",
        f"Use one of: {', '.join(f'{a.ods_code} ({a.code})' for a in areas)}.",
    )


def _check_fresh(house: House, plan: Plan) -> None:
    """A delivery after the plan may hold a withdrawal: then nothing of the plan may go out."""
    if tuple(house.store.delivery_ids()) != plan.deliveries:
        raise BadRelease(
            "plan-stale",
            "the store has changed since the release was planned.",
            "Plan the release again.",
        )
