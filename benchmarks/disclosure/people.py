"""Made-up people over real neighbourhoods: many in some places, and hardly any in others.

The same seed gives the same people. No name, no NHS number: these rows are what the linked store
holds, pseudonyms that stand for nobody.
"""

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LEISURE = ("harbour_leisure", "parkside_trust")
REFERRALS = "movewell_referrals"
PERIOD_END = dt.date(2026, 9, 30)
EPOCH = dt.date(1970, 1, 1)
CONDITIONS = {
    "musculoskeletal": 0.30, "type_2_diabetes": 0.22, "hypertension": 0.16, "obesity": 0.14,
    "mental_health": 0.10, "cardiac": 0.05, "respiratory": 0.025, "other": 0.005,
}  # fmt: skip
SEXES = {"1": 0.43, "2": 0.54, "9": 0.01, "X": 0.02}
UNKNOWN_BIRTH_YEAR = 0.02


@dataclass(frozen=True)
class Places:
    """Neighbourhoods with their residents, decile of deprivation (1 is most deprived) and ICB."""

    codes: npt.NDArray[np.str_]
    residents: Floats
    decile: Ints
    icb: npt.NDArray[np.str_]


def read_places(reference: Path) -> Places:
    """Every neighbourhood of England that all three tables know."""
    icbs = _column(reference / "geography/lsoa21_icb24_icb26_DERIVED.csv", "icb26_code")
    deciles = _column(reference / "imd/imd2025_lsoa21.csv", "IMD_decile")
    residents = _column(
        reference / "population/census2021_lsoa21_england_ethnic_group5.csv", "total_residents"
    )
    codes = sorted(icbs.keys() & deciles.keys() & residents.keys())
    return Places(
        codes=np.array(codes),
        residents=np.array([float(residents[c]) for c in codes]),
        decile=np.array([int(deciles[c]) for c in codes]),
        icb=np.array([icbs[c] for c in codes]),
    )


def _column(path: Path, name: str) -> dict[str, str]:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return {row["lsoa21_code"]: row[name] for row in csv.DictReader(stream)}


def make_people(places: Places, people: int, seed: int) -> Mapping[str, Mapping[str, pa.Table]]:
    """The linked tables of each provider: 60 in 100 people are members, 40 were referred."""
    rng = np.random.default_rng(seed)
    made: dict[str, Mapping[str, pa.Table]] = {}
    member_weight = _weights(places, rng, gradient=0.0)
    for provider, share in zip(LEISURE, (0.35, 0.25), strict=True):
        count = int(people * share)
        person = _people(provider, places, member_weight, count, rng)
        made[provider] = {
            "person": person,
            "consent_period": _consents(provider, count),
            "person_day": _days(provider, count, rng),
            "intake_count": _counts(provider, ("participant", "attendance"), count),
        }
    count = people - sum(made[p]["person"].num_rows for p in made)
    person = _people(REFERRALS, places, _weights(places, rng, gradient=0.1), count, rng)
    referral, outcome = _programmes(count, rng)
    made[REFERRALS] = {
        "person": person,
        "consent_period": _consents(REFERRALS, count),
        "person_referral": referral,
        "person_outcome": outcome,
        "intake_count": _counts(REFERRALS, ("participant", "referral", "outcome_measure"), count),
    }
    return made


def _weights(places: Places, rng: np.random.Generator, gradient: float) -> Floats:
    """Residents, more where deprivation is greater, thick and thin by ICB and by neighbourhood."""
    kinds, icb = np.unique(places.icb, return_inverse=True)
    by_icb = rng.lognormal(0.0, 0.6, size=len(kinds))[icb]
    by_place = rng.gamma(0.6, 1.0, size=len(places.codes))
    slope = 1 + gradient * (5.5 - places.decile)
    weights: Floats = places.residents * by_icb * by_place * slope
    shares: Floats = weights / weights.sum()
    return shares


def _people(
    provider: str, places: Places, weights: Floats, count: int, rng: np.random.Generator
) -> pa.Table:
    at = rng.choice(len(places.codes), size=count, p=weights)
    year = 2026 - np.clip(rng.normal(48, 18, size=count).astype(np.int64), 12, 95)
    unknown = rng.random(count) < UNKNOWN_BIRTH_YEAR
    keys = _keys(provider, count)
    return pa.table(
        {
            "provider": _same(provider, count),
            "member_key": keys,
            "person_key": keys,
            "sex": rng.choice(list(SEXES), size=count, p=list(SEXES.values())),
            "birth_year": pa.array(year, pa.int64(), mask=unknown),
            "lsoa21_code": places.codes[at],
            "ethnic_category": pa.nulls(count, pa.string()),
            "person_kind": _same("member", count),
            "member_status": _same("active", count),
            "delivery_id": _same("made", count),
        }
    )


