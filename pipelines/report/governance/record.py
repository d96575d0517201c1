"""Record of processing activities: the headings of UK GDPR Article 30(1), and the lawful basis.

(a) controller, (b) purposes, (c) data subjects and data, (d) recipients, (e) transfers, (f) time
limits for erasure, (g) security measures.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.governance.paper import TO_FILL
from pipelines.report.model import Table, table
from pipelines.report.words import listed, words

HEADS = (
    "Agreement", "Controller, joint controller and data protection officer (a)",
    "Purposes (b)", "Categories of people (c)", "Categories of personal data (c)",
    "Recipients (d)", "Transfers to other countries (e)", "Time limits for erasure (f)",
    "Security measures (g)", "Lawful basis, Article 6", "Condition, Article 9",
    "Provider's contact",
)  # fmt: skip
PEOPLE = {"attendance": "members and visitors", "referral": "people referred to a programme"}


def record_of_processing(facts: Facts) -> Table:
    """One row for each agreement about people."""
    rows = [
        (
            f"{entry['reference']} ({entry['name']})",
            TO_FILL,
            listed([words(purpose) for purpose in entry["purposes"]]),
            _people(entry),
            _data(entry),
            listed([f"{icb['name']} ({icb['ods_code']})" for icb in facts.icbs])
            + ", protected statistics only",
            TO_FILL,
            entry.get("retention") or f"{TO_FILL}; the agreement ends on {entry['expires_on']}",
            _security(facts, entry),
            entry["article_6"],
            entry["article_9"],
            f"owner of the agreement, schemas/providers/{entry['provider']}.yaml",
        )
        for entry in facts.processing
    ]
    return table("Record of processing", HEADS, rows)


def _people(entry: Mapping[str, Any]) -> str:
    tables = {file["table"] for file in entry["files"]}
    return listed([text for name, text in PEOPLE.items() if name in tables]) or "people on record"


def _data(entry: Mapping[str, Any]) -> str:
    fields = sorted({words(f["field"]) for file in entry["files"] for f in file["fields"]})
    return ", ".join(fields)


def _security(facts: Facts, entry: Mapping[str, Any]) -> str:
    limits = facts.manifest["protection"]["limits"]
    sealed = "sealed by the provider; " if entry["sealed"] else ""
    return (
        f"{sealed}pseudonyms under root key {facts.manifest['key_id']}; counts of 1 to "
        f"{limits['hide_up_to']} hidden, others rounded to {limits['round_to']}; two approvals; "
        "signed release"
    )
