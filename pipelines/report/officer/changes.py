"""What changed since the release before, from the comparison that the candidate carries."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.model import Section, Table, Text, table
from pipelines.report.words import number, words

TITLE = "What changed since the last release"
MOST_NAMED = 12


def changes(facts: Facts) -> Section:
    """Contracts, indicators, ICBs, limits and rows that are new, gone or different."""
    told = facts.changes
    if told is None or told["previous"] is None:
        return Section("changes", TITLE, (Text(_first(facts)),))
    compared = Text(f"Compared with release {told['previous']}.")
    return Section("changes", TITLE, (compared, _definitions(told), _rows(told["rows"])))


def _first(facts: Facts) -> str:
    earlier = facts.manifest["protection"]["earlier_releases"]
    if not earlier:
        return "This is the first release."
    return f"{len(earlier)} went before, the last {earlier[-1]}; no comparison was made."


def _definitions(told: Mapping[str, Any]) -> Table:
    rows = [
        ("Period", _said(told["period"]["before"]), _said(told["period"]["now"])),
        ("Borders", told["geography_vintage"]["before"], told["geography_vintage"]["now"]),
        *((f"Limit: {words(name)}", _said(change["before"]), _said(change["now"]))
          for name, change in told["limits"].items()),
        *_sets(told),
    ]  # fmt: skip
    return table("Scope and definitions", ("What", "Before or gone", "Now or new"), rows)


def _sets(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, title in (("icbs", "ICBs"), ("datasets", "Datasets"), ("indicators", "Indicators")):
        change = told[name]
        if change["added"] or change["removed"]:
            yield title, _named(change["removed"]), _named(change["added"])
        if change.get("redefined"):
            yield f"{title} redefined", "", _named(list(change["redefined"]))


def _named(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED]) or "none"
    return f"{shown} and {more} more" if more > 0 else shown


def _said(told: Any) -> str:
    if isinstance(told, Mapping):
        return f"{told['start']} to {told['end']}"
    return "none" if told is None else str(told)


def _rows(told: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [
        (words(name), number(c["new"]), number(c["gone"]), number(c["hidden_since"]),
         number(c["shown_since"]), number(len(c["revised"])))
        for name, c in sorted(told.items())
    ]  # fmt: skip
    heads = ("Dataset", "New rows", "Rows gone", "Hidden since", "Shown since", "Revised")
    return table("Rows new, gone and revised", heads, rows, numbers=(1, 2, 3, 4, 5))
