"""The search finds what was put there on purpose, or its zero would prove nothing."""

from pathlib import Path

import pytest

from tests.canary.marks import Kind, make_marks
from tests.canary.search import HIDDEN, Searcher
from tests.canary.spellings import spellings
from tests.canary.twin import AS_THE_REAL_THING, EVERY_SPELLING

MARKS = {kind: next(m.text for m in make_marks() if m.kind is kind) for kind in Kind}
NHS_NUMBER = MARKS[Kind.NHS_NUMBER]


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(MARKS.values())


def test_there_are_twelve_kinds_of_leak_and_more() -> None:
    assert len(AS_THE_REAL_THING) >= 12
    assert len(EVERY_SPELLING) >= 12


@pytest.mark.parametrize("leak", AS_THE_REAL_THING)
def test_a_leak_of_the_twin_is_found(tmp_path: Path, searcher: Searcher, leak: str) -> None:
    AS_THE_REAL_THING[leak](tmp_path, NHS_NUMBER)
    found = searcher.folder(tmp_path)
    assert len(found.marks) == 1
    assert NHS_NUMBER not in str(found.finds)


@pytest.mark.parametrize("place", EVERY_SPELLING)
def test_every_spelling_of_every_kind_of_mark_is_found_there(
    tmp_path: Path, searcher: Searcher, place: str
) -> None:
    missed = []
    for kind, mark in MARKS.items():
        for number, (spelling, leak) in enumerate(spellings(mark).items()):
            folder = tmp_path / f"{kind.value}-{number}"
            folder.mkdir()
            EVERY_SPELLING[place](folder, leak)
            if spelling not in {find.spelling for find in searcher.folder(folder).finds}:
                missed.append((kind.value, spelling))
    assert missed == []


@pytest.mark.parametrize("kind", Kind)
def test_a_mark_has_at_least_thirty_spellings(kind: Kind) -> None:
    assert len(spellings(MARKS[kind])) >= 30


def test_a_finds_place_does_not_show_the_mark_in_a_files_name(
    tmp_path: Path, searcher: Searcher
) -> None:
    (tmp_path / f"{NHS_NUMBER}.csv").write_text(NHS_NUMBER)
    places = {find.place for find in searcher.folder(tmp_path).finds}
    assert places == {f"name of {HIDDEN}", HIDDEN}


def test_nothing_is_found_where_nothing_is(tmp_path: Path, searcher: Searcher) -> None:
    (tmp_path / "a.txt").write_text("2026-09-30 m1.d7c5a37d.mfrggzdfmztwq2lk 1911 19110 9990000018")
    found = searcher.folder(tmp_path)
    assert (found.finds, found.files) == (set(), 1)


def test_an_eight_digit_date_inside_a_longer_number_is_chance(
    tmp_path: Path, searcher: Searcher
) -> None:
    compact = MARKS[Kind.BIRTH_DATE].replace("-", "")
    (tmp_path / "hash.txt").write_text(f"ab{compact}cd")
    assert searcher.folder(tmp_path).finds == set()
    (tmp_path / "day.txt").write_text(f"born {compact},")
    assert len(searcher.folder(tmp_path).marks) == 1
