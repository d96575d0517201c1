"""Published tables in short, for tests: text in, tables out."""

from pathlib import Path
from textwrap import indent

from pipelines.protect.attack.findings import Answer, Attack
from pipelines.protect.attack.tables import PublishedTables
from pipelines.protect.attack.tables_file import read_tables

DIMENSIONS = """
dimensions:
  area: {leaves: [a, b, c], groups: {north: [a, b]}}
  sex: {leaves: [female, male]}
"""


def tables(folder: Path, *parts: str, head: str = DIMENSIONS) -> PublishedTables:
    """A file of `head` and the tables that `table` made."""
    path = folder / "tables.yaml"
    path.write_text(f"{head}\ntables:\n{''.join(parts)}", "utf-8")
    return read_tables(path)


def table(rule: str, cells: str, **more: str) -> str:
    """One table: `area, value; a, 12; b, *` and what else is said of it."""
    lines = "\n".join(row.strip() for row in cells.split(";"))
    said = "".join(f"    {key}: {value}\n" for key, value in more.items())
    return f"  - rule: {rule}\n{said}    cells: |\n{indent(lines, ' ' * 6)}\n"


def answer(done: Attack, why: str = "marked", /, **at: str) -> Answer:
    """The answer for a cell; `release` and `population` may be said too."""
    release, population = at.pop("release", None), at.pop("population", None)
    found = [
        a
        for a in done.answers
        if a.asked.why == why
        and {n: c for n, c in a.asked.cell.at.items() if n != "population"} == at
        and release in (None, a.asked.cell.release)
        and population in (None, a.asked.cell.at["population"].removeprefix("/"))
    ]
    (one,) = found
    return one


def span(done: Attack, why: str = "marked", /, **at: str) -> tuple[float, float]:
    """The range for a cell."""
    one = answer(done, why, **at)
    return one.low, one.high
