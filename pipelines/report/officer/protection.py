"""Disclosure control: the rules, what each hid, what it cost, and what an intruder found."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.report.facts import Facts
from pipelines.report.model import Section, Table, Text, table
from pipelines.report.words import number, words

BECAUSE = {
    "few_people": "the number is of a few people",
    "few_left_over": "all but a few people are counted",
    "none_or_all": "nobody or everybody of a group is counted",
    "repair_or_held": "it would give another hidden number away, or was hidden before",
}
THRESHOLD = "fewer values than the threshold"
ATTEMPTS = (
    (
        "What is at stake: small numbers, and groups of none or all",
        "must stay unknown",
        "sensitive",
    ),
    ("Subtract hidden numbers out of totals and earlier releases", "found exactly", "pinned"),
    ("Narrow a hidden number down", f"left with {THRESHOLD}", "narrow"),
    ("Conclude from the rules that a number is small", "known to be small", "certain_small"),
    ("Show that nobody or everybody of a group is counted", "known", "all_or_none"),
    ("Ask again in whole people", "numbers asked for", "sampled"),
    ("Narrow a number down in whole people", f"left with {THRESHOLD}", "narrow_in_whole_numbers"),
)
"""What was tried, what the number beside it means, and its name in the evidence."""


def protection(facts: Facts) -> Section:
    """The rule, its thresholds, what was hidden and what that cost."""
    told = facts.disclosure
    blocks = (
        Text(facts.manifest["protection"]["rule"]),
        _thresholds(told),
        _reasons(told),
        _hidden(facts),
        _accuracy(told),
    )
    return Section("protection", "How small numbers are protected", blocks)


def _thresholds(told: Mapping[str, Any]) -> Table:
    rows = [
        (entry["says"], f"{entry['value']} {entry['unit']}", str(entry["policy_value"]),
         entry["policy"])
        for entry in told["thresholds"]
    ]  # fmt: skip
    return table("Thresholds", ("What it says", "Here", "In the policy", "Policy"), rows)


def _reasons(told: Mapping[str, Any]) -> Table:
    rows = [
        (BECAUSE.get(name, words(name)), number(n)) for name, n in told["hidden_because"].items()
    ]
    return table("Why numbers are hidden", ("Because", "Numbers"), rows, numbers=(1,))


def _hidden(facts: Facts) -> Table:
    cells: Counter[tuple[str, str]] = Counter()
    hidden: Counter[tuple[str, str]] = Counter()
    for dataset, entry in _tables(facts):
        cells[dataset, entry["table"]] += entry["cells"]
        hidden[dataset, entry["table"]] += entry["hidden"]
    rows = [
        (words(dataset), words(name), number(cells[dataset, name]), number(hidden[dataset, name]))
        for dataset, name in sorted(cells)
    ]
    heads = ("Dataset", "Table", "Numbers", "Hidden")
    caption = "Numbers published and hidden, over all ICBs"
    return table(caption, heads, rows, numbers=(2, 3))


def _tables(facts: Facts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for icb in facts.icbs:
        for dataset, told in facts.evidence(icb["ods_code"]).items():
            for entry in told["tables"]:
                yield dataset, entry


def _accuracy(told: Mapping[str, Any]) -> Table:
    rows = [
        (words(e["table"]), number(e["cells"]), _error(e["mean_error"]),
         _error(e["mean_error_of_the_rule_alone"]),
         _percent(e["percent_of_people_in_hidden_cells"]))
        for e in told["accuracy"]
    ]  # fmt: skip
    heads = ("Table", "Numbers", "Mean error", "Mean error of the rule alone",
             "People in hidden numbers, whom totals lose if summed from what is shown")  # fmt: skip
    return table("What protection cost", heads, rows, numbers=(1,))


def _error(error: float | None) -> str:
    return "too few to say" if error is None else f"{error:.1f} people"


def _percent(share: int | None) -> str:
    return "too few to say" if share is None else f"{share} %"


def intruder(facts: Facts) -> Section:
    """What a motivated intruder could try, and what trying found."""
    told = facts.disclosure
    found = told["attacker"]
    rows = [(tried, what, number(found[name])) for tried, what, name in ATTEMPTS]
    heads = ("What was tried", "What it found", "Numbers")
    return Section(
        "intruder", "What a motivated intruder could try, and what was found",
        (Text(_story(told)), table("Attempts", heads, rows, numbers=(2,)), _by_dataset(facts)),
    )  # fmt: skip


def _story(told: Mapping[str, Any]) -> str:
    earlier = len(told["earlier_releases"])
    before = f"and the {earlier} before it, " if earlier else "(none went before), "
    return (
        "Before publication an attacker was run who knows every rule above, has this release "
        f"{before}the public lookups of places and the "
        "census. For everything that must stay unknown he worked out the smallest and the largest "
        "value that fits. " + left_with(told["attacker"])
    )


def left_with(found: Mapping[str, Any]) -> str:
    """The least that the attacker was left with, in a sentence."""
    least = found["narrowest"]
    if least is not None:
        return f"The narrowest range that he was left with holds {least} values or more."
    if found["sensitive"] == 0:
        return "There was nothing that had to stay unknown."
    return "He found no upper limit for anything that had to stay unknown."


def narrowest(found: Mapping[str, Any]) -> str:
    """The same for a table."""
    if found["narrowest"] is not None:
        return str(found["narrowest"])
    return "nothing sought" if found["sensitive"] == 0 else "no end found"


def _by_dataset(facts: Facts) -> Table:
    """The attacker's results by dataset and ICB, where he had something to look for."""
    rows = [
        (words(dataset), icb["name"], number(found["sensitive"]), number(found["pinned"]),
         number(found["narrow"]), narrowest(found))
        for icb in facts.icbs
        for dataset, told in sorted(facts.evidence(icb["ods_code"]).items())
        for found in [told["attacker"]]
    ]  # fmt: skip
    heads = ("Dataset", "ICB", "Must stay unknown", "Found exactly", "Too narrow",
             "Narrowest range, in values")  # fmt: skip
    return table("Attempts by dataset and ICB", heads, rows, numbers=(2, 3, 4, 5))
