"""A new release knows those that are out, and what officers have allowed."""

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.errors import BadRelease, BadSettings
from pipelines.core.files import sha256_of
from pipelines.core.plan import Plan, find_area
from pipelines.core.ports import Fact, Ledger, LedgerProof, Signer
from pipelines.core.settings import PROJECT
from pipelines.core.stages import Release
from pipelines.core.thresholds import NAME, load_thresholds
from pipelines.house import House
from pipelines.protect.audit import Verdict
from pipelines.protect.evidence import ENOUGH_CELLS, Cost, Loss
from pipelines.protect.past import Past
from pipelines.release import plan_release
from pipelines.released import (
    allow_thresholds,
    check_thresholds,
    cost_of,
    earlier_releases,
    hold_counts,
    keep_costs,
    past_of,
    refused_name,
    told_counts,
)
from tests.attacks.made_house import FIRST_DAY, SECOND_DAY, a_house, release, take_members
from tests.conftest import Bench
from tests.released import PERIOD_END

OFFICER = ("Ada Officer", "Caldicott Guardian", "a pilot of two weeks")
SIX = ("    value: 7\n", "    value: 6\n")
FOUR = ("    value: 7\n", "    value: 4\n")
MORE = ("    value: 7\n", "    value: 9\n")


def with_thresholds(house: House, folder: Path, before: str, after: str) -> House:
    """The house with one value of its thresholds changed."""
    text = (PROJECT / "schemas" / NAME).read_text("utf-8").replace(before, after, 1)
    place = folder / after.strip().replace(": ", "-")
    place.mkdir()
    (place / NAME).write_text(text, "utf-8")
    return dataclasses.replace(house, thresholds=load_thresholds(place))


def test_the_house_as_it_stands_needs_nobody_s_leave(bench: Bench) -> None:
    check_thresholds(bench.house)


def test_a_laxer_threshold_is_refused_and_named(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="less than its policies ask: hide_up_to"):
        check_thresholds(with_thresholds(bench.house, tmp_path, *SIX))


def test_a_stricter_threshold_needs_nobody_s_leave(bench: Bench, tmp_path: Path) -> None:
    check_thresholds(with_thresholds(bench.house, tmp_path, *MORE))


def test_an_officer_may_allow_a_laxer_threshold(bench: Bench, tmp_path: Path) -> None:
    laxer = with_thresholds(bench.house, tmp_path, *SIX)
    allow_thresholds(laxer, *OFFICER)
    check_thresholds(laxer)


def test_leave_for_one_file_is_no_leave_for_another(bench: Bench, tmp_path: Path) -> None:
    allow_thresholds(with_thresholds(bench.house, tmp_path, *SIX), *OFFICER)
    with pytest.raises(BadSettings, match="thresholds-widened"):
        check_thresholds(with_thresholds(bench.house, tmp_path, *FOUR))


def test_leave_names_who_gave_it_and_why(bench: Bench, tmp_path: Path) -> None:
    laxer = with_thresholds(bench.house, tmp_path, *SIX)
    allow_thresholds(laxer, *OFFICER)
    (entry,) = bench.house.ledger.entries()
    assert entry["facts"] == {
        "officer": OFFICER[0],
        "role": OFFICER[1],
        "reason": OFFICER[2],
        "thresholds_sha256": laxer.thresholds.digest,
        "widened": 1,
    }


