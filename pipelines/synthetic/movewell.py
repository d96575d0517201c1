"""MoveWell Referrals' deliveries: CSV in UTF-8 with ISO dates."""

import numpy as np

from pipelines.synthetic.consents import ConsentEvent, refusals
from pipelines.synthetic.details import Details
from pipelines.synthetic.drops import Cell
from pipelines.synthetic.instruments import INSTRUMENTS
from pipelines.synthetic.people import Ints, People
from pipelines.synthetic.planting import Sheet
from pipelines.synthetic.programmes import Clients, Referrals, Scores
from pipelines.synthetic.spelling import date_of, iso_day, spell_days, spell_words

PEOPLE = (
    "client_id", "nhs_number", "given_name", "family_name", "email", "date_of_birth", "gender",
    "postcode", "ethnicity", "registered_on",
)  # fmt: skip
REFERRALS = (
    "referral_id", "client_id", "nhs_number", "programme", "condition", "referrer", "referred_on",
    "started_on", "last_attended_on", "completed_on", "notes",
)  # fmt: skip
OUTCOMES = ("client_id", "referral_id", "measure", "timepoint", "recorded_on", "score")
CONSENTS = (
    "client_id", "purpose", "event", "happened_on", "expires_on", "notice_version", "evidence",
)  # fmt: skip
GENDERS = {"1": ("male",), "2": ("female",), "9": ("indeterminate", "not known", "")}
EVIDENCE = ("referral form", "first appointment")


def reference(number: int) -> str:
    """A client's number."""
    return f"C{number:07d}"


def referral_reference(place: int) -> str:
    """A referral's number."""
    return f"R-{place + 1:06d}"


def people_sheet(
    name: str,
    people: People,
    clients: Clients,
    details: Details,
    postcodes: list[str],
    fit: Ints,
) -> Sheet:
    """The people file."""
    person, numbers = clients.person, clients.number.tolist()
    sexes = people.sex[person].tolist()
    columns: list[list[Cell]] = [
        [reference(n) for n in numbers],
        [str(n) for n in clients.nhs_number.tolist()],
        details.given.tolist(),
        details.family.tolist(),
        [f"client{n}@mail.example" for n in numbers],
        [*spell_days(details.birth_day, iso_day)],
        [*spell_words(sexes, GENDERS)],
        [*postcodes],
        people.ethnic_category[person].tolist(),
        [*spell_days(clients.registered, iso_day)],
    ]
    chosen = np.arange(len(person))
    reasons = refusals(clients.consents, chosen, None).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("participant", name, PEOPLE, rows, chosen, reasons, fit)


def consent_rows(clients: Clients, events: list[ConsentEvent]) -> list[tuple[Cell, ...]]:
    """The consent file's rows."""
    numbers = clients.number.tolist()
    return [
        (
            reference(numbers[e.member]),
            e.purpose,
            e.event,
            iso_day(date_of(e.day)),
            "" if e.expires is None else iso_day(date_of(e.expires)),
            e.notice,
            e.evidence(EVIDENCE, numbers[e.member]),
        )
        for e in events
    ]


def referral_sheet(name: str, clients: Clients, referrals: Referrals, fit: Ints) -> Sheet:
    """The referral file."""
    numbers = clients.number[referrals.client].tolist()
    columns: list[list[Cell]] = [
        [referral_reference(k) for k in range(len(referrals))],
        [reference(n) for n in numbers],
        [str(n) for n in clients.nhs_number[referrals.client].tolist()],
        referrals.programme.tolist(),
        referrals.condition.tolist(),
        referrals.referrer.tolist(),
        [*spell_days(referrals.referred, iso_day)],
        [*spell_days(referrals.started, iso_day)],
        [*spell_days(referrals.last_attended, iso_day)],
        [*spell_days(referrals.completed, iso_day)],
        ["" if n % 3 else "Contacted by telephone" for n in numbers],
    ]
    reasons = refusals(clients.consents, referrals.client, referrals.referred).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("referral", name, REFERRALS, rows, referrals.client, reasons, fit)


def outcome_sheet(
    name: str, clients: Clients, referrals: Referrals, scores: Scores, fit: Ints
) -> Sheet:
    """The outcome file."""
    client = referrals.client[scores.referral]
    measures = scores.measure.tolist()
    decimals = [INSTRUMENTS[m].decimals if m in INSTRUMENTS else 0 for m in measures]
    columns: list[list[Cell]] = [
        [reference(n) for n in clients.number[client].tolist()],
        [referral_reference(k) for k in scores.referral.tolist()],
        measures,
        scores.timepoint.tolist(),
        [*spell_days(scores.day, iso_day)],
        [f"{s:.{d}f}" for s, d in zip(scores.score.tolist(), decimals, strict=True)],
    ]
    reasons = refusals(clients.consents, client, scores.day).tolist()
    rows = list(zip(*columns, strict=True))
    return Sheet("outcome_measure", name, OUTCOMES, rows, client, reasons, fit)
