"""Line 2: from the linked store to a signed folder per ICB, readable on one screen.

    [ linked store ] → match people → measure → protect → indicate → validate → publish → report

Every step takes and gives plain data, so that the command line and the scheduler run the same
line: plan once, stage each ICB, assemble, have two officers sign, publish.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pipelines import evaluate, kit, measure, protect, publish, report
from pipelines.candidates import Sign, check_signed, forget, is_demo_house, officers_of
from pipelines.core.contract import Contract
from pipelines.core.plan import (
    Area,
    Plan,
    find_area,
    plan_from_json,
    plan_to_json,
)
from pipelines.core.ports import Engine
from pipelines.core.protocol import Protocol, is_in_time
from pipelines.core.stages import Indicated, Measured, Passed, Protected, Release
from pipelines.house import House
from pipelines.indicate import indicate
from pipelines.matching import match_people
from pipelines.outward import candidate_facts, check_basis, key_facts
from pipelines.planning import PURPOSE, check_fresh, open_measures, plan_release
from pipelines.publish import Approval, Candidate, Publisher
from pipelines.released import (
    cost_of,
    keep_costs,
    past_of,
    release_before,
)

__all__ = [
    "PURPOSE",
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

Progress = Callable[[str], None]


def stage_icb(house: House, plan: Plan, icb_code: str) -> Path:
    """Measure, protect, indicate, check and write one ICB's extract. Returns its folder."""
    area = find_area(plan.areas, icb_code)
    protected = preview(house, plan, icb_code)
    checked = list(_checked(house, plan, protected))
    listed = list(_directories(house, plan, area))
    keep_costs(house, plan, area, [p.cost for p in protected])
    held = {indicated.protected.contract.name: verdicts for indicated, verdicts in checked}
    held |= {passed.listed.contract.name: verdicts for passed, verdicts in listed}
    datasets = [indicated for indicated, _ in checked]
    directories = [passed for passed, _ in listed]
    return publish.stage(datasets, plan, area, house.settings.staging, held, directories)


def _directories(
    house: House, plan: Plan, area: Area
) -> Iterator[tuple[Passed, list[dict[str, Any]]]]:
    """Lists of things, from tables in which no person is, and what held of each."""
    from pipelines.validate import check_output

    with measure.open_directories(house.settings, house.contracts, house.store) as engine:
        for contract in house.contracts.directories:
            listed = measure.list_directory(contract, plan.scope(area), engine, plan.release_id)
            verdicts = check_output(listed.table, contract, house.settings.expectations)
            yield protect.pass_directory(listed), [dataclasses.asdict(v) for v in verdicts]


def preview(house: House, plan: Plan, icb_code: str) -> list[Protected]:
    """Measure and protect one ICB's datasets, attacker and all. Writes nothing."""
    area = find_area(plan.areas, icb_code)
    check_fresh(house, plan)
    people = match_people(house, plan.purpose, plan.as_of)
    with open_measures(house, plan.as_of, people.file, _protocols(house, plan)) as engine:
        contracts = house.contracts.outputs
        return protect.protect_together(
            [_measured(house, plan, area, contract, engine) for contract in contracts],
            plan.limits,
            [past_of(house, plan, area, contract) for contract in contracts],
        )


def _measured(house: House, plan: Plan, area: Area, contract: Contract, engine: Engine) -> Measured:
    shape = house.contracts.shape("measured")
    counted = measure.measure(contract, shape, plan.scope(area), engine)
    protocols = _protocols(house, plan)
    return evaluate.evaluated(counted, protocols, engine, plan.limits.dominance_percent)


def _protocols(house: House, plan: Plan) -> list[Protocol]:
    return [p for p in house.protocols if is_in_time(p, plan.period_end)]


def assemble(house: House, plan: Plan) -> Candidate:
    """Bring all staged ICBs together under one manifest."""
    told = candidate_facts(house, plan)
    cost, pages = cost_of(house, plan), partial(_pages, house, plan)
    return publish.assemble(plan, house.settings.staging, cost, told, pages)


def _pages(house: House, plan: Plan, folder: Path) -> Mapping[str, bytes]:
    """What goes with the extracts: the governance papers and the analyst's kit."""
    contracts, previous = house.contracts, release_before(house, plan)
    made = kit.make(folder, contracts.outputs, contracts.directories, previous)
    return {**report.papers(folder), **made}


def publish_candidate(
    house: House, plan: Plan, approvals: Sequence[Approval], now: dt.datetime | None = None
) -> Release:
    """Publish what was assembled. Raises `NotSignedOff` unless two officers approved it.

    Where nobody says what time it is, it is the moment of the last approval.
    """
    check_fresh(house, plan)
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
        check_fresh(house, plan)
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
