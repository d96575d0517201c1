"""Two releases of the same people are one system: what changed between them is limited."""

from pathlib import Path

import pytest

from pipelines.core.errors import BadTables
from pipelines.protect.attack.findings import Attack, attack_tables
from tests.rooms.protect.attack.published import DIMENSIONS, span, table, tables


def attacked(folder: Path, changes: str, before: str, after: str, rule: str = "nhs") -> Attack:
    head = f"{DIMENSIONS}\nreleases: [first, {{name: second, changes: {changes}}}]"
    return attack_tables(
        tables(
            folder,
            table(rule, before, release="first"),
            table(rule, after, release="second"),
            head=head,
        )
    )


BEFORE, AFTER = "area,value; a,*; b,10; ,20", "area,value; a,10; b,10; ,20"


def test_the_same_people_have_the_same_numbers(tmp_path: Path) -> None:
    done = attacked(tmp_path, "same", BEFORE, AFTER)
    assert span(done, area="a") == (8, 12)


def test_unlinked_releases_tell_nothing_of_each_other(tmp_path: Path) -> None:
    done = attacked(tmp_path, "unknown", BEFORE, AFTER)
    assert span(done, area="a") == (0, 14)


def test_few_changes_widen_a_range_by_as_many(tmp_path: Path) -> None:
    done = attacked(tmp_path, "3", BEFORE, AFTER)
    assert span(done, area="a") == (5, 14)


def test_a_move_counts_as_two_changes(tmp_path: Path) -> None:
    done = attacked(
        tmp_path, "2", "area,value; a,20; b,30; ,50", "area,value; a,19; b,31; ,50", "exact"
    )
    assert done.passes


def test_fewer_changes_than_the_numbers_need_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match="tables-contradict"):
        attacked(
            tmp_path, "1", "area,value; a,20; b,30; ,50", "area,value; a,19; b,31; ,50", "exact"
        )


def test_the_fewest_changes_that_fit_are_assumed(tmp_path: Path) -> None:
    text = "area,value; a,{}; ,{}"
    done = attacked(tmp_path, "fewest", text.format(20, 40), text.format(15, 35), "exact")
    # Five left, all from a: nobody joined or left elsewhere, so the rest stayed as they were.
    assert span(done, "not listed", area="b and 1 more", release="second") == (20, 20)


def test_a_table_of_every_release_holds_in_each(tmp_path: Path) -> None:
    head = f"{DIMENSIONS}\nreleases: [first, second]"
    done = attack_tables(
        tables(
            tmp_path,
            table("nhs", "area,value; a,*", release="first"),
            table("nhs", "area,value; a,*", release="second"),
            table("exact", "area,value; north,9", release="every"),
            head=head,
        )
    )
    assert span(done, area="a", release="second") == (0, 9)


def test_three_releases_are_a_chain(tmp_path: Path) -> None:
    head = f"{DIMENSIONS}\nreleases: [r1, {{name: r2, changes: 1}}, {{name: r3, changes: 1}}]"
    done = attack_tables(
        tables(
            tmp_path,
            table("exact", "area,value; a,20", release="r1"),
            table("nhs", "area,value; a,*", release="r2"),
            table("exact", "area,value; a,18", release="r3"),
            head=head,
        )
    )
    assert span(done, area="a") == (19, 19)


def test_releases_that_no_number_of_changes_explains_are_refused(tmp_path: Path) -> None:
    text = "area,value; a,20; b,{}; ,30"
    with pytest.raises(BadTables, match="tables-contradict"):
        attacked(tmp_path, "fewest", text.format(10), text.format(15), "exact")
