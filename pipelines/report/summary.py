"""What a reader must know of a release, in the order in which they should read it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.report.analyst import analyst_part
from pipelines.report.facts import Facts, read_facts
from pipelines.report.model import Report, as_plain
from pipelines.report.officer import officer_part, status_of, verdict_of, why_of
from pipelines.report.page import as_html


def render(folder: Path) -> Mapping[str, bytes]:
    """The release's page, as HTML for people and as JSON for programs: file name to bytes."""
    report = report_of(read_facts(folder))
    text = json.dumps(as_plain(report), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return {"report.html": as_html(report).encode(), "report.json": text.encode()}


def summarise(folder: Path) -> dict[str, Any]:
    """Everything that the page of a release folder says, as JSON's own types."""
    return as_plain(report_of(read_facts(folder)))


def report_of(facts: Facts) -> Report:
    """The report: verdict, then the officer's part, then the analyst's."""
    return Report(
        release_id=facts.manifest["release_id"],
        status=status_of(facts),
        verdict=verdict_of(facts),
        why=why_of(facts),
        parts=(officer_part(facts), analyst_part(facts)),
    )
