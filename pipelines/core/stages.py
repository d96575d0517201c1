"""A type per stage: to skip a stage is a type error.

Stages carry a reference to data (the name of an engine's relation, a folder), never the data.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.contract import Contract


@dataclass(frozen=True)
class Drop:
    """What a provider put down in one go: a folder of whole, listed, unaltered files.

    `digests` maps file name to SHA-256; `delivery_id` is drawn from them, so the same content
    is the same delivery whatever it is called. In a `sealed` drop the provider has put tokens in
    place of identifiers and encrypted every file; `patterns` says which of the agreement's files
    each one was made from.
    """

    provider: str
    name: str
    folder: Path
    digests: Mapping[str, str]
    delivery_id: str
    sealed: bool = False
    patterns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Landed:
    """One canonical table's rows as delivered: sealed at rest, text columns in the engine.

    `passed_over` counts files that were taken in before, under any name; `kept_back` counts rows
    that broke a rule and stayed with a provider that seals. `digests` are those of the provider's
    own files, which in a sealed drop are not those of the files that were sent.
    """

    drop: Drop
    agreement: Agreement
    kinds: tuple[FileAgreement, ...]
    contract: Contract
    relation: str
    received: int
    passed_over: int = 0
    kept_back: int = 0
    digests: tuple[str, ...] = ()

    @property
    def file(self) -> FileAgreement:
        """How dates and times are written; the same for all kinds of file of one table."""
        return self.kinds[0]


@dataclass(frozen=True)
class Consented:
    """Rows of people whose consent covers the purpose; `refused` counts the rest by reason."""

    landed: Landed
    relation: str
    refused: Mapping[str, int]


@dataclass(frozen=True)
class Checked:
    """Typed rows that broke no rule; the others are in quarantine, counted by code."""

    consented: Consented
    relation: str
    kept: int
    quarantined: Mapping[str, int]
    noted: Mapping[str, int]

    @property
    def contract(self) -> Contract:
        """The canonical contract that the rows keep."""
        return self.consented.landed.contract


@dataclass(frozen=True)
class Pseudonymised:
    """Rows of linked tables: no identifier left. `relations` maps linked table to relation."""

    checked: Checked
    relations: Mapping[str, str]


@dataclass(frozen=True)
class Scope:
    """What one extract covers: an ICB as one vintage drew it, a period, a day of use."""

    icb_code: str
    icb_ods_code: str
    icb_name: str
    vintage: str
    boundaries_on: dt.date
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    purpose: str


ESTIMATES = pa.schema(
    [
        ("indicator_id", pa.string()),
        ("category", pa.string()),
        ("value", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("smallest_group", pa.int64()),
        ("reason", pa.string()),
        ("protocol_sha256", pa.string()),
    ]
)
"""What evaluations estimate for an ICB, beside the counts of the people behind it: exact."""


@dataclass(frozen=True)
class Measured:
    """Exact counts and sums of one dataset for one scope (shape `measured`); small, in memory.

    `atoms` are the places that no published area divides, here and where ICBs of another vintage
    overlap: what an attacker adds and subtracts. `estimates` are what evaluations made of people.
    """

    scope: Scope
    contract: Contract
    table: pa.Table
    atoms: pa.Table = field(default_factory=lambda: pa.table({}))
    estimates: pa.Table = field(default_factory=ESTIMATES.empty_table)


@dataclass(frozen=True)
class Protected:
    """Counts that may leave: columns of `measured`, protected, and `suppression_status`.

    `held_value`, `held_lower` and `held_upper` are an earlier release's value and limits, which
    stay because the count under them does. `evidence` says how the table was protected and what
    the attacker found; nothing in it is itself disclosive. `cost` (exact errors and reasons) is: it
    stays inside until those of many extracts are put together. `estimate`, its limits and its note
    are there where the numbers of people behind it are shown.
    """

    scope: Scope
    contract: Contract
    table: pa.Table
    rule: str
    mean_digits: int
    evidence: Mapping[str, Any]
    cost: Any


@dataclass(frozen=True)
class Indicated:
    """Protected counts with values and limits, in the published shape (`indicator`)."""

    protected: Protected
    table: pa.Table


@dataclass(frozen=True)
class Listed:
    """A directory's rows for one scope: things, never people, and not yet looked through."""

    scope: Scope
    contract: Contract
    table: pa.Table


@dataclass(frozen=True)
class Passed:
    """A directory that may leave: `protect` found no person and no contact in it."""

    listed: Listed


@dataclass(frozen=True)
class Release:
    """A published, immutable folder."""

    release_id: str
    folder: Path
    files: Mapping[str, str]
