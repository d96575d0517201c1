"""The manifest of an extract: on what it rests and what it withstood, with no count of 1 to 7."""

import dataclasses
from typing import Any

from pipelines.core.contract import Contract
from pipelines.core.ports import Recipient
from pipelines.extract.anonymous import Hidden
from pipelines.extract.attack import Linked
from pipelines.extract.plan import ExtractPlan, ExtractRule
from pipelines.protect.rule import Rule
from pipelines.publish import SignOff


def manifest_of(
    plan: ExtractPlan, whose: Recipient, hidden: Hidden, signed: SignOff, contract: Contract
) -> dict[str, Any]:
    """What may be told of the extract; the files and the key ids are added by who writes them."""
    people, left_out = plan.rule.told.shown([hidden.rows.num_rows, hidden.left_out])
    return {
        "release_id": plan.release_id,
        "extract": {"name": plan.extract, "contract": plan.contract, "says": contract.description},
        "recipient": {"code": whose.code, "name": plan.recipient_name},
        "purpose": whose.purpose,
        "opt_out": whose.opt_out,
        "agreement": plan.agreement,
        "agreements": [dataclasses.asdict(use) for use in plan.uses],
        "providers": plan.providers,
        "icbs": [dataclasses.asdict(area) for area in plan.areas],
        "geography_vintage": plan.vintage,
        "boundaries_on": plan.boundaries_on,
        "period": {"start": plan.period_start, "end": plan.period_end},
        "as_of": plan.as_of,
        "columns": _columns(plan, hidden),
        "people": people,
        "people_left_out": left_out,
        "withstood": _withstood(plan.rule, hidden),
        "pseudonyms": {
            "epoch": whose.epoch,
            "same_between_releases": bool(plan.longitudinal),
            "longitudinal_approval": plan.longitudinal or None,
        },
        "encryption": {
            "parquet": "AES_GCM_V1, encrypted footer, one key for all columns",
            "additional_data": plan.release_id,
        },
        "root_key_id": plan.key_id,
        "sign_off": dataclasses.asdict(signed),
    }


def _withstood(rule: ExtractRule, hidden: Hidden) -> dict[str, Any]:
    return {
        "k_at_least": rule.k,
        "l_at_least": rule.l,
        "most_left_out_percent": _percent(rule.most_left_out),
        "most_linked_percent": _percent(rule.most_linked),
        "singling_out": {"sentences_tried": hidden.sentences, "true_of_one_person": 0},
        "attacks": [_attack(found, rule.told) for found in hidden.attacks],
    }


def _columns(plan: ExtractPlan, hidden: Hidden) -> dict[str, dict[str, str]]:
    return {
        name: {"agreed": agreed, "level": hidden.levels.get(name, agreed)}
        for name, agreed in plan.attributes
    }


def _attack(found: Linked, told: Rule) -> dict[str, object]:
    """A share is told only where the numbers that it comes from could be told."""
    common, linked = told.shown([found.common, found.linked])
    share = _percent(found.share) if common is not None and linked is not None else None
    return {
        "against": found.against,
        "people_in_both": common,
        "linked": linked,
        "linked_percent": share,
        "passed": True,
    }


def _percent(share: float) -> float:
    return round(100 * share, 1)
