"""What a good row is, and how a row breaks each rule: in canonical terms, with marks."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from tests.canary.marks import Kind

Cell = str | Kind | dt.date | dt.datetime | None
"""A value, a mark of some kind, or nothing."""
Row = Mapping[str, Cell]

FIRST_ENTRY = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 8, 3, 8, 0, tzinfo=dt.UTC)
FUTURE = dt.date(2028, 1, 1)
MINUTE = dt.timedelta(minutes=1)


def _participant(number: int) -> dict[str, Cell]:
    return {
        "person_ref": Kind.MEMBER,
        "nhs_number": Kind.NHS_NUMBER,
        "birth_date": Kind.BIRTH_DATE,
        "sex": "2",
        "postcode": Kind.POSTCODE,
        "given_name": Kind.FORENAME,
        "family_name": Kind.SURNAME,
        "ethnic_category": "A",
        "person_kind": "member",
        "member_status": "active",
        "joined_on": dt.date(2025, 1, 2) + dt.timedelta(days=number % 300),
    }


def _attendance(number: int) -> dict[str, Cell]:
    entered = FIRST_ENTRY + number * dt.timedelta(hours=3)
    return {
        "source_record_id": f"rec-{number}",
        "person_ref": Kind.MEMBER,
        "site": "NLC",
        "entered_at": entered,
        "left_at": entered + 50 * MINUTE,
        "event_type": "swipe",
        "entry_result": "allowed",
        "activity": "swimming",
        "relation": "self",
        "headcount": "1",
    }


def _referral(number: int) -> dict[str, Cell]:
    referred = dt.date(2025, 3, 1) + dt.timedelta(days=number % 200)
    return {
        "referral_id": Kind.REFERRAL if number % 2 else f"ref-{number}",
        "person_ref": Kind.MEMBER,
        "nhs_number": Kind.NHS_NUMBER,
        "programme": "exercise_on_referral",
        "condition": "obesity",
        "referrer": "general_practice",
        "referred_on": referred,
        "started_on": referred + dt.timedelta(days=14),
        "last_attended_on": referred + dt.timedelta(days=80),
        "completed_on": referred + dt.timedelta(days=90),
    }


def _outcome(number: int) -> dict[str, Cell]:
    return {
        "person_ref": Kind.MEMBER,
        "referral_id": Kind.REFERRAL if number % 2 else f"ref-{number}",
        "measure": "active_minutes_week",
        "timepoint": "baseline",
        "recorded_on": dt.date(2026, 3, 1),
        "score": "25",
    }


def _consent(number: int) -> dict[str, Cell]:
    return {
        "person_ref": Kind.MEMBER,
        "purpose": "service_evaluation",
        "event": "granted",
        "happened_on": dt.date(2025, 1, 1),
        "expires_on": None,
        "notice_version": f"PN-{number % 3}",
        "evidence": Kind.EMAIL,
    }


GOOD: Mapping[str, Callable[[int], dict[str, Cell]]] = {
    "participant": _participant,
    "attendance": _attendance,
    "referral": _referral,
    "outcome_measure": _outcome,
    "consent_event": _consent,
}
IGNORED = {
    "Email": Kind.EMAIL,
    "email": Kind.EMAIL,
    "FirstName": Kind.FORENAME,
    "given_name": Kind.FORENAME,
    "Forename": Kind.FORENAME,
    "Mobile": Kind.MOBILE,
    "CardNumber": Kind.CARD,
    "Barcode": Kind.CARD,
    "HouseholdID": Kind.HOUSEHOLD,
    "ContactId": Kind.HOUSEHOLD,
    "ExtId": Kind.REFERRAL,
    "MemberNo": Kind.MEMBER,
    "notes": Kind.NHS_NUMBER,
}
"""What stands in the columns that nobody takes; a surname where nothing is said."""

ALONE: Mapping[str, Mapping[str, Row]] = {
    "participant": {
        "test_record": {"person_kind": "test"},
        "staff_record": {"person_kind": "staff"},
        "birth_date_placeholder": {"birth_date": dt.date(1900, 1, 1)},
        "birth_date_in_future": {"birth_date": FUTURE},
        "age_over_120": {"birth_date": dt.date(1901, 2, 3)},
        "postcode_without_place": {"postcode": None},
        "no_person_reference": {"person_ref": None},
    },
    "attendance": {
        "denied_entry": {"entry_result": "denied"},
        "not_a_visit": {"event_type": "sale"},
        "not_the_card_holder": {"relation": "child"},
        "entered_in_future": {"entered_at": dt.datetime(2028, 1, 1, 9, 0, tzinfo=dt.UTC)},
        "exit_before_entry": {"left_at": dt.datetime(2025, 12, 1, 9, 0, tzinfo=dt.UTC)},
        "stay_over_16_hours": {"left_at": dt.datetime(2026, 9, 29, 9, 0, tzinfo=dt.UTC)},
        "time_unknown": {"entered_at": dt.datetime(2026, 1, 2, 0, 0, tzinfo=dt.UTC)},
        "time_ambiguous": {"entered_at": "26/10/2025 01:30:00", "left_at": None},
        "absent_local_time": {"entered_at": "29/03/2026 01:30:00"},
        "absent_local_exit": {"left_at": "29/03/2026 01:30:00"},
        "group_booking": {"headcount": "7"},
        "no_person_reference": {"person_ref": None},
    },
    "referral": {
        "started_before_referred": {"started_on": dt.date(2024, 12, 1)},
        "completed_before_started": {"started_on": None},
        "attended_before_referred": {"last_attended_on": dt.date(2024, 12, 1)},
        "referred_in_future": {"completed_on": FUTURE},
        "no_person_reference": {"person_ref": None},
    },
    "outcome_measure": {
        "recorded_in_future": {"recorded_on": FUTURE},
        "score_out_of_range": {"score": "99999"},
        "score_not_whole": {"measure": "swemwbs_raw", "score": "21.5"},
        "no_person_reference": {"person_ref": None},
    },
    "consent_event": {
        "happened_in_future": {"happened_on": FUTURE},
        "happened_before_2000": {"happened_on": Kind.BIRTH_DATE},
        "expires_before_it_happened": {"expires_on": dt.date(2024, 12, 1)},
    },
}
"""One row by itself that breaks a rule, or meets a refusal, by the rule's name."""

