"""The release line on a store of a few made-up people: what is planned, refused and published."""

import dataclasses
import datetime as dt
import json

import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import BadAgreement, BadRelease, NotSignedOff, UnknownArea
from pipelines.core.plan import Plan
from pipelines.core.stages import Release
from pipelines.publish import verify_release
from pipelines.release import (
    make_release,
    plan_from_json,
    plan_release,
    plan_to_json,
    preview,
    publish_candidate,
    stage_icb,
)
from tests.conftest import Bench
from tests.released import PERIOD_END, SIGNED, TODAY, fill_store, put_in_store


def planned(bench: Bench, vintage: str = "2026", icbs: list[str] | None = None) -> Plan:
    return plan_release(bench.house, vintage=vintage, period_end=PERIOD_END, as_of=TODAY, icbs=icbs)


@pytest.fixture
def plan(bench: Bench) -> Plan:
    fill_store(bench.house)
    return planned(bench)


@pytest.fixture
def release(bench: Bench, plan: Plan) -> Release:
    return make_release(bench.house, plan, SIGNED)


def test_a_plan_covers_every_icb_in_which_a_consented_person_lives(plan: Plan) -> None:
    assert [area.ods_code for area in plan.areas] == ["QJM", "QOP"]


def test_an_icb_can_be_named_by_either_code(bench: Bench, plan: Plan) -> None:
    named = planned(bench, icbs=["QOP", "E54000013"])
    assert [area.code for area in named.areas] == ["E54000057", "E54000013"]


def test_an_unknown_icb_is_refused_with_the_known_ones(bench: Bench, plan: Plan) -> None:
    with pytest.raises(UnknownArea, match="QOP \\(E54000057\\)"):
        planned(bench, icbs=["QXX"])


def test_an_unknown_vintage_is_refused(bench: Bench, plan: Plan) -> None:
    with pytest.raises(UnknownArea, match="2024, 2026"):
        planned(bench, vintage="2025")


def test_a_period_that_is_not_over_is_refused(bench: Bench, plan: Plan) -> None:
    with pytest.raises(BadRelease, match="plan-period"):
        plan_release(bench.house, vintage="2026", period_end=TODAY, as_of=PERIOD_END)


def test_an_empty_store_is_refused(bench: Bench) -> None:
    with pytest.raises(BadRelease, match="store-empty"):
        planned(bench)


def test_an_agreement_that_has_expired_on_the_day_of_use_is_refused(
    bench: Bench, plan: Plan
) -> None:
    with pytest.raises(BadAgreement, match="agreement-expired"):
        plan_release(bench.house, vintage="2026", period_end=PERIOD_END, as_of=dt.date(2031, 1, 1))


def test_an_agreement_for_another_purpose_is_refused(bench: Bench, plan: Plan) -> None:
    agreement = bench.house.agreements["harbour_leisure"]
    other = {
        **bench.house.agreements,
        "harbour_leisure": dataclasses.replace(agreement, purposes=("research",)),
    }
    with pytest.raises(BadAgreement, match="agreement-purpose"):
        planned(Bench(dataclasses.replace(bench.house, agreements=other)))


def test_the_same_inputs_give_the_same_release_id(bench: Bench, plan: Plan) -> None:
    assert planned(bench).release_id == plan.release_id


def test_another_vintage_gives_another_release_id(bench: Bench, plan: Plan) -> None:
    assert planned(bench, vintage="2024", icbs=["QOP"]).release_id != plan.release_id


