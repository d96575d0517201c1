"""The part of the report for the information governance officer."""

from pipelines.report.facts import Facts
from pipelines.report.model import Part
from pipelines.report.officer.basis import basis, consent, pseudonyms, retention
from pipelines.report.officer.changes import changes
from pipelines.report.officer.frameworks import caldicott, five_safes
from pipelines.report.officer.lineage import lineage
from pipelines.report.officer.protection import intruder, protection
from pipelines.report.officer.quality import quality
from pipelines.report.officer.shared import made_by, shared, sign_off
from pipelines.report.officer.verdict import status_of, verdict_of, why_of

__all__ = ["officer_part", "status_of", "verdict_of", "why_of"]


def officer_part(facts: Facts) -> Part:
    """What an officer must know before or after signing, in the order of their questions."""
    sections = (
        sign_off(facts), shared(facts), basis(facts), consent(facts), pseudonyms(facts),
        protection(facts), intruder(facts), quality(facts), five_safes(facts), caldicott(facts),
        lineage(facts), retention(facts), changes(facts), made_by(facts),
    )  # fmt: skip
    return Part("officer", "For the information governance officer", sections)
