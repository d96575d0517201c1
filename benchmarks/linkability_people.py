"""Made-up people of the size and shape of a county's leisure members, in two recipients' extracts.

Neighbourhoods of about 1,600 people in ten districts, years of birth, sex, ethnic categories, a
first day and visits.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.protect.person_level import standard_ladders
from pipelines.protect.person_level.ladders import Ladders, as_is

DISTRICTS, MSOAS_EACH, LSOAS_EACH = 10, 34, 5
OVERLAP = 0.6
DAYS = 730
FIRST_DAY = dt.date(2024, 1, 1)
ETHNIC = {"A": 0.72, "C": 0.06, "J": 0.07, "H": 0.03, "N": 0.03, "M": 0.01, "K": 0.02, "R": 0.01}
PLACE, BORN, SEX, GROUP = "lsoa21_code", "birth_year", "sex", "ethnic_category"
START, VISITS, FIFTH, STATUS = "started_on", "visits", "deprivation_fifth", "status"


@dataclass(frozen=True)
class Pair:
    """The rows of two recipients, and which of them are about the same person."""

    left: pa.Table
    right: pa.Table
    truth: pa.Table


def people(count: int, seed: int) -> pa.Table:
    """Made-up people with what a linked store knows of them."""
    random = np.random.default_rng(seed)
    homes = DISTRICTS * MSOAS_EACH * LSOAS_EACH
    crowd = random.normal(1_600, 250, homes).clip(1_000)
    home = random.choice(homes, count, p=crowd / crowd.sum())
    fifth = random.integers(1, 6, homes)[home]
    shares = [*ETHNIC.values(), 1 - sum(ETHNIC.values())]
    days = random.integers(0, DAYS, count)
    return pa.table({
        "pseudonym": [str(number) for number in range(count)],
        PLACE: [f"E01{number:06d}" for number in home.tolist()],
        BORN: pa.array(2025 - (16 + 74 * random.beta(1.3, 2.2, count)).astype(np.int64)),
        SEX: np.where(random.random(count) < 0.55, "2", "1"),
        GROUP: random.choice([*ETHNIC, "Z"], count, p=shares),
        START: pa.array([FIRST_DAY + dt.timedelta(days=day) for day in days.tolist()]),
        VISITS: pa.array(random.negative_binomial(1, 0.2, count)),
        FIFTH: [str(number) for number in fifth.tolist()],
        STATUS: random.choice(["none", "started", "completed"], count, p=[0.7, 0.18, 0.12]),
    })  # fmt: skip


def ladders_here() -> Ladders:
    """The ladders of these people's columns."""
    homes = range(DISTRICTS * MSOAS_EACH * LSOAS_EACH)
    msoas = {f"E01{home:06d}": f"E02{home // LSOAS_EACH:06d}" for home in homes}
    districts = {f"E01{home:06d}": f"E08{home // (LSOAS_EACH * MSOAS_EACH):06d}" for home in homes}
    standard = standard_ladders({"msoa": msoas, "ltla": districts})
    return {**standard, FIFTH: as_is(), STATUS: as_is()}


def two_extracts(everybody: pa.Table, seed: int) -> Pair:
    """Six people in ten are in both extracts, the others in one; each side in its own order."""
    random = np.random.default_rng(seed + 1)
    order, both = random.permutation(everybody.num_rows), int(OVERLAP * everybody.num_rows)
    half = (everybody.num_rows - both) // 2
    left = random.permutation(order[: both + half])
    right = random.permutation(np.concatenate([order[:both], order[both + half :]]))
    common = everybody["pseudonym"].take(pa.array(order[:both])).to_pylist()
    return Pair(
        _known_as("l", everybody.take(pa.array(left))),
        _known_as("r", everybody.take(pa.array(right))),
        pa.table({
            "left_id": [f"l{name}" for name in common],
            "right_id": [f"r{name}" for name in common],
        }),
    )  # fmt: skip


def _known_as(prefix: str, rows: pa.Table) -> pa.Table:
    names = pa.array([f"{prefix}{name}" for name in rows["pseudonym"].to_pylist()])
    return rows.set_column(0, "pseudonym", names)
