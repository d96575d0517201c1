"""Agreements about who receives rows of single people: one YAML file per recipient, read strictly.

Nothing leaves unless such an agreement names the extract and is in force on the day. It also says
which attributes may leave and how fine, so that the house can only be coarser than was agreed.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.agreement import LawfulBasis
from pipelines.core.agreement_terms import bad, check_keys, day, mapping, names, texts
from pipelines.core.errors import BadAgreement
from pipelines.core.strict_yaml import read_yaml

FOLDER = "recipients"
OPT_OUTS = ("respected", "not_applicable")
ODS_CODE = re.compile(r"[A-Z0-9]{3,10}")
WORD = re.compile(r"[a-z][a-z_]{2,60}")
TOP = {"recipient", "name", "owner", "description", "agreement", "extracts"}
TERMS = {
    "reference", "signed_on", "expires_on", "purpose", "opt_out", "lawful_basis", "dpia", "officer",
}  # fmt: skip
EXTRACT = {"people_of", "providers", "period", "attributes"}


@dataclass(frozen=True)
class Longitudinal:
    """Who approved, and where it is written, that pseudonyms stay the same between releases."""

    reference: str
    approved_by: str
    approved_on: dt.date


@dataclass(frozen=True)
class ExtractTerms:
    """What one agreement allows of one extract.

    `people_of` are the ODS codes of the ICBs whose residents it is about; `attributes` gives the
    finest level of each column that may leave. Days outside `period_start` to `period_end` may not
    be looked at. Without a longitudinal approval every release has pseudonyms of its own.
    """

    name: str
    people_of: tuple[str, ...]
    providers: tuple[str, ...]
    period_start: dt.date
    period_end: dt.date
    attributes: Mapping[str, str]
    longitudinal: Longitudinal | None = None


@dataclass(frozen=True)
class RecipientAgreement:
    """What a recipient and we agreed about rows of single people."""

    recipient: str
    name: str
    owner: str
    reference: str
    signed_on: dt.date
    expires_on: dt.date
    purpose: str
    opt_out: str
    lawful_basis: LawfulBasis
    dpia_reference: str
    dpia_review_on: dt.date
    officer: str
    description: str
    extracts: tuple[ExtractTerms, ...]


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: an extract for a recipient, for a purpose, over a period."""

    recipient: str
    extract: str
    purpose: str
    period_start: dt.date
    period_end: dt.date
    attributes: tuple[str, ...] = ()
    """Columns asked for; every column that the agreement names if none."""


def load_recipient_agreements(schemas: Path) -> dict[str, RecipientAgreement]:
    """Every agreement about rows of single people, by recipient. There may be none."""
    read = [read_recipient_agreement(path) for path in sorted((schemas / FOLDER).glob("*.yaml"))]
    return {agreement.recipient: agreement for agreement in read}


def terms_for(
    agreements: Mapping[str, RecipientAgreement], asked: Asked, on: dt.date
) -> tuple[RecipientAgreement, ExtractTerms]:
    """The agreement and its terms for what is asked. Raises `BadAgreement` unless it covers it."""
    agreement = agreements.get(asked.recipient)
    if agreement is None:
        raise BadAgreement(
            "recipient-unknown",
            "no agreement lets rows of single people leave to that recipient.",
            "Agree with it, and write the agreement into schemas/recipients.",
        )
    check_recipient_in_force(agreement, on)
    terms = next((t for t in agreement.extracts if t.name == asked.extract), None)
    if terms is None:
        raise _not_covered("recipient-extract", agreement, "does not name that extract")
    if asked.purpose != agreement.purpose:
        raise _not_covered("recipient-purpose", agreement, f"is not for {asked.purpose}")
    if asked.period_start < terms.period_start or asked.period_end > terms.period_end:
        raise _not_covered("recipient-period", agreement, "does not cover the whole period")
    if set(asked.attributes) - set(terms.attributes):
        raise _not_covered(
            "recipient-attributes", agreement, "does not name every column asked for"
        )
    return agreement, terms


def check_recipient_in_force(agreement: RecipientAgreement, on: dt.date) -> None:
    """Raise `BadAgreement` unless the agreement and its DPIA cover the day."""
    if on < agreement.signed_on:
        raise _not_covered("recipient-not-started", agreement, "is not in force yet")
    if on > agreement.expires_on:
        raise _not_covered("recipient-expired", agreement, f"expired on {agreement.expires_on}")
    if on > agreement.dpia_review_on:
        raise BadAgreement(
            "recipient-dpia-due",
            f"the impact assessment {agreement.dpia_reference} was to be reviewed by "
            f"{agreement.dpia_review_on}.",
            f"Review it, then change dpia.review_on in {_file(agreement)}.",
        )


