"""The project's own pages, as text, and the code that they show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.settings import PROJECT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    language: str
    code: str


def pages() -> dict[str, str]:
    """Every page by its path: what stands in docs/ and what a newcomer meets at the top."""
    top = ["README.md", "CHANGELOG.md", "changelog.d/README.md"]
    inside = [p.relative_to(PROJECT).as_posix() for p in sorted(PROJECT.glob("docs/**/*.md"))]
    return {name: (PROJECT / name).read_text("utf-8") for name in [*top, *inside]}


def hand_written() -> dict[str, str]:
    """The pages that no program writes."""
    return {name: text for name, text in pages().items() if "make_reference.py: change" not in text}


def blocks(language: str | None = None) -> list[Block]:
    """The fenced blocks of hand-written pages, of one language if it is given."""
    return [
        Block(name, *match)
        for name, text in hand_written().items()
        for match in FENCE.findall(text)
        if language in (None, match[0])
    ]


def links() -> Iterator[tuple[str, Path, str]]:
    """(page, file that it links to, heading in it) of every link inside the project."""
    for name, text in pages().items():
        for target in LINK.findall(FENCE.sub("", text)):
            if "://" not in target and not target.startswith("mailto:"):
                path, _, heading = target.partition("#")
                page = PROJECT / name
                yield name, (page.parent / path).resolve() if path else page, heading


def headings(page: Path) -> set[str]:
    """The headings of a page as a link names them."""
    found = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in found}
