"""The part of the report for the analyst: coverage first, then the numbers, ICB by ICB."""

from collections.abc import Mapping

from pipelines.report.analyst.comparison import comparison
from pipelines.report.analyst.headline import coverage, headline, whole_rows
from pipelines.report.analyst.tiles import tiles
from pipelines.report.analyst.trends import trends
from pipelines.report.facts import Facts
from pipelines.report.model import Block, Part, Section, Text, table

READ_FIRST = (
    "Read the coverage before any number: a provider that delivered little makes a place look "
    "inactive. Only numbers for everybody in the ICB stand here; those by sex, age, deprivation, "
    "condition and district are in the extracts."
)


def analyst_part(facts: Facts) -> Part:
    """Coverage, headline numbers, trends and neighbourhoods."""
    first = Section("compare", "The ICBs side by side", (Text(READ_FIRST), *comparison(facts)))
    notes = notes_of(facts)
    icbs = tuple(_icb(facts, icb["ods_code"], icb["name"], notes) for icb in facts.icbs)
    told = table(
        "Notes on the numbers", ("Note", "What to know"), [(n, t) for t, n in notes.items()]
    )
    return Part("analyst", "For the analyst", (first, *icbs, Section("notes", "Notes", (told,))))


def notes_of(facts: Facts) -> Mapping[str, str]:
    """What must be read with a number, each said once for the whole page, and its label."""
    found = {
        row["value_note"]: None
        for icb in facts.icbs
        for row in whole_rows(facts, icb["ods_code"])
        if row["value"] is not None and row["value_note"]
    }
    return {text: f"note {n}" for n, text in enumerate(found, start=1)}


def _icb(facts: Facts, ods_code: str, name: str, notes: Mapping[str, str]) -> Section:
    blocks: list[Block] = [coverage(facts, ods_code, name)]
    blocks += headline(facts, ods_code, name, notes)
    blocks += trends(facts, ods_code, name)
    blocks += tiles(facts, ods_code, name)
    return Section(f"icb-{ods_code.lower()}", f"{name} ({ods_code})", tuple(blocks))
