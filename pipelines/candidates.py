"""Sign-off: a candidate is put before the officers, two of them approve it, or it goes nowhere.

Every approval, rejection and lapse is in the ledger before anybody is told of it.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from pipelines import report
from pipelines.core.agreement import Agreement
from pipelines.core.errors import NotSignedOff
from pipelines.core.files import held
from pipelines.core.officers import FOLDER as OFFICERS
from pipelines.core.officers import Officer, load_officers
from pipelines.core.plan import Plan, plan_from_json, plan_to_json
from pipelines.core.ports import Fact, Signer
from pipelines.core.settings import People, Settings
from pipelines.house import House
from pipelines.publish import (
    Approval,
    Candidate,
    Decided,
    Decision,
    Waiting,
    approve_in_airflow,
    approve_with_key,
    check_approval,
    check_approved,
    officer_of_login,
)
from pipelines.publish.shown import show_candidate, show_release
from pipelines.publish.statement import statement_of
from pipelines.publish.waiting import (
    all_waiting,
    keep_approval,
    mark_lapsed,
    put_before_officers,
    read_waiting,
    stop_waiting,
)

Sign = Callable[[House, Plan, Candidate], Sequence[Approval]]
"""Asks officers about a candidate and gives what they said."""
MADE_UP = ".example"
"""The ending of addresses that nobody can have (RFC 2606): only made-up agreements have such."""
EVENTS = {Decision.APPROVE: "candidate_approved", Decision.REJECT: "candidate_rejected"}


def demo_officers_folder(settings: Settings) -> Path:
    """Where the demonstration keeps the officers that it generated."""
    return settings.home / "demo-officers"


def demo_key_file(settings: Settings, officer_id: str) -> Path:
    """Where a generated officer's key is, or would be."""
    return demo_officers_folder(settings) / f"{Path(officer_id).name}.pem"


def is_demo_house(settings: Settings, agreements: Mapping[str, Agreement]) -> bool:
    """Whether generated officers may sign here.

    It takes more than the folder that the demonstration makes: the house must refuse real people's
    records, and every agreement about people must be made up.
    """
    about_people = [a for a in agreements.values() if a.person_level]
    return (
        demo_officers_folder(settings).is_dir()
        and settings.people is People.SYNTHETIC
        and bool(about_people)
        and all(agreement.owner.endswith(MADE_UP) for agreement in about_people)
    )


def officers_of(house: House) -> dict[str, Officer]:
    """Every officer who may sign in this house, by id."""
    officers = load_officers(house.settings.schemas / OFFICERS)
    if not is_demo_house(house.settings, house.agreements):
        return officers
    return {**load_officers(demo_officers_folder(house.settings), demo=True), **officers}


def ask_officers(house: House, plan: Plan, candidate: Candidate, now: dt.datetime) -> Waiting:
    """Put a candidate before the officers. One that waits already goes on waiting."""
    with _held(house):
        waiting, is_new = put_before_officers(
            candidate, plan_to_json(plan), house.settings.staging, now, house.settings.patience
        )
        if is_new:
            pages = report.render(candidate.folder)
            show_candidate(house.settings.pages, candidate.release_id, pages)
            house.ledger.record("candidate_waiting", **_facts(candidate))
    return waiting


def sign_with_key(
    house: House, release_id: str, officer_id: str, decided: Decided, signer: Signer
) -> Approval:
    """An officer approves or rejects with their own key. Raises `NotSignedOff`."""
    officer = officers_of(house).get(officer_id)
    if officer is None:
        raise NotSignedOff(
            "officer-unknown",
            "there is no officer of that id here.",
            "Officers stand in schemas/officers, one file each.",
        )
    with _held(house):
        waiting = _still_waiting(house, release_id, decided.at)
        approval = approve_with_key(officer, decided, waiting.candidate, signer)
        return _keep(house, waiting, approval)


def sign_in_airflow(house: House, release_id: str, login: str, decided: Decided) -> Approval:
    """An officer approves or rejects under their login in Airflow. Raises `NotSignedOff`."""
    officer = officer_of_login(officers_of(house), login)
    with _held(house):
        waiting = _still_waiting(house, release_id, decided.at)
        approval = approve_in_airflow(
            officer, decided, waiting.candidate, login, house.keys.signer("release")
        )
        return _keep(house, waiting, approval)


