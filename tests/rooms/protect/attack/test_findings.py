"""What the attack asks for and what it calls a finding."""

from pathlib import Path

import pytest

from pipelines.core.errors import BadTables
from pipelines.protect.attack.findings import Finding, attack_tables
from tests.rooms.protect.attack.published import answer, span, table, tables

POPULATIONS = """
dimensions:
  area: {leaves: [a, b, c]}
populations:
  referred:
  started: {within: referred}
"""


def test_a_mark_that_a_total_gives_away_is_pinned(tmp_path: Path) -> None:
    done = attack_tables(
        tables(tmp_path, table("hide-1-to-7", "sex,value; ,20; female,17; male,*"))
    )
    assert Finding.PINNED in answer(done, sex="male").findings


def test_two_marks_that_may_be_anything_pass(tmp_path: Path) -> None:
    done = attack_tables(tables(tmp_path, table("hide-1-to-7", "sex,value; ,20; female,*; male,*")))
    assert done.passes


def test_a_small_total_of_two_marks_makes_both_certainly_small(tmp_path: Path) -> None:
    head = "dimensions: {sex: {leaves: [female, male, other]}}"
    text = "sex,value; ,20; female,14; male,*; other,*"
    done = attack_tables(tables(tmp_path, table("hide-1-to-7", text), head=head))
    assert answer(done, sex="male").findings == (Finding.CERTAIN_SMALL,)


def test_a_mark_that_says_small_is_not_found_to_be_small(tmp_path: Path) -> None:
    text = "sex,value; ,10; female,*; male,*"
    done = attack_tables(tables(tmp_path, table("nhs-primary-only", text)))
    assert span(done, sex="male") == (1, 7)
    assert done.passes


def test_those_who_did_not_start_are_asked_for(tmp_path: Path) -> None:
    done = attack_tables(
        tables(
            tmp_path,
            table("hide-1-to-7", "area,value; a,30", population="referred"),
            table("hide-1-to-7", "area,value; a,27", population="started"),
            head=POPULATIONS,
        )
    )
    assert span(done, "the others", area="a") == (3, 3)


def test_a_group_that_started_whole_is_all_or_none(tmp_path: Path) -> None:
    done = attack_tables(
        tables(
            tmp_path,
            table("hide-1-to-7", "area,value; a,30", population="referred"),
            table("hide-1-to-7", "area,value; a,30", population="started"),
            head=POPULATIONS,
        )
    )
    assert Finding.ALL_OR_NONE in answer(done, "the others", area="a").findings


def test_a_group_of_which_nobody_started_is_all_or_none(tmp_path: Path) -> None:
    done = attack_tables(
        tables(
            tmp_path,
            table("nhs", "area,value; a,30", population="referred"),
            table("nhs", "area,value; a,0", population="started"),
            head=POPULATIONS,
        )
    )
    assert Finding.ALL_OR_NONE in answer(done, "printed 0", area="a").findings


def test_a_denominator_published_elsewhere_is_an_upper_limit(tmp_path: Path) -> None:
    head = POPULATIONS.replace("referred:\n", "residents:\n  referred: {within: residents}\n")
    done = attack_tables(
        tables(
            tmp_path,
            table("exact", "area,value; a,12", population="residents"),
            table("nhs", "area,value; a,*", population="referred"),
            head=head,
        )
    )
    assert span(done, area="a") == (0, 12)


def test_people_of_whom_no_cell_tells_are_asked_for(tmp_path: Path) -> None:
    head = "dimensions: {sex: {leaves: [female, male, unknown]}}"
    text = "sex,value; ,40; female,20; male,17"
    done = attack_tables(tables(tmp_path, table("hide-1-to-7", text), head=head))
    assert Finding.PINNED in answer(done, "not listed", sex="unknown").findings


def test_nobody_of_unknown_sex_is_no_finding(tmp_path: Path) -> None:
    head = "dimensions: {sex: {leaves: [female, male, unknown]}}"
    text = "sex,value; ,40; female,20; male,20"
    assert attack_tables(tables(tmp_path, table("hide-1-to-7", text), head=head)).passes


def test_a_large_number_may_be_known(tmp_path: Path) -> None:
    done = attack_tables(tables(tmp_path, table("hide-1-to-7", "sex,value; ,40; female,20")))
    assert span(done, "not listed", sex="male") == (20, 20)
    assert done.passes


def test_tables_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match="tables-contradict"):
        attack_tables(tables(tmp_path, table("exact", "sex,value; ,20; female,25")))


def test_a_table_that_crosses_in_too_many_cells_is_refused(tmp_path: Path) -> None:
    codes = [str(n) for n in range(240)]
    leaves = ", ".join(codes)
    head = f"dimensions: {{area: {{leaves: [{leaves}]}}, site: {{leaves: [{leaves}]}}}}"
    text = "area,site,value; " + "; ".join(f"{code},{code},9" for code in codes)
    published = tables(tmp_path, table("exact", text), head=head)
    with pytest.raises(BadTables, match="tables-too-many-cells"):
        attack_tables(published)
