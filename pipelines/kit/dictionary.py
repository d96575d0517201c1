"""The data dictionary: every indicator and every column, as tables and as one page."""

import csv
import html
import io
from collections.abc import Iterator, Mapping, Sequence

from pipelines.core.contract import Column, Contract, Indicator
from pipelines.kit.cells import safe
from pipelines.kit.staged import Staged

Row = tuple[str, ...]
INDICATORS: Mapping[str, str] = {
    "indicator_key": "Dataset and indicator, for joining",
    "dataset": "Dataset",
    "contract": "Contract and version",
    "indicator_id": "Indicator",
    "name": "Name",
    "definition": "Definition",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "statistic": "Statistic",
    "unit": "Unit",
    "limits": "How the 95% limits are made",
    "polarity": "Polarity",
    "ages": "Ages",
    "source": "Source",
    "caveat": "Caveat",
}
COLUMNS: Mapping[str, str] = {
    "column": "Column",
    "type": "Type",
    "meaning": "Meaning",
    "rules": "Rules",
    "example": "Example",
}
STYLE = (
    "body{font:1rem/1.5 Arial,sans-serif;color:#212b32;background:#fff;margin:2rem auto;"
    "max-width:80rem;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #4c6272;padding:.5rem;text-align:left;vertical-align:top}"
    ".scroll{overflow-x:auto}"
)


def files(staged: Staged) -> dict[str, bytes]:
    """`indicators.csv`, `columns.csv` and `dictionary.html`."""
    return {
        "indicators.csv": _csv(INDICATORS, indicator_rows(staged)),
        "columns.csv": _csv(COLUMNS, column_rows(staged)),
        "dictionary.html": _page(staged).encode(),
    }


def indicator_rows(staged: Staged) -> list[Row]:
    """One row for each indicator of each dataset, in the order of `INDICATORS`."""
    return [_indicator(contract, i) for contract in staged.outputs for i in contract.indicators]


def column_rows(staged: Staged) -> list[Row]:
    """One row for each column of a dataset or directory, in the order of `COLUMNS`."""
    seen: dict[str, Row] = {}
    for contract in (*staged.outputs, *staged.directories):
        for column in contract.columns:
            seen.setdefault(column.name, _column(column))
    return list(seen.values())


def _indicator(contract: Contract, i: Indicator) -> Row:
    return (
        f"{contract.name}/{i.id}", contract.name, contract.label, i.id, i.name, i.definition,
        i.numerator, i.denominator, i.statistic.value, i.unit, i.ci_method, i.polarity, i.age_base,
        i.source, i.caveat,
    )  # fmt: skip


def _column(column: Column) -> Row:
    rules = "; ".join(column.rules_in_english())
    return (column.name, column.type.value, column.description, rules, str(column.example))


def _csv(header: Mapping[str, str], rows: Sequence[Row]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe(text) for text in row] for row in rows)
    # The mark at the start tells Excel that it is UTF-8.
    return stream.getvalue().encode("utf-8-sig")


def _page(staged: Staged) -> str:
    title = f"Data dictionary of release {html.escape(staged.release_id)}"
    return (
        f'<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n<p>One row of a table is one indicator, area, period, sex, age band "
        f"and category. Every dataset has the same columns.</p>\n"
        + "\n".join(_sections(staged))
        + "\n</main>\n</body>\n</html>\n"
    )


def _sections(staged: Staged) -> Iterator[str]:
    yield "<h2>Columns</h2>"
    yield _table("Columns of every dataset", list(COLUMNS.values()), column_rows(staged))
    shown = list(INDICATORS.values())[3:]
    for contract in staged.outputs:
        rows = [_indicator(contract, i)[3:] for i in contract.indicators]
        yield f"<h2>{html.escape(contract.name)}</h2>\n<p>{html.escape(contract.description)}</p>"
        yield _table(f"Indicators of {contract.label}", shown, rows)


def _table(caption: str, header: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in header)
    body = "\n".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    # A region that scrolls must be reachable by keyboard, so it has a name and a place in order.
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{html.escape(caption)}">'
        f"<table>\n<caption>{html.escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cells(row: Row) -> str:
    first, *rest = (html.escape(text) for text in row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{text}</td>" for text in rest)
