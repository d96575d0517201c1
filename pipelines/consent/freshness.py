"""A register that is old, or a consent file that was cut short, says nothing about today: stop.

The age of a register is that of the newest consent file, by the day its delivery is named by.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.consent.opt_out import AskOptOuts
from pipelines.core.agreement import Agreement
from pipelines.core.duck import fetch_count
from pipelines.core.errors import BadConsent
from pipelines.core.stages import Landed

CONSENT = "consent_event"


def check_register_fresh(
    agreement: Agreement, as_of: dt.date, engine: duckdb.DuckDBPyConnection
) -> None:
    """Raise `BadConsent` when the newest file of the open register is older than agreed."""
    rows = engine.execute("select max(delivered_on) from consent_file").fetchall()
    newest = rows[0][0]
    _check_fresh(agreement, newest if isinstance(newest, dt.date) else dt.date.min, as_of)


def check_registers_fresh(
    agreements: Mapping[str, Agreement], counts: Iterable[Path], as_of: dt.date
) -> None:
    """Raise `BadConsent` unless every provider of people in the store has a fresh register.

    `counts` are the store's parts of `intake_count`.
    """
    newest: dict[str, dt.date] = {}
    for part in counts:
        for row in pq.read_table(part, columns=["provider", "drop_name", "table_name"]).to_pylist():
            provider, day = row["provider"], dt.date.fromisoformat(row["drop_name"][:10])
            known = newest.get(provider, dt.date.min)
            newest[provider] = max(known, day) if row["table_name"] == CONSENT else known
    for provider, day in sorted(newest.items()):
        agreement = agreements.get(provider)
        if agreement is not None and agreement.person_level:
            _check_fresh(agreement, day, as_of)


def check_not_shrunk(
    landed: Landed, register: str, day: dt.date, engine: duckdb.DuckDBPyConnection
) -> None:
    """Raise `BadConsent` when a consent file names far fewer people than the last one did."""
    terms, drop = landed.agreement.consent, landed.drop
    before = engine.execute(
        f"""
        select count(distinct member_token) from {register}
        where delivery_id <> $delivery and delivered_on <= $day
        group by delivered_on, delivery_id order by delivered_on desc, delivery_id limit 1
        """,
        {"delivery": drop.delivery_id, "day": day},
    ).fetchall()
    people = fetch_count(engine, f"select count(distinct person_ref) from {landed.relation}")
    if before and not landed.passed_over and people < terms.min_share * before[0][0]:
        raise BadConsent(
            "consent-shrunk",
            f"the consent file of {drop.provider}/{drop.name} names less than "
            f"{terms.min_share:.0%} of the people whom the last one named.",
            "It may have been cut short, so nothing was taken in. Ask for the whole file. If this "
            "provider sends changes only, write consent_min_share: 0 in its agreement.",
        )


def refuse_kept_back(landed: Landed) -> None:
    """Raise `BadConsent` when a provider that seals kept consent events to itself."""
    if landed.kept_back:
        raise BadConsent(
            "consent-kept-back",
            f"{landed.kept_back} consent events of {landed.drop.provider}/{landed.drop.name} broke "
            "a rule when the provider sealed them, and stayed there.",
            "Whose consent they end cannot be known, so nothing was taken in. Ask the provider to "
            "correct them and to seal the delivery again.",
        )


def check_opt_outs_asked(agreement: Agreement, ask: AskOptOuts | None) -> None:
    """Raise `BadConsent` when the national data opt-out applies and nobody can be asked."""
    if agreement.consent.opt_out.applies and ask is None:
        raise BadConsent(
            "opt-out-not-asked",
            f"the national data opt-out applies to {agreement.provider}, and no mailbox is set up "
            "to ask the service.",
            "Nothing was taken in. Set the mailbox up: docs/how-to/check-opt-outs.md",
        )


def _check_fresh(agreement: Agreement, newest: dt.date, as_of: dt.date) -> None:
    allowed = agreement.consent.max_age_days
    age = (as_of - newest).days
    if age > allowed:
        raise BadConsent(
            "consent-stale",
            f"the newest consent file of {agreement.provider} is {age} days old on the day of "
            f"use; the agreement allows {allowed}.",
            "Somebody may have withdrawn since, so nobody of this provider is used. "
            f"Ask {agreement.owner} for a new consent file and take it in first.",
        )
