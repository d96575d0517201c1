"""A publication killed at any moment leaves the old release or the new one, for every reader."""

from pathlib import Path

import pytest

from benchmarks.kills import World, kill_many

KILLS = 20


@pytest.mark.slow
def test_kills_at_random_moments_tear_and_lose_nothing(tmp_path: Path) -> None:
    told = kill_many(World(tmp_path), KILLS, seed=8)
    assert told.wrong == []
    assert set(told.kills) <= {"old", "new"}
    assert (told.kills.total(), told.reads > KILLS) == (KILLS, True)
