"""Agreements: one YAML file per provider (or publisher), read strictly into frozen dataclasses.

Onboarding a provider whose vendor format is known is one such file and a sample, no Python.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.core.agreement_terms import (
    CONSENT_TERMS,
    NO_SEALING,
    USUAL_CONSENT,
    ConsentTerms,
    SealingTerms,
    bad,
    check_keys,
    consent_terms,
    day,
    mapping,
    names,
    sealing_terms,
    texts,
)
from pipelines.core.errors import BadAgreement
from pipelines.core.strict_yaml import read_yaml


class Kind(StrEnum):
    """Who delivers."""

    PROVIDER = "provider"
    """Delivers records of people, under a data-sharing agreement."""
    PUBLISHER = "publisher"
    """Publishes open tables without people, under a licence."""


@dataclass(frozen=True)
class LawfulBasis:
    """UK GDPR: the article 6 condition and, for health data, the article 9 one."""

    article_6: str
    article_9: str


@dataclass(frozen=True)
class Volume:
    """Fewer rows than `min_rows` stops a file, more than `max_rows` is noted."""

    min_rows: int
    max_rows: int


@dataclass(frozen=True)
class Correction:
    """A known mistake of the source: rows `where` canonical columns hold these values get `set`.

    Name the wrong value under `where` too, so that the entry rests once the source is right.
    """

    where: Mapping[str, str]
    set: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class FileAgreement:
    """One kind of file in a delivery and how its columns become a canonical table.

    `columns` maps source column to canonical column; `ignore` gives the reason why a source
    column is not taken; `constants` fills canonical columns that the source leaves implicit;
    `values` translates a canonical column's source values. An incoming column that is neither
    mapped nor ignored stops the file.
    """

    table: str
    pattern: str
    format: str
    columns: Mapping[str, str]
    ignore: Mapping[str, str]
    constants: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    options: Mapping[str, str]
    volume: Volume
    required: bool
    date_format: str
    timestamp_format: str
    timezone: str
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """What a provider and we agreed, and what a delivery of theirs looks like."""

    provider: str
    name: str
    kind: Kind
    owner: str
    reference: str
    signed_on: dt.date
    expires_on: dt.date
    lawful_basis: LawfulBasis | None
    licence: str | None
    purposes: tuple[str, ...]
    transport: str
    connection: str
    schedule: str
    files: tuple[FileAgreement, ...]
    description: str
    consent: ConsentTerms = USUAL_CONSENT
    sealing: SealingTerms = NO_SEALING
    person_level_extracts: tuple[str, ...] = ()
    dpia_review_by: dt.date | None = None
    """Until when the data protection impact assessment holds; None where no people are."""

    @property
    def person_level(self) -> bool:
        """Whether deliveries hold records of people."""
        return self.kind is Kind.PROVIDER


def check_in_force(agreement: Agreement, on: dt.date) -> None:
    """Raise `BadAgreement` unless the agreement covers the day."""
    if on < agreement.signed_on:
        raise BadAgreement(
            "agreement-not-started",
            f"the agreement {agreement.reference} of {agreement.provider} starts on "
            f"{agreement.signed_on}.",
            "Take the delivery in on or after that day.",
        )
    if on > agreement.expires_on:
        raise BadAgreement(
            "agreement-expired",
            f"the agreement {agreement.reference} of {agreement.provider} expired on "
            f"{agreement.expires_on}.",
            f"Ask {agreement.owner} for a renewal, then change expires_on in "
            f"schemas/providers/{agreement.provider}.yaml.",
        )


def check_reviewed(agreement: Agreement, on: dt.date) -> None:
    """Raise `BadAgreement` when the review of its data protection impact assessment is overdue."""
    due, reference, provider = agreement.dpia_review_by, agreement.reference, agreement.provider
    if due is not None and on > due:
        raise BadAgreement(
            "agreement-dpia-overdue",
            f"the impact assessment under {reference} of {provider} was to be reviewed by {due}.",
            f"Have it reviewed; change dpia_review_by in schemas/providers/{provider}.yaml.",
        )


def load_agreements(schemas: Path) -> dict[str, Agreement]:
    """Read every agreement, by provider. Raises `BadAgreement`."""
    agreements = {}
    for path in sorted((schemas / "providers").glob("*.yaml")):
        agreement = read_agreement(path)
        agreements[agreement.provider] = agreement
    if not agreements:
        raise BadAgreement(
            "agreement-folder-empty",
            "no agreement was found in schemas/providers.",
            "Check WIDEBRIDGE_SCHEMAS.",
        )
    return agreements


def find_agreement(agreements: Mapping[str, Agreement], provider: str) -> Agreement:
    """The agreement of one provider. Raises `BadAgreement` naming those that exist."""
    if provider not in agreements:
        raise BadAgreement(
            "agreement-unknown-provider",
            "there is no agreement with a provider of that name.",
            f"Name one of: {', '.join(sorted(agreements))}.",
        )
    return agreements[provider]


REQUIRED = {
    "provider", "name", "kind", "owner", "agreement", "transport", "connection", "schedule",
    "description", "files",
}  # fmt: skip
TERMS = {"reference", "signed_on", "expires_on"}
DPIA = "dpia_review_by"
PROVIDER_TERMS = {"lawful_basis", "purposes", "opt_out", DPIA}
PUBLISHER_TERMS = {"licence"}
EXTRACTS = "person_level_extracts"
"""Extracts of single people that a provider allows; none unless they are named."""
FILE_REQUIRED = {"table", "pattern", "format", "columns", "volume"}
FILE_OPTIONAL = {
    "ignore", "constants", "values", "options", "required", "date_format", "timestamp_format",
    "timezone", "corrections",
}  # fmt: skip


def read_agreement(path: Path) -> Agreement:
    """Read one agreement. Raises `BadAgreement`, naming the file and the key."""
    document = read_yaml(path)
    check_keys(path, "the top", document, REQUIRED, set())
    if document["provider"] != path.stem:
        raise bad(path, "names another provider inside.", "Give both the same name.")
    kind = _kind(path, document["kind"])
    files = tuple(_file(path, entry) for entry in document["files"])
    _check_one_way_of_dates(path, files)
    terms = mapping(path, "agreement", document["agreement"])
    by_kind = PROVIDER_TERMS if kind is Kind.PROVIDER else PUBLISHER_TERMS
    optional = {*CONSENT_TERMS, "sealing", EXTRACTS} if kind is Kind.PROVIDER else set()
    check_keys(path, "agreement", terms, TERMS | by_kind, optional)
    purposes = tuple(terms.get("purposes", ()))
    return Agreement(
        provider=document["provider"],
        name=str(document["name"]),
        kind=kind,
        owner=str(document["owner"]),
        reference=str(terms["reference"]),
        signed_on=day(path, "agreement.signed_on", terms["signed_on"]),
        expires_on=day(path, "agreement.expires_on", terms["expires_on"]),
        lawful_basis=_lawful_basis(path, terms) if kind is Kind.PROVIDER else None,
        licence=str(terms["licence"]) if kind is Kind.PUBLISHER else None,
        purposes=purposes,
        transport=str(document["transport"]),
        connection=str(document["connection"]),
        schedule=str(document["schedule"]),
        files=files,
        description=" ".join(str(document["description"]).split()),
        consent=consent_terms(path, terms, purposes),
        sealing=sealing_terms(path, terms),
        person_level_extracts=(
            names(path, f"agreement.{EXTRACTS}", terms[EXTRACTS]) if EXTRACTS in terms else ()
        ),
        dpia_review_by=day(path, f"agreement.{DPIA}", terms[DPIA]) if DPIA in terms else None,
    )


def _check_one_way_of_dates(path: Path, files: Sequence[FileAgreement]) -> None:
    ways: dict[str, tuple[str, str, str]] = {}
    for file in files:
        way = (file.date_format, file.timestamp_format, file.timezone)
        if ways.setdefault(file.table, way) != way:
            raise bad(path, f"writes dates of {file.table} in two ways.", "Use one way.")


def _file(path: Path, entry: Any) -> FileAgreement:
    entry = mapping(path, "files", entry)
    check_keys(path, "files", entry, FILE_REQUIRED, FILE_OPTIONAL)
    volume = mapping(path, "files.volume", entry["volume"])
    check_keys(path, "files.volume", volume, {"min_rows", "max_rows"}, set())
    ignore = texts(path, "files.ignore", entry.get("ignore", {}))
    without_reason = sorted(name for name, reason in ignore.items() if not reason.strip())
    if without_reason:
        raise bad(path, f"ignores {', '.join(without_reason)} without a reason.", "Add one.")
    values = mapping(path, "files.values", entry.get("values", {}))
    return FileAgreement(
        table=str(entry["table"]),
        pattern=str(entry["pattern"]),
        format=str(entry["format"]),
        columns=texts(path, "files.columns", entry["columns"]),
        ignore=ignore,
        constants=texts(path, "files.constants", entry.get("constants", {})),
        values=MappingProxyType(
            {c: texts(path, f"files.values.{c}", v) for c, v in values.items()}
        ),
        options=texts(path, "files.options", entry.get("options", {})),
        volume=Volume(int(volume["min_rows"]), int(volume["max_rows"])),
        required=bool(entry.get("required", True)),
        date_format=str(entry.get("date_format", "%Y-%m-%d")),
        timestamp_format=str(entry.get("timestamp_format", "iso")),
        timezone=str(entry.get("timezone", "Europe/London")),
        corrections=tuple(_correction(path, c) for c in entry.get("corrections", ())),
    )


def _correction(path: Path, entry: Any) -> Correction:
    entry = mapping(path, "files.corrections", entry)
    check_keys(path, "files.corrections", entry, {"where", "set", "reason"}, set())
    where = texts(path, "files.corrections.where", entry["where"])
    change = texts(path, "files.corrections.set", entry["set"])
    reason = " ".join(str(entry["reason"] or "").split())
    if not (where and change and reason):
        problem = "has a correction without where, set or reason."
        raise bad(path, problem, "Say which rows are wrong, what is right, and who says so.")
    return Correction(where, change, reason)


def _lawful_basis(path: Path, terms: Mapping[str, Any]) -> LawfulBasis:
    basis = mapping(path, "agreement.lawful_basis", terms["lawful_basis"])
    check_keys(path, "agreement.lawful_basis", basis, {"article_6", "article_9"}, set())
    if not terms["purposes"]:
        raise bad(path, "names no purpose.", "List what the data may be used for.")
    return LawfulBasis(str(basis["article_6"]), str(basis["article_9"]))


def _kind(path: Path, value: object) -> Kind:
    if value not in [k.value for k in Kind]:
        raise bad(path, "has no valid kind.", "Write kind: provider or kind: publisher.")
    return Kind(str(value))
