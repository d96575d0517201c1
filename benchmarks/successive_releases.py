"""One person leaves between two releases: how often numbers tell who, and what hiding costs.

    python -m benchmarks.successive_releases [--trials 500] [--seeds 10] [--districts 10]

An attacker has both releases and knows every rule, and that one person left and nobody else did.
He names the cell from which numbers moved. Every way is tried on the first release, and after two
years of monthly releases in which 3 % of people leave, and as many join, every month. With
`--growth 0.02` arrivals grow by 2 % a month.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.successive.attacker import Scene, attack, best_guess
from benchmarks.successive.methods import Exact, Hold, Method, Midpoint, Plain, Prints, Strict
from benchmarks.successive.summed import Summed
from benchmarks.successive.without_places import told_by_icb_tables
from benchmarks.successive.world import (
    REFERRED,
    Ints,
    Leavers,
    Shape,
    draw_leavers,
    new_world,
    size_of,
    table_of,
)

BANDS = ((4, 7), (8, 11), (10, 13), (13, 17))
YEAR, MID_YEAR = 12, 6
Figures = dict[str, float]


@dataclass(frozen=True)
class Way:
    """A method and its calendar: numbers may move every how many months.

    With `opens_yearly` everything that waits for a batch goes out once a year.
    """

    method: Method
    every: int = 1
    opens_yearly: bool = False

    @property
    def name(self) -> str:
        quarter = "" if self.every == 1 else ", each quarter"
        return self.method.name + quarter + (" or yearly" if self.opens_yearly else "")

    def in_month(self, month: int, before: Prints, truth: Ints) -> Prints:
        if month % self.every:
            return before
        opens = self.opens_yearly and month % YEAR == MID_YEAR
        if opens and isinstance(self.method, Hold):
            return replace(self.method, fewest=0).next(before, truth)
        return self.method.next(before, truth)


def ways_of(shape: Shape, random: np.random.Generator) -> list[Way]:
    """Every way that is compared."""
    size = size_of(shape)
    counts = np.zeros(size, dtype=bool)
    counts[REFERRED, shape.first_neighbourhood :, 0, 0] = True
    held = [Hold(a, b, random.integers(a, b + 1, size)) for a, b in BANDS]
    alone: list[Method] = [Exact(), Plain(), Midpoint(), Summed(shape), Strict()]
    batched = [replace(m, fewest=8, counts=counts) for m in held]
    return [
        *(Way(m) for m in alone),
        *(Way(m) for m in held),
        Way(Plain(), every=3),
        *(Way(m, every=3) for m in held[1:]),
        *(Way(m) for m in batched),
        *(Way(m, opens_yearly=True) for m in (*batched, replace(batched[2], fewest=5))),
    ]


def one_world(
    shape: Shape, seed: int, *, months: int = 24, trials: int = 500, growth: float = 0.0
) -> dict[str, Figures]:
    """The figures of every way in one made-up world."""
    random = np.random.default_rng(seed)
    world = new_world(shape, random, growth)
    truth, ways = table_of(world), ways_of(shape, random)
    prints = [way.method.first(truth) for way in ways]
    moved = np.zeros(len(ways))
    figures = _attacked("first", shape, truth, ways, prints, draw_leavers(world, trials, random))
    for month in range(1, months + 1):
        world = world.a_month_later(random)
        truth = table_of(world)
        after = [w.in_month(month, p, truth) for w, p in zip(ways, prints, strict=True)]
        moved += [(a.seen != b.seen).any() for a, b in zip(after, prints, strict=True)]
        prints = after
    leavers, other = draw_leavers(world, trials, random), table_of(world.a_month_later(random))
    later = _attacked("later", shape, truth, ways, prints, leavers)
    for way, p, moves in zip(ways, prints, moved, strict=True):
        guess = best_guess(Scene(shape, way.method, truth, p, leavers), other)
        figures[way.name] |= later[way.name] | _cost(shape, p, truth)
        figures[way.name]["guess"] = float(guess.mean())
        figures[way.name]["months with moves"] = float(moves / months)
    return figures


def _attacked(
    when: str,
    shape: Shape,
    truth: Ints,
    ways: Sequence[Way],
    prints: Sequence[Prints],
    leavers: Leavers,
) -> dict[str, Figures]:
    found = {}
    for way, published in zip(ways, prints, strict=True):
        scene = Scene(shape, way.method, truth, published, leavers)
        known, unknown = attack(scene, knows_person=True), attack(scene, knows_person=False)
        found[way.name] = {
            f"{when} leaf": float(known.leaf.mean()),
            f"{when} leaf, person unknown": float(unknown.leaf.mean()),
            f"{when} neighbourhood": float(unknown.neighbourhood.mean()),
            f"{when} attribute": float(known.attribute.mean()),
        }
    return found


def _cost(shape: Shape, prints: Prints, truth: Ints) -> Figures:
    """Mean distance between a shown number and the truth, and the share of numbers hidden."""
    start = shape.first_neighbourhood
    everywhere, leaf, all_ages = slice(None), slice(1, None), slice(0, 1)
    levels = {
        "leaf": (everywhere, slice(start, None), leaf, leaf),
        "neighbourhood": (everywhere, slice(start, None), all_ages, all_ages),
        "district": (everywhere, slice(1, start), all_ages, all_ages),
        "ICB": (everywhere, slice(0, 1), all_ages, all_ages),
    }
    error = np.where(prints.hidden, np.nan, np.abs(prints.value - truth).astype(float))
    figures = {f"error {level}": float(np.nanmean(error[at])) for level, at in levels.items()}
    hidden = {f"hidden {level}": float(prints.hidden[at].mean()) for level, at in levels.items()}
    return figures | hidden | {"hidden": float(prints.hidden.mean())}


@dataclass(frozen=True)
class Spread:
    """A figure over the worlds."""

    mean: float
    least: float
    most: float


def summarise(worlds: Sequence[dict[str, Figures]]) -> dict[str, dict[str, Spread]]:
    """Each way's figures over all worlds."""
    return {
        name: {
            figure: _spread([world[name][figure] for world in worlds]) for figure in worlds[0][name]
        }
        for name in worlds[0]
    }


