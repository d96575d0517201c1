"""Differencing between linked tables: other borders, other groups, the same people.

Figure: small numbers pinned by subtracting one published table from another: 0.
"""

import dataclasses

import numpy as np

from pipelines.core.disclosure import Profile
from pipelines.protect import protect
from pipelines.protect.audit import Verdict, attack
from pipelines.protect.past import Past
from pipelines.protect.view import Known
from tests.attacks.published import Way, judged, judged_as_published, numbers_of, views_on
from tests.rooms.protect.made_tables import (
    LIMITS,
    REFERRED,
    Row,
    measured,
    row,
    with_profile,
)
from tests.rooms.protect.test_places import ICB, OLD, cell, lookup

BORDERS = lookup(("D1", "1", OLD, ICB, None), ("D2", "1", None, ICB, None))
"""The new ICB is the old one and a district more."""
NEW = [row(REFERRED, 51)]
OLD_RELEASE = Known(cell(area=OLD, parent=OLD), 48.0, 52.0)
"""48 people, printed as 50: beside another 50, three people in the district are 0 to 4."""


def new_release(before: tuple[Known, ...]) -> Verdict:
    """What is undone of the new ICB's table under the rule alone, beside the old one's."""
    what, views = views_on(NEW, lookup=BORDERS, before=before)
    numbers = numbers_of(what, Way())
    found = [attack(view, *numbers.known(view.own, view.residents), LIMITS) for view in views]
    return sum(found, Verdict())


def test_the_new_borders_alone_tell_nothing() -> None:
    assert new_release(()).sensitive == 0


def test_both_borders_without_repair_tell_that_a_district_has_few() -> None:
    assert new_release((OLD_RELEASE,)).certain_small == 1


def test_ours_hides_the_new_number_beside_the_old() -> None:
    told = measured(NEW, atoms=BORDERS)
    protected = protect(told, LIMITS, Past(same_people=(OLD_RELEASE,)))
    assert protected.table["count"].to_pylist() == [None]


def test_ours_publishes_the_new_number_where_the_old_one_never_left() -> None:
    protected = protect(measured(NEW, atoms=BORDERS), LIMITS)
    assert protected.table["count"].to_pylist() == [50]


BY_SEX = [row(REFERRED, 30), row(REFERRED, 5, sex="male"), row(REFERRED, 25, sex="female")]
BY_CONDITION = [
    row(REFERRED, 30),
    row(REFERRED, 12, category_type="condition", category="c1"),
    row(REFERRED, 18, category_type="condition", category="c2"),
]
MARKED_BY_SEX = {cell(), cell(sex="male")}
"""Protected alone, the table by sex may hide its total to keep the five men."""


def exact_but_for_marks(rows: list[Row]) -> Verdict:
    """What he undoes of exact tables; the total is marked only where the table by sex stands."""
    what, views = views_on(rows)
    alone = len(rows) == len(BY_SEX)
    hidden = np.array([c in MARKED_BY_SEX and (alone or c != cell()) for c in what.cells])
    numbers = numbers_of(what, Way(round_to=1))
    numbers = dataclasses.replace(numbers, hidden=hidden)
    found = [attack(view, *numbers.known(view.own, view.residents), LIMITS) for view in views]
    return sum(found, Verdict())


def test_a_table_protected_alone_withstands() -> None:
    assert exact_but_for_marks(BY_SEX).passes


def test_beside_a_linked_table_that_shows_its_total_it_is_undone() -> None:
    assert exact_but_for_marks([*BY_SEX, *BY_CONDITION[1:]]).pinned == 1


def test_ours_looks_at_linked_tables_together() -> None:
    """Exact totals: whichever cells are shown, no two tables give the five men."""
    rows = [*BY_SEX, *BY_CONDITION[1:]]
    contract = with_profile(Profile.EXACT_TOTALS)
    table = protect(measured(rows, contract), LIMITS).table
    what, views = views_on(rows)
    hidden = np.array([n is None for n in table["count"].to_pylist()])
    numbers = numbers_of(what, Way(round_to=1))
    marks = np.zeros(len(what.cells), dtype=bool)
    marks[what.count_at] = hidden
    numbers = dataclasses.replace(numbers, hidden=marks)
    found = [attack(view, *numbers.known(view.own, view.residents), LIMITS) for view in views]
    assert sum(found, Verdict()).passes


TOTAL_AND_MEN = [row(REFERRED, 55), row(REFERRED, 50, sex="male"), row(REFERRED, 5, sex="female")]


def test_a_total_less_the_men_is_the_women() -> None:
    assert judged(TOTAL_AND_MEN, Way(round_to=1)).pinned == 1


def test_ours_leaves_five_values_of_the_women() -> None:
    protected = protect(measured(TOTAL_AND_MEN), LIMITS)
    assert judged_as_published(TOTAL_AND_MEN, protected.table).narrow == 0
