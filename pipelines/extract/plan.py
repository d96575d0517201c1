"""What one extract will hold and on what it rests: decided before a single row is looked at."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipelines import measure
from pipelines.consent import check_registers_fresh
from pipelines.core.agreement import Agreement, find_agreement
from pipelines.core.contract import Contract
from pipelines.core.contract_file import read_contract
from pipelines.core.errors import BadAgreement, BadRelease
from pipelines.core.plan import Area, Use, boundaries_of, uses_of
from pipelines.core.recipient_agreement import (
    Asked,
    ExtractTerms,
    RecipientAgreement,
    load_recipient_agreements,
    terms_for,
)
from pipelines.core.settings import Settings
from pipelines.extract.columns import check_levels
from pipelines.extract.rows import open_rows
from pipelines.house import House
from pipelines.protect.rule import Rule, rule_of
from pipelines.released import check_thresholds

MOST_LEFT_OUT = 0.05
"""Where more than this share of people would have to be left out, nothing leaves at all."""


@dataclass(frozen=True)
class ExtractRule:
    """The thresholds of person-level extracts; the lowest `k` and `l`, the highest shares.

    `told` is the rule for the counts of the manifest.
    """

    k: int
    l: int  # noqa: E741 (l-diversity is called l everywhere)
    most_linked: float
    told: Rule
    most_left_out: float = MOST_LEFT_OUT


@dataclass(frozen=True)
class ExtractPlan:
    """One extract for one recipient: its scope, its inputs and the rule that it must pass."""

    release_id: str
    extract: str
    contract: str
    recipient: str
    recipient_name: str
    purpose: str
    opt_out: str
    longitudinal: str
    agreement: str
    officer: str
    attributes: tuple[tuple[str, str], ...]
    providers: tuple[str, ...]
    vintage: str
    boundaries_on: dt.date
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    areas: tuple[Area, ...]
    deliveries: tuple[str, ...]
    store_state: str
    uses: tuple[Use, ...]
    rule: ExtractRule
    key_id: str


def extract_rule(house: House) -> ExtractRule:
    """The rule as the thresholds state it. Raises `BadSettings` when one is laxer than allowed."""
    check_thresholds(house)
    limits = house.thresholds.limits
    share = limits.linked_percent / 100
    return ExtractRule(limits.group_people, limits.sensitive_values, share, rule_of(limits))


def plan_extract(
    house: House, asked: Asked, *, as_of: dt.date, vintage: str = "2026"
) -> ExtractPlan:
    """Decide what an extract holds. Raises unless every agreement and the consent cover it."""
    agreement, terms = covered_terms(house, asked, as_of)
    contract = extract_contract(house.settings, terms.name)
    deliveries = tuple(
        d for d in house.store.delivery_ids() if _is_used(house.agreements, terms, d.split("/")[0])
    )
    uses = uses_of(house.agreements, deliveries, asked.purpose, as_of)
    boundaries_on = boundaries_of(vintage)
    with open_rows(house, asked.purpose, as_of) as engine:
        areas = measure.choose_areas(engine, boundaries_on, terms.people_of)
    wanted = asked.attributes or tuple(terms.attributes)
    plan = ExtractPlan(
        release_id="",
        extract=terms.name,
        contract=contract.label,
        recipient=agreement.recipient,
        recipient_name=agreement.name,
        purpose=asked.purpose,
        opt_out=agreement.opt_out,
        longitudinal=terms.longitudinal.reference if terms.longitudinal else "",
        agreement=agreement.reference,
        officer=agreement.officer,
        attributes=tuple(sorted((name, terms.attributes[name]) for name in wanted)),
        providers=terms.providers,
        vintage=vintage,
        boundaries_on=boundaries_on,
        period_start=asked.period_start,
        period_end=asked.period_end,
        as_of=as_of,
        areas=areas,
        deliveries=deliveries,
        store_state=house.store.state(),
        uses=uses,
        rule=extract_rule(house),
        key_id=house.keys.key_id,
    )
    return _with_release_id(plan)


def covered_terms(
    house: House, asked: Asked, as_of: dt.date
) -> tuple[RecipientAgreement, ExtractTerms]:
    """The recipient's terms. Raises unless they and each provider's agreement cover what is asked.

    Also that no provider's register is too old to know who withdrew.
    """
    if asked.period_end > as_of:
        raise BadRelease(
            "extract-period",
            "the period ends after the day on which the data are used.",
            "Name a period that is over.",
        )
    agreement, terms = terms_for(load_recipient_agreements(house.settings.schemas), asked, as_of)
    check_levels(extract_contract(house.settings, terms.name), terms.attributes, agreement)
    for provider in terms.providers:
        check_provider(find_agreement(house.agreements, provider), agreement, terms.name)
    check_registers_fresh(house.agreements, house.store.parts("intake_count"), as_of)
    return agreement, terms


def check_provider(provider: Agreement, recipient: RecipientAgreement, extract: str) -> None:
    """Raise `BadAgreement` unless a provider lets rows of its people leave in the extract.

    That it is in force and allows the purpose is checked with the deliveries that came under it.
    """
    if extract not in provider.person_level_extracts:
        raise BadAgreement(
            "extract-provider",
            f"the agreement {provider.reference} of {provider.provider} does not allow the extract "
            f"{extract}.",
            f"Ask {provider.owner} to name it under person_level_extracts, or leave the provider "
            "out of the recipient's agreement.",
        )
    if recipient.opt_out == "respected" and not provider.consent.opt_out.applies:
        raise BadAgreement(
            "extract-opt-out",
            f"{recipient.recipient} was promised rows without people who opted out, and what "
            f"{provider.provider} delivers is not checked for that.",
            "Let the opt-out apply in the provider's agreement, or leave the provider out.",
        )


def extract_contract(settings: Settings, extract: str) -> Contract:
    """The contract of an extract. Raises `BadAgreement` when there is no such extract."""
    path = settings.schemas / "extracts" / f"{extract}.yaml"
    if not path.is_file():
        raise BadAgreement(
            "extract-unknown",
            "an agreement names an extract that this version of widebridge does not make.",
            "See schemas/extracts for those that there are.",
        )
    return read_contract(path)


def _is_used(agreements: Mapping[str, Agreement], terms: ExtractTerms, provider: str) -> bool:
    """Deliveries of the named providers count, and open tables."""
    known = agreements.get(provider)
    return provider in terms.providers or (known is not None and not known.person_level)


def _with_release_id(plan: ExtractPlan) -> ExtractPlan:
    """The plan under the id that its inputs give it: the same inputs, the same id."""
    inputs = dataclasses.asdict(dataclasses.replace(plan, key_id=""))
    text = json.dumps(inputs, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    name = f"{plan.period_end}-{plan.recipient}-{plan.extract}-{digest}"
    return dataclasses.replace(plan, release_id=name)
