"""No group of 1 to 7 who came or went is visible between releases, and a weaker rule is caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.house_limits import NHS_RULE
from pipelines.core.errors import BadRelease
from pipelines.protect.hold import Bands, Before, printed_of
from pipelines.protect.told import (
    refuse_visible_changes,
    taken_as_fresh,
    visible_small_changes,
)
from tests.rooms.protect.successive.test_hold import flags, publish

OURS = Bands(10, 13)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=14), st.integers(10, 13))
def test_no_small_change_is_ever_visible(truths: list[int], band: int) -> None:
    before = publish(truths[:1], None, band)
    for truth in truths[1:]:
        after = publish([truth], before.printed, band)
        assert visible_small_changes(before, after, NHS_RULE, OURS).tolist() == [False]
        before = after


def test_one_joiner_is_visible_without_a_band() -> None:
    first = publish([12], None, band=0)
    second = publish([13], first.printed, band=0)
    assert visible_small_changes(first, second, NHS_RULE, Bands(0, 0)).tolist() == [True]


def test_one_leaver_is_visible_without_a_band_when_a_number_is_hidden() -> None:
    first = publish([8], None, band=0)
    second = publish([7], first.printed, band=0)
    assert visible_small_changes(first, second, NHS_RULE, Bands(0, 0)).tolist() == [True]


@pytest.mark.parametrize(("band", "is_visible"), [(8, True), (9, True), (10, False)])
def test_a_band_of_eight_shows_six_who_join_a_rounded_number(band: int, is_visible: bool) -> None:
    """12 is shown as 10: at 18 it would move for six people, at 20 for eight."""
    first = publish([12], None, band)
    second = publish([10 + band], first.printed, band)
    seen = visible_small_changes(first, second, NHS_RULE, Bands(band, band + 3))
    assert seen.tolist() == [is_visible]


@pytest.mark.parametrize(("band", "is_visible"), [(0, True), (10, False)])
def test_numbers_of_an_earlier_folder_are_taken_as_freshly_made(
    band: int, is_visible: bool
) -> None:
    before = printed_of([Before(10), None])
    after = publish([13 + band, 40], before, band)
    seen = visible_small_changes(taken_as_fresh(before), after, NHS_RULE, Bands(band, band))
    assert seen.tolist() == [is_visible, False]


def test_an_unchanged_number_shows_no_change() -> None:
    first = publish([40], None)
    second = publish([45], first.printed)
    assert visible_small_changes(first, second, NHS_RULE, OURS).tolist() == [False]


def test_a_release_that_shows_a_small_change_is_refused() -> None:
    with pytest.raises(BadRelease, match="release-shows-change"):
        refuse_visible_changes(flags([False, True]), "programme_outcomes", NHS_RULE)


def test_a_release_that_shows_none_is_not_refused() -> None:
    first = publish([0, 3, 50], printed_of([None] * 3))
    visible = visible_small_changes(first, first, NHS_RULE, OURS)
    refuse_visible_changes(visible, "programme_outcomes", NHS_RULE)
