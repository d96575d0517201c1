"""The pages that people are shown: a candidate's before they decide, the release's afterwards.

They are copies in a folder of their own, so that what shows them needs to see nothing else.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from pipelines.core.files import write_whole
from pipelines.publish.waiting import RELEASE_ID

WAITING, RELEASED = "waiting", "released"
REPORT = "report.html"
LARGEST = 50_000_000


def show_candidate(pages: Path, release_id: str, rendered: Mapping[str, bytes]) -> None:
    """Show a candidate's pages to the officers who decide about it."""
    for name, data in sorted(rendered.items()):
        write_whole(pages / WAITING / release_id / name, data)


def show_release(pages: Path, release_id: str, release: Path) -> None:
    """Show the page of a release that is out, in place of its candidate's."""
    if (release / REPORT).is_file():
        write_whole(pages / RELEASED / release_id / REPORT, (release / REPORT).read_bytes())
    shutil.rmtree(pages / WAITING / release_id, ignore_errors=True)


def candidate_page(pages: Path, release_id: str) -> Path:
    """Where the page of a candidate is that waits."""
    return pages / WAITING / release_id / REPORT


def shown_report(pages: Path, release_id: str) -> bytes | None:
    """The report of a release, if one is shown. Nothing but a plain id leads to a file."""
    if not RELEASE_ID.fullmatch(release_id):
        return None
    for folder in (pages / RELEASED / release_id, pages / WAITING / release_id):
        file = folder / REPORT
        # A link could lead anywhere.
        plain = file.is_file() and not file.is_symlink() and not folder.is_symlink()
        if plain and file.stat().st_size <= LARGEST:
            return file.read_bytes()
    return None
