"""Harbour Leisure's deliveries: Legend/Xplor's records, as JSON arrays."""

import uuid

import numpy as np

from pipelines.synthetic.consents import ConsentEvent, refusals
from pipelines.synthetic.drops import Cell
from pipelines.synthetic.memberships import Memberships
from pipelines.synthetic.people import Ints, People
from pipelines.synthetic.planting import Sheet
from pipelines.synthetic.spelling import (
    date_of,
    iso_day,
    spell_days,
    spell_offsets,
    spell_seconds,
    spell_words,
)
from pipelines.synthetic.visits import Visits

USAGE = (
    "Id", "ClubShortName", "MemberId", "EntryType", "EntryDetail", "ComputerName", "UsageCount",
    "EntryTime",
)  # fmt: skip
MEMBERS = (
    "ContactId", "MemberId", "ExtId", "Barcode", "MemberNo", "FirstName", "LastName", "Email",
    "DateOfBirth", "Gender", "Postcode", "EthnicOrigin", "MembershipType", "MemberStatus",
    "JoinDate",
)  # fmt: skip
CONSENTS = (
    "MemberId", "Purpose", "Event", "EventDate", "ExpiryDate", "NoticeVersion", "Evidence",
)  # fmt: skip

CLUBS = ("ANC", "BEL", "CLA", "DUN", "ELM", "FOX", "GRA", "HAR", "IVY", "JUN", "KEL", "LAR")
ACTIVITIES = ("Gym", "Swim", "Fitness class", "Badminton", "Spin", "Yoga")
GENDERS = {"1": ("Male", "M"), "2": ("Female", "F"), "9": ("Other",)}
TYPES = ("Adult",) * 8 + ("Concession", "Guest")
STATUSES = {"active": 1, "lapsed": 2, "pending": 3, "cancelled": 4, "frozen": 2}
EVIDENCE = ("app", "kiosk", "paper form")
UNDER_AGE = 16 * 365
RECORD_NAMES = uuid.UUID("6f1c1d5e-3c2b-5d0a-9a55-0d9f6f5b7a11")


def member_sheet(
    name: str, people: People, members: Memberships, chosen: Ints, postcodes: list[str], fit: Ints
) -> Sheet:
    """The member file, of the chosen memberships."""
    person = members.person[chosen]
    numbers = members.number[chosen].tolist()
    sexes = people.sex[person].tolist()
    details = members.details
    young = (members.joined[chosen] - details.birth_day[chosen]) < UNDER_AGE
    columns: list[list[Cell]] = [
        [n + 5_000_000 for n in numbers],
        numbers,
        [str(uuid.uuid5(RECORD_NAMES, str(n))) for n in numbers],
        [f"B{n * 7}" for n in numbers],
        [f"HL{n}" for n in numbers],
        details.given[chosen].tolist(),
        details.family[chosen].tolist(),
        [f"member{n}@mail.example" for n in numbers],
        [*spell_days(details.birth_day[chosen], iso_day)],
        [*spell_words(sexes, GENDERS)],
        [postcodes[m] for m in chosen.tolist()],
        people.ethnic_category[person].tolist(),
        ["Junior" if y else TYPES[n % len(TYPES)] for n, y in zip(numbers, young, strict=True)],
        [STATUSES[s] for s in members.status[chosen].tolist()],
        [*spell_days(members.joined[chosen], iso_day)],
    ]
    reasons = refusals(members.consents, chosen, None).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("participant", name, MEMBERS, rows, chosen, reasons, fit)


def consent_rows(members: Memberships, events: list[ConsentEvent]) -> list[tuple[Cell, ...]]:
    """The consent file's rows."""
    numbers = members.number.tolist()
    return [
        (
            numbers[e.member],
            e.purpose,
            e.event,
            iso_day(date_of(e.day)),
            None if e.expires is None else iso_day(date_of(e.expires)),
            e.notice,
            e.evidence(EVIDENCE, numbers[e.member]),
        )
        for e in events
    ]


def usage_sheet(
    name: str, members: Memberships, visits: Visits, first_id: int, used: Ints, fit: Ints
) -> Sheet:
    """One usage file; `used` says how often each member came before."""
    clubs = [CLUBS[c] for c in visits.club.tolist()]
    rng = np.random.default_rng(first_id)
    fractions = rng.integers(0, 10_000_000, len(visits)).tolist()
    moments = zip(
        spell_days(visits.day, iso_day),
        spell_seconds(visits.second),
        fractions,
        spell_offsets(visits.day),
        strict=True,
    )
    columns: list[list[Cell]] = [
        list(range(first_id, first_id + len(visits))),
        [*clubs],
        members.number[visits.member].tolist(),
        [3 if k < 7 else 1 for k in visits.kind.tolist()],
        [ACTIVITIES[a] for a in visits.activity.tolist()],
        [f"{club}-GATE{k % 3 + 1}" for club, k in zip(clubs, visits.kind.tolist(), strict=True)],
        used.tolist(),
        [f"{d}T{s}.{f:07d}{o}" for d, s, f, o in moments],
    ]
    reasons = refusals(members.consents, visits.member, visits.day).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("attendance", name, USAGE, rows, visits.member, reasons, fit)
