"""Numbers and names as people read them. Nothing here escapes: the page does."""

from collections.abc import Mapping
from typing import Any


def number(count: int | None) -> str:
    """A count as people read it."""
    return "hidden" if count is None else f"{count:,}"


def words(name: str) -> str:
    """A name in the code as words."""
    return name.replace("_", " ")


def moment(at: str) -> str:
    """A moment of the manifest as day and time."""
    return at[:16].replace("T", " ") + (" UTC" if at.endswith(("+00:00", "Z")) else "")


def listed(names: list[str]) -> str:
    """Names in a sentence."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def value(row: Mapping[str, Any]) -> str:
    """An indicator's value with its unit."""
    if row["value"] is None:
        return "hidden" if row["suppression_status"] == "hidden" else "none"
    if row["unit"] == "%":
        return f"{row['value']:.1f} %"
    return f"{row['value']:,.1f} {row['unit']}".replace(".0 ", " ")


def limits(row: Mapping[str, Any]) -> str:
    """An indicator's confidence limits and how they were made."""
    if row["lower_ci_95"] is None or row["upper_ci_95"] is None:
        return "none"
    return f"{row['lower_ci_95']:.1f} to {row['upper_ci_95']:.1f} ({words(row['ci_method'])})"