def test_a_plan_survives_json(plan: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


def test_a_delivery_after_the_plan_makes_it_stale(bench: Bench, plan: Plan) -> None:
    put_in_store(bench.house, "harbour_leisure", "2" * 12, {"consent_period": "provider | person"})
    with pytest.raises(BadRelease, match="plan-stale"):
        stage_icb(bench.house, plan, "QOP")


def test_a_release_with_an_icb_missing_is_refused(bench: Bench, plan: Plan) -> None:
    stage_icb(bench.house, plan, "QOP")
    with pytest.raises(BadRelease, match="candidate-incomplete"):
        publish_candidate(bench.house, plan, ())


def test_an_unsigned_release_leaves_nothing_behind(bench: Bench, plan: Plan) -> None:
    with pytest.raises(NotSignedOff):
        make_release(bench.house, plan, lambda *_: ())
    assert not list(bench.house.settings.releases.glob("*/manifest.json"))


def test_every_icb_has_every_dataset(bench: Bench, release: Release) -> None:
    contracts = bench.house.contracts
    names = {f"{c.name}.parquet" for c in (*contracts.outputs, *contracts.directories)}
    names |= {"manifest.json", "disclosure.json"}
    extracts = [path.parent for path in release.folder.glob("*/manifest.json")]
    found = {folder.name: {path.name for path in folder.iterdir()} for folder in extracts}
    assert found == {"QOP": names, "QJM": names}


def test_what_was_published_can_be_verified(release: Release) -> None:
    assert verify_release(release.folder) == release


def test_members_of_one_icb_are_counted_there_and_all_of_a_group_are_not_told_of(
    release: Release,
) -> None:
    rows = pq.read_table(release.folder / "QOP" / "inactive_population.parquet").to_pylist()
    totals = [
        (r["count"], r["denominator"], r["value"])
        for r in rows
        if r["indicator_id"] == "members_low_attendance" and r["age_band"] == "all"
        and (r["area_type"], r["sex"], r["category_type"]) == ("icb", "persons", "all")
    ]  # fmt: skip
    assert totals == [(None, 20, None)]


def test_the_manifest_hides_small_counts_of_refused_rows(release: Release) -> None:
    manifest = json.loads((release.folder / "manifest.json").read_text())
    assert {r["reason"]: r["rows"] for r in manifest["refused_for_consent"]} == {
        "never_asked": 10,
        "withdrawn": None,
    }


def test_every_extract_says_how_it_was_protected(release: Release) -> None:
    told = json.loads((release.folder / "QOP" / "disclosure.json").read_text())
    undone = {
        entry["attacker"][name]
        for entry in told["datasets"].values()
        for name in ("pinned", "narrow", "certain_small", "all_or_none")
    }
    assert undone == {0}


def test_the_release_says_what_protection_cost(release: Release) -> None:
    told = json.loads((release.folder / "disclosure.json").read_text())
    assert (told["release_id"], len(told["accuracy"]) > 0) == (release.release_id, True)


def test_every_count_behind_a_share_of_pairs_is_told_so_that_it_can_hold(
    release: Release,
) -> None:
    told = json.loads((release.folder / "manifest.json").read_text())["matching"]
    assert {"pairs_checked", "pairs_found", "pairs_agreed"} <= set(told)


def test_a_preview_writes_nothing(bench: Bench, plan: Plan) -> None:
    before = sorted(p for p in bench.house.settings.home.rglob("*") if "identity" not in p.parts)
    names = [protected.contract.name for protected in preview(bench.house, plan, "QOP")]
    after = sorted(p for p in bench.house.settings.home.rglob("*") if "identity" not in p.parts)
    assert (after, len(names)) == (before, len(bench.house.contracts.outputs))


def test_a_laxer_rule_for_one_release_is_not_taken_up(bench: Bench, plan: Plan) -> None:
    laxer = plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, hide_up_to=3, round_to=1
    )
    assert (laxer.limits, laxer.release_id) == (plan.limits, plan.release_id)


def test_a_stricter_rule_for_one_release_is_another_release(bench: Bench, plan: Plan) -> None:
    stricter = plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, hide_up_to=9
    )
    assert (stricter.limits.hide_up_to, stricter.release_id == plan.release_id) == (9, False)


def test_another_release_after_the_plan_makes_it_stale(bench: Bench, plan: Plan) -> None:
    make_release(bench.house, planned(bench, vintage="2024", icbs=["QOP"]), SIGNED)
    with pytest.raises(BadRelease, match="plan-stale"):
        stage_icb(bench.house, plan, "QOP")


def test_the_second_time_changes_nothing(bench: Bench, plan: Plan, release: Release) -> None:
    before = {p: p.stat().st_mtime_ns for p in release.folder.rglob("*")}
    make_release(bench.house, plan, SIGNED)
    assert {p: p.stat().st_mtime_ns for p in release.folder.rglob("*")} == before


def test_the_same_store_gives_the_same_bytes(bench: Bench, plan: Plan, release: Release) -> None:
    elsewhere = dataclasses.replace(
        bench.house.settings, releases=bench.house.settings.home / "again"
    )
    again = make_release(dataclasses.replace(bench.house, settings=elsewhere), plan, SIGNED)
    assert again.files == release.files


def test_no_pseudonym_is_in_a_release(release: Release) -> None:
    content = b"".join(p.read_bytes() for p in sorted(release.folder.rglob("*")) if p.is_file())
    assert (b"here-1" in content, len(content) > 1000) == (False, True)


def test_an_icb_of_a_few_people_is_not_named_by_itself(bench: Bench, plan: Plan) -> None:
    """Nine live there: a rule that hides up to nine does not even say that they are there."""
    assert len(plan.areas) == 2
    strict = plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, hide_up_to=9, round_to=10
    )
    assert [area.ods_code for area in strict.areas] == ["QOP"]


def test_an_icb_that_was_published_stays(bench: Bench, release: Release) -> None:
    assert release.folder.exists()
    strict = plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, hide_up_to=9, round_to=10
    )
    assert {area.ods_code for area in strict.areas} == {"QOP", "QJM"}
