"""What must hold on the very day on which a release leaves, and what only that day knows."""

import datetime as dt
from typing import Any

from pipelines import report
from pipelines.core.errors import BadRelease
from pipelines.core.plan import Plan, uses_of
from pipelines.core.settings import PROJECT
from pipelines.house import House
from pipelines.pseudonymise.keys import ring_file
from pipelines.pseudonymise.keys.inspection import age_in_days, list_keys
from pipelines.publish import made_by

OF_A_RELEASE = {"root", "signing"}
"""Kinds of keys that a release rests on; keys of recipients do not come into it."""


def check_basis(house: House, plan: Plan, on: dt.date) -> None:
    """Raise `BadAgreement` when an agreement, or its DPIA's review, has lapsed since the plan."""
    uses_of(house.agreements, plan.deliveries, plan.purpose, on)


def key_facts(house: House, on: dt.date) -> list[dict[str, Any]]:
    """Id and age in days of each key that a release rests on; no age where no ring says it."""
    if not ring_file(house.settings).exists():
        return [{"kind": "root", "key_id": house.keys.key_id, "age_days": None}]
    return [
        {"kind": entry.kind, "key_id": entry.id, "age_days": age_in_days(entry, on)}
        for entry in list_keys(house.settings)
        if entry.kind in OF_A_RELEASE and entry.state == "active"
    ]


def candidate_facts(house: House, plan: Plan) -> dict[str, Any]:
    """What a candidate's manifest says beyond its extracts: which code it was, who is silent,
    and what the agreements say of the processing.

    Raises `BadRelease` for a silent provider where the house refuses such a release.
    """
    silent = silent_providers(house, plan)
    if silent and house.settings.refuses_silence:
        raise BadRelease(
            "release-provider-silent",
            f"nothing came in the period from: {', '.join(silent)}.",
            "Ask the provider, or let such releases be: WIDEBRIDGE_SILENT_PROVIDERS=tell.",
        )
    settings = house.settings
    parts = {"schemas": settings.schemas, "expectations": settings.expectations}
    code = made_by({name: PROJECT / name for name in ("pipelines", "dags")} | parts)
    providers = {delivery.split("/")[0] for delivery in plan.deliveries}
    processing = report.processing_of(house.agreements, house.contracts, providers)
    return {"made_by": code, "silent_providers": silent, "processing": processing}


def silent_providers(house: House, plan: Plan) -> list[str]:
    """Providers of people under an agreement from whom nothing came in the release's period."""
    last = max(plan.as_of, plan.period_end)
    heard = {
        part.parent.parent.name
        for part in house.store.parts("intake_count")
        if plan.period_start <= dt.date.fromisoformat(part.parent.name[:10]) <= last
    }
    due = {
        agreement.provider
        for agreement in house.agreements.values()
        if agreement.person_level and agreement.signed_on <= plan.period_end <= agreement.expires_on
    }
    return sorted(due - heard)