NEIGHBOURS: Mapping[str, Mapping[str, Sequence[Row]]] = {
    "participant": {"duplicate_reference": ({}, {})},
    "attendance": {
        "duplicate_record": ({}, {"entered_at": MORNING + 600 * MINUTE}),
        "double_swipe": (
            {"source_record_id": "two-1", "entered_at": MORNING},
            {"source_record_id": "two-2", "entered_at": MORNING + MINUTE},
        ),
        "same_visit": (
            {"source_record_id": "same-1", "entered_at": MORNING, "event_type": "gate"},
            {"source_record_id": "same-2", "entered_at": MORNING + 9 * MINUTE},
        ),
        "two_places_at_once": (
            {"source_record_id": "both-1", "entered_at": MORNING},
            {"source_record_id": "both-2", "entered_at": MORNING + 5 * MINUTE, "site": "SLC"},
        ),
    },
    "referral": {"duplicate_referral": ({}, {})},
    "outcome_measure": {"duplicate_score": ({}, {})},
}
"""Rows of one person that break a rule together, by the rule's name."""

STORIES: Mapping[str, Sequence[Row]] = {
    "never_asked": (),
    "withdrawn": ({}, {"event": "withdrawn", "happened_on": dt.date(2025, 2, 1)}),
    "other_purpose": ({"purpose": "research"},),
    "expired": ({"expires_on": dt.date(2025, 12, 31)},),
    "not_yet": ({"happened_on": FUTURE},),
    "unreadable_event": ({}, {"event": Kind.SURNAME}),
    "not_covered_then": (
        {"expires_on": dt.date(2025, 12, 31)},
        {"happened_on": dt.date(2026, 9, 1)},
    ),
}
"""What the register says of a person, by the reason why their rows may not be used."""
