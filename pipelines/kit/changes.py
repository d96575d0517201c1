"""What changed since the release before: datasets, indicators, places, and numbers revised.

Worked out from the two published folders alone, so it says nothing that a reader of both could
not find.
"""

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.core.contract import Contract
from pipelines.kit.staged import Staged

FORMAT = "widebridge-changes/1"
FIRST = "This is the first release: there is none before it to compare with."
NUMBERS = ("count", "denominator", "value")
CLOSE = 1e-9
"""Values nearer to each other than this are the same number, written twice."""

Row = Mapping[str, Any]
Rows = dict[tuple[str, ...], Row]


def files(staged: Staged, previous: Path | None) -> dict[str, bytes]:
    """`changes.json`, and the same in words."""
    found = changes(staged, previous)
    encoded = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return {"changes.json": encoded.encode(), "CHANGES.md": page(found).encode()}


def changes(staged: Staged, previous: Path | None) -> dict[str, Any]:
    """What is different from the release in the folder `previous`; None is the first release."""
    about: dict[str, Any] = {"format": FORMAT, "release_id": staged.release_id, "previous": None}
    if previous is None:
        return about
    before = json.loads((previous / "manifest.json").read_bytes())
    now = staged.facts
    about["previous"] = before["release_id"]
    for name in ("period", "geography_vintage"):
        about[name] = {"before": before[name], "now": now[name]}
    about["limits"] = _differing(_limits(before), _limits(now))
    about["icbs"] = _sets(_icbs(before), _icbs(now))
    about["datasets"] = _definitions(_contracts(before), _contracts(now))
    about["indicators"] = _definitions(_indicators(before), _indicators(now))
    about["rows"] = {
        contract.name: _compared(staged, previous, contract) for contract in staged.outputs
    }
    return about


def _limits(facts: Row) -> dict[str, Any]:
    return dict(facts["protection"]["limits"])


def _icbs(facts: Row) -> set[str]:
    return {icb["code"] for icb in facts["icbs"]}


def _contracts(facts: Row) -> dict[str, Row]:
    return {dataset["name"]: {"contract": dataset["contract"]} for dataset in facts["datasets"]}


def _indicators(facts: Row) -> dict[str, Row]:
    return {
        f"{dataset['name']}/{indicator['id']}": indicator
        for dataset in facts["datasets"]
        for indicator in dataset["indicators"]
    }


def _sets(before: Iterable[str], now: Iterable[str]) -> dict[str, list[str]]:
    return {"added": sorted({*now} - {*before}), "removed": sorted({*before} - {*now})}


def _differing(before: Row, now: Row) -> dict[str, dict[str, Any]]:
    names = sorted({*before, *now})
    return {
        name: {"before": before.get(name), "now": now.get(name)}
        for name in names
        if before.get(name) != now.get(name)
    }


def _definitions(before: Mapping[str, Row], now: Mapping[str, Row]) -> dict[str, Any]:
    redefined = {
        name: differing
        for name in sorted({*before} & {*now})
        if (differing := _differing(before[name], now[name]))
    }
    return {**_sets(before, now), "redefined": redefined}


def _compared(staged: Staged, previous: Path, contract: Contract) -> dict[str, Any]:
    """Rows of one dataset: how many came and went, and which of the same period moved."""
    before = _rows(previous, contract)
    now = _rows(staged.folder, contract)
    shared = sorted({*before} & {*now})
    step = max(int(staged.facts["protection"]["limits"]["round_to"]), 1)
    revised = [
        {**_place(contract, key), "before": _numbers(before[key]), "now": _numbers(now[key])}
        for key in shared
        if _is_shown(before[key]) and _is_shown(now[key]) and _moved(before[key], now[key], step)
    ]
    return {
        "before": len(before),
        "now": len(now),
        "new": len({*now} - {*before}),
        "gone": len({*before} - {*now}),
        "same_period_and_place": len(shared),
        "hidden_since": sum(_is_shown(before[key]) > _is_shown(now[key]) for key in shared),
        "shown_since": sum(_is_shown(before[key]) < _is_shown(now[key]) for key in shared),
        "revised": revised,
    }


