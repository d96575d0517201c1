"""What a report says, before it is a page: parts, sections, tables, figures. Page and JSON are made
from the same value, so neither can say what the other does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Sequence[str]


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table. The first cell of a row is its head; `numbers` are the columns set to the right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Figure:
    """A drawing, what it shows in words, and the table with the same numbers."""

    title: str
    alternative: str
    drawing: str
    """The inside of an SVG element, escaped."""
    width: int
    height: int
    table: Table


Block = Text | Table | Figure


@dataclass(frozen=True)
class Section:
    """A headed piece of the report; `id` is its anchor."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Part:
    """What one kind of reader reads."""

    id: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Report:
    """Everything that a release's report says, the verdict first."""

    release_id: str
    status: str
    verdict: str
    why: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=())


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Row], numbers: Sequence[int] = ()
) -> Table:
    """A table of ready texts."""
    return Table(caption, tuple(heads), tuple(rows), frozenset(numbers))


def as_plain(report: Report) -> dict[str, Any]:
    """The report as JSON's own types, without the drawings: their tables say the same."""
    return {
        "format": "widebridge-report/2",
        "release_id": report.release_id,
        "status": report.status,
        "verdict": report.verdict,
        "why": list(report.why),
        "parts": [
            {"id": p.id, "title": p.title, "sections": [_section(s) for s in p.sections]}
            for p in report.parts
        ],
    }


def _section(section: Section) -> dict[str, Any]:
    blocks = [_block(block) for block in section.blocks]
    return {"id": section.id, "title": section.title, "blocks": blocks}


def _block(block: Block) -> Mapping[str, Any]:
    if isinstance(block, Text):
        return {"text": block.text}
    if isinstance(block, Table):
        return _table(block)
    told = {"figure": block.title, "alternative": block.alternative}
    return {**told, "table": _table(block.table)}


def _table(block: Table) -> Mapping[str, Any]:
    rows = [list(row) for row in block.rows]
    return {"caption": block.caption, "heads": list(block.heads), "rows": rows}
