"""The attacker who knows every rule, on one release: linear programs over all that was published.

Figure: small numbers pinned to the exact value, or left with fewer than five values: 0.
"""

import pytest

from pipelines.core.errors import BadRelease
from pipelines.protect import protect
from pipelines.protect.audit import Verdict, refuse_unless_safe
from tests.attacks.published import (
    RULE_ALONE,
    Way,
    a_programme,
    exact_small_cells,
    judged,
    judged_as_published,
)
from tests.rooms.protect.made_tables import LIMITS, by_condition, measured

PROGRAMMES = [a_programme(seed) for seed in range(6)]
NARROWED = by_condition(8, 8, 1)
"""Two 10s are at least 16 people, and the 15 that they are part of is at most 17: one is left."""


def together(found: list[Verdict]) -> Verdict:
    return sum(found, Verdict())


def test_he_undoes_nothing_of_ours() -> None:
    tables = [*PROGRAMMES, NARROWED]
    found = together(
        [judged_as_published(rows, protect(measured(rows), LIMITS).table) for rows in tables]
    )
    told = (found.pinned, found.narrow, found.certain_small, found.all_or_none)
    assert (told, found.sensitive > 200) == ((0, 0, 0, 0), True)


def test_with_threshold_one_he_knows_nearly_every_small_number() -> None:
    found = together([judged(rows, Way(hide_up_to=1, round_to=1)) for rows in PROGRAMMES])
    assert found.pinned / found.sensitive > 0.6


def test_with_threshold_one_and_rounding_he_still_narrows_a_quarter() -> None:
    found = together([judged(rows, Way(hide_up_to=1, round_to=3)) for rows in PROGRAMMES])
    assert found.narrow / found.sensitive > 0.25


@pytest.mark.parametrize("rests", [True, False])
def test_without_rounding_he_pins_some(rests: bool) -> None:
    found = together([judged(rows, Way(round_to=1, rests=rests)) for rows in PROGRAMMES])
    assert found.pinned > 0


def test_without_rounding_one_hidden_number_of_a_table_is_exact() -> None:
    assert exact_small_cells(by_condition(20, 30, 5), Way(round_to=1)) == (1, 1)


def test_without_hiding_small_rests_he_is_certain_that_some_are_small() -> None:
    found = together([judged(rows, Way(rests=False)) for rows in PROGRAMMES])
    assert found.certain_small > 0


def test_without_repair_the_rule_alone_is_undone() -> None:
    found = judged(NARROWED, RULE_ALONE)
    assert (found.pinned, found.narrowest) == (1, 1)


def test_a_release_that_can_be_undone_is_refused() -> None:
    with pytest.raises(BadRelease, match="protect-undone"):
        refuse_unless_safe(judged(NARROWED, RULE_ALONE), "programme_outcomes")
