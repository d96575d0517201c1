"""What one release will hold, decided before anything is counted and then never changed.

A plan is plain data, so that a scheduler can hand it from one step to the next.
"""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.agreement import Agreement, check_in_force, check_reviewed
from pipelines.core.errors import BadAgreement, BadRelease, UnknownArea
from pipelines.core.protocol import Registered
from pipelines.core.stages import Scope
from pipelines.core.thresholds import Limits

VINTAGES = {"2024": dt.date(2025, 4, 1), "2026": dt.date(2026, 4, 1)}
"""A day on which each vintage's borders hold: 42 ICBs until March 2026, 36 since April 2026."""


@dataclass(frozen=True)
class Area:
    """One ICB. The ONS code is its key; the ODS code only names its folder."""

    code: str
    ods_code: str
    name: str


@dataclass(frozen=True)
class Use:
    """An agreement that the release rests on."""

    provider: str
    name: str
    reference: str
    expires_on: dt.date
    basis: str


@dataclass(frozen=True)
class Refusal:
    """Rows of a provider left out for one reason of consent; None is too few to say."""

    provider: str
    reason: str
    rows: int | None


@dataclass(frozen=True)
class Matching:
    """How the providers' records were matched to people; None is too few to say.

    `precision` and `recall` (percentages) are of the rule on tokens, against pairs of records that
    both hold an NHS number: shares of the pairs found, and checked, that agree. The three counts
    are told, since they could not hold from one release to the next otherwise.
    """

    rule: str
    records: int | None
    people: int | None
    matched_by_nhs_number: int | None
    matched_by_tokens: int | None
    without_tokens: int | None
    groups_taken_apart: int | None
    pairs_checked: int | None
    pairs_found: int | None
    pairs_agreed: int | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class Plan:
    """One release: its scope, its inputs, the limits that protect it, and what was out before."""

    release_id: str
    vintage: str
    boundaries_on: dt.date
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    purpose: str
    areas: tuple[Area, ...]
    deliveries: tuple[str, ...]
    store_state: str
    contracts: tuple[str, ...]
    uses: tuple[Use, ...]
    refusals: tuple[Refusal, ...]
    matching: Matching
    limits: Limits
    earlier: tuple[str, ...]
    key_id: str
    protocols: tuple[Registered, ...] = ()

    def scope(self, area: Area) -> Scope:
        """What the extract of one ICB covers."""
        return Scope(
            icb_code=area.code,
            icb_ods_code=area.ods_code,
            icb_name=area.name,
            vintage=self.vintage,
            boundaries_on=self.boundaries_on,
            period_start=self.period_start,
            period_end=self.period_end,
            as_of=self.as_of,
            purpose=self.purpose,
        )


def boundaries_of(vintage: str) -> dt.date:
    """The day whose borders a vintage means. Raises `UnknownArea`."""
    if vintage not in VINTAGES:
        raise UnknownArea(
            "vintage-unknown",
            "there is no ICB vintage of that name.",
            f"Use one of: {', '.join(sorted(VINTAGES))}.",
        )
    return VINTAGES[vintage]


def find_area(areas: Sequence[Area], code: str) -> Area:
    """The ICB of an ONS or ODS code. Raises `UnknownArea` naming those that exist."""
    for area in areas:
        if code in (area.code, area.ods_code):
            return area
    raise UnknownArea(
        "icb-unknown",
        "there is no ICB of that code here.",
        f"Use one of: {', '.join(f'{a.ods_code} ({a.code})' for a in areas)}.",
    )


def uses_of(
    agreements: Mapping[str, Agreement], deliveries: Sequence[str], purpose: str, as_of: dt.date
) -> tuple[Use, ...]:
    """The agreements that deliveries came under. Raises unless each allows the use on the day."""
    providers = sorted({delivery.split("/")[0] for delivery in deliveries})
    if not providers:
        raise BadRelease("store-empty", "nothing has been taken in.", "Run the intake line first.")
    return tuple(_use(agreements, provider, purpose, as_of) for provider in providers)


def _use(agreements: Mapping[str, Agreement], provider: str, purpose: str, as_of: dt.date) -> Use:
    agreement = agreements.get(provider)
    if agreement is None:
        raise BadAgreement(
            "agreement-missing",
            f"the store holds deliveries of {provider}, and no agreement covers them.",
            f"Restore schemas/providers/{provider}.yaml, or remove what was delivered.",
        )
    check_in_force(agreement, as_of)
    check_reviewed(agreement, as_of)
    if agreement.person_level and purpose not in agreement.purposes:
        raise BadAgreement(
            "agreement-purpose",
            f"the agreement {agreement.reference} of {provider} does not allow {purpose}.",
            f"Ask {agreement.owner}, or leave the provider out.",
        )
    basis = agreement.lawful_basis
    terms = f"{basis.article_6}; {basis.article_9}" if basis else (agreement.licence or "").strip()
    return Use(provider, agreement.name, agreement.reference, agreement.expires_on, terms)


NO_INPUT = ("release_id", "key_id", "earlier", "refusals", "matching")


def with_release_id(plan: Plan) -> Plan:
    """The plan under the id that its inputs give it: the same inputs, the same id."""
    # Which key made the pseudonyms changes no number. What was out before, and the counts that hold
    # because of it, are left out so that the same plan has the same id, also after publishing it.
    document = plan_to_json(plan)
    inputs = {name: value for name, value in document.items() if name not in NO_INPUT}
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return dataclasses.replace(plan, release_id=f"{plan.period_end}-v{plan.vintage}-{digest[:8]}")


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON's own types."""
    document: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(plan), default=str))
    return document


def plan_from_json(document: Mapping[str, Any]) -> Plan:
    """The plan again. The inverse of `plan_to_json`."""
    days = ("boundaries_on", "period_start", "period_end", "as_of")
    plain = {
        **document,
        **{day: dt.date.fromisoformat(document[day]) for day in days},
        "areas": tuple(Area(**a) for a in document["areas"]),
        "deliveries": tuple(document["deliveries"]),
        "contracts": tuple(document["contracts"]),
        "uses": tuple(
            Use(**{**u, "expires_on": dt.date.fromisoformat(u["expires_on"])})
            for u in document["uses"]
        ),
        "refusals": tuple(Refusal(**r) for r in document["refusals"]),
        "matching": Matching(**document["matching"]),
        "limits": Limits(**document["limits"]),
        "earlier": tuple(document["earlier"]),
        "protocols": tuple(
            Registered(**{**p, "registered_on": dt.date.fromisoformat(p["registered_on"])})
            for p in document["protocols"]
        ),
    }
    return Plan(**plain)
