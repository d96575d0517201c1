"""What one release will hold, decided before anything is counted and then never changed.

A plan is plain data, so that a scheduler can hand it from one step to the next.
"""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.core.stages import Scope


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
class Plan:
    """One release: its scope, its inputs and the rule that protects it."""

    release_id: str
    vintage: str
    boundaries_on: dt.date
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    purpose: str
    areas: tuple[Area, ...]
    deliveries: tuple[str, ...]
    contracts: tuple[str, ...]
    uses: tuple[Use, ...]
    refusals: tuple[Refusal, ...]
    threshold: int
    base: int
    key_id: str

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


def with_release_id(plan: Plan) -> Plan:
    """The plan under the id that its inputs give it: the same inputs, the same id."""
    # The key is left out: which key made the pseudonyms changes no number.
    inputs = plan_to_json(dataclasses.replace(plan, release_id="", key_id=""))
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
    }
    return Plan(**plain)
