"""Protocols of evaluations: who is compared with whom, fixed before the data are looked at.

The SHA-256 of a protocol's file stands beside every result, so nobody can change the question once
the answer is known. The file is read by `protocol_file`.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

ALL = "all"
AGE, BASELINE = "age_band", "recorded_minutes_before"
COVARIATES = (AGE, "sex", "deprivation_quintile", "condition", BASELINE)
TABLE = pa.schema(
    [
        ("protocol", pa.string()),
        ("programme", pa.string()),
        ("condition", pa.string()),
        ("comparison", pa.string()),
        ("site", pa.string()),
        ("opened_on", pa.date32()),
        ("recruited_from", pa.date32()),
        ("recruited_to", pa.date32()),
        ("recruited_year", pa.int64()),
        ("baseline_from", pa.int64()),
        ("baseline_to", pa.int64()),
        ("follow_up_from", pa.int64()),
        ("follow_up_to", pa.int64()),
    ]
)
"""One row for each programme, condition and site of a protocol, as measures read it."""


class Comparison(StrEnum):
    """With whom starters are compared."""

    REFERRED_NOT_STARTED = "referred_not_started"
    """People who were referred to the same programme and never began it."""
    STEPPED_BY_SITE = "stepped_by_site"
    """People referred at a site whose programme opened only after their follow-up had ended."""


class Method(StrEnum):
    """How the comparison is made alike to the starters."""

    OVERLAP = "overlap"
    """Everybody counts by the chance of being in the other group: the people in the middle."""
    ATT = "att"
    """Comparators count by their odds of starting: the people who did start."""


@dataclass(frozen=True)
class Site:
    """A provider whose programme opened on a day."""

    provider: str
    opened_on: dt.date


@dataclass(frozen=True)
class Protocol:
    """One evaluation as it was registered; days are counted from a person's index day."""

    id: str
    version: str
    registered_on: dt.date
    question: str
    primary_indicator: str
    programmes: tuple[str, ...]
    conditions: tuple[str, ...]
    recruited_from: dt.date
    recruited_to: dt.date
    baseline_days: tuple[int, int]
    follow_up_days: tuple[int, int]
    comparison: Comparison
    sites: tuple[Site, ...]
    covariates: tuple[str, ...]
    method: Method
    smallest_group: int
    signed_by: str
    sha256: str

    @property
    def label(self) -> str:
        """`id/version`, as results show it."""
        return f"{self.id}/{self.version}"


@dataclass(frozen=True)
class Registered:
    """A protocol as a release's plan and manifest name it; `refused` says why it was not used."""

    protocol: str
    sha256: str
    registered_on: dt.date
    refused: str = ""


def registered(protocols: Iterable[Protocol], period_end: dt.date) -> tuple[Registered, ...]:
    """How a release over a period regards each protocol. One that came too late is not used."""
    return tuple(
        Registered(p.label, p.sha256, p.registered_on, "" if is_in_time(p, period_end) else LATE)
        for p in protocols
    )


LATE = "registered after the last day of the data"


def is_in_time(protocol: Protocol, period_end: dt.date) -> bool:
    """Whether a protocol was registered by the last day of the data that would answer it."""
    return protocol.registered_on <= period_end


def protocol_table(protocols: Iterable[Protocol]) -> pa.Table:
    """Protocols as measures read them."""
    rows = [row for protocol in protocols for row in _rows(protocol)]
    return pa.Table.from_pylist(rows, TABLE)


def _rows(protocol: Protocol) -> list[dict[str, Any]]:
    sites: Sequence[Site | None] = protocol.sites or (None,)
    return [
        {
            "protocol": protocol.label,
            "programme": programme,
            "condition": condition,
            "comparison": protocol.comparison.value,
            "site": site.provider if site else ALL,
            "opened_on": site.opened_on if site else None,
            "recruited_from": protocol.recruited_from,
            "recruited_to": protocol.recruited_to,
            "recruited_year": protocol.recruited_from.year,
            "baseline_from": protocol.baseline_days[0],
            "baseline_to": protocol.baseline_days[1],
            "follow_up_from": protocol.follow_up_days[0],
            "follow_up_to": protocol.follow_up_days[1],
        }
        for programme in protocol.programmes
        for condition in protocol.conditions
        for site in sites
    ]
