"""Small pieces of the page: tables, numbers, words. Every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

Rows = Iterable[Sequence[object]]


def table(caption: str, heads: Sequence[str], rows: Rows) -> str:
    """A table with a caption and column heads."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def number(count: int | None) -> str:
    """A count as people read it."""
    return "hidden" if count is None else f"{count:,}"


def words(name: str) -> str:
    """A name in the code as words."""
    return name.replace("_", " ")
