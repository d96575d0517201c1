"""Data use register: a row for each recipient, as NHS England publishes its own data uses.

Headings after the Data Uses Register (digital.nhs.uk, Data Access Request Service, read 2026).
"""

from pipelines.report.facts import Facts
from pipelines.report.governance.paper import TO_FILL
from pipelines.report.model import Table, table
from pipelines.report.words import listed, words

HEADS = (
    "Reference", "Title", "Organisation that receives", "Controller type", "Start", "End",
    "Purpose", "Datasets", "Type of data", "Sensitive", "Legal basis", "Opt-outs applied",
    "Commercial purpose", "Sub-licensing", "Frequency", "Expected benefit", "Files released",
)  # fmt: skip


def data_use_register(facts: Facts) -> Table:
    """What a public register would say of this release."""
    period = facts.manifest["period"]
    first = min(str(use["expires_on"]) for use in facts.manifest["agreements"])
    rows = [
        (
            f"{facts.manifest['release_id']}/{icb['ods_code']}",
            f"Physical activity and health, {period['start']} to {period['end']}",
            f"{icb['name']} ({icb['ods_code']})",
            TO_FILL,
            facts.manifest["as_of"],
            first,
            words(facts.manifest["purpose"]),
            listed([words(name) for name in facts.datasets]),
            "Aggregated, with small numbers hidden and the rest rounded; no record of a person",
            "no",
            _basis(facts),
            _opt_outs(facts),
            TO_FILL,
            TO_FILL,
            TO_FILL,
            TO_FILL,
            _files(facts, icb["ods_code"]),
        )
        for icb in facts.icbs
    ]
    return table("Data use register", HEADS, rows)


def _basis(facts: Facts) -> str:
    bases = sorted({f"{e['article_6']}; {e['article_9']}" for e in facts.processing})
    return " | ".join(bases) or TO_FILL


def _opt_outs(facts: Facts) -> str:
    told = [
        f"{entry['name']}: {'yes' if entry['opt_out']['applies'] else 'no'}, "
        f"{entry['opt_out']['reason']}"
        for entry in facts.processing
    ]
    return " | ".join(told) or TO_FILL


def _files(facts: Facts, ods_code: str) -> str:
    files = facts.manifest["files"].items()
    rows = [e["rows"] for name, e in files if name.startswith(f"{ods_code}/") and "rows" in e]
    return f"{len(rows)} tables, {sum(rows):,} rows"
