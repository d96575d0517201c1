"""Monthly series with the limits of their ordinary variation (XmR), where the release has them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.report import svg
from pipelines.report.analyst.headline import TRENDS
from pipelines.report.facts import Facts
from pipelines.report.model import Block, Figure, table
from pipelines.report.style import BLUE, MUTED, ORANGE
from pipelines.report.words import counted, value

CENTRE, LOWER, UPPER = "centre_line", "lower_process_limit", "upper_process_limit"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 240, 60, 725, 16, 190

KEY = "Full line: the middle. Dashed: the limits of ordinary variation. Ring: a month beyond it."

Row = Mapping[str, Any]


def trends(facts: Facts, ods_code: str, name: str) -> list[Block]:
    """One chart for each series of the whole ICB that has at least two months to show."""
    if TRENDS not in facts.datasets:
        return []
    series: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows(ods_code, TRENDS, area_type="icb", sex="persons"):
        series[row["indicator_name"]].append(row)
    ordered = {title: sorted(rows, key=lambda r: str(r["period_start"]))
               for title, rows in sorted(series.items())}  # fmt: skip
    return [
        _chart(title, rows, name)
        for title, rows in ordered.items()
        if sum(row["value"] is not None for row in rows) > 1
    ]


def _chart(title: str, rows: Sequence[Row], name: str) -> Figure:
    told = [
        (str(row["period_start"])[:7], value(row), _number(row.get(CENTRE)),
         _number(row.get(LOWER)), _number(row.get(UPPER)),
         row.get("special_cause") or "", row.get("variation") or "")
        for row in rows
    ]  # fmt: skip
    out = sum(bool(row.get("special_cause")) for row in rows)
    alternative = (
        f"{title} over {counted(len(rows), 'month')}; {counted(out, 'month')} beyond ordinary "
        "variation. The table that follows has every month."
    )
    heads = ("Month", "Value", "Middle", "Lower limit", "Upper limit", "Stands out", "Variation")
    months = table(f"{title} by month ({name})", heads, told, numbers=(1, 2, 3, 4))
    return Figure(f"{title} by month ({name})", alternative, _drawing(rows), WIDTH, HEIGHT, months)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:,.1f}"


def _drawing(rows: Sequence[Row]) -> str:
    limits = [row[n] for row in rows for n in ("value", LOWER, UPPER) if row.get(n) is not None]
    low, high = min(0, *limits), max(limits)
    span = (high - low) or 1

    def x(n: int) -> float:
        return LEFT + (RIGHT - LEFT) * n / max(1, len(rows) - 1)

    def y(value: float) -> float:
        return float(BOTTOM - (BOTTOM - TOP) * (value - low) / span)

    parts = [svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, MUTED), *_scale(low, high, y(low), y(high))]
    for name, dashed in ((CENTRE, False), (LOWER, True), (UPPER, True)):
        if (told := next((r[name] for r in rows if r.get(name) is not None), None)) is not None:
            draw = svg.dashed if dashed else svg.line
            parts.append(draw(LEFT, y(told), RIGHT, y(told), MUTED))
    shown = [(x(n), y(row["value"]), row) for n, row in enumerate(rows) if row["value"] is not None]
    parts += [svg.path([(x(n), y(rows[n]["value"])) for n in run], BLUE) for run in _runs(rows)]
    parts += [_mark(a, b, row) for a, b, row in shown]
    parts += [
        svg.text(x(n), BOTTOM + 20, str(row["period_start"])[:7], anchor="middle", kind="muted")
        for n, row in enumerate(rows)
        if n % max(1, len(rows) // 8) == 0
    ]
    return "".join([*parts, svg.text(LEFT, HEIGHT - 6, KEY, kind="muted")])


def _runs(rows: Sequence[Row]) -> list[list[int]]:
    """Months in a row that are shown: no line is drawn across a hidden one."""
    runs: list[list[int]] = [[]]
    for n, row in enumerate(rows):
        if row["value"] is None:
            runs.append([])
        else:
            runs[-1].append(n)
    return [run for run in runs if len(run) > 1]


def _scale(low: float, high: float, bottom: float, top: float) -> list[str]:
    return [
        svg.text(LEFT - 8, bottom + 4, f"{low:,.0f}", anchor="end", kind="muted"),
        svg.text(LEFT - 8, top + 4, f"{high:,.0f}", anchor="end", kind="muted"),
    ]


def _mark(x: float, y: float, row: Row) -> str:
    return svg.ring(x, y, ORANGE) if row.get("special_cause") else svg.dot(x, y, BLUE, size=4)
