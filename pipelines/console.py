"""What people see in a terminal: tables of counts and of published numbers."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.core.agreement import Agreement
from pipelines.core.contract import Contract
from pipelines.counts import IntakeSummary

console = Console()
errors = Console(stderr=True)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A plain table; numbers stand right."""
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    body = [tuple(row) for row in rows]
    for place, name in enumerate(columns):
        is_number = bool(body) and all(isinstance(r[place], int | float) for r in body)
        made.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in body:
        made.add_row(*(_cell(value) for value in row))
    return made


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def intake_table(summaries: Sequence[IntakeSummary]) -> Table:
    """What became of every row: kept + refused + quarantined = received."""
    rows = [
        (s.provider, t.table, t.received, t.kept, sum(t.refused.values()),
         sum(t.quarantined.values()), sum(t.noted.values()))
        for s in summaries
        for t in s.tables
    ]  # fmt: skip
    columns = ("provider", "table", "received", "kept", "refused", "quarantined", "noted")
    return table("Rows taken in", columns, rows)


def reasons_table(summaries: Sequence[IntakeSummary]) -> Table:
    """Why rows were refused or put aside."""
    rows = [
        (s.provider, fate, code, count)
        for s in summaries
        for t in s.tables
        for fate in ("refused", "quarantined", "noted")
        for code, count in getattr(t, fate).items()
    ]  # fmt: skip
    return table("Why", ("provider", "fate", "code", "rows"), rows)


def agreements_table(agreements: Mapping[str, Agreement]) -> Table:
    """Who delivers, on what basis, until when."""
    rows = [
        (a.provider, a.kind.value, a.reference, a.expires_on,
         a.lawful_basis.article_6 if a.lawful_basis else a.licence, len(a.files))
        for a in agreements.values()
    ]  # fmt: skip
    columns = ("provider", "kind", "agreement", "expires", "basis or licence", "files")
    return table("Agreements", columns, rows)


def contract_table(contract: Contract) -> Table:
    """One table's columns, as the dictionary has them."""
    rows = [
        (c.name, c.type.value, c.classification.value, c.description,
         "; ".join(c.rules_in_english()), c.example)
        for c in contract.columns
    ]  # fmt: skip
    title = f"{contract.label} ({contract.zone.value}): {contract.description}"
    return table(title, ("column", "type", "class", "description", "rules", "example"), rows)


def extract_table(path: Path, rows: int) -> Table:
    """The first rows of a published extract."""
    import pyarrow.parquet as pq

    shown = [
        "indicator_id", "area_type", "area_name", "sex", "age_band", "category", "count",
        "denominator", "value", "lower_ci_95", "upper_ci_95", "suppression_status",
    ]  # fmt: skip
    extract = pq.read_table(path, columns=shown)
    body = [
        ["" if v is None else v for v in r.values()] for r in extract.slice(0, rows).to_pylist()
    ]
    title = f"{path.parent.name}/{path.stem}: first {len(body)} of {extract.num_rows} rows"
    return table(title, shown, body)
