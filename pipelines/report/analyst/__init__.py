"""The part of the report for the analyst: coverage first, then the numbers, ICB by ICB."""

from pipelines.report.analyst.comparison import comparison
from pipelines.report.analyst.headline import coverage, headline
from pipelines.report.analyst.tiles import tiles
from pipelines.report.analyst.trends import trends
from pipelines.report.facts import Facts
from pipelines.report.model import Block, Part, Section, Text

READ_FIRST = (
    "Read the coverage before any number: a provider that delivered little makes a place look "
    "inactive. Only numbers for everybody in the ICB stand here; those by sex, age, deprivation, "
    "condition and district are in the extracts."
)


def analyst_part(facts: Facts) -> Part:
    """Coverage, headline numbers, trends and neighbourhoods."""
    first = Section("compare", "The ICBs side by side", (Text(READ_FIRST), *comparison(facts)))
    icbs = tuple(_icb(facts, icb["ods_code"], icb["name"]) for icb in facts.icbs)
    return Part("analyst", "For the analyst", (first, *icbs))


def _icb(facts: Facts, ods_code: str, name: str) -> Section:
    blocks: list[Block] = [coverage(facts, ods_code, name)]
    blocks += headline(facts, ods_code, name)
    blocks += trends(facts, ods_code, name)
    blocks += tiles(facts, ods_code, name)
    return Section(f"icb-{ods_code.lower()}", f"{name} ({ods_code})", tuple(blocks))
