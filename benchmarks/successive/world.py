"""People of an ICB by neighbourhood, age and sex, who join, leave, and have started or not.

Made up, and shaped like Greater Manchester: 10 districts of 35 neighbourhoods, about 22,000 people.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AGES, SEXES = 5, 2
CHURN = 0.03
"""Share of people who leave in a month, and as many join."""
REFERRED, STARTED = 0, 1


@dataclass(frozen=True)
class Shape:
    """How many districts, neighbourhoods in each, and people expected in a neighbourhood."""

    districts: int = 10
    neighbourhoods: int = 35
    people: float = 63.0

    @property
    def places(self) -> int:
        """Neighbourhoods in all."""
        return self.districts * self.neighbourhoods

    @property
    def first_neighbourhood(self) -> int:
        """Where neighbourhoods begin among a table's places, after the ICB and its districts."""
        return 1 + self.districts


@dataclass(frozen=True)
class World:
    """People by whether they have started, neighbourhood, age and sex; where new ones come from."""

    shape: Shape
    people: Ints
    arriving: Floats
    growth: float = 0.0

    def a_month_later(self, random: np.random.Generator) -> "World":
        """Some leave, some join."""
        leave = random.binomial(self.people, CHURN)
        join = random.poisson(CHURN * self.arriving)
        arriving = self.arriving * (1 + self.growth)
        return World(self.shape, self.people - leave + join, arriving, self.growth)


def new_world(shape: Shape, random: np.random.Generator, growth: float = 0.0) -> World:
    """A world in balance, as many arriving as leaving, unless arrivals grow every month."""
    size = shape.people * random.lognormal(-0.08, 0.4, shape.places)
    ages = np.array([0.14, 0.18, 0.24, 0.26, 0.18])
    sexes = np.array([0.56, 0.44])
    expected = size[:, None, None] * ages[None, :, None] * sexes[None, None, :]
    starts = np.clip(random.normal(0.6, 0.08, (shape.places, AGES, SEXES)), 0.3, 0.9)
    arriving = np.stack([expected * (1 - starts), expected * starts])
    return World(shape, random.poisson(arriving), arriving, growth)


def table_of(world: World) -> Ints:
    """Every published number: population (referred, started), place, age or all, sex or both."""
    return with_totals(np.stack([world.people.sum(axis=0), world.people[1]]), world.shape)


def size_of(shape: Shape) -> tuple[int, int, int, int]:
    """The table's size on each axis."""
    return 2, shape.first_neighbourhood + shape.places, AGES + 1, SEXES + 1


def with_totals(leaves: Ints, shape: Shape) -> Ints:
    """Leaves (any, neighbourhood, age, sex) with totals before them on each of the three axes."""
    by_age = np.concatenate([leaves.sum(axis=2, keepdims=True), leaves], axis=2)
    by_sex = np.concatenate([by_age.sum(axis=3, keepdims=True), by_age], axis=3)
    split = by_sex.reshape(len(leaves), shape.districts, -1, AGES + 1, SEXES + 1)
    districts = split.sum(axis=2)
    return np.concatenate([districts.sum(axis=1, keepdims=True), districts, by_sex], axis=1)


@dataclass(frozen=True)
class Leavers:
    """People who leave one at a time, each from the same world: where they were counted."""

    neighbourhood: Ints
    age: Ints
    sex: Ints
    started: npt.NDArray[np.bool_]


def draw_leavers(world: World, number: int, random: np.random.Generator) -> Leavers:
    """Any person is as likely as any other."""
    chances = world.people.ravel() / world.people.sum()
    drawn = random.choice(world.people.size, number, p=chances)
    started, neighbourhood, age, sex = np.unravel_index(drawn, world.people.shape)
    return Leavers(
        neighbourhood.astype(np.int64), age.astype(np.int64), sex.astype(np.int64), started == 1
    )


CHAIN = (2, 3, 2, 2)
"""Cells that count one person: population; ICB, district, neighbourhood; all or age; all or sex."""


def chain_of(leavers: Leavers, shape: Shape) -> tuple[Ints, Ints, Ints, Ints]:
    """Positions in the table of every cell that counts each leaver: leavers by `CHAIN`."""
    number = len(leavers.age)
    zero = np.zeros(number, dtype=np.int64)
    district = leavers.neighbourhood // shape.neighbourhoods + 1
    place = np.stack([zero, district, leavers.neighbourhood + shape.first_neighbourhood], axis=1)
    age = np.stack([zero, leavers.age + 1], axis=1)
    sex = np.stack([zero, leavers.sex + 1], axis=1)
    wanted = (number, *CHAIN)
    return (
        np.broadcast_to(np.arange(2)[None, :, None, None, None], wanted),
        np.broadcast_to(place[:, None, :, None, None], wanted),
        np.broadcast_to(age[:, None, None, :, None], wanted),
        np.broadcast_to(sex[:, None, None, None, :], wanted),
    )
