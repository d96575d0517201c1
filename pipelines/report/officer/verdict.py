"""The verdict: may this be shared, who says so, when and why."""

from collections.abc import Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.words import counted, listed, moment

CANDIDATE, DEMONSTRATION, PUBLISHED = "candidate", "demonstration", "published"


def status_of(facts: Facts) -> str:
    """One word for where the release stands."""
    if not facts.approvals:
        return CANDIDATE
    return DEMONSTRATION if facts.manifest.get("demo") else PUBLISHED


def verdict_of(facts: Facts) -> str:
    """The verdict in one sentence."""
    status = status_of(facts)
    if status == CANDIDATE:
        return "Not signed: this is a candidate that awaits sign-off and may not be shared."
    if status == DEMONSTRATION:
        return "Demonstration only: approved by generated officers; nobody answers for it."
    return f"Approved for release by {' and '.join(map(_named, facts.approvals))}."


def why_of(facts: Facts) -> tuple[str, ...]:
    """When, by whom and why; for a candidate what it would share and what it still needs."""
    about = _about(facts)
    if status_of(facts) == CANDIDATE:
        return (about, "Two different officers must approve this very candidate before it leaves.")
    published = facts.manifest.get("published_at")
    when = (f"Published {moment(published)}.",) if published else ()
    return (about, *(_said(approval) for approval in facts.approvals), *when)


def _about(facts: Facts) -> str:
    period = facts.manifest["period"]
    rows = sum(entry.get("rows", 0) for entry in facts.manifest["files"].values())
    return (
        f"{counted(len(facts.datasets), 'dataset')} of {rows:,} rows for "
        f"{counted(len(facts.icbs), 'ICB')}, {period['start']} to {period['end']}, as consent "
        f"stood on {facts.manifest['as_of']}. No record of a person is in it."
    )


def _named(approval: Mapping[str, Any]) -> str:
    return f"{approval['officer']['name']}, {approval['officer']['role']}"


def _said(approval: Mapping[str, Any]) -> str:
    way = "in Airflow" if approval.get("via") == "airflow" else "with their own key"
    return f"{_named(approval)}, {moment(approval['at'])}, {way}: {approval['reason']}"


def names_of(facts: Facts) -> str:
    """The approving officers' names in a sentence."""
    return listed([str(approval["officer"]["name"]) for approval in facts.approvals])