def test_no_release_is_planned_under_a_laxer_threshold(bench: Bench, tmp_path: Path) -> None:
    laxer = with_thresholds(bench.house, tmp_path, *SIX)
    with pytest.raises(BadSettings, match="thresholds-widened"):
        plan_release(laxer, vintage="2026", period_end=PERIOD_END, as_of=FIRST_DAY)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that has published once."""
    found = a_house(tmp_path_factory.mktemp("released"))
    take_members(found, 40, 4)
    release(found)
    return found


@pytest.fixture(scope="module")
def first(house: House) -> Release:
    return release(house)


def planned(house: House, vintage: str, day: dt.date = FIRST_DAY) -> Plan:
    return plan_release(house, vintage=vintage, period_end=PERIOD_END, as_of=day)


def test_what_is_out_is_known(house: House, first: Release) -> None:
    assert earlier_releases(house, but="another") == (first.release_id,)


class LosesReceipts:
    """A ledger whose disk is full when a release has just appeared."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def record(self, event: str, **facts: Fact) -> int:
        if event == "release_published":
            raise OSError
        return self.ledger.record(event, **facts)

    def proof(self, number: int) -> LedgerProof:
        return self.ledger.proof(number)

    def signed_by(self, signer: Signer) -> Ledger:
        return self.ledger.signed_by(signer)

    def entries(self) -> Iterator[Mapping[str, Any]]:
        return self.ledger.entries()


def test_a_release_whose_receipt_was_lost_is_out_all_the_same(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    take_members(house, 40, 4)
    forgetful = dataclasses.replace(house, ledger=LosesReceipts(house.ledger))
    with pytest.raises(OSError):
        release(forgetful)
    (out,) = (p.name for p in house.settings.releases.iterdir() if p.is_dir())
    assert earlier_releases(house, but="another") == (out,)


def test_a_release_that_was_only_intended_never_left(bench: Bench) -> None:
    bench.house.ledger.record("release_intended", release="r", manifest_sha256="0" * 64)
    assert earlier_releases(bench.house, but="another") == ()


def test_a_release_is_not_earlier_than_itself(house: House, first: Release) -> None:
    assert earlier_releases(house, but=first.release_id) == ()


def test_a_release_that_is_gone_stops_the_next(
    house: House, first: Release, tmp_path: Path
) -> None:
    shutil.move(first.folder, tmp_path / "aside")
    try:
        with pytest.raises(BadRelease, match="release-forgotten"):
            planned(house, "2026", SECOND_DAY)
    finally:
        shutil.move(tmp_path / "aside", first.folder)


def test_a_release_that_was_changed_stops_the_next(house: House, first: Release) -> None:
    page = first.folder / "QOP" / "provider_coverage.parquet"
    whole = page.read_bytes()
    page.write_bytes(whole + b" ")
    try:
        with pytest.raises(BadRelease, match="release-forgotten"):
            planned(house, "2026", SECOND_DAY)
    finally:
        page.write_bytes(whole)


def past(house: House, vintage: str, day: dt.date = FIRST_DAY) -> Past:
    plan = planned(house, vintage, day)
    contract = house.contracts.output("inactive_population")
    return past_of(house, plan, find_area(plan.areas, "QOP"), contract)


MEMBERS = "adult_members|E54000057|E54000057|{sex}|all|all|all"


@pytest.mark.parametrize(("sex", "told"), [("male", 40), ("female", None)])
def test_the_past_holds_numbers_and_marks(house: House, sex: str, told: int | None) -> None:
    assert past(house, "2026", SECOND_DAY).last[MEMBERS.format(sex=sex)].shown == told


def test_the_past_holds_values(house: House) -> None:
    values = past(house, "2026", SECOND_DAY).values
    shown = values[MEMBERS.format(sex="male").replace("adult_members", "members_low_attendance")]
    assert (shown.shown, shown.value) == (None, None)  # all 40 have few visits: hidden


def test_the_past_knows_the_other_vintage_of_the_same_people(house: House) -> None:
    (known,) = (k for k in past(house, "2024").same_people if k.cell.identity == MEMBERS.format(
        sex="male"
    ))  # fmt: skip
    assert (known.lower, known.upper) == (38.0, 42.0)


def test_the_other_vintage_of_another_day_tells_less(house: House) -> None:
    (known,) = (
        k
        for k in past(house, "2024", SECOND_DAY).same_people
        if k.cell.identity == MEMBERS.format(sex="male")
    )
    wide = house.thresholds.limits.hold_from
    assert (known.lower, known.upper) == (38.0 - wide, 42.0 + wide)


def test_the_same_vintage_is_no_other_cut_of_the_same_people(house: House) -> None:
    assert past(house, "2026", SECOND_DAY).same_people == ()


def counts_told(house: House, **counts: int) -> Mapping[str, int | None]:
    return hold_counts(house, counts, house.thresholds.limits)


def manifest_of(refused: Mapping[str, int | None]) -> dict[str, object]:
    """So much of a manifest as tells counts."""
    return {
        "format": "widebridge-release/2", "release_id": "2026-08", "as_of": "2026-08-31",
        "period": {"end": "2026-08-31"},
        "matching": {}, "files": {},
        "refused_for_consent": [
            {"provider": "p", "reason": reason, "rows": rows} for reason, rows in refused.items()
        ],
    }  # fmt: skip


def put_out(house: House, refused: Mapping[str, int | None]) -> None:
    folder = house.settings.releases / "2026-08"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest_of(refused)))


