"""The form of a set of published tables is read strictly, and told of by place only."""

from pathlib import Path

import pytest

from pipelines.core.errors import BadTables
from pipelines.core.settings import PROJECT
from pipelines.protect.attack.findings import attack_tables
from pipelines.protect.attack.publishing_rule import Mark, Numbers, PublishingRule, Zero
from pipelines.protect.attack.tables import Change, population_dimension
from pipelines.protect.attack.tables_file import read_tables
from tests.rooms.protect.attack.published import DIMENSIONS, table, tables

EXAMPLES = PROJECT / "docs/how-to/examples"
FILE = """
dimensions:
  area: {leaves: [a, b, c], groups: {north: [a, b]}}
rules:
  mine: {numbers: rounded, step: 10, hide_from: 0, hide_to: 4, mark: small, zero: small}
releases: [spring, {name: summer, changes: 12}, {name: autumn, changes: fewest}]
marks: [hidden]
tables:
  - name: people
    rule: mine
    release: summer
    cells: |
      area, value

      a, 10
      north, hidden
"""


def read(folder: Path, text: str) -> PublishingRule:
    (folder / "file.yaml").write_text(text, "utf-8")
    return read_tables(folder / "file.yaml").cells[0].rule


def test_a_rule_is_read_as_written(tmp_path: Path) -> None:
    rule = PublishingRule(Numbers.ROUNDED, 10, 0, 4, Mark.SMALL, Zero.SMALL)
    assert read(tmp_path, FILE) == rule


def test_releases_say_how_they_differ(tmp_path: Path) -> None:
    read(tmp_path, FILE)
    releases = read_tables(tmp_path / "file.yaml").releases
    assert [(r.change, r.most) for r in releases] == [
        (Change.UNKNOWN, 0), (Change.AT_MOST, 12), (Change.FEWEST, 0),
    ]  # fmt: skip


def test_a_mark_is_no_number(tmp_path: Path) -> None:
    read(tmp_path, FILE)
    cells = read_tables(tmp_path / "file.yaml").cells
    assert [c.printed for c in cells] == [10, None]


def test_cells_know_their_row(tmp_path: Path) -> None:
    cells = tables(tmp_path, table("nhs", "area,value; a,10; b,15")).cells
    assert [c.row for c in cells] == [2, 3]


def test_a_csv_file_is_read_like_a_block(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("\ufeffarea,value\na,10\n", "utf-8")
    (tmp_path / "file.yaml").write_text(
        f"{DIMENSIONS}\ntables: [{{rule: nhs, file: people.csv}}]", "utf-8"
    )
    assert [c.at["area"] for c in read_tables(tmp_path / "file.yaml").cells] == ["a"]


def test_columns_may_name_population_and_release(tmp_path: Path) -> None:
    head = f"{DIMENSIONS}\npopulations: {{all_people: , members: {{within: all_people}}}}"
    text = "area,population,value; a,members,10"
    (cell,) = tables(tmp_path, table("nhs", text), head=head).cells
    assert cell.at == {"area": "a", "population": "/members"}


def test_populations_within_each_other_have_no_leaf_outside() -> None:
    found = population_dimension({"referred": "", "started": "referred", "completed": "started"})
    assert found.leaves == ("referred", "referred+started", "completed+referred+started")


def test_too_many_populations_are_refused() -> None:
    with pytest.raises(BadTables, match="tables-populations"):
        population_dimension({str(n): "" for n in range(13)})


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("dimensions:", "dimension:", "file"),
        ("groups: {north: [a, b]}", "groups: {north: [a, z]}", "dimension area"),
        ("groups: {north: [a, b]}", "groups: {a: [a, b]}", "dimension area"),
        ("leaves: [a, b, c]", "leaves: [a, b, a]", "dimension area"),
        ("leaves: [a, b, c]", "leaves: []", "dimension area"),
        ("  area: {", "  value: {", "dimension value"),
        ("numbers: rounded", "numbers: round", "rule mine"),
        ("step: 10", "step: ten", "rule mine"),
        ("step: 10", "steps: 10", "rule mine"),
        ("changes: 12", "changes: few", "release 2"),
        ("changes: 12", "changes: -1", "release 2"),
        ("name: summer", "name: spring", "release 2"),
        ("rule: mine", "rule: yours", "table 1"),
        ("    cells: |", "    file: no.csv\n    population: |", "table 1"),
        (
            "dimensions:\n  area: {leaves: [a, b, c], groups: {north: [a, b]}}",
            "dimensions: area",
            "dimensions",
        ),
        ("    cells: |", "    file: no.csv\n    cells: |", "table 1"),
        ("area, value", "area, number", "table 1"),
        ("a, 10", "a, 10, 11", "table 1"),
        ("a, 10", "z, 10", "table people, row 3, column area"),
        ("a, 10", "a, 10.5", "table people, row 3, column value"),
        ("release: summer", "release: winter", "table people, row 3, column release"),
        ("release: summer", "population: nobody", "table people, row 3, column population"),
        ("marks:", "populations: {a: {within: b}}\nmarks:", "population a"),
        ("marks:", "populations: {a: {within: b}, b: {within: a}}\nmarks:", "population a"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert old in FILE
    with pytest.raises(BadTables, match="tables-form") as refusal:
        read(tmp_path, FILE.replace(old, new, 1))
    assert f"at {place}:" in refusal.value.message


@pytest.mark.parametrize("text", ["a: [", "- a list"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadTables, match="tables-unreadable"):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match="tables-unreadable"):
        read_tables(tmp_path / "none.yaml")


def test_a_number_that_the_rule_never_prints_is_told_by_its_row(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match="tables-impossible-number") as refusal:
        attack_tables(tables(tmp_path, table("nhs", "area,value; a,10; b,13")))
    assert "row 3" in refusal.value.message
    assert "13" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "passes"), [("referrals.yaml", False), ("referrals-rounded.yaml", True)]
)
def test_the_examples_of_the_how_to_do_what_it_says(name: str, passes: bool) -> None:
    assert attack_tables(read_tables(EXAMPLES / name)).passes is passes
