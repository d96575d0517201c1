"""The receipt that a provider gets for a withdrawal: what was done, without a word on who it was.

A person is named by the place of the withdrawal in the provider's own file, which only the
provider can look up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.consent.act import Act

SMALLEST_SHOWN = 8
"""Counts of 1 to 7 are about too few people to be told: the rule of every release."""
REMAINS = (
    "The events of the consent register, under a keyed token, so that the person stays out.",
    "Counts that were published before: they are about groups, and cannot be taken back.",
    "Delivered files in the inbox and in backups: whoever runs the house removes those.",
    "What another provider sent about the same person, on the consent given there.",
)


def shown(count: int) -> int | None:
    """A count that may be told; None stands for 1 to 7."""
    return count if count == 0 or count >= SMALLEST_SHOWN else None


def receipt_of(act: Act, agreement: str, patterns: Sequence[str], purged_at: str) -> dict[str, Any]:
    """The receipt as JSON's own types."""
    return {
        "format": "widebridge-withdrawal/1",
        "provider": act.provider,
        "agreement": agreement,
        "delivery": act.delivery,
        "day": act.day,
        "started_at": act.started_at,
        "purged_at": purged_at,
        "people": [
            {
                "delivery": person.delivery,
                "file": {"pattern": " or ".join(patterns), "number": person.file_number},
                "row": person.row_number,
                "withdrawn_on": person.withdrawn_on,
                "removed": "removed" if person.held else "nothing was held",
            }
            for person in act.people
        ],
        "removed": removed(act.rows),
        "remains": list(REMAINS),
    }


def removed(rows: Mapping[str, int]) -> dict[str, int | str]:
    """Rows by table; a count of 1 to 7 only says that something was removed."""
    return {table: shown(count) or "removed" for table, count in sorted(rows.items()) if count}