def held_reason(house: House, rows: int) -> int | None:
    name = refused_name("p", "withdrawn")
    return hold_counts(house, {name: rows}, house.thresholds.limits)[name]


@pytest.mark.parametrize(("rows", "told"), [(0, 0), (7, None), (8, 10), (23, 25)])
def test_a_manifests_first_counts_are_under_the_rule(
    bench: Bench, rows: int, told: int | None
) -> None:
    assert held_reason(bench.house, rows) == told


@pytest.mark.parametrize(
    ("before", "rows", "told"),
    [(25, 18, 25), (25, 45, 45), (None, 12, None), (None, 60, 60), (25, 5, None)],
)
def test_a_manifests_later_counts_hold(
    bench: Bench, before: int | None, rows: int, told: int | None
) -> None:
    put_out(bench.house, {"withdrawn": before})
    assert held_reason(bench.house, rows) == told


def test_a_count_that_the_last_manifest_lacked_was_told_to_be_nought(bench: Bench) -> None:
    put_out(bench.house, {"never_asked": 40})
    assert held_reason(bench.house, 9) == 0


def test_a_manifests_counts_have_names_that_hold() -> None:
    manifest = {**manifest_of({"withdrawn": None}), "matching": {"rule": "careful", "people": 40}}
    assert told_counts(manifest) == {"refused|p|withdrawn": None, "matching|people": 40}


def test_costs_of_all_extracts_are_put_together(house: House, tmp_path: Path) -> None:
    plan = planned(house, "2026", SECOND_DAY)
    loss = Loss(cells=ENOUGH_CELLS, shown=ENOUGH_CELLS, error=ENOUGH_CELLS)
    cost = Cost({"icb": loss}, {}, Verdict(), 0)
    elsewhere = dataclasses.replace(house.settings, home=tmp_path)
    apart = dataclasses.replace(house, settings=elsewhere)
    for area in plan.areas:
        keep_costs(apart, plan, area, [cost])
    (table,) = cost_of(apart, plan)["accuracy"]
    assert (table["cells"], table["mean_error"]) == (ENOUGH_CELLS * len(plan.areas), 1.0)


def test_costs_are_kept_where_only_the_owner_reads(house: House, tmp_path: Path) -> None:
    plan = planned(house, "2026", SECOND_DAY)
    apart = dataclasses.replace(house, settings=dataclasses.replace(house.settings, home=tmp_path))
    keep_costs(apart, plan, plan.areas[0], [])
    modes = {p.stat().st_mode & 0o77 for p in tmp_path.rglob("*.json")}
    assert modes == {0}


def test_a_manifest_is_known_by_its_digest(house: House, first: Release) -> None:
    published = [e["facts"] for e in house.ledger.entries() if e["event"] == "release_published"]
    assert published[0]["manifest_sha256"] == sha256_of(first.folder / "manifest.json")
