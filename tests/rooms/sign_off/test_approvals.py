"""Two different, named officers, each with a signed statement about this very candidate."""

import base64
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipelines.core.errors import BadRelease, NotSignedOff
from pipelines.core.officers import Officer
from pipelines.publish import Approval, Decided, check_approved, officer_of_login
from pipelines.publish.approvals import approve_in_airflow, approve_with_key, read_approval
from tests.rooms.sign_off.people import (
    ADA,
    ADA_KEY,
    BEN,
    BEN_KEY,
    CANDIDATE,
    HOUSE_KEY,
    NO,
    NOW,
    OFFICERS,
    REASON,
    YES,
    TestKey,
    by_airflow,
    by_key,
)


def code_of(approvals: Sequence[Approval], officers: dict[str, Officer] | None = None) -> str:
    """The code under which approvals are refused."""
    known = OFFICERS if officers is None else officers
    with pytest.raises(NotSignedOff) as refused:
        check_approved(approvals, known, CANDIDATE, house_keys=[HOUSE_KEY.public_key])
    return refused.value.code


def test_two_officers_with_their_own_keys_may_let_it_leave() -> None:
    both = check_approved([by_key(ADA, ADA_KEY), by_key(BEN, BEN_KEY)], OFFICERS, CANDIDATE)
    assert [approval.name for approval in both] == ["Ada Example", "Ben Example"]


def test_two_officers_in_airflow_may_let_it_leave() -> None:
    given = [by_airflow(ADA), by_airflow(BEN)]
    both = check_approved(given, OFFICERS, CANDIDATE, house_keys=[HOUSE_KEY.public_key])
    assert {approval.login for approval in both} == {"ada", "ben"}


def test_one_with_a_key_and_one_in_airflow_may_let_it_leave() -> None:
    given = [by_key(ADA, ADA_KEY), by_airflow(BEN)]
    assert check_approved(given, OFFICERS, CANDIDATE, house_keys=[HOUSE_KEY.public_key])


@pytest.mark.parametrize("approvals", [[], [by_key(ADA, ADA_KEY)]])
def test_fewer_than_two_are_too_few(approvals: list[Approval]) -> None:
    assert code_of(approvals) == "release-unsigned"


def test_one_person_counts_once() -> None:
    assert code_of([by_key(ADA, ADA_KEY), by_airflow(ADA)]) == "approval-same-person"


@pytest.mark.parametrize(
    "double",
    [
        replace(BEN, name="ada  EXAMPLE"),
        replace(BEN, airflow_user="ADA"),
        replace(BEN, public_key=ADA_KEY.public_key),
    ],
    ids=["name", "login", "key"],
)
def test_one_person_under_two_ids_counts_once(double: Officer) -> None:
    key = ADA_KEY if double.public_key == ADA_KEY.public_key else BEN_KEY
    given = [by_key(ADA, ADA_KEY), by_key(double, key)]
    assert code_of(given, {ADA.id: ADA, BEN.id: double}) == "approval-same-person"


def test_a_rejection_among_them_stops_it() -> None:
    given = [by_key(ADA, ADA_KEY), by_key(BEN, BEN_KEY, NO)]
    assert code_of(given) == "release-rejected"


def test_an_approval_of_another_candidate_is_not_one_of_this() -> None:
    other = by_key(BEN, BEN_KEY, candidate=replace(CANDIDATE, digest="d" * 64))
    assert code_of([by_key(ADA, ADA_KEY), other]) == "approval-other-candidate"


def test_somebody_who_is_no_officer_cannot_approve() -> None:
    given = [by_key(ADA, ADA_KEY), by_key(BEN, BEN_KEY)]
    assert code_of(given, {ADA.id: ADA}) == "approval-anonymous"


def test_an_officer_whose_term_is_over_cannot_approve() -> None:
    over = replace(BEN, valid_to=NOW.date() - dt.timedelta(days=1))
    given = [by_key(ADA, ADA_KEY), by_key(over, BEN_KEY)]
    assert code_of(given, {ADA.id: ADA, BEN.id: over}) == "approval-officer-expired"


