"""The referral funnel and its follow-up are near the published ones."""

import csv
from pathlib import Path

import numpy as np
import pytest

from pipelines.synthetic import Neighbourhood
from pipelines.synthetic.consents import NEVER
from pipelines.synthetic.people import day_number, make_people
from pipelines.synthetic.programmes import (
    ADHERED_DAYS,
    COMPLETION,
    TWELVE_WEEKS,
    UPTAKE,
    Referrals,
    Scores,
    make_clients,
    make_referrals,
    make_scores,
)
from tests.rooms.synthetic.conftest import SEED, THROUGH

LONG_AGO = day_number(THROUGH) - 400
"""Referred before this day, everybody had time for everything."""


@pytest.fixture(scope="module")
def referrals(places: list[Neighbourhood]) -> Referrals:
    people = make_people(60_000, places, THROUGH, SEED)
    return make_referrals(make_clients(people, THROUGH, SEED), THROUGH, SEED)


@pytest.fixture(scope="module")
def scores(referrals: Referrals) -> Scores:
    return make_scores(referrals, THROUGH, SEED)


def test_the_funnel_is_the_published_one(referrals: Referrals) -> None:
    old = referrals.referred < LONG_AGO
    started = old & (referrals.started != NEVER)
    stayed = started & (referrals.last_attended - referrals.started >= ADHERED_DAYS)
    completed = started & (referrals.completed != NEVER)
    funnel = (
        started.sum() / old.sum(),
        stayed.sum() / started.sum(),
        completed.sum() / started.sum(),
    )
    assert funnel == pytest.approx((UPTAKE, TWELVE_WEEKS, COMPLETION), abs=0.03)


def test_the_constants_are_those_of_the_published_table(reference: Path) -> None:
    with (reference / "ers" / "ers_published_results.csv").open(newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if "Northumberland" in r["study"]]
    published = [float(r["published_pct"]) for r in rows]
    assert published == pytest.approx(
        [100 * s for s in (UPTAKE, TWELVE_WEEKS, COMPLETION)], abs=0.2
    )


def test_nothing_happens_before_what_it_follows(referrals: Referrals) -> None:
    begun = referrals.started != NEVER
    ordered = (
        (referrals.referred < referrals.started)
        & (referrals.started <= referrals.last_attended)
        & (referrals.last_attended <= referrals.completed)
    )
    assert ordered[begun].all()


def test_nothing_happens_after_the_last_day(referrals: Referrals) -> None:
    days = np.concatenate([referrals.started, referrals.last_attended, referrals.completed])
    assert days[days != NEVER].max() <= day_number(THROUGH)


def test_about_two_in_three_are_inactive_at_the_start(scores: Scores) -> None:
    baseline = (scores.measure == "active_minutes_week") & (scores.timepoint == "baseline")
    assert (scores.score[baseline] < 30).mean() == pytest.approx(0.65, abs=0.03)


def test_about_half_of_the_starters_are_measured_at_twelve_weeks(
    referrals: Referrals, scores: Scores
) -> None:
    old = referrals.referred[scores.referral] < LONG_AGO
    minutes = old & (scores.measure == "active_minutes_week")
    at = {t: (minutes & (scores.timepoint == t)).sum() for t in ("baseline", "12_weeks")}
    assert at["12_weeks"] / at["baseline"] == pytest.approx(0.5, abs=0.03)


def test_those_who_are_measured_again_move_more(scores: Scores) -> None:
    minutes = scores.measure == "active_minutes_week"
    means = [
        scores.score[minutes & (scores.timepoint == t)].mean() for t in ("baseline", "12_weeks")
    ]
    assert means[1] - means[0] == pytest.approx(65, abs=15)
