"""What people see in a terminal: progress, tables of counts, published numbers."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines.core.agreement import Agreement
from pipelines.core.contract import Contract
from pipelines.core.errors import Refused
from pipelines.counts import IntakeSummary, TableCount
from pipelines.house import House
from pipelines.intake import find_all_drops, take_in_all

Day = Annotated[str, typer.Option(help="The day of use, as 2026-10-15; today if not given.")]

console = Console()
errors = Console(stderr=True)


def day_of(text: str) -> dt.date:
    """A day as people write it, or today. Raises `BadParameter`."""
    if not text:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise typer.BadParameter("a day is written as 2026-09-30")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A plain table; numbers stand right."""
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    body = [tuple(row) for row in rows]
    for place, name in enumerate(columns):
        cells = [row[place] for row in body if row[place] != ""]
        is_number = bool(cells) and all(isinstance(cell, int | float) for cell in cells)
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
    rows: list[tuple[object, ...]] = []
    for summary in summaries:
        rows.append((summary.provider, *[""] * 5))
        rows += [(f"  {t.table}", *_numbers(t)) for t in summary.tables]
    columns = ("provider and table", "received", "kept", "refused", "quarantined", "noted")
    return table("Rows taken in", columns, rows)


def _numbers(count: TableCount) -> tuple[int, ...]:
    by_reason = (count.refused, count.quarantined, count.noted)
    return (count.received, count.kept, *(sum(codes.values()) for codes in by_reason))


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

    extract = pq.read_table(path)
    if "indicator_id" not in extract.column_names:
        return _directory_table(path, extract, rows)
    body = [_extract_row(row) for row in extract.slice(0, rows).to_pylist()]
    title = f"{path.parent.name}/{path.stem}: first {len(body)} of {extract.num_rows} rows"
    columns = ("indicator", "area", "group", "count", "of", "value", "95 % limits")
    return table(title, columns, body)


DIRECTORY = (
    "entry", "site_name", "ltla_name", "activity", "access_criteria", "cost_band", "freshness",
)  # fmt: skip


def _directory_table(path: Path, extract: Any, rows: int) -> Table:
    """The first rows of a directory, as far as a terminal is wide."""
    body = [[_or_blank(row[name]) for name in DIRECTORY]
            for row in extract.slice(0, rows).to_pylist()]  # fmt: skip
    title = f"{path.parent.name}/{path.stem}: first {len(body)} of {extract.num_rows} rows"
    return table(title, DIRECTORY, body)


def _extract_row(row: Mapping[str, object]) -> tuple[object, ...]:
    """One published number, as narrow as a terminal: groups that are 'all' go unsaid."""
    group = [row["sex"], row["age_band"], row["category"]]
    limits = (row["lower_ci_95"], row["upper_ci_95"])
    hidden = row["suppression_status"] == "hidden"
    return (
        row["indicator_id"],
        short_name(str(row["area_name"] or row["area_code"])),
        " ".join(str(g) for g in group if g not in ("all", "persons")),
        "hidden" if hidden else _or_blank(row["count"]),
        _or_blank(row["denominator"]),
        _or_blank(row["value"]),
        "" if limits[0] is None else f"{limits[0]:.1f} to {limits[1]:.1f}",
    )


def kept_and_hidden(told: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Table]:
    """Numbers kept and hidden over every ICB: a table for each dataset, a row for each of its."""
    counts: dict[str, dict[tuple[str, str], list[int]]] = {}
    for dataset, evidence in told:
        for entry in evidence["tables"]:
            found = counts.setdefault(dataset, {})
            cells, hidden = found.get((entry["table"], entry["population"]), [0, 0])
            found[entry["table"], entry["population"]] = [
                cells + entry["cells"], hidden + entry["hidden"],
            ]  # fmt: skip
    columns = ("table", "who is counted", "numbers", "kept", "share kept")
    return [
        table(dataset, columns, [_kept(*key, *both) for key, both in sorted(found.items())])
        for dataset, found in sorted(counts.items())
    ]


def _kept(by: str, population: str, cells: int, hidden: int) -> tuple[object, ...]:
    kept = cells - hidden
    return by, population.replace("_", " "), cells, kept, f"{100 * kept / cells:.0f} %"


def short_name(area: str) -> str:
    """An ICB's name without the words that every ICB's name has."""
    return area.removeprefix("NHS ").removesuffix(" Integrated Care Board")


def _or_blank(value: object) -> object:
    return "" if value is None else value


def take_in_with_progress(
    house: House, providers: Sequence[str] | None, as_of: dt.date
) -> tuple[list[IntakeSummary], list[Refused]]:
    """Every finished delivery of the providers (all, if none is named), with a progress bar."""
    count = len(find_all_drops(house, providers))
    with with_progress("Intake", count) as progress:
        summaries, refusals = take_in_all(house, providers, as_of=as_of, progress=progress)
    for refusal in refusals:
        errors.print(f"[bold]{refusal.code}[/bold]: {refusal.message} {refusal.advice}")
    return summaries, refusals


@contextmanager
def with_progress(title: str, steps: int | None) -> Iterator[Callable[[str], None]]:
    """A progress bar; call what is yielded with the name of each step as it begins."""
    columns = (
        TextColumn("{task.description:60}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task(title, total=steps)
        begun = 0

        def step(name: str) -> None:
            nonlocal begun
            bar.update(task, description=f"{title}: {name}"[:60], completed=begun)
            begun += 1

        yield step
        bar.update(task, description=f"{title}: done", completed=begun, total=steps or begun)