def lapse(house: House, release_id: str) -> None:
    """Nobody answered in time: from now on nobody may approve the candidate."""
    with _held(house):
        _lapse(house, read_waiting(house.settings.staging, release_id))


def candidates(house: House, now: dt.datetime) -> list[Waiting]:
    """Every candidate that waits or has waited in vain, oldest first. Records each new lapse."""
    with _held(house):
        for waiting in all_waiting(house.settings.staging):
            if waiting.is_over(now):
                _lapse(house, waiting)
        return all_waiting(house.settings.staging)


def only_candidate(house: House) -> str:
    """The id of the candidate that waits. Raises `NotSignedOff` unless it is exactly one."""
    found = all_waiting(house.settings.staging)
    if len(found) != 1:
        raise NotSignedOff(
            "candidate-unnamed",
            f"{len(found)} candidates wait for sign-off.",
            "Name the one that is meant: widebridge release candidates",
        )
    return found[0].candidate.release_id


def approved(house: House, release_id: str, now: dt.datetime) -> tuple[Plan, Waiting]:
    """The plan and the candidate that two officers approved in time. Raises `NotSignedOff`."""
    with _held(house):
        waiting = _still_waiting(house, release_id, now)
    check_signed(house, waiting.approvals, waiting.candidate)
    return plan_from_json(waiting.plan), waiting


def check_signed(
    house: House, approvals: Sequence[Approval], candidate: Candidate
) -> tuple[Approval, Approval]:
    """The two approvals under which a candidate may leave this house. Raises `NotSignedOff`."""
    return check_approved(
        approvals,
        officers_of(house),
        candidate,
        house_keys=house.keys.public_keys("release"),
        demo_house=is_demo_house(house.settings, house.agreements),
    )


def forget(house: House, release_id: str) -> None:
    """A release that is out waits no longer; its own page is shown."""
    with _held(house):
        settings = house.settings
        show_release(settings.pages, release_id, settings.releases / release_id)
        stop_waiting(house.settings.staging, release_id)


def _keep(house: House, waiting: Waiting, approval: Approval) -> Approval:
    said_before = [a for a in waiting.approvals if statement_of(a) == statement_of(approval)]
    if said_before:
        # A scheduler's second try at the same answer.
        return said_before[0]
    together = [*waiting.approvals, approval]
    if approval.decision is Decision.APPROVE and len(together) > 1:
        # Refused now rather than when somebody publishes: the officer is still there to be asked.
        check_signed(house, together, waiting.candidate)
    else:
        check_approval(
            approval,
            officers_of(house),
            waiting.candidate,
            house_keys=house.keys.public_keys("release"),
            demo_house=is_demo_house(house.settings, house.agreements),
        )
    facts = _facts(waiting.candidate) | {
        "officer": approval.name,
        "role": approval.role,
        "reason": approval.reason,
        "via": approval.via.value,
        "demo": approval.demo,
    }
    house.ledger.record(EVENTS[approval.decision], **facts)
    keep_approval(waiting, approval)
    return approval


def _still_waiting(house: House, release_id: str, now: dt.datetime) -> Waiting:
    waiting = read_waiting(house.settings.staging, release_id)
    if waiting.is_over(now):
        _lapse(house, waiting)
        raise NotSignedOff(
            "candidate-lapsed",
            "the candidate waited longer for its approvals than it may.",
            "Make the release again, and tell the officers that it waits.",
        )
    if _was_rejected(house, waiting.candidate):
        raise NotSignedOff(
            "release-rejected",
            "an officer has rejected this candidate.",
            "Correct what the officer found wrong, then plan the release again.",
        )
    return waiting


def _was_rejected(house: House, candidate: Candidate) -> bool:
    """The ledger is asked, since what is kept beside a candidate can be lost."""
    rejected = EVENTS[Decision.REJECT]
    return any(
        entry["event"] == rejected and entry["facts"].get("manifest_sha256") == candidate.digest
        for entry in house.ledger.entries()
    )


def _lapse(house: House, waiting: Waiting) -> None:
    if not waiting.has_lapsed:
        house.ledger.record("candidate_lapsed", **_facts(waiting.candidate))
        mark_lapsed(waiting)


def _facts(candidate: Candidate) -> dict[str, Fact]:
    return {"release": candidate.release_id, "manifest_sha256": candidate.digest}


def _held(house: House) -> AbstractContextManager[None]:
    return held(house.settings.staging / ".sign-off.lock")
