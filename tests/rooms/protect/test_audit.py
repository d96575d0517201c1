"""The gate before publication: what it counts, what it repairs and what it refuses."""

import dataclasses

import numpy as np
import pytest

from pipelines.core.errors import BadRelease
from pipelines.protect.audit import (
    NOTHING_SENSITIVE,
    Verdict,
    attack,
    needs,
    refuse_unless_safe,
    repaired,
)
from pipelines.protect.cells import Flags
from pipelines.protect.numbers import Numbers
from pipelines.protect.view import View
from tests.attacks.published import RULE_ALONE, numbers_of, views_on
from tests.rooms.protect.made_tables import LIMITS, REFERRED, SHARE, Row, by_condition, row

NARROWED = by_condition(8, 8, 1)
BAD = {"pinned": 1}, {"narrow": 1}, {"certain_small": 1}, {"all_or_none": 1}
BAD_IN_WHOLE_NUMBERS = {"narrow_in_whole_numbers": 1}


def one_view(rows: list[Row]) -> tuple[View, Numbers]:
    what, (view,) = views_on(rows)
    return view, numbers_of(what, RULE_ALONE)


def asked(rows: list[Row]) -> Verdict:
    view, numbers = one_view(rows)
    return attack(view, *numbers.known(view.own, view.residents), LIMITS)


def mended(rows: list[Row], cost: list[float] | None = None) -> tuple[Flags, Verdict]:
    view, numbers = one_view(rows)
    hiding = repaired(
        view,
        (numbers.lower[view.own], numbers.upper[view.own]),
        numbers.hidden[view.own],
        np.array(cost or [1.0] * len(view.own)),
        LIMITS,
    )
    after = numbers.hiding(hiding)
    return hiding, attack(view, *after.known(view.own, view.residents), LIMITS)


def test_a_table_without_small_numbers_is_not_attacked() -> None:
    assert asked(by_condition(20, 30)) == NOTHING_SENSITIVE


def test_a_range_without_an_end_has_no_number_of_values() -> None:
    """A stand-in such as 1000000001 would be told as a finding, and is shaped as an NHS number."""
    view, _ = one_view([row(REFERRED, 5)])
    endless = attack(view, np.array([0.0]), np.array([np.inf]), LIMITS)
    assert (endless.sensitive, endless.narrowest, endless.passes) == (1, None, True)


def test_a_range_with_an_end_has_its_number_of_values() -> None:
    view, _ = one_view([row(REFERRED, 5)])
    assert attack(view, np.array([1.0]), np.array([7.0]), LIMITS).narrowest in range(5, 8)


def test_the_plain_rule_is_undone_on_a_table_of_four_numbers() -> None:
    found = asked(NARROWED)
    assert (found.sensitive, found.pinned, found.narrowest, found.passes) == (1, 1, 1, False)


def test_repair_hides_one_number_more() -> None:
    hiding, _ = mended(NARROWED)
    assert int(hiding.sum()) == 2


def test_after_repair_nothing_is_undone() -> None:
    _, found = mended(NARROWED)
    assert found.passes


def test_repair_hides_the_cheapest_number() -> None:
    """Cells are in the order total, c0, c1, c2; the total is the cheapest to lose here."""
    hiding, _ = mended(NARROWED, [1.0, 5.0, 5.0, 5.0])
    assert hiding.tolist() == [True, False, False, True]


def test_repair_leaves_what_is_safe_as_it_is() -> None:
    view, numbers = one_view(by_condition(20, 30, 5, 4))
    hiding, _ = mended(by_condition(20, 30, 5, 4))
    assert hiding.tolist() == numbers.hidden[view.own].tolist()


def test_repair_is_the_same_each_time() -> None:
    first, again = mended(NARROWED)[0], mended(NARROWED)[0]
    assert first.tolist() == again.tolist()


def test_where_a_mark_stands_the_number_may_be_small() -> None:
    view, _ = one_view([row(REFERRED, 5)])
    width, reach = needs(view.sensitive, LIMITS)
    assert (width.tolist(), reach.tolist()) == ([4.0], [-np.inf])


def test_where_no_mark_stands_nobody_may_be_certain_that_it_is_small() -> None:
    view, _ = one_view([row(SHARE, 48, 50)])
    width, reach = needs(view.sensitive, LIMITS)
    assert (width.tolist(), reach.tolist()) == ([4.0], [8.0])


def test_a_shown_rest_of_two_is_caught() -> None:
    """48 of 50, both shown as 50: the rest is at most four."""
    view, numbers = one_view([row(SHARE, 48, 50)])
    shown = dataclasses.replace(numbers, hidden=np.zeros(2, dtype=bool))
    found = attack(view, *shown.known(view.own, view.residents), LIMITS)
    assert (found.certain_small, found.passes) == (1, False)


def test_a_zero_that_is_shown_is_a_group_of_none() -> None:
    view, numbers = one_view([row(SHARE, 0, 50)])
    shown = dataclasses.replace(numbers, hidden=np.zeros(2, dtype=bool))
    found = attack(view, *shown.known(view.own, view.residents), LIMITS)
    assert (found.pinned, found.all_or_none) == (1, 1)


@pytest.mark.parametrize("bad", [*BAD, BAD_IN_WHOLE_NUMBERS])
def test_one_number_undone_stops_the_release(bad: dict[str, int]) -> None:
    with pytest.raises(BadRelease, match="protect-undone"):
        refuse_unless_safe(Verdict(sensitive=1, **bad), "programme_outcomes")


def test_nothing_undone_stops_nothing() -> None:
    refuse_unless_safe(Verdict(sensitive=9, sampled=5, narrowest=5), "programme_outcomes")


def test_verdicts_add_up_and_keep_the_narrowest() -> None:
    found = Verdict(sensitive=2, narrowest=7) + Verdict(sensitive=3, narrow=1, narrowest=4)
    assert found == Verdict(sensitive=5, narrow=1, narrowest=4)


def test_a_verdict_on_nothing_has_no_narrowest() -> None:
    assert (NOTHING_SENSITIVE + NOTHING_SENSITIVE).narrowest is None
