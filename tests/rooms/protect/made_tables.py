"""Small tables counted from made-up people, as `measure` would count them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from pipelines.core.contract import Contract
from pipelines.core.contract_file import load_contracts
from pipelines.core.disclosure import Profile
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Measured
from pipelines.core.thresholds import load_thresholds
from pipelines.protect.cells import PLACE, Cell
from pipelines.protect.earlier import Published
from pipelines.protect.past import Past
from pipelines.pseudonymise.keys import RootKey
from tests.spec.tables import SCOPE

LIMITS = load_thresholds(PROJECT / "schemas").limits
CONTRACTS = load_contracts(PROJECT / "schemas")
CONTRACT = CONTRACTS.output("programme_outcomes")
SHAPE = CONTRACTS.shape("measured")
REFERRED, SHARE, MEAN = "referred", "started_of_referred", "change_in_active_minutes_12_weeks"
FINISHED, FINISHED_OF_ALL = "completed_of_started", "completed_of_referred"
NUMBERS = ("count", "denominator")
STEPS = ("referred", "started", "completed")
UNKNOWN = "unknown"
"""A sex that no published row names."""

Row = dict[str, Any]
People = Mapping[tuple[str, str, str], int]
"""How many people there are of each sex and condition whose last step was this one."""


def row(indicator: str, count: int, denominator: int | None = None, **others: Any) -> Row:
    """One measured row of the whole ICB; `others` are any of its columns."""
    plain = {c.name: c.example for c in SHAPE.columns}
    sums = dict.fromkeys(
        ("total", "total_squares", "total_absolute", "largest", "second_largest"), None
    )
    place = {"area_type": "icb", "sex": "persons", "age_band": "all"}
    period = {"period_start": SCOPE.period_start, "period_end": SCOPE.period_end}
    numbers = {"indicator_id": indicator, "count": count, "denominator": denominator}
    return {**plain, **sums, **place, **period, **numbers, **others}


def mean_row(scores: Sequence[float], **others: Any) -> Row:
    """The row of a mean over these people's scores."""
    sizes = sorted((abs(score) for score in scores), reverse=True)
    return row(
        MEAN,
        len(scores),
        total=float(sum(scores)),
        total_squares=float(sum(score * score for score in scores)),
        total_absolute=float(sum(sizes)),
        largest=float(sizes[0]) if sizes else None,
        second_largest=float(sizes[1]) if len(sizes) > 1 else None,
        **others,
    )


def measured(rows: Sequence[Row], contract: Contract = CONTRACT, **others: Any) -> Measured:
    """The rows as a measured table."""
    return Measured(
        SCOPE, contract, pa.Table.from_pylist(list(rows), arrow_schema(SHAPE)), **others
    )


def apart(rows: Sequence[Row]) -> list[Row]:
    """The rows, each of another condition, so that no two are the same number in other words."""
    return [{**r, "category_type": "condition", "category": f"c{i}"} for i, r in enumerate(rows)]


def of_people(people: People) -> list[Row]:
    """The rows of a table: all people, by sex and by condition; a group of nobody has none."""
    rows = _rows(people)
    for sex in sorted({sex for sex, _, _ in people} - {UNKNOWN}):
        rows += _rows({at: n for at, n in people.items() if at[0] == sex}, sex=sex)
    for condition in sorted({condition for _, condition, _ in people}):
        some = {at: n for at, n in people.items() if at[1] == condition}
        rows += _rows(some, category_type="condition", category=condition)
    return rows


def by_condition(*counts: int) -> list[Row]:
    """Only people referred: all of them, and by condition."""
    people = {(UNKNOWN, f"c{i}", "referred"): n for i, n in enumerate(counts)}
    return [r for r in of_people(people) if r["indicator_id"] == REFERRED]


def _rows(people: People, **place: Any) -> list[Row]:
    referred, started, completed = (
        sum(n for at, n in people.items() if STEPS.index(at[2]) >= reached) for reached in range(3)
    )
    if not referred:
        return []
    return [
        row(REFERRED, referred, **place),
        row(SHARE, started, referred, **place),
        row(FINISHED, completed, started, **place),
        row(FINISHED_OF_ALL, completed, referred, **place),
    ]


def with_profile(profile: Profile) -> Contract:
    """The contract under another profile."""
    if CONTRACT.disclosure is None:
        raise TypeError
    return dataclasses.replace(
        CONTRACT, disclosure=dataclasses.replace(CONTRACT.disclosure, profile=profile)
    )


KEYED = RootKey(bytes(range(32))).keyed_hash("d1", ())


def told(numbers: Mapping[Cell, int | None], *, opens: bool = True) -> Past:
    """A past in which these numbers, or marks, were told; what waits may move if it `opens`."""
    last = {c.identity: published(c.identity, shown) for c, shown in numbers.items()}
    return Past(keyed=KEYED, last=last, opens=opens)


def published(identity: str, shown: int | None, **values: float | None) -> Published:
    """One number of an earlier release."""
    return Published(
        "2026-08", SCOPE.period_end, SCOPE.period_end, "2026", identity, shown, **values
    )


def past_of(table: pa.Table, *, opens: bool) -> Past:
    """A past that is this protected table of the contract `CONTRACT`."""
    of_indicator = CONTRACT.disclosure.of_indicator if CONTRACT.disclosure else {}
    numbers: dict[Cell, int | None] = {}
    for r in table.to_pylist():
        place = tuple(str(r[name]) for name in PLACE)
        for population, name in zip(of_indicator[r["indicator_id"]], NUMBERS, strict=True):
            if population is not None:
                numbers[Cell(population, place)] = r[name]
    return told(numbers, opens=opens)


PLACES = [
    (sex, condition, step)
    for sex in ("female", "male", UNKNOWN)
    for condition in ("c1", "c2")
    for step in STEPS
]


@st.composite
def some_people(draw: st.DrawFn) -> People:
    """People of three sexes, two conditions and three steps; many groups small or empty."""
    numbers = st.sampled_from([0, 0, 1, 2, 5, 7, 8, 9, 11, 13, 20, 40])
    return dict(zip(PLACES, draw(st.lists(numbers, min_size=18, max_size=18)), strict=True))