def _rows(release: Path, contract: Contract) -> Rows:
    """The dataset's rows of all ICBs by key: indicator, area, period, sex, age and category."""
    rows: Rows = {}
    for path in sorted(release.glob(f"*/{contract.name}.parquet")):
        for row in pq.read_table(path).to_pylist():
            # A district cut by a border stands under each ICB.
            place = (row["parent_area_code"], row["geography_vintage"])
            rows[(*place, *(str(row[name]) for name in contract.key))] = row
    return rows


def _place(contract: Contract, key: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("parent_area_code", "geography_vintage", *contract.key), key, strict=True))


def _is_shown(row: Row) -> bool:
    return str(row["suppression_status"]) != "hidden"


def _moved(before: Row, now: Row, step: int) -> bool:
    """Whether a number moved by more than rounding can move it.

    One step of rounding is no news; a value whose counts stand still has been worked out anew.
    """
    counts = [_apart(before[name], now[name]) for name in ("count", "denominator")]
    value = _apart(before["value"], now["value"])
    return max(counts) > step or (not any(counts) and value > CLOSE)


def _apart(before: float | None, now: float | None) -> float:
    if before is None or now is None:
        return 0.0 if before is now else math.inf
    return abs(now - before)


def _numbers(row: Row) -> dict[str, float | None]:
    return {name: row[name] for name in NUMBERS}


def page(found: Row) -> str:
    """The changes in words, as Markdown."""
    head = f"# What changed in release {found['release_id']}\n\n"
    if found["previous"] is None:
        return f"{head}{FIRST}\n"
    parts = [f"{head}Compared with {found['previous']}, the release before.", _scope(found)]
    for title, kind in (("Datasets", "datasets"), ("Indicators", "indicators")):
        parts.append(f"## {title}\n\n{_listed(found[kind])}")
    parts.append(f"## Rows\n\n{_row_counts(found['rows'])}")
    parts.append(
        "*Revised* is a number of the same period, place and group that was shown both times and "
        "moved by more than one step of rounding, or was worked out anew. Each is in "
        "changes.json. Numbers hold until the truth is far enough away, so a revised one has "
        "moved for a reason: late deliveries, withdrawals, or a new definition."
    )
    return "\n\n".join(parts) + "\n"


def _scope(found: Row) -> str:
    period, vintage, icbs = found["period"], found["geography_vintage"], found["icbs"]
    lines = [
        f"- Period: {_days(period['before'])} before, {_days(period['now'])} now.",
        f"- ICB borders: {vintage['before']} before, {vintage['now']} now.",
        f"- ICBs that came: {_names(icbs['added'])}. ICBs that went: {_names(icbs['removed'])}.",
    ]
    lines += [
        f"- Protection, {name}: {told['before']} before, {told['now']} now."
        for name, told in found["limits"].items()
    ]
    return "\n".join(lines)


def _days(period: Mapping[str, str]) -> str:
    start, end = (dt.date.fromisoformat(period[name]) for name in ("start", "end"))
    return f"{start} to {end}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _listed(kind: Row) -> str:
    lines = [f"- Added: {_names(kind['added'])}.", f"- Removed: {_names(kind['removed'])}."]
    lines += [
        f"- Redefined: {name} ({', '.join(fields)})." for name, fields in kind["redefined"].items()
    ]
    return "\n".join(lines)


def _row_counts(rows: Mapping[str, Row]) -> str:
    names = ("before", "now", "new", "gone", "hidden_since", "shown_since")
    head = ("dataset", "before", "now", "new", "gone", "hidden since", "shown since", "revised")
    lines = [head, ("---",) * len(head)]
    lines += [
        (dataset, *(str(told[name]) for name in names), str(len(told["revised"])))
        for dataset, told in rows.items()
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
