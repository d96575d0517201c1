"""Differencing over releases: who knows that somebody left compares what was told before and after.

Figure: numbers that move when one person withdraws: 0.
"""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipelines.core.errors import BadRelease
from pipelines.core.stages import Release
from pipelines.house import House
from pipelines.protect import protect, rule_of
from pipelines.protect.cells import counted
from pipelines.protect.hold import Bands, Flags, Held, Was
from pipelines.protect.small import small_cells
from pipelines.protect.told import refuse_visible_changes, visible_small_changes
from tests.attacks.made_house import (
    SECOND_DAY,
    a_house,
    numbers_of,
    release,
    take_members,
    withdraw,
)
from tests.rooms.protect.made_tables import (
    CONTRACT,
    LIMITS,
    PLACES,
    People,
    Row,
    measured,
    of_people,
    past_of,
)

RULE, NO_BAND = rule_of(LIMITS), Bands(0, 0)
MEN, WOMEN = 33, 20
"""53 are told as 55; when one of them leaves, 52 would be told as 50."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    found = a_house(tmp_path_factory.mktemp("withdrawal"))
    take_members(found, MEN, WOMEN)
    return found


@pytest.fixture(scope="module")
def first(house: House) -> Release:
    return release(house)


@pytest.fixture(scope="module")
def second(house: House, first: Release) -> Release:
    withdraw(house, "man-7", men=MEN, women=WOMEN)
    return release(house, SECOND_DAY)


def moved(before: Release, after: Release) -> set[tuple[object, ...]]:
    old, new = numbers_of(before), numbers_of(after)
    return {at for at in old.keys() | new.keys() if old.get(at, 0) != new.get(at, 0)}


def test_one_withdrawal_moves_no_number(first: Release, second: Release) -> None:
    assert (moved(first, second), len(numbers_of(first)) > 20) == (set(), True)


def test_the_second_release_names_the_first(first: Release, second: Release) -> None:
    assert first.release_id in (second.folder / "manifest.json").read_text()


def test_with_the_first_forgotten_the_withdrawal_would_show(
    tmp_path: Path, first: Release, second: Release
) -> None:
    """The same house, which never published before: its numbers are fresh."""
    fresh = a_house(tmp_path)
    take_members(fresh, MEN, WOMEN)
    withdraw(fresh, "man-7", men=MEN, women=WOMEN)
    assert len(moved(first, release(fresh, SECOND_DAY))) > 0


def test_one_release_forgotten_is_refused(house: House, second: Release, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    shutil.move(second.folder, aside)
    with pytest.raises(BadRelease, match="release-forgotten"):
        release(house, SECOND_DAY, vintage="2024")
    shutil.move(aside, second.folder)


def fresh_numbers(rows: list[Row]) -> Held:
    """A table's numbers, all fresh, as the rule alone makes them."""
    what = counted(CONTRACT, measured(rows).table)
    hidden = small_cells(what, LIMITS.hide_up_to).hidden
    value = np.where(hidden, 0, RULE.all_rounded(what.truth))
    nothing = np.zeros(len(value), dtype=bool)
    return Held(value, hidden, nothing, np.full(len(value), Was.FIRST))


def one_fewer(people: People, seed: int) -> People:
    """The same people without one of them."""
    there = [at for at in PLACES if people[at]]
    left = there[seed % len(there)]
    return {**people, left: people[left] - 1}


def some_hundred(seed: int) -> People:
    random = np.random.default_rng(seed)
    return {at: int(n) for at, n in zip(PLACES, random.poisson(14, len(PLACES)), strict=True)}


def visible_without_hold(seed: int) -> Flags:
    """Cells in which one who left is seen, when every number is made anew."""
    people = some_hundred(seed)
    before = fresh_numbers(of_people(people))
    after = fresh_numbers(of_people(one_fewer(people, seed)))
    changed = (after.value != before.value) | (after.hidden != before.hidden)
    after = dataclasses.replace(after, was=np.where(changed, Was.CHANGED, Was.UNCHANGED))
    return visible_small_changes(before, after, RULE, NO_BAND)


def test_without_hold_most_who_leave_are_seen_to_be_few() -> None:
    seen = [bool(visible_without_hold(seed).any()) for seed in range(40)]
    assert sum(seen) / len(seen) > 0.5


def test_what_is_seen_without_hold_is_refused() -> None:
    flags = [visible_without_hold(seed) for seed in range(40)]
    with pytest.raises(BadRelease, match="release-shows-change"):
        refuse_visible_changes(np.concatenate(flags), "programme_outcomes", RULE)


def numbers_moved(people: People, seed: int, *, hold: bool) -> int:
    """How many numbers move when one person leaves."""
    first = protect(measured(of_people(people)), LIMITS).table
    fewer = measured(of_people(one_fewer(people, seed)))
    past = past_of(first, opens=True)
    second = protect(fewer, LIMITS, past).table if hold else protect(fewer, LIMITS).table
    return sum(
        a != b for a, b in zip(first["count"].to_pylist(), second["count"].to_pylist(), strict=True)
    )


@pytest.mark.parametrize("seed", range(6))
def test_ours_moves_nothing_whoever_leaves(seed: int) -> None:
    assert numbers_moved(some_hundred(seed), seed * 5, hold=True) == 0


def test_without_hold_most_who_leave_move_something() -> None:
    moves = [numbers_moved(some_hundred(seed), seed * 5, hold=False) for seed in range(6)]
    assert sum(n > 0 for n in moves) / len(moves) > 0.5
