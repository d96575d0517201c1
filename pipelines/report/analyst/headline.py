"""An ICB's coverage, and its headline numbers with their limits, as a table and drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.report import svg
from pipelines.report.facts import COVERAGE, Facts
from pipelines.report.model import Block, Figure, Table, Text, table
from pipelines.report.style import BLUE, LINE, MUTED
from pipelines.report.words import counted, limits, number, value

WHOLE = ("all", "19+")
TRENDS = "trends"
WIDTH, LEFT, SPAN, STEP = 760, 12, 640, 40
MOST_DRAWN = 24

Row = Mapping[str, Any]


def coverage(facts: Facts, ods_code: str, name: str) -> Table:
    """What each provider delivered, before any number that rests on it."""
    told: dict[tuple[str, str], str] = {}
    for row in facts.rows(ods_code, COVERAGE, area_type="icb", category_type="provider"):
        told[row["category"], row["indicator_name"]] = _covered(row)
    names = sorted({what for _, what in told})
    rows = [
        (provider, *(told.get((provider, what), "none") for what in names))
        for provider in sorted({provider for provider, _ in told})
    ]
    caption = f"Coverage: read first ({name})"
    return table(caption, ("Provider", *names), rows, numbers=range(1, len(names) + 1))


def _covered(row: Row) -> str:
    shown = number(row["count"])
    if row["denominator"] is None or row["count"] is None:
        return shown
    return f"{shown} of {number(row['denominator'])}"


def whole_rows(facts: Facts, ods_code: str) -> list[Row]:
    """Every dataset's rows for everybody in the ICB, over the release's whole period.

    The spreads behind means stand in the extracts only: they double the page and answer nothing.
    """
    spreads = _spreads(facts)
    return [
        row
        for dataset in facts.datasets
        if dataset not in (COVERAGE, TRENDS)
        for row in facts.rows(
            ods_code, dataset, area_type="icb", sex="persons", category_type="all"
        )
        if row["age_band"] in WHOLE and row["indicator_id"] not in spreads
    ]


def _spreads(facts: Facts) -> set[str]:
    return {
        indicator["id"]
        for dataset in facts.manifest["datasets"]
        for indicator in dataset.get("indicators", ())
        if (indicator.get("derived") or {}).get("index") == "standard_deviation"
    }


def headline(facts: Facts, ods_code: str, name: str, notes: Mapping[str, str]) -> list[Block]:
    """Numbers that are shown, with a drawing; how many are hidden is told, not listed.

    `notes` are the labels of what is to be read with a number: the notes stand once, at the end.
    """
    rows = whole_rows(facts, ods_code)
    shown = _once([row for row in rows if row["value"] is not None])
    missing = sum(row["value"] is None for row in rows)
    told = Text(
        f"{counted(len(shown), 'headline number')} of {name} shown below, "
        f"{counted(missing, 'other')} hidden or without a value; the extract lists "
        "them all. Read each number with its note, at the end of the page."
    )
    percents = [row for row in shown if row["unit"] == "%" and 0 <= row["value"] <= 100]
    numbers = _table(shown, name, notes)
    return [told, _drawn(percents[:MOST_DRAWN], numbers, name) if percents else numbers]


def _once(rows: Sequence[Row]) -> list[Row]:
    """A number that two datasets hold, such as modelled inactivity, is shown once."""
    kept = {(row["indicator_name"], row["period_start"], row["value"]): row for row in rows}
    return list(kept.values())


def _table(rows: Sequence[Row], name: str, notes: Mapping[str, str]) -> Table:
    cells = [
        (row["indicator_name"], f"{row['period_start']} to {row['period_end']}",
         number(row["count"]) if row["count"] is not None else "",
         number(row["denominator"]) if row["denominator"] is not None else "",
         value(row), limits(row), notes.get(row["value_note"], ""))
        for row in rows
    ]  # fmt: skip
    heads = ("Indicator", "Period", "Count", "Of", "Value", "95 % limits", "Read with care")
    return table(f"Headline numbers ({name})", heads, cells, numbers=(2, 3, 4))


def _drawn(rows: Sequence[Row], numbers: Table, name: str) -> Figure:
    drawing = "".join(_axis(len(rows)) + [_one(n, row) for n, row in enumerate(rows)])
    return Figure(
        f"Headline percentages with their 95 % limits ({name})",
        f"{counted(len(rows), 'percentage')} on a line from 0 to 100; a bar spans the "
        "limits. The table that follows has the same numbers.",
        drawing, WIDTH, 30 + STEP * len(rows), numbers,
    )  # fmt: skip


def _axis(count: int) -> list[str]:
    bottom = 24 + STEP * count
    parts = []
    for percent in range(0, 101, 20):
        x = LEFT + SPAN * percent / 100
        parts.append(svg.line(x, 20, x, bottom, LINE))
        parts.append(svg.text(x, 13, f"{percent} %", anchor="middle", kind="muted"))
    return parts


def _one(place: int, row: Row) -> str:
    y = 52 + STEP * place
    parts = [svg.text(LEFT, y - 12, row["indicator_name"], kind="over")]
    if row["lower_ci_95"] is not None and row["upper_ci_95"] is not None:
        low, high = (LEFT + SPAN * min(100, max(0, row[n])) / 100
                     for n in ("lower_ci_95", "upper_ci_95"))  # fmt: skip
        parts.append(svg.line(low, y, high, y, MUTED, wide=4))
    parts.append(svg.dot(LEFT + SPAN * row["value"] / 100, y, BLUE))
    parts.append(svg.text(LEFT + SPAN + 14, y + 5, value(row)))
    return "".join(parts)
