"""The plan of the built-in England: real Integrated Care Boards, made-up neighbourhoods.

Codes and names of ICBs, and which became which on 1 April 2026, are facts (builtin_icbs.csv,
from ONS and NHS England). Everything smaller is made up, with codes that ONS has not issued.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LINKS = Path(__file__).with_name("builtin_icbs.csv")
DETAILED = ("E54000057", "E54000013", "E54000054", "E54000030", "E54000056", "E54000061")
"""ICBs of 2024 that get enough neighbourhoods for small-area work; the others get a handful."""
IN_DETAIL, OTHERWISE = 40, 4
PER_DISTRICT = 10
STRADDLED = ("E54000025", "E54000056")
"""A district of the first reaches into the second, as 13 real districts straddle two ICBs."""
CHANGED = "E54000057"
"""Where neighbourhoods of 2011 were split, merged and redrawn."""


@dataclass(frozen=True)
class Board:
    """An ICB of 2024 with the ICB of 2026 that took over all of it, or a part."""

    code24: str
    ods24: str
    name24: str
    code26: str
    ods26: str
    name26: str


@dataclass(frozen=True)
class Place:
    """One made-up neighbourhood (LSOA 2021)."""

    code: str
    name: str
    board: Board
    sub_code: str
    sub_ods: str
    district_code: str
    district_name: str
    residents: int
    score: float
    rank: int
    decile: int


@dataclass(frozen=True)
class _Site:
    """Where a neighbourhood goes: its ICB, and the numbers of its district and sub-ICB."""

    board: Board
    district: int
    sub_icb: int

    @property
    def name(self) -> str:
        return self.board.name24.removeprefix("NHS ").removesuffix(" Integrated Care Board")


@dataclass(frozen=True)
class Change:
    """A neighbourhood of 2011 that became, in whole or in part, one of 2021."""

    code11: str
    place: Place
    kind: str


def read_boards() -> list[Board]:
    """The ICBs of 2024, one row for each ICB of 2026 that they went into."""
    with LINKS.open(encoding="utf-8", newline="") as stream:
        return [Board(*row) for row in list(csv.reader(stream))[1:]]


def plan_places(seed: int) -> list[Place]:
    """Every neighbourhood, with residents and deprivation drawn from the seed."""
    rng = np.random.default_rng([seed, 1])
    sites = list(_sites(read_boards()))
    # England's scores are skewed, with districts unlike each other: a median near 18.
    by_district = {district: rng.normal(0, 0.45) for district in {s.district: 0 for s in sites}}
    drawn = [np.exp(2.9 + by_district[s.district] + rng.normal(0, 0.55)) for s in sites]
    scores = [round(float(min(score, 92.0)), 3) for score in drawn]
    residents = rng.integers(1_150, 2_250, len(sites))
    ranks = _ranks(scores)
    places = [
        Place(
            code=f"E019{number + 1:05d}",
            name=f"{site.name} {number + 1:03d}A (synthetic)",
            board=site.board,
            sub_code=f"E389{site.sub_icb:05d}",
            sub_ods=f"9{site.sub_icb:02d}A",
            district_code=f"E069{site.district:05d}",
            district_name=f"{site.name} District {site.district} (synthetic)",
            residents=int(residents[number]),
            score=scores[number],
            rank=ranks[number],
            decile=1 + (ranks[number] - 1) * 10 // len(sites),
        )
        for number, site in enumerate(sites)
    ]
    return _straddled(places)


def plan_changes(places: Sequence[Place]) -> list[Change]:
    """Which neighbourhood of 2011 became which: one split, one merger, one irregular change."""
    first, second, merged, left, right = [p for p in places if p.board.code24 == CHANGED][:5]
    special = [
        (1, first, "S"), (1, second, "S"), (2, merged, "M"), (3, merged, "M"),
        (4, left, "X"), (4, right, "X"), (5, right, "X"),
    ]  # fmt: skip
    rest = [p for p in places if p not in (first, second, merged, left, right)]
    unchanged = [(number, place, "U") for number, place in enumerate(rest, start=6)]
    return [Change(f"E018{n:05d}", place, kind) for n, place, kind in (*special, *unchanged)]


def _sites(boards: Sequence[Board]) -> Iterator[_Site]:
    """A site for each neighbourhood. The parts of an ICB that was divided share a district."""
    district, sub_icb, before = 0, 0, ""
    for board in boards:
        for number in range(IN_DETAIL if board.code24 in DETAILED else OTHERWISE):
            begins = number == 0 and board.code24 != before
            district += begins or (number > 0 and number % PER_DISTRICT == 0)
            sub_icb += begins or (number == IN_DETAIL // 2)
            yield _Site(board, district, sub_icb)
        before = board.code24


def _straddled(places: Sequence[Place]) -> list[Place]:
    """The same, with one district reaching over its ICB's border."""
    giver, taker = (next(p for p in places if p.board.code24 == code) for code in STRADDLED)
    named = {"district_code": giver.district_code, "district_name": giver.district_name}
    return [Place(**(vars(p) | named)) if p is taker else p for p in places]


def _ranks(scores: Sequence[float]) -> list[int]:
    """1 for the highest score; equal scores in order of place."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    ranks = [0] * len(scores)
    for rank, place in enumerate(order, start=1):
        ranks[place] = rank
    return ranks


def successions(boards: Sequence[Board]) -> list[Board]:
    """The ICBs of 2024 that have another code since 1 April 2026, wholly or in part."""
    return [b for b in boards if b.code24 != b.code26]
