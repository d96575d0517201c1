"""What a reader of two releases makes of one person's leaving.

He knows every rule. He names the smallest places in which everything that moved can have moved,
less those in which, as he can see, there was nobody.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.successive.methods import Flags, Hold, Method, Prints, rounded
from benchmarks.successive.world import (
    CHAIN,
    REFERRED,
    STARTED,
    Ints,
    Leavers,
    Shape,
    chain_of,
    with_totals,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Flags by leaver: pinned to the leaf or to the neighbourhood, and whether started is known."""

    leaf: Flags
    neighbourhood: Flags
    attribute: Flags


@dataclass(frozen=True)
class Scene:
    """A release, the people who leave after it one at a time, and what is then published."""

    shape: Shape
    method: Method
    truth: Ints
    before: Prints
    leavers: Leavers

    def moved(self) -> Flags:
        """Which numbers of each leaver's own are other ones in the next release."""
        cells = chain_of(self.leavers, self.shape)
        after = self.method.next(self.before.at(cells), self.truth[cells] - self.counted(), cells)
        change: Flags = after.seen != self.before.seen[cells]
        return change

    def counted(self) -> Flags:
        """Which cells of his chain each leaver was counted in: the started ones if he had."""
        counted = np.ones((len(self.leavers.age), *CHAIN), dtype=bool)
        counted[:, STARTED] = self.leavers.started[:, None, None, None]
        return counted


def attack(scene: Scene, *, knows_person: bool) -> Found:
    """Try to find each leaver; nobody else changes. He may know the age and sex of who left."""
    if isinstance(scene.method, Hold) and scene.method.fewest:
        return attack_batches(scene, scene.method, knows_person=knows_person)
    moved = scene.moved()
    at = scene.leavers
    place = np.where(
        moved[:, :, 2].any((1, 2, 3)), 2, np.where(moved[:, :, 1].any((1, 2, 3)), 1, 0)
    )
    age_told = moved[:, :, :, 1].any((1, 2, 3)) | knows_person
    sex_told = moved[:, :, :, :, 1].any((1, 2, 3)) | knows_person
    district = at.neighbourhood // scene.shape.neighbourhoods + 1
    row = np.choose(
        place,
        [np.zeros_like(district), district, at.neighbourhood + scene.shape.first_neighbourhood],
    )
    where = (row, np.where(age_told, at.age + 1, 0), np.where(sex_told, at.sex + 1, 0))
    leaves, places, starters = _candidates(scene)
    is_exact = scene.method.name.startswith("exact")
    none_started = starters[where] == 0
    return Found(
        leaf=leaves[where] == 1,
        neighbourhood=places[where] == 1,
        attribute=moved[:, STARTED].any((1, 2, 3)) | none_started | is_exact,
    )


def attack_batches(scene: Scene, method: Hold, *, knows_person: bool) -> Found:
    """Try to find each leaver when numbers fall in batches: was he the last of one, and in which?

    Then his neighbourhood's total has just become due: it fell, and by no more than a band.
    """
    shape, at = scene.shape, scene.leavers
    start = shape.first_neighbourhood
    alone = dataclasses.replace(method, fewest=0)
    was = scene.before.value[REFERRED, start:, 0, 0]
    waiting = alone.next(scene.before, scene.truth).value[REFERRED, start:, 0, 0]
    mine = scene.truth[REFERRED, start:, 0, 0][at.neighbourhood] - 1
    due = was[at.neighbourhood] - mine >= method.band[REFERRED, start:, 0, 0][at.neighbourhood]
    falls = waiting < was
    completes = due & ~falls[at.neighbourhood] & (falls.sum() + 1 >= method.fewest)
    now = np.where(due, rounded(mine), was[at.neighbourhood])
    just = falls & np.isin(was - waiting, _steps(method))
    own = np.isin(was[at.neighbourhood] - now, _steps(method))
    peopled = _candidates(scene)[0][start:]
    ages = np.where(knows_person, at.age + 1, 0)
    sexes = np.where(knows_person, at.sex + 1, 0)
    others = np.where(just[:, None], peopled[:, ages, sexes], 0)
    leaves = others.sum(0) + peopled[at.neighbourhood, ages, sexes]
    places = (others > 0).sum(0) + own
    # What a batch is completed by is a total of people referred, started or not; and whatever else
    # falls with it may have waited. So nobody's attribute is certain.
    return Found(completes & (leaves == 1), completes & (places == 1), np.zeros_like(due))


