"""The report as one self-contained page: no outside address, no script, every text escaped."""

from html import escape
from itertools import count

from pipelines.report.model import Block, Figure, Part, Report, Row, Section, Table, Text
from pipelines.report.style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Should a text ever slip through unescaped, the browser still runs and fetches nothing."""


def as_html(report: Report) -> str:
    """The page of a release."""
    title = f"Release {report.release_id}"
    body = "\n".join(_part(part) for part in report.parts)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}: {escape(report.status)}</title><style>{STYLE}</style></head>\n"
        '<body><a class="skip" href="#verdict">Skip to the verdict</a>\n'
        f"<header><div><h1>{escape(title)}</h1>"
        "<p>Physical activity and health: report for information governance and analysts</p>"
        f"</div></header>\n<main>\n{_verdict(report)}\n{_contents(report)}\n{body}\n</main>\n"
        "<footer><p>Rendered from the release folder alone. report.json says the same to programs."
        "</p></footer></body></html>\n"
    )


def _verdict(report: Report) -> str:
    why = "".join(f"<p>{escape(text)}</p>" for text in report.why)
    return (
        f'<div class="verdict {escape(report.status)}" id="verdict">'
        f"<p>{escape(report.verdict)}</p>{why}</div>"
    )


def _contents(report: Report) -> str:
    parts = []
    for part in report.parts:
        links = "".join(
            f'<li><a href="#{escape(s.id)}">{escape(s.title)}</a></li>' for s in part.sections
        )
        parts.append(f"<h2>{escape(part.title)}</h2><ul>{links}</ul>")
    return f'<nav aria-label="Contents">{"".join(parts)}</nav>'


def _part(part: Part) -> str:
    sections = "\n".join(_section(section) for section in part.sections)
    return f'<h2 id="{escape(part.id)}">{escape(part.title)}</h2>\n{sections}'


def _section(section: Section) -> str:
    names = (f"{escape(section.id)}-{n}" for n in count(1))
    blocks = "\n".join(_block(block, next(names)) for block in section.blocks)
    return (
        f'<section aria-labelledby="{escape(section.id)}">'
        f'<h3 id="{escape(section.id)}">{escape(section.title)}</h3>\n{blocks}</section>'
    )


def _block(block: Block, name: str) -> str:
    if isinstance(block, Text):
        return f"<p>{escape(block.text)}</p>"
    if isinstance(block, Table):
        return _table(block, name)
    return _figure(block, name) + _table(block.table, f"{name}-table")


def _figure(figure: Figure, name: str) -> str:
    # A drawing that is wider than a narrow screen scrolls, so it takes the keyboard's focus.
    return (
        f'<figure><figcaption id="{name}">{escape(figure.title)}</figcaption>'
        f'<div class="wide" tabindex="0" role="group" aria-labelledby="{name}">'
        f'<svg role="img" aria-labelledby="{name}-d" viewBox="0 0 {figure.width} {figure.height}">'
        f'<desc id="{name}-d">{escape(figure.alternative)}</desc>{figure.drawing}</svg>'
        "</div></figure>"
    )


def _table(table: Table, name: str) -> str:
    if not table.rows:
        return f"<p>{escape(table.caption)}: none.</p>"
    heads = "".join(
        f'<th scope="col"{_class(n, table)}>{escape(text)}</th>'
        for n, text in enumerate(table.heads)
    )
    rows = "\n".join(_row(row, table) for row in table.rows)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-labelledby="{name}">'
        f'<table><caption id="{name}">{escape(table.caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(row: Row, table: Table) -> str:
    cells = [escape(cell) for cell in row]
    first = f'<th scope="row"{_class(0, table)}>{cells[0]}</th>'
    rest = "".join(f"<td{_class(n, table)}>{c}</td>" for n, c in enumerate(cells[1:], start=1))
    return f"<tr>{first}{rest}</tr>"


def _class(column: int, table: Table) -> str:
    return ' class="number"' if column in table.numbers else ""
