"""What agreements and contracts say of the processing behind a release, as facts for a manifest."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.contract import Column, Contract, Contracts


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
    sources = {field: source for source, field in file.columns.items()}
    fields = [
        _field(column, sources.get(column.name, "the same for every row"), linked)
        for column in delivered.columns
        if column.name in sources or column.name in file.constants
    ]
    left = [{"source": source, "reason": why} for source, why in sorted(file.ignore.items())]
    return {"table": file.table, "pattern": file.pattern, "fields": fields, "not_taken": left}


def _field(column: Column, source: str, linked: Collection[Contract]) -> dict[str, Any]:
    return {
        "source": source,
        "field": column.name,
        "description": column.description,
        "classification": column.classification.value,
        "becomes": sorted(_becomes(column, linked)),
    }


def _becomes(column: Column, linked: Collection[Contract]) -> Iterator[str]:
    """Linked columns that are made from this one, by their contract's own expression."""
    named = re.compile(rf"\b{re.escape(column.name)}\b")
    for contract in linked:
        for made in contract.columns:
            if made.made_from and named.search(made.made_from):
                yield f"{contract.name}.{made.name}"
