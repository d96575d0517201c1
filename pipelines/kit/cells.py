"""What may stand in a cell: text that no spreadsheet takes for a formula, and marks for gaps."""

import re
from collections.abc import Mapping
from typing import Any

STARTS_A_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may read as the start of a formula, also in its full-width forms."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
HIDDEN, NOT_APPLICABLE, NOT_AVAILABLE = "[c]", "[z]", "[x]"
MARKS: Mapping[str, str] = {
    HIDDEN: "Confidential: hidden, because it could tell something of a few people, or of all "
    "of a group. It is not nought, and must not be worked out from other numbers.",
    NOT_APPLICABLE: "Not applicable: nothing belongs here. A count has no denominator, and some "
    "numbers have no honest limits.",
    NOT_AVAILABLE: "Not available: it could not be worked out, mostly because too few people "
    "stand behind it. The row's value note says more.",
}
LIMITS = ("lower_ci_95", "upper_ci_95")


def safe(text: str) -> str:
    """Text that stays text: no control character, and an apostrophe before a formula's sign."""
    plain = CONTROL.sub(" ", text)
    return f"'{plain}" if plain.strip().startswith(STARTS_A_FORMULA) else plain


def mark(column: str, row: Mapping[str, Any], has_denominator: bool) -> str:
    """What stands in an empty cell, so that no cell is empty without a reason."""
    hidden = row.get("suppression_status") == "hidden"
    if column in ("count", "value"):
        return HIDDEN if hidden else NOT_AVAILABLE
    if column == "denominator":
        return HIDDEN if has_denominator else NOT_APPLICABLE
    if column in LIMITS and row.get("ci_method") != "none":
        return HIDDEN if hidden else NOT_AVAILABLE
    return NOT_AVAILABLE if column == "area_name" else NOT_APPLICABLE
