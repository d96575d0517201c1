"""Rows of single people for one recipient, under an agreement that names them, and encrypted.

Each recipient knows people by pseudonyms of its own. Nothing leaves in which somebody stands out,
or in which another recipient's extract would recognise more people than the limit allows.
"""

from pipelines.extract.handover import extracts_of, find_extract, issue_extract_key
from pipelines.extract.history import extract_folder
from pipelines.extract.line import make_extract
from pipelines.extract.plan import ExtractPlan, ExtractRule, extract_rule, plan_extract

__all__ = [
    "ExtractPlan",
    "ExtractRule",
    "extract_folder",
    "extract_rule",
    "extracts_of",
    "find_extract",
    "issue_extract_key",
    "make_extract",
    "plan_extract",
]
