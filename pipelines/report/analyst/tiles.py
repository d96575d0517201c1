"""A tile chart of an ICB's neighbourhoods: one square each, shaded by modelled inactivity.

It is no map: the data hold no boundaries. Squares stand by district, then from most to least
deprived. What is hidden is crossed out.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pipelines.report import svg
from pipelines.report.facts import Facts
from pipelines.report.model import Block, Figure, table
from pipelines.report.style import MUTED
from pipelines.report.words import counted

DATASET, INDICATOR = "health_profile", "inactive_adults"
SHADES = ("#e8f1fa", "#a9cbea", "#5d9bd1", "#1d64a8", "#06285a")
HIDDEN = -1
SIZE, STEP, LEFT, ACROSS, WIDTH = 15, 18, 190, 30, 760
NEIGHBOURHOOD = re.compile(r"^(?P<district>.+) \d{3}[A-Z]\b")
"""Neighbourhoods are named after their district: Leeds 001A."""

Row = Mapping[str, Any]
Tile = tuple[int, str, int]
"""Deprivation tenth, code, shade."""


def tiles(facts: Facts, ods_code: str, name: str) -> list[Block]:
    """The chart and the table of how many squares of each shade a district has."""
    rows = facts.rows(ods_code, DATASET, area_type="lsoa21") if DATASET in facts.datasets else []
    shown = [r for r in rows if r["indicator_id"] == INDICATOR and r["category_type"] == "all"]
    if not shown:
        return []
    edges = _edges([row["value"] for row in shown if row["value"] is not None])
    districts = _districts(shown, _tenths(rows), edges)
    drawing, height = _drawing(districts, edges)
    alternative = (
        f"{counted(len(shown), 'neighbourhood')} of {name} in "
        f"{counted(len(districts), 'district')}, one square each, darker where more adults are "
        "modelled to be inactive. The table that follows counts the squares."
    )
    title = f"Tile chart: modelled inactive adults by neighbourhood ({name})"
    return [Figure(title, alternative, drawing, WIDTH, height, _counts(districts, edges, name))]


def _tenths(rows: Sequence[Row]) -> dict[str, int]:
    return {
        row["area_code"]: int(row["category"])
        for row in rows
        if row["category_type"] == "deprivation_decile" and str(row["category"]).isdigit()
    }


def _edges(values: list[float]) -> list[float]:
    """Borders of five shades with as many neighbourhoods each."""
    ordered = sorted(values)
    if not ordered:
        return []
    return [ordered[min(len(ordered) - 1, len(ordered) * n // 5)] for n in range(5)] + [ordered[-1]]


def _shade(value: float | None, edges: list[float]) -> int:
    if value is None:
        return HIDDEN
    return max(n for n in range(5) if value >= edges[n])


def _districts(
    rows: Sequence[Row], tenths: Mapping[str, int], edges: list[float]
) -> dict[str, list[Tile]]:
    found: dict[str, list[Tile]] = defaultdict(list)
    for row in rows:
        named = NEIGHBOURHOOD.match(row["area_name"] or "")
        district = named["district"] if named else "Neighbourhoods"
        code = row["area_code"]
        found[district].append((tenths.get(code, 11), code, _shade(row["value"], edges)))
    return {district: sorted(found[district]) for district in sorted(found)}


def _drawing(districts: Mapping[str, Sequence[Tile]], edges: list[float]) -> tuple[str, int]:
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    parts, y = [_legend(edges)], 44
    for district, found in districts.items():
        parts.append(svg.text(0, y + 13, district if len(district) < 28 else district[:26] + "…"))
        for n, (_, _, shade) in enumerate(found):
            places[shade].append((LEFT + STEP * (n % ACROSS), y + STEP * (n // ACROSS)))
        y += STEP * ((len(found) - 1) // ACROSS + 1) + 8
    parts += [svg.squares(places[n], SIZE, SHADES[n], MUTED) for n in range(5)]
    parts.append(svg.hatched(places[HIDDEN], SIZE, MUTED))
    return "".join(parts), y


def _legend(edges: list[float]) -> str:
    parts = []
    for n, words in enumerate(_labels(edges)):
        x = 130 * (n % 5)
        parts.append(svg.squares([(x, 4)], SIZE, SHADES[n], MUTED))
        parts.append(svg.text(x + 21, 16, words))
    parts.append(svg.hatched([(655, 4)], SIZE, MUTED))
    parts.append(svg.text(676, 16, "hidden"))
    return "".join(parts)


def _labels(edges: list[float]) -> list[str]:
    return [f"{low:.1f} to {high:.1f} %" for low, high in pairwise(edges)]


def _counts(districts: Mapping[str, Sequence[Tile]], edges: list[float], name: str) -> Any:
    shades = [*range(5), HIDDEN] if edges else [HIDDEN]
    rows = [
        (district, *(str(sum(tile[2] == shade for tile in found)) for shade in shades))
        for district, found in districts.items()
    ]
    heads = ("District", *_labels(edges), "Hidden")
    caption = f"Neighbourhoods by share of modelled inactive adults ({name})"
    return table(caption, heads, rows, numbers=range(1, len(heads)))
