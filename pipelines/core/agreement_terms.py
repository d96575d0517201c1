"""Strict reading of an agreement's parts, and its terms about consent and sealing.

What is missing or unknown is an error that names the file and the key.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.core.errors import BadAgreement

MAX_AGE_DAYS = 35
"""A month and a few days: a register that is renewed every month never gets older than that."""
MIN_SHARE = 0.5
"""A consent file that names under half of the people whom the last one named was cut short."""


@dataclass(frozen=True)
class AgeRule:
    """Ages for one purpose. Nobody below `minimum_age` is used for it.

    Below `own_consent_from` only a grant counts that a person with parental responsibility gave,
    and it ends on the birthday on which the person can decide for themselves. Where
    `unknown_age_used` is false, nobody whose age is unknown is used.
    """

    purpose: str
    minimum_age: int
    own_consent_from: int
    unknown_age_used: bool = False


@dataclass(frozen=True)
class OptOutTerms:
    """Whether the national data opt-out applies to what the provider sends, and why (not)."""

    applies: bool
    reason: str


NO_OPT_OUT = OptOutTerms(applies=False, reason="")


@dataclass(frozen=True)
class ConsentTerms:
    """How old a consent register may be, how far a file may shrink, and the rules about age."""

    max_age_days: int = MAX_AGE_DAYS
    min_share: float = MIN_SHARE
    age_rules: tuple[AgeRule, ...] = ()
    opt_out: OptOutTerms = NO_OPT_OUT


USUAL_CONSENT = ConsentTerms()
"""The terms of an agreement that states none of its own."""


@dataclass(frozen=True)
class SealingTerms:
    """Whether the provider must seal its deliveries, and since when kits count."""

    required: bool = False
    kits_since: dt.date = dt.date.min


NO_SEALING = SealingTerms()
"""Open deliveries are taken, and sealed ones by any kit."""

CONSENT_TERMS = {"consent_max_age_days", "consent_min_share", "age_rules", "opt_out"}
AGE_RULE = {"minimum_age", "own_consent_from"}


def consent_terms(path: Path, terms: Mapping[str, Any], purposes: tuple[str, ...]) -> ConsentTerms:
    """The terms about consent in an agreement's block."""
    share = terms.get("consent_min_share", MIN_SHARE)
    if type(share) not in (int, float) or not 0 <= share <= 1:
        raise bad(path, "has no share at consent_min_share.", "Write a number from 0 to 1.")
    rules = mapping(path, "agreement.age_rules", terms.get("age_rules", {}))
    return ConsentTerms(
        max_age_days=_whole(path, "consent_max_age_days", terms, MAX_AGE_DAYS),
        min_share=float(share),
        age_rules=tuple(_age_rule(path, p, r, purposes) for p, r in sorted(rules.items())),
        opt_out=_opt_out(path, terms["opt_out"]) if "opt_out" in terms else NO_OPT_OUT,
    )


def sealing_terms(path: Path, terms: Mapping[str, Any]) -> SealingTerms:
    """The terms about sealed deliveries in an agreement's block."""
    if "sealing" not in terms:
        return NO_SEALING
    entry = mapping(path, "agreement.sealing", terms["sealing"])
    check_keys(path, "agreement.sealing", entry, {"required"}, {"kits_since"})
    if not isinstance(entry["required"], bool):
        raise bad(path, "has no valid sealing.", "Write required: true or false.")
    since = entry.get("kits_since", dt.date.min)
    return SealingTerms(entry["required"], day(path, "agreement.sealing.kits_since", since))


def names(path: Path, place: str, value: Any) -> tuple[str, ...]:
    """The list of names at a place of an agreement; none stands there twice."""
    listed = value if isinstance(value, list) else []
    if not listed or len(set(map(str, listed))) != len(listed):
        raise bad(path, f"has no list of names at {place}.", "Write it as [one, other].")
    return tuple(str(name) for name in listed)


def _opt_out(path: Path, entry: Any) -> OptOutTerms:
    entry = mapping(path, "agreement.opt_out", entry)
    check_keys(path, "agreement.opt_out", entry, {"applies", "reason"}, set())
    reason = " ".join(str(entry["reason"] or "").split())
    if not isinstance(entry["applies"], bool) or not reason:
        raise bad(path, "has no valid opt_out.", "Write applies: true or false, and the reason.")
    return OptOutTerms(entry["applies"], reason)


def _age_rule(path: Path, purpose: str, entry: Any, purposes: tuple[str, ...]) -> AgeRule:
    if purpose not in purposes:
        raise bad(path, "has an age rule for a purpose that it does not name.", "Correct it.")
    entry = mapping(path, "agreement.age_rules", entry)
    check_keys(path, "agreement.age_rules", entry, AGE_RULE, {"unknown_age_used"})
    unknown_used = entry.get("unknown_age_used", False)
    if not isinstance(unknown_used, bool):
        raise bad(path, "has no valid unknown_age_used.", "Write true or false.")
    return AgeRule(
        purpose,
        _whole(path, "minimum_age", entry, 0),
        _whole(path, "own_consent_from", entry, 0),
        unknown_used,
    )


def _whole(path: Path, key: str, entry: Mapping[str, Any], default: int) -> int:
    value = entry.get(key, default)
    if type(value) is not int or value < 0:
        raise bad(path, f"has no whole number at {key}.", "Write a number of days or years.")
    return value


def mapping(path: Path, place: str, value: Any) -> dict[str, Any]:
    """The mapping at a place of an agreement."""
    if not isinstance(value, dict):
        raise bad(path, f"has no mapping at {place}.", "Write key: value pairs.")
    return value


def texts(path: Path, place: str, value: Any) -> Mapping[str, str]:
    """The mapping of texts at a place of an agreement."""
    return MappingProxyType({str(k): str(v) for k, v in mapping(path, place, value).items()})


def day(path: Path, place: str, value: object) -> dt.date:
    """The day at a place of an agreement."""
    if type(value) is not dt.date:
        raise bad(path, f"has no date at {place}.", "Write it as 2027-03-31.")
    return value


def check_keys(
    path: Path, place: str, given: Mapping[str, Any], required: set[str], optional: set[str]
) -> None:
    """Raise `BadAgreement` unless every required key is there and no unknown one."""
    missing, unknown = sorted(required - set(given)), sorted(set(given) - required - optional)
    if missing:
        raise bad(path, f"lacks {', '.join(missing)} at {place}.", "Add them.")
    if unknown:
        known = ", ".join(sorted(required | optional))
        raise bad(path, f"has unknown keys at {place}: {', '.join(unknown)}.", f"Known: {known}.")


def bad(path: Path, problem: str, advice: str) -> BadAgreement:
    """The refusal of an agreement that cannot be read."""
    return BadAgreement("agreement-invalid", f"{path.parent.name}/{path.name} {problem}", advice)