def _steps(method: Hold) -> Ints:
    """How far a number falls when the truth is just a band away from it."""
    return np.unique(-rounded(-np.arange(method.narrow, method.wide + 1)))


def _candidates(scene: Scene) -> tuple[Ints, Ints, Ints]:
    """At every cell of a table: leaves in which somebody may be, places with such, and starters."""
    empty = scene.method.surely_empty(scene.before)
    peopled = ~_under_empty(empty[REFERRED], scene.shape)
    started = peopled & ~_under_empty(empty[STARTED], scene.shape)
    leaves = with_totals(np.stack([peopled, started]).astype(np.int64), scene.shape)
    shape = scene.shape
    by_place = (leaves[0, shape.first_neighbourhood :] > 0).astype(np.int64)
    districts = by_place.reshape(shape.districts, shape.neighbourhoods, *by_place.shape[1:]).sum(1)
    places = np.concatenate([districts.sum(0, keepdims=True), districts, by_place])
    return leaves[0], places, leaves[1]


def _under_empty(empty: Flags, shape: Shape) -> Flags:
    """Leaves that are part of a cell in which there is nobody."""
    rows = np.arange(shape.places)
    under = np.zeros((shape.places, empty.shape[1] - 1, empty.shape[2] - 1), dtype=bool)
    for place in (rows + shape.first_neighbourhood, rows // shape.neighbourhoods + 1, 0 * rows):
        some = empty[place]
        under |= some[:, 1:, 1:] | some[:, :1, 1:] | some[:, 1:, :1] | some[:, :1, :1]
    return under


def best_guess(scene: Scene, other: Ints) -> Floats:
    """How often he guesses the neighbourhood of each leaver when others come and go as well.

    `other` is the next truth without anybody's leaving; he knows age and sex, and guesses the
    neighbourhood in which most of that person's numbers fell and fewest rose.
    """
    after = scene.method.next(scene.before, other)
    scores = _score(after.seen - scene.before.seen)
    scores = scores.sum(0)[scene.shape.first_neighbourhood :]
    at = scene.leavers
    rivals = scores[:, at.age + 1, at.sex + 1]
    own = _change_of_own(scene, other)
    mine = -np.sign(own)[:, :, 2].sum((1, 2, 3))
    rivals[at.neighbourhood, np.arange(len(mine))] = np.iinfo(np.int64).min
    better = (rivals > mine).any(0)
    guessed: Floats = np.where(better, 0.0, 1.0 / (1 + (rivals == mine).sum(0)))
    return guessed


def _change_of_own(scene: Scene, other: Ints) -> Ints:
    """How each leaver's own numbers change when he leaves and others come and go."""
    cells = chain_of(scene.leavers, scene.shape)
    before = scene.before.at(cells)
    after = scene.method.next(before, other[cells] - scene.counted(), cells)
    change: Ints = after.seen - before.seen
    method = scene.method
    if not (isinstance(method, Hold) and method.fewest):
        return change
    due = dataclasses.replace(method, fewest=0).next(scene.before, other)
    ways: Ints = np.sign(due.seen - scene.before.seen)[method.counts]
    fall, rise = ((ways == way).sum() >= method.fewest for way in (-1, 1))
    let_through: Ints = np.where(change < 0, change * fall, change * rise)
    return let_through


def _score(change: Ints) -> Ints:
    """For each place, age and sex: falls less rises among both, the age, the sex and the leaf."""
    falls = -np.sign(change)
    score: Ints = falls.copy()
    score[..., 1:, 1:] += falls[..., :1, 1:] + falls[..., 1:, :1] + falls[..., :1, :1]
    return score
