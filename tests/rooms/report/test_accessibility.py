"""What WCAG 2.2 AA asks of a page and a machine can read off it, without a browser.

`make look` asks axe-core in a real browser besides; docs/how-to/read-a-report.md has its figures.
"""

import itertools
import re
from html.parser import HTMLParser

import pytest

from pipelines.core.stages import Release
from pipelines.report.style import ON, STYLE

ENOUGH = 4.5
"""WCAG 2.2, 1.4.3: the least contrast of text and ground."""
VOID = {"meta"}

Tag = tuple[str, dict[str, str], tuple[str, ...]]


class Tags(HTMLParser):
    """Every tag with its attributes and what it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: list[Tag] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: text or "" for name, text in attrs}, tuple(self.inside)))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.inside[-1:] == [tag]:
            self.inside.pop()

    def all(self, *names: str) -> list[Tag]:
        return [found for found in self.found if found[0] in names]


@pytest.fixture(params=["report.html", "governance/papers.html"])
def tags(request: pytest.FixtureRequest, release: Release) -> Tags:
    return Tags((release.folder / request.param).read_text("utf-8"))


def contrast(first: str, second: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_black_on_white_has_the_contrast_that_the_standard_names() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("pair", ON)
def test_text_stands_out_from_its_ground(pair: str) -> None:
    assert contrast(*ON[pair]) >= ENOUGH


def test_the_page_uses_no_colour_that_is_not_checked() -> None:
    checked = {colour for pair in ON.values() for colour in pair} | {"#d8dde0"}
    assert set(re.findall(r"#[0-9a-f]{6}\b", STYLE)) <= checked


def test_the_page_says_its_language(tags: Tags) -> None:
    assert [attrs["lang"] for _, attrs, _ in tags.all("html")] == ["en-GB"]


def test_there_is_one_main_heading(tags: Tags) -> None:
    assert len(tags.all("h1")) == 1


def test_no_heading_skips_a_level(tags: Tags) -> None:
    levels = [int(name[1]) for name, _, _ in tags.all("h1", "h2", "h3", "h4")]
    steps = [after - before for before, after in itertools.pairwise(levels)]
    assert max(steps) == 1


def test_every_table_has_a_caption(tags: Tags) -> None:
    tables = len(tags.all("table"))
    assert 0 < tables == len(tags.all("caption"))


def test_every_head_of_a_table_says_what_it_is_the_head_of(tags: Tags) -> None:
    assert {attrs.get("scope") for _, attrs, _ in tags.all("th")} == {"col", "row"}


def test_every_row_has_a_head(tags: Tags) -> None:
    rows = [found for found in tags.all("tr") if "tbody" in found[2]]
    heads = [attrs for _, attrs, _ in tags.all("th") if attrs["scope"] == "row"]
    assert len(rows) == len(heads)


def test_every_drawing_is_an_image_with_words_for_it(release: Release) -> None:
    tags = Tags((release.folder / "report.html").read_text("utf-8"))
    drawings = [attrs for _, attrs, _ in tags.all("svg")]
    described = {attrs["id"] for _, attrs, _ in tags.all("desc")}
    assert drawings
    assert {(a["role"], a["aria-labelledby"] in described) for a in drawings} == {("img", True)}


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name(tags: Tags) -> None:
    ids = {attrs["id"] for _, attrs, _ in tags.found if "id" in attrs}
    scrolls = [attrs for _, attrs, _ in tags.found if attrs.get("class") == "wide"]
    assert scrolls
    told = {(a["tabindex"], a["role"], a["aria-labelledby"] in ids) for a in scrolls}
    assert told == {("0", "group", True)}


def test_no_two_places_have_one_name(tags: Tags) -> None:
    ids = [attrs["id"] for _, attrs, _ in tags.found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_every_link_leads_to_a_place_on_the_page(tags: Tags) -> None:
    ids = {f"#{attrs['id']}" for _, attrs, _ in tags.found if "id" in attrs}
    links = {attrs["href"] for _, attrs, _ in tags.all("a")}
    assert links
    assert links <= ids


def test_the_first_link_skips_to_the_verdict(tags: Tags) -> None:
    assert tags.all("a")[0][1] == {"class": "skip", "href": "#verdict"}
