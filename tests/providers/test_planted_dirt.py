"""Every kind of dirt meets the fate that it should, counted against what was planted."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.commands.demo import DEMO_DAY, write_synthetic
from pipelines.core.settings import settings_from
from pipelines.counts import IntakeSummary, TableCount
from pipelines.house import House, open_house
from pipelines.intake import take_in_all
from pipelines.synthetic import ALL_DIRT, DIRT
from tests.conftest import TEST_KEY

PROVIDERS = ("harbour_leisure", "movewell_referrals", "parkside_trust")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("dirt") / "home"
    environ = {"WIDEBRIDGE_HOME": str(home), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    settings = settings_from(environ)
    write_synthetic(settings, people=3000, seed=7, without=[])
    return open_house(settings, environ)


@pytest.fixture(scope="module")
def summaries(house: House) -> list[IntakeSummary]:
    made, refusals = take_in_all(house, None, as_of=DEMO_DAY, progress=lambda _: None)
    assert refusals == []
    return made


@pytest.fixture(scope="module")
def truth(house: House, summaries: list[IntakeSummary]) -> dict[tuple[str, str], Any]:
    files = sorted((house.settings.inbox.parent / "truth").glob("*/*.json"))
    assert len(files) == 6
    return {(f.parent.name, f.stem): json.loads(f.read_text()) for f in files}


def counted(summary: IntakeSummary) -> dict[str, dict[str, object]]:
    return {t.table: as_truth(t) for t in summary.tables}


def as_truth(count: TableCount) -> dict[str, object]:
    return {
        "received": count.received, "kept": count.kept, "refused": dict(count.refused),
        "quarantined": dict(count.quarantined), "noted": dict(count.noted),
    }  # fmt: skip


def test_every_count_of_every_table_is_the_planted_one(
    summaries: list[IntakeSummary], truth: dict[tuple[str, str], Any]
) -> None:
    taken = {(s.provider, s.drop_name): counted(s) for s in summaries if s.provider in PROVIDERS}
    assert taken == {drop: content["tables"] for drop, content in truth.items()}


@pytest.mark.parametrize("kind", DIRT, ids=lambda kind: kind.name)
def test_a_kind_of_dirt_meets_its_fate(
    kind: Any, summaries: list[IntakeSummary], truth: dict[tuple[str, str], Any]
) -> None:
    """As many rows have the kind's code as were planted under it, by this kind and any other."""
    here = [c for (provider, _), c in truth.items() if provider == kind.provider]
    planted = [entry for content in here for entry in content["dirt"].items()]
    mine = sum(entry["count"] for name, entry in planted if name == kind.name)
    assert mine > 0, "none was planted: this test would prove nothing"
    outcome, code = kind.fate.outcome.value, kind.fate.code
    if outcome not in ("quarantined", "noted", "refused"):
        return
    same_code = sum(e["count"] for _, e in planted if (e["outcome"], e["code"]) == (outcome, code))
    tables = [t for s in summaries if s.provider == kind.provider for t in s.tables]
    found = sum(getattr(t, outcome).get(code, 0) for t in tables if t.table == kind.table)
    assert found >= same_code if outcome == "refused" else found == same_code


def test_a_file_sent_again_is_passed_over(summaries: list[IntakeSummary]) -> None:
    passed_over = [
        t.noted.get("attendance.file_already_taken_in", 0) for s in summaries for t in s.tables
    ]
    assert sum(passed_over) == 1


def test_the_second_run_takes_in_nothing(house: House, summaries: list[IntakeSummary]) -> None:
    again, refusals = take_in_all(house, None, as_of=DEMO_DAY, progress=lambda _: None)
    assert len(again) == len(summaries)
    assert refusals == []
    assert all(s.already_in for s in again)


def test_clean_deliveries_are_kept_whole(tmp_path: Path) -> None:
    environ = {"WIDEBRIDGE_HOME": str(tmp_path), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    settings = settings_from(environ)
    write_synthetic(settings, people=400, seed=3, without=[], clean=True)
    made, refusals = take_in_all(
        open_house(settings, environ), None, as_of=dt.date(2026, 10, 15), progress=lambda _: None
    )
    people = [t for s in made if s.provider in PROVIDERS for t in s.tables]
    assert refusals == []
    assert sum(t.kept for t in people) > 1000
    assert {code for t in people for code in t.quarantined} == set()


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len(set(ALL_DIRT)) == len(DIRT) > 30
