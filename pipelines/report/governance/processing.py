"""What agreements and contracts say of the processing behind a release, as facts for a manifest."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.contract import Column, Contract, Contracts

CONSENT = "consent_event"
AT_THE_BORDER = {
    "person_ref": ("member_key",),
    "nhs_number": ("person_key",),
    "nhs_token": ("person_key",),
    "referral_id": ("referral_key",),
    "postcode": ("lsoa21_code",),
    "activity": ("activity_name", "intensity"),
    "site": ("site_name",),
}
"""What the border makes of a column before the linked contracts' expressions are read."""
MATCHED = "given_name family_name birth_date postcode link_tokens"
WITHOUT_EXPRESSION = {
    ("person_token", "token"): MATCHED,
    ("person_token", "family"): MATCHED,
    ("person_token", "member_key"): "person_ref",
    ("consent_period", "purpose"): "purpose",
    ("consent_period", "consented_from"): "event happened_on",
    ("consent_period", "consented_until"): "event happened_on expires_on",
    ("consent_period", "notice_version"): "notice_version",
}
"""Linked columns that code makes, not an expression, and the columns that they are made of."""


def processing_of(
    agreements: Mapping[str, Agreement], contracts: Contracts, providers: Collection[str]
) -> list[dict[str, Any]]:
    """For each provider of people: its terms, what is taken from its files and what becomes of it.

    Plain values only, in one order, so that they can stand in a manifest.
    """
    return [
        _terms(agreements[name]) | {"files": [_file(file, contracts) for file in _files(agreement)]}
        for name, agreement in sorted(agreements.items())
        if name in providers and agreement.person_level
    ]


def _terms(agreement: Agreement) -> dict[str, Any]:
    basis, opt_out, review = (
        agreement.lawful_basis,
        agreement.consent.opt_out,
        agreement.dpia_review_by,
    )
    # The owner stays out: an address, even of an office, is what the scan stops in a release.
    return {
        "provider": agreement.provider,
        "name": agreement.name,
        "reference": agreement.reference,
        "signed_on": agreement.signed_on.isoformat(),
        "expires_on": agreement.expires_on.isoformat(),
        "dpia_review_by": review.isoformat() if review else None,
        "article_6": basis.article_6 if basis else "",
        "article_9": basis.article_9 if basis else "",
        "purposes": list(agreement.purposes),
        "opt_out": {"applies": opt_out.applies, "reason": " ".join(opt_out.reason.split())},
        "sealed": agreement.sealing.required,
        "description": " ".join(agreement.description.split()),
    }


def _files(agreement: Agreement) -> list[FileAgreement]:
    return sorted(agreement.files, key=lambda file: (file.table, file.pattern))


def _file(file: FileAgreement, contracts: Contracts) -> dict[str, Any]:
    delivered = contracts.delivered(file.table)
    linked = contracts.linked_from(file.table)
    fields = [
        _field(column, source, file.table, linked)
        for column in delivered.columns
        for source in _sources(column.name, file)
    ]
    left = [{"source": source, "reason": why} for source, why in sorted(file.ignore.items())]
    return {"table": file.table, "pattern": file.pattern, "fields": fields, "not_taken": left}


def _sources(field: str, file: FileAgreement) -> list[str]:
    """The columns that a field comes from: several where a day and a time make one moment."""
    found = [source for source, name in file.columns.items() if name == field]
    return found or (["the same for every row"] if field in file.constants else [])


def _field(column: Column, source: str, table: str, linked: Collection[Contract]) -> dict[str, Any]:
    return {
        "source": source,
        "field": column.name,
        "description": column.description,
        "classification": column.classification.value,
        "becomes": sorted(_becomes(column, table, linked)),
    }


def _becomes(column: Column, table: str, linked: Collection[Contract]) -> Iterator[str]:
    """Where a column lives on: by the linked contracts' own expressions, and what the border does.

    Consent events stay as they are, sealed, with the person as a token (see `consent.register`).
    """
    if table == CONSENT:
        kept = "member_token" if column.name == "person_ref" else column.name
        yield f"sealed consent register: {kept}"
    names = "|".join(map(re.escape, (column.name, *AT_THE_BORDER.get(column.name, ()))))
    named = re.compile(rf"\b({names})\b")
    for contract in linked:
        for made in contract.columns:
            expression = made.made_from or WITHOUT_EXPRESSION.get((contract.name, made.name), "")
            if named.search(expression):
                yield f"{contract.name}.{made.name}"
