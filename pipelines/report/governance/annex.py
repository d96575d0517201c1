"""DPIA annex, field by field: what comes, what is taken, what it tells, what becomes of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.model import Table, table
from pipelines.report.words import words

HEADS = (
    "Provider", "Table", "Column as delivered", "Taken in", "Our name", "What it says",
    "What it tells of a person", "What becomes of it", "Why",
)  # fmt: skip

Row = tuple[str, ...]


def dpia_annex(facts: Facts) -> Table:
    """A row for every column that providers of people deliver, also those that are not taken."""
    rows = [
        row
        for entry in facts.processing
        for file in entry["files"]
        for row in (*_taken(entry["name"], file), *_left(entry["name"], file))
    ]
    return table("DPIA annex: field by field", HEADS, rows)


def _taken(provider: str, file: Mapping[str, Any]) -> Iterator[Row]:
    for entry in file["fields"]:
        yield (
            provider,
            words(file["table"]),
            entry["source"],
            "yes",
            entry["field"],
            entry["description"],
            words(entry["classification"]).replace("none", "nothing"),
            ", ".join(entry["becomes"]) or "goes no further",
            _why(entry),
        )


def _why(entry: Mapping[str, Any]) -> str:
    if not entry["becomes"]:
        return "Used at the border to check or count the row."
    if entry["classification"] == "identifier":
        return "Kept only as what is made of it under a key, or as a coarser value."
    return "Needed for the datasets of this release."


def _left(provider: str, file: Mapping[str, Any]) -> Iterator[Row]:
    for entry in file["not_taken"]:
        table_name = words(file["table"])
        yield (provider, table_name, entry["source"], "no", "", "", "", "not read",
               entry["reason"])  # fmt: skip