def test_a_generated_officer_cannot_approve_outside_a_demonstration() -> None:
    made = replace(BEN, demo=True)
    given = [by_key(ADA, ADA_KEY), by_key(made, BEN_KEY)]
    assert code_of(given, {ADA.id: ADA, BEN.id: made}) == "approval-demo-officer"


def test_a_name_or_role_that_is_not_the_registered_one_is_refused() -> None:
    given = [by_key(ADA, ADA_KEY), by_key(replace(BEN, role="Chief"), BEN_KEY)]
    assert code_of(given) == "approval-other-name"


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "another reason than the signed one"},
        {"at": NOW - dt.timedelta(days=1)},
        {"key_id": "0" * 16},
        {"envelope": by_key(BEN, BEN_KEY, NO).envelope},
        {"envelope": b"{}"},
    ],
    ids=["reason", "time", "key id", "other envelope", "no envelope"],
)
def test_what_is_not_what_was_signed_is_refused(change: dict[str, object]) -> None:
    forged = replace(by_key(BEN, BEN_KEY), **change)  # type: ignore[arg-type]
    assert code_of([by_key(ADA, ADA_KEY), forged]) == "approval-forged"


def test_a_house_that_signs_for_airflow_with_an_unknown_key_is_refused() -> None:
    given = [by_airflow(ADA), by_airflow(BEN, TestKey(b"x" * 32))]
    assert code_of(given) == "approval-forged"


def test_the_house_cannot_speak_for_an_officers_own_key() -> None:
    as_key = replace(BEN, public_key=HOUSE_KEY.public_key)
    given = [by_key(ADA, ADA_KEY), by_key(as_key, HOUSE_KEY)]
    assert code_of(given) == "approval-forged"


def test_an_officer_cannot_sign_with_another_officers_key() -> None:
    with pytest.raises(NotSignedOff, match="approval-other-key"):
        by_key(ADA, BEN_KEY)


@pytest.mark.parametrize("reason", ["", "ok", " " * 40, "fine   x"])
def test_an_approval_needs_a_reason(reason: str) -> None:
    with pytest.raises(NotSignedOff, match="approval-no-reason"):
        approve_with_key(ADA, Decided(YES, reason, NOW), CANDIDATE, ADA_KEY)


@pytest.mark.parametrize(
    "reason", ["as asked by 9990000018 today", "write to me@somewhere first", "long " * 70]
)
def test_a_reason_that_may_hold_somebodys_number_is_refused(reason: str) -> None:
    with pytest.raises(NotSignedOff, match="approval-reason-unsafe"):
        approve_with_key(ADA, Decided(YES, reason, NOW), CANDIDATE, ADA_KEY)


@pytest.mark.parametrize("login", ["", "Anonymous", "admin", "eve", "ADA"])
def test_a_login_that_is_no_officers_is_nobodys(login: str) -> None:
    with pytest.raises(NotSignedOff, match="approval-anonymous"):
        officer_of_login(OFFICERS, login)


def test_nobody_signs_in_airflow_under_another_login() -> None:
    with pytest.raises(NotSignedOff, match="approval-anonymous"):
        approve_in_airflow(ADA, Decided(YES, REASON, NOW), CANDIDATE, "ben", HOUSE_KEY)


def test_an_approval_is_read_back_from_its_envelope() -> None:
    approval = by_airflow(ADA)
    assert read_approval(approval.envelope) == approval


@pytest.mark.parametrize("envelope", [b"", b"[]", b"{}", b'{"payload": "e30=", "signatures": []}'])
def test_an_envelope_that_says_nothing_is_refused(envelope: bytes) -> None:
    with pytest.raises(BadRelease, match="approval-unreadable"):
        read_approval(envelope)


def test_the_statement_names_who_when_why_and_what() -> None:
    outer = json.loads(by_key(ADA, ADA_KEY).envelope)
    assert json.loads(base64.b64decode(outer["payload"])) == {
        "format": "widebridge-approval/1",
        "release_id": "2026-q3",
        "candidate_sha256": "c" * 64,
        "decision": "approve",
        "reason": REASON,
        "officer": {"id": "ada_example", "name": "Ada Example", "role": "Caldicott Guardian"},
        "at": "2026-11-22T12:00:00+00:00",
        "via": "key",
        "login": "",
        "demo": False,
    }