def _consents(provider: str, count: int) -> pa.Table:
    return pa.table(
        {
            "provider": _same(provider, count),
            "member_key": _keys(provider, count),
            "purpose": _same("service_evaluation", count),
            "consented_from": _days_since(np.full(count, _day(dt.date(2024, 1, 1)))),
            "consented_until": pa.nulls(count, pa.date32()),
            "notice_version": _same("1", count),
            "delivery_id": _same("made", count),
        }
    )


def _days(provider: str, count: int, rng: np.random.Generator) -> pa.Table:
    """Visits in the last 28 days; who has none is nowhere in the table."""
    visits = np.minimum(rng.negative_binomial(1.2, 0.2, size=count), 27)
    who = np.repeat(np.arange(count), visits)
    when = _day(PERIOD_END) - rng.integers(0, 28, size=len(who))
    pairs = np.unique(np.stack([who, when]), axis=1)
    size = pairs.shape[1]
    return pa.table(
        {
            "provider": _same(provider, size),
            "member_key": np.array(_keys(provider, count))[pairs[0]],
            "attended_on": _days_since(pairs[1]),
            "visits": np.ones(size, dtype=np.int64),
            "delivery_id": _same("made", size),
        }
    )


def _programmes(count: int, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """A referral each, in the eighteen months before the cohort closes, and their scores."""
    keys = _keys(REFERRALS, count)
    referred = _day(dt.date(2026, 4, 1)) - rng.integers(0, 540, size=count)
    has_started = rng.random(count) < 0.68
    started = referred + rng.integers(3, 40, size=count)
    weeks = rng.gamma(2.0, 6.0, size=count)
    has_completed = has_started & (weeks > 12) & (rng.random(count) < 0.8)
    last = started + (7 * weeks).astype(np.int64)
    programme = np.where(rng.random(count) < 0.8, "exercise_on_referral", "weight_management")
    referral = pa.table(
        {
            "provider": _same(REFERRALS, count),
            "member_key": keys,
            "referral_key": keys,
            "programme": programme,
            "condition": rng.choice(list(CONDITIONS), size=count, p=list(CONDITIONS.values())),
            "referrer": pa.nulls(count, pa.string()),
            "referred_on": _days_since(referred),
            "started_on": _days_since(started, ~has_started),
            "last_attended_on": _days_since(last, ~has_started),
            "completed_on": _days_since(started + 84, ~has_completed),
            "delivery_id": _same("made", count),
        }
    )
    return referral, _outcomes(keys, started, has_started, rng)


def _outcomes(
    keys: list[str], started: Ints, has_started: npt.NDArray[np.bool_], rng: np.random.Generator
) -> pa.Table:
    tables = []
    count = len(keys)
    first = {
        "active_minutes_week": np.round(rng.gamma(1.2, 45, size=count)),
        "weight_kg": np.round(rng.normal(88, 16, size=count), 1),
    }
    change = {"active_minutes_week": (40, 45), "weight_kg": (-2, 3)}
    for measure, scores in first.items():
        there = has_started & (rng.random(count) < 0.9)
        for timepoint, after, share in (("baseline", 0, 1.0), ("12_weeks", 84, 0.55)):
            kept = there & (rng.random(count) < share)
            moved = scores + (rng.normal(*change[measure], size=count) if after else 0.0)
            tables.append(_scores(measure, timepoint, keys, started + after, moved, kept))
    return pa.concat_tables(tables)


def _scores(
    measure: str, timepoint: str, keys: list[str], on: Ints, score: Any, kept: Any
) -> pa.Table:
    at = np.flatnonzero(kept)
    who = np.array(keys)[at]
    return pa.table(
        {
            "provider": _same(REFERRALS, len(at)),
            "member_key": who,
            "referral_key": who,
            "measure": _same(measure, len(at)),
            "timepoint": _same(timepoint, len(at)),
            "recorded_on": _days_since(on[at]),
            "score": np.round(np.maximum(score[at], 0.0), 1),
            "delivery_id": _same("made", len(at)),
        }
    )


def _counts(provider: str, tables: tuple[str, ...], count: int) -> pa.Table:
    """What became of the rows: nearly all kept, a few refused and a few put in quarantine."""
    fates = {"kept": count, "refused": count // 50, "quarantined": count // 200}
    rows = [
        {
            "provider": provider, "delivery_id": "made", "drop_name": "2026-10-01",
            "table_name": table, "taken_in_on": dt.date(2026, 10, 1), "fate": fate,
            "code": "made", "rows": number,
        }
        for table in tables
        for fate, number in fates.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def _keys(provider: str, count: int) -> list[str]:
    return [f"made-{provider[:4]}-{number:07}" for number in range(count)]


def _same(value: str, count: int) -> pa.Array:
    return pa.repeat(value, count)


def _day(day: dt.date) -> int:
    return (day - EPOCH).days


def _days_since(days: Ints, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())
