"""A published number stays until the truth is a band away, and a reader is told no more."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.house_limits import NHS_RULE
from pipelines.core.errors import BadSettings
from pipelines.core.ports import KeyedHash
from pipelines.protect.hold import (
    Bands,
    Before,
    Flags,
    Held,
    Ints,
    Printed,
    Was,
    bands,
    batch_cells,
    held,
    hide_more_than_wholes,
    in_batches,
    interval,
    narrowest_band,
    printed_of,
)
from pipelines.pseudonymise.keys import RootKey

NARROW, WIDE = 10, 13
CELLS = [f"referred|E{n:08}|E54000057|persons|all|all|all" for n in range(200)]


def key(seed: int, epoch: str = "1") -> KeyedHash:
    return RootKey(bytes(range(seed, seed + 32))).keyed_hash("hold", (epoch,))


def ints(numbers: Sequence[int]) -> Ints:
    return np.array(numbers, dtype=np.int64)


def flags(booleans: Sequence[bool]) -> Flags:
    return np.array(booleans, dtype=bool)


def fresh(truth: Ints) -> tuple[Ints, Flags]:
    rounded = ints([NHS_RULE.rounded(int(n)) for n in truth])
    return rounded, (truth >= 1) & (truth <= NHS_RULE.threshold)


def publish(truth: Sequence[int], before: Printed | None, band: int = NARROW) -> Held:
    counts = ints(truth)
    rounded, hides = fresh(counts)
    last = before or printed_of([None] * len(counts))
    return held(counts, rounded, hides, last, np.full(len(counts), band), rule=NHS_RULE)


def one(truth: int, before: Before | None, band: int = NARROW) -> int | None:
    """What is published of a single cell."""
    found = publish([truth], printed_of([before]), band)
    return None if found.hidden[0] else int(found.value[0])


@pytest.mark.parametrize(
    ("truth", "before", "expected"),
    [
        (12, None, 10), (7, None, None), (0, None, 0),
        (22, Before(15), 15), (24, Before(15), 15), (25, Before(15), 25),
        (6, Before(15), 15), (5, Before(15), None),
        (17, Before(None), None), (18, Before(None), 20), (0, Before(None), None),
        (9, Before(0), 0), (10, Before(0), 10),
        (0, Before(10), 0), (1, Before(10), 10),
    ],
)  # fmt: skip
def test_a_number_moves_when_the_truth_is_a_band_away(
    truth: int, before: Before | None, expected: int | None
) -> None:
    assert one(truth, before) == expected


def test_a_number_is_called_held_when_a_fresh_one_would_differ() -> None:
    found = publish([16, 22, 6], printed_of([Before(15), Before(15), Before(15)]))
    assert found.is_held.tolist() == [False, True, True]


def test_nothing_that_was_out_moves_between_dates() -> None:
    truth = ints([80, 0])
    rounded, hides = fresh(truth)
    before = [Before(15), None]
    found = held(
        truth, rounded, hides, before, ints([10, 10]), rule=NHS_RULE, may_move=False
    )  # fmt: skip
    assert found.value.tolist() == [15, 0]
    assert found.was.tolist() == [Was.NOT_JUDGED, Was.FIRST]


def test_a_hidden_number_stays_hidden_while_few_are_left_over() -> None:
    """50 of 57: with the whole shown, 50 would tell of the other 7, and 50 of 58 of one leaver."""
    truth, least = ints([50]), ints([8])
    rounded, hides = fresh(truth)
    found = held(
        truth, rounded, hides, [Before(None)], ints([10]), rule=NHS_RULE, least=least
    )  # fmt: skip
    assert found.hidden.tolist() == [True]


months = st.lists(st.integers(0, 45), min_size=2, max_size=12)


@given(months, st.integers(0, WIDE - NARROW), st.booleans())
def test_the_truth_never_leaves_what_a_reader_is_told(
    truths: list[int], wider: int, knows_before: bool
) -> None:
    before = printed_of([None])
    for truth in truths:
        found = publish([truth], before, NARROW + wider)
        left = before if knows_before else None
        lower, upper = interval(
            found.value, found.hidden, found.was, NHS_RULE, WIDE, left=left, narrow=NARROW
        )
        assert lower[0] <= truth <= upper[0]
        before = found.printed


@given(st.integers(0, 200), st.integers(-7, 7), st.integers(NARROW, WIDE))
def test_seven_people_or_fewer_never_move_a_fresh_number(
    truth: int, change: int, band: int
) -> None:
    first = publish([truth], None, band)
    second = publish([max(0, truth + change)], first.printed, band)
    assert (second.value.tolist(), second.hidden.tolist()) == (
        first.value.tolist(),
        first.hidden.tolist(),
    )


def test_the_narrowest_band_is_the_smallest_shown_group_and_half_a_base() -> None:
    assert narrowest_band(NHS_RULE) == NARROW


def test_bands_of_one_key_are_the_same_each_time() -> None:
    assert (
        bands(CELLS, key(1), NARROW, WIDE).tolist() == bands(CELLS, key(1), NARROW, WIDE).tolist()
    )


def test_bands_of_another_key_differ() -> None:
    assert (
        bands(CELLS, key(1), NARROW, WIDE).tolist() != bands(CELLS, key(2), NARROW, WIDE).tolist()
    )


def test_bands_of_another_epoch_differ() -> None:
    now, later = (bands(CELLS, key(1, epoch), NARROW, WIDE) for epoch in ("1", "2"))
    assert now.tolist() != later.tolist()


def test_every_band_of_the_range_is_drawn_and_no_other() -> None:
    assert set(bands(CELLS, key(1), NARROW, WIDE).tolist()) == {10, 11, 12, 13}


def test_bands_that_are_no_range_are_refused() -> None:
    with pytest.raises(BadSettings, match="hold-bands"):
        Bands(7, 4)


EVERY_PLACE = np.ones(12, dtype=bool)


def test_one_fall_alone_waits() -> None:
    before = publish([60] * 12, None).printed
    due = publish([49] + [60] * 11, before)
    assert in_batches(due, before, EVERY_PLACE, 8).value.tolist() == [60] * 12


def test_eight_falls_go_out_together() -> None:
    before = publish([60] * 12, None).printed
    due = publish([48] * 8 + [60] * 4, before)
    assert in_batches(due, before, EVERY_PLACE, 8).value.tolist() == [50] * 8 + [60] * 4


def test_falls_do_not_carry_a_rise_along() -> None:
    before = publish([60] * 12, None).printed
    due = publish([48] * 8 + [75] + [60] * 3, before)
    assert in_batches(due, before, EVERY_PLACE, 8).value[8] == 60


def test_a_move_that_is_let_through_carries_cells_that_are_not_counted() -> None:
    before = publish([60] * 12, None).printed
    due = publish([48] * 9 + [60] * 3, before)
    totals = flags([True] * 8 + [False] * 4)
    assert in_batches(due, before, totals, 8).value[8] == 50


@given(
    st.lists(st.lists(st.integers(20, 60), min_size=12, max_size=12), min_size=2, max_size=5),
    st.integers(0, 11),
)
def test_one_who_leaves_alone_is_seen_nowhere_or_in_eight_places(
    months: list[list[int]], place: int
) -> None:
    before = publish(months[0], None).printed
    for truth in months[1:]:
        before = in_batches(publish(truth, before), before, EVERY_PLACE, 8).printed
    without = [n - (i == place) for i, n in enumerate(months[-1])]
    after = in_batches(publish(without, before), before, EVERY_PLACE, 8)
    fell = np.count_nonzero((after.value < before.value) & ~before.hidden)
    assert fell == 0 or fell >= 8


KINDS = ["lsoa21"] * 16 + ["ltla"] * 2 + ["icb"] * 2


def test_batches_count_the_places_of_which_there_are_most() -> None:
    totals = flags([True] * 19 + [False])
    counted, fewest = batch_cells(KINDS, totals, 8)
    assert (counted.tolist(), fewest) == ([True] * 16 + [False] * 4, 8)


def test_with_few_places_everything_waits_for_the_largest_total() -> None:
    totals = flags([False] + [True] * 18 + [False])
    counted, fewest = batch_cells(KINDS, totals, 8)
    assert (counted.tolist(), fewest) == ([False] * 18 + [True, False], 1)


def test_without_a_total_everything_waits() -> None:
    counted, fewest = batch_cells(KINDS, flags([False] * 20), 8)
    assert (counted.tolist(), fewest) == ([False] * 20, 8)


@given(st.lists(st.lists(st.integers(0, 60), min_size=6, max_size=6), min_size=2, max_size=8))
def test_the_truth_never_leaves_what_a_reader_is_told_of_batches(truths: list[list[int]]) -> None:
    before = publish(truths[0], None).printed
    for truth in truths[1:]:
        found = in_batches(publish(truth, before), before, np.ones(6, dtype=bool), 2)
        lower, upper = interval(
            found.value, found.hidden, found.was, NHS_RULE, WIDE, left=before, narrow=NARROW
        )
        assert ((lower <= ints(truth)) & (ints(truth) <= upper)).all()
        before = found.printed


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=2, max_size=12))
def test_no_part_is_shown_as_more_than_a_whole_of_it(months: list[tuple[int, int, int]]) -> None:
    """Three populations, each within the one before, and bands that differ."""
    before = printed_of([None] * 3)
    for third, second, first in months:
        counts = ints([first + second + third, second + third, third])
        rounded, hides = fresh(counts)
        found = held(counts, rounded, hides, before, ints([10, 13, 11]), rule=NHS_RULE)
        found = hide_more_than_wholes(found, [(1, 0), (2, 1), (2, 0)])
        shown = [int(n) for n, mark in zip(found.value, found.hidden, strict=True) if not mark]
        assert shown == sorted(shown, reverse=True)
        before = found.printed


def test_a_part_that_would_be_more_than_its_whole_is_hidden() -> None:
    found = publish([24, 22], printed_of([Before(35), Before(30)]))
    assert hide_more_than_wholes(found, [(1, 0)]).hidden.tolist() == [False, True]


def test_a_part_may_stay_beside_a_hidden_whole() -> None:
    """The attacker judges whether the two tell anything together."""
    found = publish([5, 5], printed_of([Before(15), Before(10)]))
    assert hide_more_than_wholes(found, [(1, 0)]).hidden.tolist() == [True, False]


def test_without_wholes_nothing_is_hidden() -> None:
    assert hide_more_than_wholes(publish([50], None), []).hidden.tolist() == [False]
