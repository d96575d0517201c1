"""Evaluations of made-up programmes whose effect is known, over many seeds.

`python -m benchmarks.evaluation [seeds] [people]` prints, world by world and method by method, the
mean difference found, how often its 95 % limits hold the truth, and the same without weighting.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from pipelines.core.protocol import COVARIATES, Method
from pipelines.evaluate import Compared, Difference, compare, difference
from pipelines.synthetic.evaluated import make_evaluated_world

SEEDS, PEOPLE = 200, 400
WORLDS: Mapping[str, tuple[float, float]] = {
    "no effect": (0.0, 0.0),
    "20 minutes a week": (20.0, 0.0),
    "20 minutes a week, and a hidden cause": (20.0, 0.7),
}
"""The effect of the programme, and how strongly something unrecorded draws people to it."""


class Recovered(NamedTuple):
    """One world under one method: what was found over all seeds."""

    world: str
    method: str
    truth: float
    seeds: int
    mean: float
    spread: float
    half_width: float
    coverage: float


def recovered(seeds: int, people: int) -> Iterator[Recovered]:
    """Every world under every method."""
    for world, (effect, hidden) in WORLDS.items():
        found: dict[str, list[Difference]] = {"unweighted": [], **{m.value: [] for m in Method}}
        for seed in range(seeds):
            made = world_people(people, effect, seed, hidden)
            found["unweighted"].append(difference(made.change, made.started))
            for method in Method:
                result = compare(made, COVARIATES, method)
                if result is not None:
                    found[method.value].append(result.difference)
        for method_name, some in found.items():
            yield _summed(world, method_name, effect, some)


def world_people(people: int, effect: float, seed: int, hidden: float = 0.0) -> Compared:
    """The people of one made-up programme, as an evaluation sees them."""
    made = make_evaluated_world(people, effect, seed, hidden_pull=hidden)
    return Compared(made.started, made.before, made.after, made.levels)


def _summed(world: str, method: str, truth: float, found: list[Difference]) -> Recovered:
    values = np.array([one.value for one in found])
    return Recovered(
        world, method, truth, len(found), float(values.mean()), float(values.std(ddof=1)),
        float(np.mean([(one.upper - one.lower) / 2 for one in found])),
        float(np.mean([one.lower <= truth <= one.upper for one in found])),
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    seeds, people = (
        int(a) for a in (*sys.argv[1:], *[str(SEEDS), str(PEOPLE)][len(sys.argv) - 1 :])
    )
    print(f"{people} people a world, {seeds} seeds")
    print(
        f"{'world':40}{'method':12}{'seeds':>6}{'truth':>7}{'mean':>8}{'sd':>7}{'±':>7}{'held':>8}"
    )
    for row in recovered(seeds, people):
        print(
            f"{row.world:40}{row.method:12}{row.seeds:6}{row.truth:7.1f}{row.mean:8.2f}"
            f"{row.spread:7.2f}{row.half_width:7.2f}{row.coverage:8.1%}"
        )


if __name__ == "__main__":
    main()
