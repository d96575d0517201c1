"""Data quality by provider, and which expectations held."""

from typing import Any

from pipelines.report.facts import COVERAGE, Facts
from pipelines.report.model import Section, Table, Text, table
from pipelines.report.words import listed, number, value, words


def quality(facts: Facts) -> Section:
    """Rows received, kept, quarantined and refused by provider; expectations by dataset."""
    silent = facts.manifest.get("silent_providers", [])
    text = (
        f"Nothing came in the period from {listed(list(silent))}."
        if silent
        else "Every provider under an agreement delivered in the period."
    )
    return Section(
        "quality", "Data quality by provider",
        (Text(text), _providers(facts), _expectations(facts)),
    )  # fmt: skip


def _providers(facts: Facts) -> Table:
    """Row counts are of everything delivered, the same in every ICB: the first one's are told."""
    told: dict[tuple[str, str], str] = {}
    for icb in facts.icbs[:1]:
        for row in facts.rows(icb["ods_code"], COVERAGE, category_type="provider"):
            if str(row["indicator_id"]).startswith("rows_"):
                told[row["category"], row["indicator_name"]] = _told(row)
    names = sorted({name for _, name in told})
    rows = [
        (provider, *(told.get((provider, name), "none") for name in names))
        for provider in sorted({provider for provider, _ in told})
    ]
    numbers = range(1, len(names) + 1)
    return table("Rows delivered", ("Provider", *names), rows, numbers=numbers)


def _told(row: Any) -> str:
    if row["denominator"] is None:
        return number(row["count"])
    return f"{number(row['count'])} of {number(row['denominator'])} ({value(row)})"


def _expectations(facts: Facts) -> Table:
    rows = []
    for dataset, results in sorted(facts.manifest.get("expectations", {}).items()):
        failed = [r for r in results if not r["held"]]
        names = sorted({f"{words(r['expectation'])} on {r['column'] or 'rows'}" for r in failed})
        held = len(results) - len(failed)
        rows.append(
            (words(dataset), number(len(results)), number(held), "; ".join(names) or "none")
        )
    heads = ("Dataset", "Expectations", "Held", "Not held")
    return table("Expectations of the datasets", heads, rows, numbers=(1, 2))
