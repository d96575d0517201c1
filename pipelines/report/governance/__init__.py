"""Governance papers made from the facts of one candidate: always the same for the same candidate.

Record of processing, DPIA annex, data use register, metadata record; each as a file for programs,
and all of them as one page.
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.report.facts import read_facts
from pipelines.report.governance.annex import dpia_annex
from pipelines.report.governance.metadata import metadata_record
from pipelines.report.governance.paper import as_csv, as_json
from pipelines.report.governance.processing import processing_of
from pipelines.report.governance.record import record_of_processing
from pipelines.report.governance.register import data_use_register
from pipelines.report.model import Part, Report, Section, Table, Text, table
from pipelines.report.page import as_html

__all__ = ["papers", "processing_of"]


def papers(folder: Path) -> Mapping[str, bytes]:
    """The governance papers of a candidate's folder: file name to bytes."""
    facts = read_facts(folder)
    tables = {
        "record-of-processing": record_of_processing(facts),
        "dpia-annex": dpia_annex(facts),
        "data-use-register": data_use_register(facts),
    }
    record = metadata_record(facts)
    files = {f"governance/{name}.csv": as_csv(told) for name, told in tables.items()}
    sections = tuple(
        Section(name, told.caption, (Text(_intro(name)), _for_a_page(told)))
        for name, told in tables.items()
    )
    page = Report(
        facts.manifest["release_id"],
        "paper",
        "Governance papers of this release, made from its own facts.",
        ("Where it says 'to be filled in', no fact of this release answers: the controller does.",),
        (Part("papers", "Governance papers", sections),),
    )
    return {
        **files,
        "governance/metadata.json": as_json(record),
        "governance/papers.html": as_html(page).encode(),
    }


INTROS = {
    "record-of-processing": "What Article 30(1) of the UK GDPR asks of a controller's record, one "
    "row for each agreement about people.",
    "dpia-annex": "Every column that providers of people deliver: whether it is taken in, what it "
    "tells of a person, and what becomes of it.",
    "data-use-register": "One row for each recipient, under the headings that NHS England's data "
    "uses register has.",
}


WIDEST = 9


def _for_a_page(told: Table) -> Table:
    """A table with more columns than a page holds is turned: its heads become the rows."""
    if len(told.heads) <= WIDEST or not told.rows:
        return told
    first, *rest = zip(told.heads, *told.rows, strict=True)
    return table(told.caption, first, rest)


def _intro(name: str) -> str:
    return INTROS[name]
