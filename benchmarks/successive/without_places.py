"""The same question of a table that names no place below the ICB: what does a leaver's move tell?

He is known to be one of the ICB's, so nothing is left to find but his attributes. Numbers then wait
for the ICB's own total, in place of a batch of neighbourhoods.
"""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.successive.attacker import Scene
from benchmarks.successive.methods import Hold, Method, Plain
from benchmarks.successive.world import (
    REFERRED,
    STARTED,
    Shape,
    draw_leavers,
    new_world,
    size_of,
    table_of,
)


@dataclass(frozen=True)
class Told:
    """Shares of leavers: a number of their age group moves, or one of those who started does."""

    age: float
    started: float


def told_by_icb_tables(
    shape: Shape, seed: int, bands: tuple[int, int], *, months: int = 24, trials: int = 500
) -> dict[str, Told]:
    """What a leaver's numbers tell under three ways: rounded alone, held, held with the total."""
    random = np.random.default_rng(seed)
    world = new_world(shape, random)
    only_total = np.zeros(size_of(shape), dtype=bool)
    only_total[REFERRED, 0, 0, 0] = True
    held = Hold(*bands, random.integers(bands[0], bands[1] + 1, size_of(shape)))
    with_total = replace(held, fewest=1, counts=only_total)
    ways: dict[str, Method] = {
        "NHS rule alone": Plain(), "held": held, "held, with the total": with_total,
    }  # fmt: skip
    truth = table_of(world)
    prints = {name: way.first(truth) for name, way in ways.items()}
    for _ in range(months):
        world = world.a_month_later(random)
        truth = table_of(world)
        prints = {name: ways[name].next(before, truth) for name, before in prints.items()}
    leavers = draw_leavers(world, trials, random)
    return {
        name: _told(Scene(shape, way, truth, prints[name], leavers)) for name, way in ways.items()
    }


def _told(scene: Scene) -> Told:
    moved = scene.moved()[:, :, 0]
    if isinstance(scene.method, Hold) and scene.method.fewest:
        # Everything waits until the total itself falls, and what falls then may have waited.
        moved &= moved[:, REFERRED, 0, 0][:, None, None, None]
    return Told(
        age=float(moved[:, :, 1].any((1, 2)).mean()),
        started=float(moved[:, STARTED].any((1, 2)).mean()),
    )
