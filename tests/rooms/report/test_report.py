"""The page says first what a reader must know, and holds nothing that could run or call out."""

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines.core.errors import BadRelease
from pipelines.core.stages import Release
from pipelines.publish import SignOff
from pipelines.release import make_release, plan_release
from pipelines.report import render, summarise
from tests.conftest import Bench
from tests.released import PERIOD_END, SIGNED, TODAY, fill_store


def released(bench: Bench, sign_off: SignOff) -> Release:
    fill_store(bench.house)
    plan = plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, icbs=["QOP"]
    )
    return make_release(bench.house, plan, sign_off)


@pytest.fixture
def release(bench: Bench) -> Release:
    return released(bench, SIGNED)


@pytest.fixture
def page(release: Release) -> str:
    return (release.folder / "report.html").read_text("utf-8")


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


def test_an_officers_name_cannot_carry_markup(bench: Bench) -> None:
    hostile = dataclasses.replace(SIGNED, officer="<script>x</script>", demo=False)
    release = released(bench, hostile)
    assert "<script" not in (release.folder / "report.html").read_text("utf-8")


def test_coverage_stands_before_the_headline_numbers(page: str) -> None:
    assert 0 < page.index("Coverage: read first") < page.index("Headline numbers")


def test_a_demonstration_says_so(release: Release) -> None:
    assert summarise(release.folder)["verdict"].startswith("Demonstration only")


def test_a_signature_names_the_officer(bench: Bench) -> None:
    release = released(bench, dataclasses.replace(SIGNED, demo=False))
    assert "Ada Officer, Caldicott Guardian" in summarise(release.folder)["verdict"]


def test_the_json_says_what_the_page_says(release: Release) -> None:
    assert json.loads((release.folder / "report.json").read_text()) == summarise(release.folder)


def test_a_folder_that_is_no_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="report-no-release"):
        render(tmp_path)
