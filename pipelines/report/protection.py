"""The part of the page on disclosure control: the rules, the attacker, and what it all cost."""

from collections.abc import Mapping
from html import escape
from typing import Any

from pipelines.report.parts import number, table, words

FOUND = (
    ("Small numbers, and groups of none or all, that must stay unknown", "sensitive"),
    ("of these found to the exact value", "pinned"),
    ("left with fewer values than the threshold", "narrow"),
    ("known to be small though no mark says so", "certain_small"),
    ("groups known to be none or all", "all_or_none"),
    ("asked for once more in whole numbers", "sampled"),
    ("of these left with fewer values than the threshold", "narrow_in_whole_numbers"),
)
BECAUSE = {
    "few_people": "the number is of a few people",
    "few_left_over": "all but a few people are counted",
    "none_or_all": "nobody or everybody of a group is counted",
    "repair_or_held": "it would give another hidden number away, or was hidden before",
}


def protection(summary: Mapping[str, Any]) -> str:
    """What was hidden, by which rule, and what an attacker could make of the rest."""
    told = summary["disclosure"]
    parts = [
        f"<h2>How small numbers are protected</h2><p>{escape(summary['protection'])}</p>",
        _thresholds(told),
        _attacker(told),
        _hidden(told),
        _accuracy(told),
    ]
    return "\n".join(parts)


def _thresholds(told: Mapping[str, Any]) -> str:
    rows = [
        (entry["says"], f"{entry['value']} {entry['unit']}", entry["policy_value"], entry["policy"])
        for entry in told["thresholds"]
    ]
    return table("Thresholds", ["What it says", "Here", "In the policy", "Policy"], rows)


def _attacker(told: Mapping[str, Any]) -> str:
    earlier = len(told["earlier_releases"])
    found = told["attacker"]
    least = found["narrowest"]
    text = (
        "Before publication an attacker was run who knows every rule above, has this release and "
        f"the {earlier} before it, the public lookups of places and the census. For everything "
        "that must stay unknown he worked out the smallest and the largest value that fits. "
        + (
            f"The narrowest range that he was left with holds {least} values or more."
            if least is not None
            else "There was nothing that had to stay unknown."
        )
    )
    rows = [(what, number(found[name])) for what, name in FOUND]
    return f"<p>{escape(text)}</p>" + table("What the attacker found", ["What", "Number"], rows)


def _hidden(told: Mapping[str, Any]) -> str:
    reasons = [(BECAUSE[name], number(n)) for name, n in told["hidden_because"].items()]
    rows = [
        (words(e["dataset"]), words(e["population"]), words(e["table"]), e["cells"], e["hidden"])
        for e in told["tables"]
    ]
    heads = ["Dataset", "Who is counted", "Table", "Numbers", "Hidden"]
    return table("Why numbers are hidden", ["Because", "Numbers"], reasons) + table(
        "Numbers published and hidden, over all ICBs", heads, rows
    )


def _accuracy(told: Mapping[str, Any]) -> str:
    rows = [
        (
            words(entry["table"]),
            entry["cells"],
            _error(entry["mean_error"]),
            _error(entry["mean_error_of_the_rule_alone"]),
            _percent(entry["percent_of_people_in_hidden_cells"]),
        )
        for entry in told["accuracy"]
    ]
    heads = [
        "Table", "Numbers", "Mean error", "Mean error of the rule alone",
        "People in hidden numbers, whom totals would lose if they were summed from what is shown",
    ]  # fmt: skip
    return table("What protection cost", heads, rows)


def _error(error: float | None) -> str:
    return "too few to say" if error is None else f"{error:.1f} people"


def _percent(share: int | None) -> str:
    return "too few to say" if share is None else f"{share} %"
