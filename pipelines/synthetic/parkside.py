"""Parkside Community Trust's deliveries: Gladstone-like CSV in Windows-1252, day first."""

import numpy as np

from pipelines.synthetic.consents import ConsentEvent, refusals
from pipelines.synthetic.drops import Cell
from pipelines.synthetic.memberships import Memberships
from pipelines.synthetic.people import Ints, People
from pipelines.synthetic.planting import Sheet
from pipelines.synthetic.spelling import (
    british_day,
    date_of,
    spell_days,
    spell_seconds,
    spell_words,
)
from pipelines.synthetic.visits import Visits, stay_seconds

ENCODING = "cp1252"
VISITS = (
    "VisitID", "MemberID", "CardNumber", "Site", "Visit Date", "Exit Date", "Type", "Result",
    "Reason", "Activity", "Length", "Relation", "People",
)  # fmt: skip
MEMBERS = (
    "MemberID", "Title", "Forename", "Surname", "DOB", "Gender", "PostCode", "Mobile", "Ethnicity",
    "Category", "Status", "Date Joined", "CardNumber", "HouseholdID",
)  # fmt: skip
CONSENTS = ("MemberID", "Purpose", "Event", "Event Date", "Expires", "Privacy Notice", "How")

OLD_COLUMN, NEW_COLUMN = "Visit Date", "VisitDate"
CLUBS = (
    "Riverside Leisure Centre", "Castle Pools", "Northgate Sports Hall", "Fenland Fitness",
    "Steelworks Gym", "Hillfoot Baths", "Meadow Lane Centre", "Canal Street Studio",
    "Docklands Arena", "Parkside Pools", "Common Road Gym", "Tower Leisure",
)  # fmt: skip
RENAMED_CLUB, NEW_NAME = 2, "Northgate Wellbeing Hub"
ACTIVITIES = ("Gym", "Swimming", "Group exercise", "Racquets", "Spin", "Yoga")
WINDOWS_ACTIVITY = "Pilates \u2013 café class"
WINDOWS_KINDS = (6, 7)
GENDERS = {"1": ("M", "Male", "MALE"), "2": ("F", "Female", "FEMALE"), "9": ("O",)}
CATEGORIES = ("Member",) * 8 + ("Pay and Play",) * 2
STATUSES = {
    "active": "Live", "lapsed": "Lapsed", "pending": "Pending", "cancelled": "Cancelled",
    "frozen": "Frozen",
}  # fmt: skip
TYPES = ("Swipe",) * 5 + ("Gate",) * 2 + ("Class",) * 2 + ("Booking Attended",)
FIRST_CLASS = TYPES.index("Class")
"""Classes and bookings come with a length; swipes and gates do not."""
CLASS_MINUTES = (60, 30, 45, 40, 45, 60)
"""How long each activity's class or booking lasts. Assumptions."""
HOW = ("online", "front desk", "paper form")
UNDER_AGE = 16 * 365


def reference(number: int) -> str:
    """A member number, filled up with noughts to eight places."""
    return f"{number:08d}"


def member_sheet(
    name: str, people: People, members: Memberships, postcodes: list[str], fit: Ints
) -> Sheet:
    """The member file."""
    person = members.person
    numbers = members.number.tolist()
    sexes = people.sex[person].tolist()
    details = members.details
    young = (members.joined - details.birth_day) < UNDER_AGE
    columns: list[list[Cell]] = [
        [reference(n) for n in numbers],
        ["Mr" if s == "1" else "Ms" for s in sexes],
        details.given.tolist(),
        details.family.tolist(),
        [*spell_days(details.birth_day, british_day)],
        [*spell_words(sexes, GENDERS)],
        [*postcodes],
        [f"07700 9{n % 100_000:05d}" for n in numbers],
        people.ethnic_category[person].tolist(),
        [
            "Junior Member" if y else CATEGORIES[n % len(CATEGORIES)]
            for n, y in zip(numbers, young, strict=True)
        ],
        [STATUSES[s] for s in members.status.tolist()],
        [*spell_days(members.joined, british_day)],
        [str(n * 13) for n in numbers],
        [str(h) for h in members.household.tolist()],
    ]
    chosen = np.arange(len(members))
    reasons = refusals(members.consents, chosen, None).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("participant", name, MEMBERS, rows, chosen, reasons, fit)


def consent_rows(members: Memberships, events: list[ConsentEvent]) -> list[tuple[Cell, ...]]:
    """The consent file's rows."""
    numbers = members.number.tolist()
    return [
        (
            reference(numbers[e.member]),
            e.purpose,
            e.event,
            british_day(date_of(e.day)),
            "" if e.expires is None else british_day(date_of(e.expires)),
            e.notice,
            e.evidence(HOW, numbers[e.member]),
        )
        for e in events
    ]


def visit_sheet(
    name: str,
    members: Memberships,
    visits: Visits,
    first_id: int,
    fit: Ints,
    renamed_from: int,
    windows_words: bool,
) -> Sheet:
    """One visit file. From day `renamed_from` on one club bears its new name."""
    numbers = members.number[visits.member].tolist()
    days, kinds = spell_days(visits.day, british_day), visits.kind.tolist()
    renamed = ((visits.club == RENAMED_CLUB) & (visits.day >= renamed_from)).tolist()
    stays = stay_seconds(visits)
    lengths = [CLASS_MINUTES[a] for a in visits.activity.tolist()]
    leaves = spell_seconds(visits.second + stays)
    columns: list[list[Cell]] = [
        [str(n) for n in range(first_id, first_id + len(visits))],
        [reference(n) for n in numbers],
        [str(n * 13) for n in numbers],
        [NEW_NAME if r else CLUBS[c] for c, r in zip(visits.club.tolist(), renamed, strict=True)],
        [f"{d} {s}" for d, s in zip(days, spell_seconds(visits.second), strict=True)],
        [f"{d} {s}" if k % 3 == 0 else "" for d, s, k in zip(days, leaves, kinds, strict=True)],
        [TYPES[k] for k in kinds],
        ["Allowed"] * len(visits),
        [""] * len(visits),
        _activity_words(visits, windows_words),
        [str(m) if k >= FIRST_CLASS else "" for m, k in zip(lengths, kinds, strict=True)],
        ["User"] * len(visits),
        ["1" if k % 2 else "" for k in kinds],
    ]
    reasons = refusals(members.consents, visits.member, visits.day).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("attendance", name, VISITS, rows, visits.member, reasons, fit)


def _activity_words(visits: Visits, windows_words: bool) -> list[Cell]:
    """The club's words; some visits to the gym were a class whose name is not plain ASCII."""
    words = np.array(ACTIVITIES, dtype=object)[visits.activity]
    renamed = windows_words & (visits.activity == 0) & np.isin(visits.kind, WINDOWS_KINDS)
    return [*np.where(renamed, WINDOWS_ACTIVITY, words).tolist()]


def visit_header(renamed: bool) -> tuple[str, ...]:
    """The header, before or after the vendor renamed a column."""
    return tuple(NEW_COLUMN if renamed and c == OLD_COLUMN else c for c in VISITS)
