"""The page says first what a reader must know, and holds nothing that could run or call out."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines.core.errors import BadRelease
from pipelines.core.stages import Release
from pipelines.report import render, summarise


def approved_by(folder: Path, name: str) -> Path:
    """The same release under real officers, the first of that name."""
    content = json.loads((folder / "manifest.json").read_bytes())
    content["demo"] = False
    content["approvals"][0]["officer"] = {"id": "a", "name": name, "role": "Caldicott Guardian"}
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


class Balance(HTMLParser):
    """Which tags were opened and never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the parser's own signature)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()


def test_rendering_again_gives_the_published_bytes(release: Release) -> None:
    published = {name: (release.folder / name).read_bytes() for name in render(release.folder)}
    assert published == dict(render(release.folder))


def test_the_release_lists_its_pages(release: Release) -> None:
    assert {"report.html", "report.json"} <= set(release.files)


def test_the_page_has_no_outside_address(page: str) -> None:
    assert not re.search(r"https?:|//|src=|@import|url\(|<script", page.replace("<!DOCTYPE", ""))


def test_every_tag_is_closed(page: str) -> None:
    balance = Balance()
    balance.feed(page)
    assert balance.open == []


def test_names_are_escaped(page: str) -> None:
    assert "Here &amp; There" in page


def test_an_officers_name_cannot_carry_markup(release: Release) -> None:
    pages = render(approved_by(release.folder, "<script>x</script>"))
    assert b"<script" not in pages["report.html"]


def test_coverage_stands_before_the_headline_numbers(page: str) -> None:
    assert 0 < page.index("Coverage: read first") < page.index("Headline numbers")


def test_a_demonstration_says_so(release: Release) -> None:
    assert summarise(release.folder)["verdict"].startswith("Demonstration only")


def test_an_approval_names_the_officer(release: Release) -> None:
    folder = approved_by(release.folder, "Ada Officer")
    assert "Ada Officer, Caldicott Guardian" in summarise(folder)["verdict"]


def test_the_json_says_what_the_page_says(release: Release) -> None:
    assert json.loads((release.folder / "report.json").read_text()) == summarise(release.folder)


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="report-no-release"):
        render(tmp_path)


class Cells(HTMLParser):
    """The texts of a page's table cells, captions and paragraphs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.reading = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the parser's own signature)
        self.reading = tag in ("td", "th", "caption", "figcaption")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (the parser's own signature)
        self.reading = False

    def handle_data(self, data: str) -> None:
        if self.reading:
            self.texts.append(data)


def strings(told: object) -> set[str]:
    """Every text in a JSON document."""
    if isinstance(told, dict):
        return {text for value in told.values() for text in strings(value)}
    if isinstance(told, list):
        return {text for value in told for text in strings(value)}
    return {told} if isinstance(told, str) else set()


def test_every_cell_of_the_page_stands_in_the_json(release: Release, page: str) -> None:
    cells = set(Cells(page).texts)
    assert len(cells) > 100
    assert cells <= strings(summarise(release.folder))


def test_a_candidate_says_that_it_awaits_sign_off(release: Release) -> None:
    (release.folder / "candidate.json").rename(release.folder / "manifest.json")
    told = render(release.folder)["report.html"].decode()
    assert 'class="verdict candidate"' in told


def test_a_browser_is_told_to_run_and_fetch_nothing(page: str) -> None:
    assert "default-src 'none'" in page
