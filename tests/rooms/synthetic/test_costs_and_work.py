"""Made-up costs and work outcomes: whole, repeatable, and apart from all other draws."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from pipelines.synthetic.costs import cost_rows, write_costs
from pipelines.synthetic.programmes import Referrals, make_scores
from pipelines.synthetic.work import ABSENCE, STATUS, joined, make_work_scores

THROUGH = dt.date(2026, 9, 30)
SEED = 7
STARTED = int((np.datetime64("2025-06-10") - np.datetime64("1970-01-01")).astype(int))


@pytest.fixture(scope="module")
def referrals() -> Referrals:
    """A thousand people who all started on one day."""
    count = 1000
    day = np.full(count, STARTED)
    return Referrals(
        client=np.arange(count),
        referred=day - 10,
        started=day,
        last_attended=day + 100,
        completed=day + 170,
        programme=np.full(count, "exercise_on_referral"),
        condition=np.full(count, "obesity"),
        referrer=np.full(count, "general_practice"),
    )


def test_the_same_seed_gives_the_same_answers(referrals: Referrals) -> None:
    one, two = (make_work_scores(referrals, THROUGH, SEED) for _ in range(2))
    assert one.score.tolist() == two.score.tolist()


def test_answers_lie_within_what_can_be_answered(referrals: Referrals) -> None:
    scores = make_work_scores(referrals, THROUGH, SEED)
    status = set(scores.score[scores.measure == STATUS].tolist())
    days = scores.score[scores.measure == ABSENCE]
    assert status == {1.0, 2.0, 3.0}
    assert (days.min(), days.max() <= 28) == (0, True)


def test_absence_is_asked_of_people_in_work_only(referrals: Referrals) -> None:
    scores = make_work_scores(referrals, THROUGH, SEED)
    first = scores.timepoint == "baseline"
    working = scores.referral[first & (scores.measure == STATUS) & (scores.score != 3)]
    asked = scores.referral[first & (scores.measure == ABSENCE)]
    assert sorted(asked.tolist()) == sorted(working.tolist())


def test_work_outcomes_move_no_other_score(referrals: Referrals) -> None:
    others = make_scores(referrals, THROUGH, SEED)
    both = joined([others, make_work_scores(referrals, THROUGH, SEED)])
    assert both.score[: len(others.score)].tolist() == others.score.tolist()


def test_every_day_of_three_years_has_one_cost_for_each_programme_and_icb() -> None:
    rows = list(cost_rows(6000, SEED, THROUGH))
    kinds = {(programme, board) for _, programme, board, *_ in rows}
    years = {(str(first), str(last)) for *_, first, last, _, _ in rows}
    assert len(rows) == len(kinds) * len(years)
    assert min(years)[0] <= "2024-06-26"
    assert max(years)[1] >= THROUGH.isoformat()


def test_the_drop_of_costs_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_costs(tmp_path / name, 6000, SEED, THROUGH)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("one", "two")
    )
    assert sorted(one) == ["SHA256SUMS", "costs_2026-09-30.csv"]
    assert one == two
