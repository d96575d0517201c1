"""What one officer decided about one candidate, as a signed statement.

A statement names its candidate by the SHA-256 of the manifest, so it can be used for no other. One
given with an officer's own key is signed by that key; one given in Airflow is signed by the house,
which states who was logged in.
"""

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipelines.core.envelope import canonical_json, seal
from pipelines.core.errors import BadRelease, NotSignedOff
from pipelines.core.log import OWN_WORDS
from pipelines.core.officers import Officer
from pipelines.core.ports import Signer
from pipelines.publish.candidate import Candidate

FORMAT = "widebridge-approval/1"
PAYLOAD_TYPE = "application/vnd.widebridge.approval+json"
SHORTEST_REASON = 10
"""In characters: enough that somebody had to say something."""


class Decision(StrEnum):
    """What an officer decided about a candidate."""

    APPROVE = "approve"
    REJECT = "reject"


class Via(StrEnum):
    """How the decision was given, which says whose key signed it."""

    KEY = "key"
    AIRFLOW = "airflow"


@dataclass(frozen=True)
class Approval:
    """One officer's decision about one candidate, and the envelope that proves it.

    `key_id` is the officer's own key, or the house's release key where Airflow passed it on; then
    `login` is the officer's there. `demo` marks an officer who was generated and decides nothing.
    """

    officer_id: str
    name: str
    role: str
    decision: Decision
    reason: str
    at: dt.datetime
    candidate_sha256: str
    release_id: str
    via: Via
    key_id: str
    envelope: bytes
    login: str = ""
    demo: bool = False


@dataclass(frozen=True)
class Decided:
    """What an officer has to say: yes or no, why, and when."""

    decision: Decision
    reason: str
    at: dt.datetime


def approve_with_key(
    officer: Officer, decided: Decided, candidate: Candidate, signer: Signer
) -> Approval:
    """An officer's decision under their own key. Raises `NotSignedOff` for another's key."""
    if signer.public_key != officer.public_key:
        raise refused(
            "approval-other-key",
            f"this is not the key of the officer {officer.id}.",
            "Name your own officer's id and your own key file.",
        )
    return _signed(officer, decided, candidate, Via.KEY, "", signer)


def approve_in_airflow(
    officer: Officer, decided: Decided, candidate: Candidate, login: str, house: Signer
) -> Approval:
    """A decision that Airflow passed on, stated under the house's release key."""
    if not officer.airflow_user or officer.airflow_user != login:
        raise anonymous()
    return _signed(officer, decided, candidate, Via.AIRFLOW, login, house)


def read_approval(envelope: bytes) -> Approval:
    """What an envelope says, proven only by `check_approved`. Raises `BadRelease`."""
    approval = None
    try:
        outer = json.loads(envelope)
        said = json.loads(base64.b64decode(outer["payload"], validate=True))
        approval = _approval(said, str(outer["signatures"][0]["keyid"]), envelope)
    except (ValueError, KeyError, TypeError, IndexError):
        approval = None
    if approval is None:
        raise BadRelease(
            "approval-unreadable",
            "an approval cannot be read.",
            "Put the candidate's approvals aside and find out who changed them.",
        )
    return approval


def check_reason(reason: str) -> None:
    """Raise `NotSignedOff` for a reason that is no reason, or that may hold somebody's number."""
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        raise refused(
            "approval-no-reason",
            f"the reason has fewer than {SHORTEST_REASON} characters.",
            "Say in your own words why it may leave, or why it may not.",
        )
    if not OWN_WORDS.fullmatch(" ".join(reason.split())):
        raise refused(
            "approval-reason-unsafe",
            "the reason is longer than 300 characters, or has a number or an address in it that "
            "may be somebody's.",
            "Everybody who gets the release reads the reason: say it without them.",
        )


def _signed(
    officer: Officer,
    decided: Decided,
    candidate: Candidate,
    via: Via,
    login: str,
    signer: Signer,
) -> Approval:
    check_reason(decided.reason)
    unsigned = Approval(
        officer_id=officer.id,
        name=officer.name,
        role=officer.role,
        decision=decided.decision,
        reason=" ".join(decided.reason.split()),
        at=decided.at.astimezone(dt.UTC).replace(microsecond=0),
        candidate_sha256=candidate.digest,
        release_id=candidate.release_id,
        via=via,
        key_id=signer.key_id,
        envelope=b"",
        login=login,
        demo=officer.demo,
    )
    envelope = seal(PAYLOAD_TYPE, statement_of(unsigned), [signer])
    return read_approval(envelope)


def statement_of(approval: Approval) -> bytes:
    """The bytes that are signed: the same decision, the same bytes."""
    said = {
        "format": FORMAT,
        "release_id": approval.release_id,
        "candidate_sha256": approval.candidate_sha256,
        "decision": approval.decision.value,
        "reason": approval.reason,
        "officer": {"id": approval.officer_id, "name": approval.name, "role": approval.role},
        "at": approval.at.isoformat(),
        "via": approval.via.value,
        "login": approval.login,
        "demo": approval.demo,
    }
    return canonical_json(said)


def _approval(said: Mapping[str, Any], key_id: str, envelope: bytes) -> Approval:
    if said["format"] != FORMAT:
        raise ValueError(FORMAT)
    return Approval(
        officer_id=str(said["officer"]["id"]),
        name=str(said["officer"]["name"]),
        role=str(said["officer"]["role"]),
        decision=Decision(said["decision"]),
        reason=str(said["reason"]),
        at=dt.datetime.fromisoformat(said["at"]),
        candidate_sha256=str(said["candidate_sha256"]),
        release_id=str(said["release_id"]),
        via=Via(said["via"]),
        key_id=key_id,
        envelope=envelope,
        login=str(said["login"]),
        demo=bool(said["demo"]),
    )


def anonymous() -> NotSignedOff:
    """The refusal of somebody who is no officer here."""
    return refused(
        "approval-anonymous",
        "whoever decided is no officer of this house.",
        "Log in under a name of your own that stands in schemas/officers, then decide again.",
    )


def refused(code: str, problem: str, advice: str) -> NotSignedOff:
    """The refusal of an approval."""
    return NotSignedOff(code, problem, advice)
