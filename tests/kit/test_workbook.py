"""The workbook read as XML: no formula, one table a sheet, nothing merged, nothing empty."""

import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Mapping

import pytest

from tests.kit.staged import DIRECTORIES, HOSTILE, OUTPUTS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Members = Mapping[str, bytes]


@pytest.fixture(scope="module")
def members(files: Mapping[str, bytes]) -> Members:
    """The parts of one ICB's workbook."""
    with zipfile.ZipFile(io.BytesIO(files["kit/workbooks/QOP.xlsx"])) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def parsed(part: bytes) -> ElementTree.Element:
    """A part of the workbook, which is our own."""
    return ElementTree.fromstring(part)  # noqa: S314 (made a moment ago by the code under test)


def sheets(members: Members) -> dict[str, ElementTree.Element]:
    """The sheets by name, in their order."""
    book = parsed(members["xl/workbook.xml"])
    names = [str(sheet.get("name")) for sheet in book.iter(f"{MAIN}sheet")]
    return {
        name: parsed(members[f"xl/worksheets/sheet{number}.xml"])
        for number, name in enumerate(names, start=1)
    }


def strings(members: Members) -> list[str]:
    """All text of the workbook."""
    shared = parsed(members["xl/sharedStrings.xml"])
    return ["".join(entry.itertext()) for entry in shared.iter(f"{MAIN}si")]


def text_of(cell: ElementTree.Element, texts: list[str]) -> str:
    value = cell.findtext(f"{MAIN}v") or ""
    return texts[int(value)] if cell.get("t") == "s" else value


def tables(members: Members) -> dict[str, ElementTree.Element]:
    found = (parsed(data) for name, data in members.items() if "/tables/" in name)
    return {str(table.get("name")): table for table in found}


def test_no_cell_is_a_formula(members: Members) -> None:
    """Also where a provider's name is one."""
    assert HOSTILE in "".join(strings(members))
    assert [name for name, sheet in sheets(members).items() if list(sheet.iter(f"{MAIN}f"))] == []


def test_no_text_begins_like_a_formula(members: Members) -> None:
    assert f"'{HOSTILE}" in strings(members)
    assert [text for text in strings(members) if text.startswith(("=", "+", "-", "@"))] == []


def test_nothing_outside_the_workbook_is_linked(members: Members) -> None:
    targets = [
        data for name, data in members.items() if name.endswith(".rels") and b"External" in data
    ]
    assert targets == []


def test_the_cover_comes_first_then_contents_notes_and_coverage(members: Members) -> None:
    assert list(sheets(members))[:4] == ["Cover", "Contents", "Notes", "provider_coverage"]


def test_every_dataset_and_directory_has_a_sheet(members: Members) -> None:
    assert {contract.name for contract in (*OUTPUTS, *DIRECTORIES)} <= set(sheets(members))


def test_what_a_source_does_not_tell_is_marked(members: Members) -> None:
    texts = strings(members)
    listed = sheets(members)["provision_directory"].iter(f"{MAIN}c")
    assert [text_of(cell, texts) for cell in listed].count("[x]") == 1


def test_every_sheet_but_the_cover_has_one_table(members: Members) -> None:
    counted = {
        name: len(list(sheet.iter(f"{MAIN}tablePart"))) for name, sheet in sheets(members).items()
    }
    assert counted.pop("Cover") == 0
    assert set(counted.values()) == {1}


def test_no_cells_are_merged(members: Members) -> None:
    merged = [n for n, sheet in sheets(members).items() if list(sheet.iter(f"{MAIN}mergeCell"))]
    assert merged == []


def test_a_table_has_no_empty_cell(members: Members) -> None:
    texts = strings(members)
    first = int(
        re.sub(r"\D", "", tables(members)["table_member_activity"].get("ref", "").split(":")[0])
    )
    cells = [
        text_of(cell, texts)
        for line in sheets(members)["member_activity"].iter(f"{MAIN}row")
        if int(line.get("r", "0")) >= first
        for cell in line
    ]
    assert len(cells) == 3 * 24
    assert "" not in cells


def test_a_hidden_number_stands_as_its_mark(members: Members) -> None:
    texts = strings(members)
    shown = [text_of(cell, texts) for cell in sheets(members)["member_activity"].iter(f"{MAIN}c")]
    assert shown.count("[c]") == 4


def test_every_mark_is_explained(members: Members) -> None:
    texts = strings(members)
    notes = [text_of(cell, texts) for cell in sheets(members)["Notes"].iter(f"{MAIN}c")]
    assert {"[c]", "[z]", "[x]"} <= set(notes)


def test_the_headings_stay_in_sight(members: Members) -> None:
    panes = {
        name: [pane.get("state") for pane in sheet.iter(f"{MAIN}pane")]
        for name, sheet in sheets(members).items()
    }
    assert panes.pop("Cover") == []
    assert set(map(tuple, panes.values())) == {("frozen",)}


def test_no_column_is_as_narrow_as_excel_makes_it(members: Members) -> None:
    narrow = [
        name
        for name, sheet in sheets(members).items()
        if not all(column.get("customWidth") == "1" for column in sheet.iter(f"{MAIN}col"))
    ]
    assert narrow == []


def test_the_contents_lead_to_every_sheet_after_them(members: Members) -> None:
    found = sheets(members)
    links = [str(link.get("location")) for link in found["Contents"].iter(f"{MAIN}hyperlink")]
    assert [link.split("!")[0].strip("'") for link in links] == list(found)[2:]


def test_the_workbook_has_a_title(members: Members) -> None:
    assert "Physical activity and health, NHS QOP" in members["docProps/core.xml"].decode()


def test_type_is_at_least_twelve_points(members: Members) -> None:
    """Font 0 is Excel's own default, which no cell of ours uses."""
    styles = parsed(members["xl/styles.xml"])
    sizes = [float(size.get("val", "0")) for size in styles.iter(f"{MAIN}sz")]
    used = {
        int(cell.get("s", "0"))
        for sheet in sheets(members).values()
        for cell in sheet.iter(f"{MAIN}c")
    }
    formats = styles.find(f"{MAIN}cellXfs")
    assert formats is not None
    assert all(sizes[int(formats[style].get("fontId", "0"))] >= 12 for style in used)
