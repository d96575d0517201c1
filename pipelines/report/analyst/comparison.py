"""Headline indicators of every ICB in one table, where at least two ICBs show them."""

from collections.abc import Mapping
from typing import Any

from pipelines.report.analyst.headline import whole_rows
from pipelines.report.facts import Facts
from pipelines.report.model import Block, Text, table
from pipelines.report.words import value

Told = dict[tuple[str, str], dict[str, Mapping[str, Any]]]


def comparison(facts: Facts) -> list[Block]:
    """One row an indicator and period, one column an ICB. Not ranked: limits decide, not order."""
    codes = [icb["ods_code"] for icb in facts.icbs]
    told = _told(facts, codes)
    if len(codes) < 2 or not told:
        return []
    rows = [
        (name, period, *(_cell(by_icb.get(code)) for code in codes))
        for (name, period), by_icb in sorted(told.items())
        if sum(_shown(row) for row in by_icb.values()) >= 2
    ]
    heads = ("Indicator", "Period", *codes)
    return [
        Text("Differences between ICBs may be chance: each ICB's limits stand in its own table."),
        table("Headline indicators by ICB", heads, rows, numbers=range(2, len(codes) + 2)),
    ]


def _told(facts: Facts, codes: list[str]) -> Told:
    told: Told = {}
    for code in codes:
        for row in whole_rows(facts, code):
            key = (row["indicator_name"], f"{row['period_start']} to {row['period_end']}")
            told.setdefault(key, {})[code] = row
    return told


def _shown(row: Mapping[str, Any]) -> bool:
    return row["value"] is not None


def _cell(row: Mapping[str, Any] | None) -> str:
    return "none" if row is None else value(row)
