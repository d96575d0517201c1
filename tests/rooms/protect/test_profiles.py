"""The three ways to protect an output, through the front door."""

import pytest

from pipelines.core.disclosure import Profile
from pipelines.core.errors import BadRelease
from pipelines.core.stages import Protected
from pipelines.protect import protect
from pipelines.protect.cells import Cell
from pipelines.protect.past import NO_PAST, Past
from tests.rooms.protect.made_tables import (
    LIMITS,
    REFERRED,
    SHARE,
    Row,
    by_condition,
    measured,
    row,
    told,
    with_profile,
)

PEOPLE = by_condition(42, 32, 27, 13, 17)
OF_PEOPLE = [profile for profile in Profile if profile is not Profile.PUBLIC]


def under(profile: Profile, rows: list[Row], past: Past = NO_PAST) -> Protected:
    return protect(measured(rows, with_profile(profile)), LIMITS, past)


def counts(found: Protected) -> list[int | None]:
    numbers: list[int | None] = found.table["count"].to_pylist()
    return numbers


def test_under_nhs_parts_need_not_add_up() -> None:
    total, *parts = counts(under(Profile.NHS, PEOPLE))
    assert (total, sum(part or 0 for part in parts)) == (130, 125)


def test_under_additive_parts_add_up() -> None:
    total, *parts = counts(under(Profile.ADDITIVE, PEOPLE))
    assert sum(part or 0 for part in parts) == total


def test_under_additive_every_number_is_a_multiple_of_five() -> None:
    assert {(n or 0) % 5 for n in counts(under(Profile.ADDITIVE, PEOPLE))} == {0}


@pytest.mark.parametrize("count", [0, 100])
def test_under_additive_all_or_none_of_a_group_are_hidden(count: int) -> None:
    assert counts(under(Profile.ADDITIVE, [row(SHARE, count, 100)])) == [None]


def test_under_exact_totals_what_is_shown_is_exact() -> None:
    rows = by_condition(42, 31, 5, 3)
    shown = counts(under(Profile.EXACT_TOTALS, rows))
    assert shown == [81, 42, 31, None, None]


def test_under_exact_totals_one_small_number_takes_the_cheapest_other_with_it() -> None:
    """The fewest people behind the second mark: 18, and not 42 or the total."""
    assert counts(under(Profile.EXACT_TOTALS, by_condition(42, 18, 5))) == [65, 42, None, None]


@pytest.mark.parametrize("profile", OF_PEOPLE)
def test_every_profile_withstands_the_attacker(profile: Profile) -> None:
    rows = [*by_condition(42, 18, 5), row(SHARE, 31, 65)]
    attacker = under(profile, rows).evidence["attacker"]
    assert (attacker["pinned"], attacker["narrow"], attacker["all_or_none"]) == (0, 0, 0)


@pytest.mark.parametrize("profile", OF_PEOPLE)
def test_every_profile_says_its_name(profile: Profile) -> None:
    assert under(profile, PEOPLE).evidence["profile"] == profile.value


@pytest.mark.parametrize("profile", [Profile.ADDITIVE, Profile.EXACT_TOTALS])
def test_numbers_that_cannot_hold_one_by_one_hold_the_release(profile: Profile) -> None:
    """Three people left since 53 of them were told."""
    whole = Cell("referred", ("icb", "E54000057", "E54000057", "persons", "all", "all", "all"))
    before = {Profile.ADDITIVE: 55, Profile.EXACT_TOTALS: 53}[profile]
    with pytest.raises(BadRelease, match="protect-small-change"):
        under(profile, [row(REFERRED, 50)], told({whole: before}))
