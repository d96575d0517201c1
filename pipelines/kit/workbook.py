"""One accessible workbook per ICB, after the Government Analysis Function's guidance.

A cover, the contents, the marks, then one table per sheet; no merged cells, no empty cell, no
colour that means anything, no formula. Text is written as text, whoever it came from.
"""

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.core.contract import Contract, Statistic
from pipelines.kit.cells import MARKS, NOT_AVAILABLE, mark, safe
from pipelines.kit.dictionary import COLUMNS, INDICATORS, column_rows, indicator_rows
from pipelines.kit.staged import Icb, Staged

EXCEL_ROWS, SHEET_NAME = 1_048_576, 31
"""What Excel has room for: rows of a sheet, and characters of its name."""
WIDEST, PADDING = 60, 3
SAID_ONCE = ("geography_vintage", "parent_area_code", "contract_version", "release_id")
"""Columns that are the same in every row of a sheet: the sheet's first lines say them."""
SPELLED = {"ods": "ODS", "ci": "CI", "id": "ID"}
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
Cell = str | int | float | dt.date | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: what is said above the table, and the table."""

    name: str
    title: str
    lines: tuple[str, ...]
    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Styles:
    """The few looks of a workbook; each is Arial of 12 points or more."""

    plain: Format
    title: Format
    header: Format
    day: Format
    link: Format


def files(staged: Staged) -> dict[str, bytes]:
    """One workbook per ICB, by its ODS code."""
    return {f"workbooks/{icb.ods_code}.xlsx": workbook(staged, icb) for icb in staged.icbs}


def workbook(staged: Staged, icb: Icb) -> bytes:
    """The workbook of one ICB: the same tables give the same bytes."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, OPTIONS)
    title = f"Physical activity and health, {icb.name}"
    created = dt.datetime.fromisoformat(str(staged.facts["as_of"]))
    book.set_properties({"title": safe(title), "author": "widebridge", "created": created})
    styles = _styles(book)
    sheets = _sheets(staged, icb)
    _write_lines(book.add_worksheet("Cover"), title, _cover(staged, icb), styles)
    contents = Sheet(
        "Contents", "Contents", ("Each sheet has one table.",), ("Sheet", "What it holds"),
        [(sheet.name, sheet.title) for sheet in sheets],
    )  # fmt: skip
    for sheet in (contents, *sheets):
        _write_sheet(book.add_worksheet(sheet.name), sheet, styles)
    _link(book, sheets, styles)
    book.close()
    return stream.getvalue()


def _styles(book: xlsxwriter.Workbook) -> Styles:
    # The guidance asks for a plain typeface of at least 12 points.
    arial = {"font_name": "Arial", "font_size": 12}
    return Styles(
        plain=book.add_format(arial),
        title=book.add_format({"font_name": "Arial", "font_size": 16, "bold": True}),
        header=book.add_format({**arial, "bold": True, "text_wrap": True, "valign": "top"}),
        day=book.add_format({**arial, "num_format": "yyyy-mm-dd"}),
        link=book.add_format({**arial, "font_color": "#005EB8", "underline": 1}),
    )


def _sheets(staged: Staged, icb: Icb) -> list[Sheet]:
    marks = Sheet(
        "Notes", "Marks that stand in place of a number", ("Every table uses the same marks.",),
        ("Mark", "Meaning"), list(MARKS.items()),
    )  # fmt: skip
    tables = [_table(staged, icb, contract) for contract in staged.outputs]
    indicators = Sheet(
        "Indicators", "What each indicator means", ("One row for each indicator of each dataset.",),
        tuple(INDICATORS.values()), indicator_rows(staged),
    )  # fmt: skip
    columns = Sheet(
        "Columns", "What each column means", ("Headings of the sheets, and columns of the files.",),
        ("Heading", *COLUMNS.values()), [(heading(row[0]), *row) for row in column_rows(staged)],
    )  # fmt: skip
    directories = [_directory(staged, icb, contract) for contract in staged.directories]
    return [marks, *tables, *directories, indicators, columns]


def heading(column: str) -> str:
    """A column's name in words."""
    words = [SPELLED.get(word, word) for word in column.split("_")]
    return " ".join(words)[0].upper() + " ".join(words)[1:]