def read_recipient_agreement(path: Path) -> RecipientAgreement:
    """Read one agreement. Raises `BadAgreement`, naming the file and the key."""
    document = read_yaml(path)
    check_keys(path, "the top", document, TOP, set())
    terms = mapping(path, "agreement", document["agreement"])
    check_keys(path, "agreement", terms, TERMS, set())
    code = _formed(path, "recipient", document["recipient"], ODS_CODE)
    if path.stem != code.lower():
        raise bad(path, "names another recipient inside.", "Give both the same code.")
    if terms["opt_out"] not in OPT_OUTS:
        raise bad(path, "has no valid opt_out.", f"Write {' or '.join(OPT_OUTS)}.")
    basis = texts(path, "agreement.lawful_basis", terms["lawful_basis"])
    check_keys(path, "agreement.lawful_basis", basis, {"article_6", "article_9"}, set())
    dpia = mapping(path, "agreement.dpia", terms["dpia"])
    check_keys(path, "agreement.dpia", dpia, {"reference", "review_on"}, set())
    extracts = mapping(path, "extracts", document["extracts"])
    return RecipientAgreement(
        recipient=code,
        name=str(document["name"]),
        owner=str(document["owner"]),
        reference=str(terms["reference"]),
        signed_on=day(path, "agreement.signed_on", terms["signed_on"]),
        expires_on=day(path, "agreement.expires_on", terms["expires_on"]),
        purpose=_formed(path, "agreement.purpose", terms["purpose"], WORD),
        opt_out=terms["opt_out"],
        lawful_basis=LawfulBasis(basis["article_6"], basis["article_9"]),
        dpia_reference=str(dpia["reference"]),
        dpia_review_on=day(path, "agreement.dpia.review_on", dpia["review_on"]),
        officer=str(terms["officer"]),
        description=" ".join(str(document["description"]).split()),
        extracts=tuple(_extract(path, name, entry) for name, entry in sorted(extracts.items())),
    )


def _extract(path: Path, name: str, entry: Any) -> ExtractTerms:
    place = f"extracts.{name}"
    entry = mapping(path, place, entry)
    check_keys(path, place, entry, EXTRACT, {"longitudinal"})
    period = mapping(path, f"{place}.period", entry["period"])
    check_keys(path, f"{place}.period", period, {"start", "end"}, set())
    attributes = texts(path, f"{place}.attributes", entry["attributes"])
    if not attributes:
        raise bad(path, f"names no column at {place}.attributes.", "Name each, with its level.")
    return ExtractTerms(
        name=_formed(path, "extracts", name, WORD),
        people_of=names(path, f"{place}.people_of", entry["people_of"]),
        providers=names(path, f"{place}.providers", entry["providers"]),
        period_start=day(path, f"{place}.period.start", period["start"]),
        period_end=day(path, f"{place}.period.end", period["end"]),
        attributes=attributes,
        longitudinal=_longitudinal(path, place, entry),
    )


def _longitudinal(path: Path, place: str, entry: Mapping[str, Any]) -> Longitudinal | None:
    if "longitudinal" not in entry:
        return None
    approval = mapping(path, f"{place}.longitudinal", entry["longitudinal"])
    required = {"reference", "approved_by", "approved_on"}
    check_keys(path, f"{place}.longitudinal", approval, required, set())
    on = day(path, f"{place}.longitudinal.approved_on", approval["approved_on"])
    return Longitudinal(str(approval["reference"]), str(approval["approved_by"]), on)


def _formed(path: Path, place: str, value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise bad(path, f"has no valid {place}.", f"It has the form {form.pattern}.")
    return value


def _not_covered(code: str, agreement: RecipientAgreement, problem: str) -> BadAgreement:
    return BadAgreement(
        code,
        f"the agreement {agreement.reference} with {agreement.recipient} {problem}.",
        f"Ask {agreement.owner}, then change {_file(agreement)}.",
    )


def _file(agreement: RecipientAgreement) -> str:
    return f"schemas/{FOLDER}/{agreement.recipient.lower()}.yaml"
