"""Two different, named officers approve a candidate in signed statements, or nothing leaves."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pipelines.core.envelope import open_envelope, public_key_id, signed_by
from pipelines.core.errors import BadRelease
from pipelines.core.officers import NOBODY, Officer, folded
from pipelines.publish.candidate import Candidate
from pipelines.publish.statement import (
    PAYLOAD_TYPE,
    Approval,
    Decided,
    Decision,
    Via,
    anonymous,
    approve_in_airflow,
    approve_with_key,
    check_reason,
    read_approval,
    refused,
    statement_of,
)

__all__ = [
    "NEEDED",
    "Approval",
    "Decided",
    "Decision",
    "Via",
    "approve_in_airflow",
    "approve_with_key",
    "check_approval",
    "check_approved",
    "check_reason",
    "officer_of_login",
    "read_approval",
]

NEEDED = 2
"""How many people must approve."""


def officer_of_login(officers: Mapping[str, Officer], login: str) -> Officer:
    """Whose login that is. Raises `NotSignedOff` for one that is nobody's."""
    found = [o for o in officers.values() if o.airflow_user and o.airflow_user == login]
    if folded(login) in NOBODY or len(found) != 1:
        raise anonymous()
    return found[0]


def check_approved(
    approvals: Sequence[Approval],
    officers: Mapping[str, Officer],
    candidate: Candidate,
    *,
    house_keys: Collection[bytes] = (),
    demo_house: bool = False,
) -> tuple[Approval, Approval]:
    """The two approvals that let a candidate leave. Raises `NotSignedOff`.

    `house_keys` are the house's public release keys, which sign what Airflow passed on.
    """
    for approval in approvals:
        check_approval(approval, officers, candidate, house_keys=house_keys, demo_house=demo_house)
    if any(approval.decision is not Decision.APPROVE for approval in approvals):
        raise refused(
            "release-rejected",
            "an officer has rejected this candidate.",
            "Correct what the officer found wrong, then plan the release again.",
        )
    if len(approvals) < NEEDED:
        raise refused(
            "release-unsigned",
            f"{len(approvals)} of {NEEDED} officers have approved the release.",
            "Two different officers approve it: widebridge release approve.",
        )
    _check_different_people(approvals, officers)
    first, second, *_ = sorted(approvals, key=lambda approval: approval.at)
    return first, second


def check_approval(
    approval: Approval,
    officers: Mapping[str, Officer],
    candidate: Candidate,
    *,
    house_keys: Collection[bytes] = (),
    demo_house: bool = False,
) -> None:
    """Raise `NotSignedOff` unless a registered officer said this about this very candidate."""
    check_reason(approval.reason)
    officer = _registered(approval, officers)
    if officer.demo and not demo_house:
        raise refused(
            "approval-demo-officer",
            "a generated demo officer has signed, and this is no demonstration.",
            "Have two real officers approve it.",
        )
    if approval.at.utcoffset() is None or not officer.is_officer_on(approval.at.date()):
        raise refused(
            "approval-officer-expired",
            f"{officer.id} was no officer on the day of the approval.",
            "Have an officer approve whose term has begun and not ended.",
        )
    if (approval.candidate_sha256, approval.release_id) != (candidate.digest, candidate.release_id):
        raise refused(
            "approval-other-candidate",
            f"what {officer.id} approved is not what is to be published.",
            "Read the candidate again, then approve it anew.",
        )
    _check_signature(approval, officer, house_keys)


def _registered(approval: Approval, officers: Mapping[str, Officer]) -> Officer:
    officer = officers.get(approval.officer_id)
    if officer is None or folded(approval.name) in NOBODY:
        raise anonymous()
    if (approval.name, approval.role) != (officer.name, officer.role):
        raise refused(
            "approval-other-name",
            f"the approval of {officer.id} has another name or role than schemas/officers.",
            "Have the officer approve again under the name and role of today.",
        )
    return officer


def _check_different_people(approvals: Sequence[Approval], officers: Mapping[str, Officer]) -> None:
    marks = Counter(mark for approval in approvals for mark in _marks_of(approval, officers))
    if any(count > 1 for count in marks.values()):
        raise refused(
            "approval-same-person",
            "one person has approved twice.",
            "Another officer must give the second approval.",
        )


def _marks_of(approval: Approval, officers: Mapping[str, Officer]) -> set[tuple[str, str]]:
    """What tells one person from another: no two approvals may have any of it in common."""
    officer = officers[approval.officer_id]
    marks = {
        ("id", officer.id),
        ("name", folded(approval.name)),
        ("key", officer.public_key.hex()),
    }
    return marks | ({("login", officer.airflow_user.casefold())} if officer.airflow_user else set())


def _check_signature(approval: Approval, officer: Officer, house_keys: Collection[bytes]) -> None:
    if approval.via is Via.AIRFLOW and officer.airflow_user != approval.login:
        raise anonymous()
    keys = [officer.public_key] if approval.via is Via.KEY else list(house_keys)
    payload: bytes = b""
    signers: tuple[str, ...] = ()
    try:
        payload = open_envelope(approval.envelope, keys, PAYLOAD_TYPE)
        signers = tuple(public_key_id(key) for key in signed_by(approval.envelope, keys))
    except BadRelease:
        payload = b""
    if payload != statement_of(approval) or approval.key_id not in signers:
        raise refused(
            "approval-forged",
            f"the approval of {officer.id} is not signed by the key that it must have.",
            "Put it aside, find out who made it, and have the officer approve anew.",
        )