def _table(staged: Staged, icb: Icb, contract: Contract) -> Sheet:
    shown = [c.name for c in contract.columns if c.name not in SAID_ONCE]
    with_denominator = {
        i.id for i in contract.indicators if i.statistic in (Statistic.PROPORTION, Statistic.RATE)
    }
    table = staged.table(icb, contract.name)
    lines = [
        contract.description,
        (
            f"Contract {contract.label}. Release {staged.release_id}. "
            f"ICB {icb.code}, borders of {staged.facts['geography_vintage']}."
        ),
        "[c] is hidden, [z] is not applicable, [x] is not available: see the sheet Notes.",
    ]
    rows: list[tuple[Cell, ...]] = []
    if table.num_rows + len(lines) + 2 > EXCEL_ROWS:
        lines.append("A sheet is too short for this table: it is in the Parquet file only.")
    else:
        rows = [_cells(row, shown, with_denominator) for row in table.to_pylist()]
    title = f"{heading(contract.name)}, {icb.name}, {staged.period}"
    return Sheet(contract.name[:SHEET_NAME], title, tuple(lines), tuple(map(heading, shown)), rows)


def _directory(staged: Staged, icb: Icb, contract: Contract) -> Sheet:
    """A list of things: what a source does not tell is marked, never guessed."""
    shown = [c.name for c in contract.columns if c.name not in SAID_ONCE]
    rows = [
        tuple(NOT_AVAILABLE if row[name] in (None, "") else row[name] for name in shown)
        for row in staged.table(icb, contract.name).to_pylist()
    ]
    lines = (
        contract.description,
        f"Contract {contract.label}. Release {staged.release_id}.",
        "[x] is not told by the source: see the sheet Notes.",
    )
    title = f"{heading(contract.name)}, {icb.name}"
    return Sheet(contract.name[:SHEET_NAME], title, lines, tuple(map(heading, shown)), rows)


def _cells(
    row: Mapping[str, Any], shown: Iterable[str], with_denominator: set[str]
) -> tuple[Cell, ...]:
    has_denominator = row["indicator_id"] in with_denominator
    return tuple(
        mark(name, row, has_denominator) if row[name] in (None, "") else row[name] for name in shown
    )


def _cover(staged: Staged, icb: Icb) -> list[str]:
    limits = staged.facts["protection"]["limits"]
    return [
        f"Release {staged.release_id}, {staged.period}; data used on {staged.facts['as_of']}.",
        (
            f"Area: {icb.name} ({icb.ods_code}, {icb.code}), ICB borders of "
            f"{staged.facts['geography_vintage']}."
        ),
        "Protected counts and indicators; no row is about one person.",
        (
            f"Counts of 1 to {limits['hide_up_to']} are hidden, others rounded to the nearest "
            f"{limits['round_to']}. Rates are of rounded counts."
        ),
        "Read provider_coverage first: a falling line may be a missing feed.",
        "Do not add up rates, and do not work out hidden numbers from totals.",
        "The same tables are in the release as Parquet files, with what changed in kit/CHANGES.md.",
        "Nothing here says that the release was signed off. For that, check its signature.",
    ]


def _write_lines(sheet: Worksheet, title: str, lines: Iterable[str], styles: Styles) -> None:
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, safe(title), styles.title)
    for number, line in enumerate(lines, start=1):
        sheet.write_string(number, 0, safe(line), styles.plain)


def _write_sheet(sheet: Worksheet, content: Sheet, styles: Styles) -> None:
    sheet.write_string(0, 0, safe(content.title), styles.title)
    for number, line in enumerate(content.lines, start=1):
        sheet.write_string(number, 0, safe(line), styles.plain)
    top = len(content.lines) + 1
    for number, row in enumerate(content.rows, start=top + 1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, styles)
    for column, width in enumerate(_widths(content)):
        sheet.set_column(column, column, width)
    columns = [{"header": name, "header_format": styles.header} for name in content.header]
    # A table of Excel's has at least one row under its heading.
    bottom = top + max(len(content.rows), 1)
    sheet.add_table(
        top, 0, bottom, len(columns) - 1,
        {"name": f"table_{content.name}", "columns": columns, "style": "Table Style Light 15",
         "banded_rows": False},
    )  # fmt: skip
    sheet.freeze_panes(top + 1, 0)


def _write(sheet: Worksheet, row: int, column: int, value: Cell, styles: Styles) -> None:
    if isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
        sheet.write_datetime(row, column, moment, styles.day)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, styles.plain)
    else:
        sheet.write_string(row, column, safe(str(value)), styles.plain)


def _widths(content: Sheet) -> list[int]:
    """As wide as the longest entry, so that nothing is cut off, up to a limit."""
    columns = zip(*content.rows, strict=True) if content.rows else [()] * len(content.header)
    return [
        min(max(map(len, (name, *map(str, set(values))))) + PADDING, WIDEST)
        for name, values in zip(content.header, columns, strict=True)
    ]


def _link(book: xlsxwriter.Workbook, sheets: Sequence[Sheet], styles: Styles) -> None:
    contents = book.get_worksheet_by_name("Contents")
    for number, sheet in enumerate(sheets, start=3):
        contents.write_url(number, 0, f"internal:'{sheet.name}'!A1", styles.link, sheet.name)
