"""The benchmark's own code on a small county: who is found after leaving, under which rule."""

import pytest

from benchmarks.successive.world import Shape
from benchmarks.successive_releases import Spread, one_world, summarise

OURS = "held, 10 to 13 away, in batches of 8 or yearly"
HELD = "held, 10 to 13 away"


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Spread]]:
    """Two worlds of 70 neighbourhoods, each attacked 300 times."""
    worlds = [one_world(Shape(districts=2), seed, months=13, trials=300) for seed in (1, 2)]
    return summarise(worlds)


def test_exact_counts_find_everybody(found: dict[str, dict[str, Spread]]) -> None:
    assert found["exact counts"]["later leaf"].least == 1.0


@pytest.mark.parametrize("when", ["first", "later"])
def test_ours_finds_at_most_three_in_a_hundred(
    found: dict[str, dict[str, Spread]], when: str
) -> None:
    assert found[OURS][f"{when} leaf"].mean <= 0.03


@pytest.mark.parametrize("when", ["first", "later"])
def test_ours_tells_nobody_s_attribute(found: dict[str, dict[str, Spread]], when: str) -> None:
    assert found[OURS][f"{when} attribute"].most == 0.0


def test_rules_stand_in_order(found: dict[str, dict[str, Spread]]) -> None:
    ways = ["exact counts", "NHS rule alone", "held, 4 to 7 away", HELD]
    shares = [found[way]["later leaf"].mean for way in ways]
    assert shares == sorted(shares, reverse=True)


def test_sums_of_what_is_left_find_fewer_than_plain_rounding(
    found: dict[str, dict[str, Spread]],
) -> None:
    sums, plain = found["OpenSAFELY's rule"], found["NHS rule alone"]
    assert sums["later leaf"].mean < plain["later leaf"].mean


def test_sums_of_what_is_left_lose_far_more_of_a_total_than_ours(
    found: dict[str, dict[str, Spread]],
) -> None:
    sums, ours = found["OpenSAFELY's rule"], found[OURS]
    assert sums["error district"].mean > 20 * ours["error district"].mean


def test_batches_are_needed_to_keep_the_attribute(found: dict[str, dict[str, Spread]]) -> None:
    assert found[HELD]["later attribute"].most > 0.0


def test_what_ours_costs_in_a_neighbourhood_stays_below_the_widest_band(
    found: dict[str, dict[str, Spread]],
) -> None:
    assert found[OURS]["error neighbourhood"].most < 13