def _spread(values: Sequence[float]) -> Spread:
    return Spread(float(np.mean(values)), min(values), max(values))


def main() -> None:
    """Run every world and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--districts", type=int, default=10)
    parser.add_argument("--growth", type=float, default=0.0)
    asked = parser.parse_args()
    shape = Shape(asked.districts)
    worlds = [
        one_world(shape, seed, months=asked.months, trials=asked.trials, growth=asked.growth)
        for seed in range(1, asked.seeds + 1)
    ]
    summary = summarise(worlds)
    for title, figures, scale in TABLES:
        print(f"\n{title}\n")
        _print_table(summary, figures, scale)
    _print_icb_tables(shape, asked.seeds, asked.trials)


TABLES = (
    (
        "Per cent of leavers found: mean (least to most of the worlds)",
        ("first leaf", "later leaf", "later leaf, person unknown", "later neighbourhood",
         "first attribute", "later attribute", "guess"),
        100.0,
    ),
    (
        "Mean distance of shown numbers from the truth after the last month",
        ("error leaf", "error neighbourhood", "error district", "error ICB"),
        1.0,
    ),
    (
        "Per cent hidden, and of months in which anything moves",
        ("hidden leaf", "hidden neighbourhood", "hidden", "months with moves"),
        100.0,
    ),
)  # fmt: skip


def _print_icb_tables(shape: Shape, seeds: int, trials: int) -> None:
    """Tables without places: any number of the leaver's own that moves."""
    found = [
        told_by_icb_tables(shape, seed, BANDS[2], trials=trials) for seed in range(1, seeds + 1)
    ]
    print("\nTables of the ICB alone: per cent of leavers of whom a number moves\n")
    print("| way | of their age | of those who started |\n|---|---|---|")
    for name in found[0]:
        age = _spread([100 * world[name].age for world in found])
        started = _spread([100 * world[name].started for world in found])
        print(
            f"| {name} | {age.mean:.1f} ({age.least:.1f} to {age.most:.1f}) "
            f"| {started.mean:.1f} ({started.least:.1f} to {started.most:.1f}) |"
        )


def _print_table(
    summary: dict[str, dict[str, Spread]], figures: Sequence[str], scale: float
) -> None:
    print(f"| way | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}")
    for name, found in summary.items():
        cells = [
            f"{scale * s.mean:.1f} ({scale * s.least:.1f} to {scale * s.most:.1f})"
            for s in (found[figure] for figure in figures)
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
