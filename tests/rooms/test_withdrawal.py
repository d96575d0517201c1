"""Somebody withdraws: nothing of them is left, and it is as if they had never been there."""

import base64
import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.settings import PROJECT, settings_from
from pipelines.counts import IntakeSummary
from pipelines.house import House, open_house
from pipelines.intake import take_in
from pipelines.release import make_release, plan_release
from tests.canary.search import search
from tests.conftest import TEST_KEY, Bench
from tests.released import SIGNED, put_in_store
from tests.rooms.test_intake import PEOPLE_HEADER, REFERRALS_HEADER

PROVIDER = "movewell_referrals"
FIRST, SECOND, THIRD = "2026-09-20", "2026-09-28", "2026-09-30"
DAY = dt.date(2026, 10, 1)
LEAVER = "ZZQ-4471-LEAVER"
REFERRAL = "RZZQ-4471-REFERRAL"
MARKS = (LEAVER, REFERRAL, "9990000018", "Zzqforename", "Zzqsurname", "1911-03-17", "zzq@x.example")
CONSENTS_HEADER = "client_id,purpose,event,happened_on,expires_on,notice_version,evidence\n"
OUTCOMES_HEADER = "client_id,referral_id,measure,timepoint,recorded_on,score\n"
OTHERS = tuple(f"C{number:03}" for number in range(30))
GEOGRAPHY = """
    area_code | parent_code | parent_type | parent_ods_code | parent_name
    E01900001 | E54000057   | icb         | QOP             | Here
    E01900001 | D1          | ltla        |                 | Town
"""


def event(person: str, kind: str, day: str, purpose: str = "service_evaluation") -> str:
    return f"{person},{purpose},{kind},{day},,PN-1,form\n"


def delivery(people: Sequence[str], events: Sequence[str], salt: str = "") -> dict[str, str]:
    """A full delivery. The leaver also has rows that break a rule."""
    persons = [
        f"{p},{'9990000018' if p == LEAVER else ''},Zzqforename,Zzqsurname,"
        f"{'1911-03-17' if p == LEAVER else '1960-05-01'},female,XA1 1AA,A,2025-01-10,"
        f"{'zzq@x.example' if p == LEAVER else salt}\n"
        for p in people
    ]
    referrals, outcomes = [], []
    for p in people:
        referral = REFERRAL if p == LEAVER else f"R{p}"
        details = "exercise_on_referral,obesity,general_practice,2025-11-01,2025-11-20"
        referrals.append(f"{referral},{p},,{details},2026-03-01,2026-03-02,\n")
        outcomes.append(f"{p},{referral},active_minutes_week,baseline,2025-11-20,25\n")
        outcomes.append(f"{p},{referral},weight_kg,baseline,2025-11-20,9000\n")
    return {
        "consents_2026.csv": CONSENTS_HEADER + "".join(events),
        "people_2026.csv": PEOPLE_HEADER + "".join(persons),
        "referrals_2026.csv": REFERRALS_HEADER + "".join(referrals),
        "outcomes_2026.csv": OUTCOMES_HEADER + "".join(outcomes),
    }


GRANTS = tuple(event(p, "granted", "2025-01-10") for p in (*OTHERS, LEAVER))
WITHDRAWAL = event(LEAVER, "withdrawn", "2026-09-25")


def bring(bench: Bench, drop: str, files: dict[str, str]) -> IntakeSummary:
    bench.put(PROVIDER, drop, files)
    return take_in(bench.house, PROVIDER, drop, as_of=DAY)


@pytest.fixture
def held(bench: Bench) -> Bench:
    """A house that holds thirty people and the one who will leave."""
    bench.know_postcodes()
    bring(bench, FIRST, delivery((*OTHERS, LEAVER), GRANTS))
    return bench


@pytest.fixture
def left(held: Bench) -> Bench:
    """The same house after a delivery with the withdrawal, in which the person is still listed."""
    bring(held, SECOND, delivery((*OTHERS, LEAVER), [*GRANTS, WITHDRAWAL], "b@x.example"))
    return held


def keys_of_leaver(house: House) -> list[str]:
    return [
        *house.keys.keyed_hash("m1", (PROVIDER,))([LEAVER]),
        *house.keys.keyed_hash("n1", ())(["9990000018"]),
        *house.keys.keyed_hash("r1", (PROVIDER,))([REFERRAL]),
    ]


def traces(house: House, marks: Sequence[str], scratch: Path) -> set[str]:
    """Every place but the inbox, sealed files opened, in which a mark is found."""
    opened = scratch / "opened"
    for path in sorted(house.settings.red.rglob("*.sealed")):
        place = path.relative_to(house.settings.red).as_posix()
        target = opened / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(house.keys.unseal(place, path.read_bytes()))
    folders = [f for f in sorted(house.settings.home.iterdir()) if f.name != "inbox"]
    return {find.place for folder in (*folders, opened) for find in search(folder, marks)}


def stored(house: House) -> dict[str, list[dict[str, Any]]]:
    """Every row about people in the store, whichever delivery brought it."""
    tables = [c for c in house.contracts.store_tables() if c.person_level]
    return {
        contract.name: sorted(
            (
                {k: v for k, v in row.items() if k != "delivery_id"}
                for part in house.store.parts(contract.name)
                for row in pq.read_table(part).to_pylist()
            ),
            key=repr,
        )
        for contract in tables
    }


def receipts(house: House) -> list[dict[str, Any]]:
    folder = house.settings.home / "receipts" / PROVIDER
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def events(house: House) -> list[str]:
    return [entry["event"] for entry in FileLedger(house.settings.ledger).entries()]


def test_the_search_finds_somebody_who_is_held(held: Bench, tmp_path: Path) -> None:
    """Else the next test would prove nothing."""
    held.house.settings.staging.mkdir()
    (held.house.settings.staging / "left-behind.txt").write_text(LEAVER)
    found = traces(held.house, [*MARKS, *keys_of_leaver(held.house)], tmp_path)
    kinds = {place.split("/")[0] for place in found if "quarantine" in place or "person" in place}
    assert kinds
    assert any("left-behind" in place for place in found)


def test_after_a_withdrawal_no_byte_of_the_person_is_left(left: Bench, tmp_path: Path) -> None:
    assert traces(left.house, [*MARKS, *keys_of_leaver(left.house)], tmp_path) == set()


def test_the_others_stay(left: Bench) -> None:
    assert len({row["member_key"] for row in stored(left.house)["person"]}) == len(OTHERS)


def test_it_is_as_if_the_person_had_never_been_there(left: Bench, tmp_path: Path) -> None:
    other = house_of(tmp_path / "other")
    other.know_postcodes()
    theirs = [e for e in GRANTS if not e.startswith(LEAVER)]
    bring(other, FIRST, delivery(OTHERS, theirs))
    bring(other, SECOND, delivery(OTHERS, theirs, "b@x.example"))
    assert stored(left.house) == stored(other.house)


def test_the_next_release_counts_the_others_only(left: Bench, tmp_path: Path) -> None:
    other = house_of(tmp_path / "other")
    other.know_postcodes()
    theirs = [e for e in GRANTS if not e.startswith(LEAVER)]
    bring(other, FIRST, delivery(OTHERS, theirs))
    bring(other, SECOND, delivery(OTHERS, theirs, "b@x.example"))
    assert released(left.house) == released(other.house)


def released(house: House) -> list[dict[str, Any]]:
    put_in_store(house, "ons_geography", "0" * 12, {"geography": GEOGRAPHY})
    plan = plan_release(
        house, vintage="2026", period_end=dt.date(2026, 9, 30), as_of=DAY, icbs=["QOP"]
    )
    release = make_release(house, plan, SIGNED)
    table = pq.read_table(release.folder / "QOP" / "programme_outcomes.parquet")
    names = [n for n in table.column_names if n != "release_id"]
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    return rows


def house_of(home: Path) -> Bench:
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "no-expectations"),
    }
    return Bench(open_house(settings_from(environ), environ))


def test_the_receipt_names_the_place_in_the_providers_own_file(left: Bench) -> None:
    [receipt] = receipts(left.house)
    assert [(p["row"], p["withdrawn_on"], p["removed"]) for p in receipt["people"]] == [
        (len(GRANTS) + 1, "2026-09-25", "removed")
    ]


def test_a_receipt_tells_no_count_under_eight(left: Bench) -> None:
    [receipt] = receipts(left.house)
    assert receipt["removed"]["person"] == "removed"


def test_the_act_is_recorded_before_and_after(left: Bench) -> None:
    acts = [e for e in events(left.house) if e.startswith("withdrawal")]
    assert acts == ["withdrawal_started", "withdrawal_done"]


def test_old_rows_sent_again_are_refused_by_the_register(left: Bench) -> None:
    again = delivery((*OTHERS, LEAVER), GRANTS, "c@x.example")
    summary = bring(left, THIRD, again)
    people = next(t for t in summary.tables if t.table == "participant")
    assert people.refused == {"withdrawn": 1}


def test_a_later_delivery_of_the_person_leaves_no_trace_either(left: Bench, tmp_path: Path) -> None:
    bring(left, THIRD, delivery((*OTHERS, LEAVER), GRANTS, "c@x.example"))
    assert traces(left.house, [*MARKS, *keys_of_leaver(left.house)], tmp_path) == set()


def test_one_withdrawal_gives_one_receipt(left: Bench) -> None:
    bring(left, THIRD, delivery((*OTHERS, LEAVER), [*GRANTS, WITHDRAWAL], "c@x.example"))
    assert len(receipts(left.house)) == 1


def test_who_agrees_again_is_there_again(left: Bench) -> None:
    again = [*GRANTS, WITHDRAWAL, event(LEAVER, "granted", "2026-09-29")]
    bring(left, THIRD, delivery((*OTHERS, LEAVER), again, "c@x.example"))
    [key, *_] = keys_of_leaver(left.house)
    assert key in {row["member_key"] for row in stored(left.house)["person"]}


def test_a_person_who_withdrew_and_came_in_on_an_earlier_day_of_use_leaves_at_the_next_intake(
    left: Bench, tmp_path: Path
) -> None:
    left.put(PROVIDER, THIRD, delivery((*OTHERS, LEAVER), GRANTS, "c@x.example"))
    take_in(left.house, PROVIDER, THIRD, as_of=dt.date(2026, 9, 24))
    bring(left, "2026-10-01", delivery(OTHERS, GRANTS, "d@x.example"))
    assert traces(left.house, keys_of_leaver(left.house), tmp_path) == set()


def test_a_consent_that_ran_out_purges_nobody(held: Bench) -> None:
    ended = f"{LEAVER},service_evaluation,expired,2026-09-25,,PN-1,form\n"
    bring(held, SECOND, delivery(OTHERS, [*GRANTS, ended], "b@x.example"))
    [key, *_] = keys_of_leaver(held.house)
    assert key in {row["member_key"] for row in stored(held.house)["person"]}


def test_a_narrowing_to_nothing_purges(held: Bench, tmp_path: Path) -> None:
    narrowed = event(LEAVER, "narrowed", "2026-09-25")
    bring(held, SECOND, delivery(OTHERS, [*GRANTS, narrowed], "b@x.example"))
    assert traces(held.house, keys_of_leaver(held.house), tmp_path) == set()


def test_a_delivery_that_is_refused_later_on_has_purged_all_the_same(
    held: Bench, tmp_path: Path
) -> None:
    files = delivery((*OTHERS, LEAVER), [*GRANTS, WITHDRAWAL], "b@x.example")
    files["outcomes_2026.csv"] = "points\n1\n"
    with pytest.raises(Exception, match="columns-unknown"):
        bring(held, SECOND, files)
    assert traces(held.house, [*MARKS, *keys_of_leaver(held.house)], tmp_path) == set()


def test_the_state_of_the_store_changes_so_that_a_plan_made_before_is_stale(held: Bench) -> None:
    before = held.house.store.state()
    files = delivery((*OTHERS, LEAVER), [*GRANTS, WITHDRAWAL], "b@x.example")
    files["outcomes_2026.csv"] = "points\n1\n"
    with pytest.raises(Exception, match="columns-unknown"):
        bring(held, SECOND, files)
    assert held.house.store.state() != before


def test_candidates_and_the_table_of_who_is_the_same_person_are_removed(held: Bench) -> None:
    made = [held.house.settings.staging / "r", held.house.settings.amber / "identity" / "r"]
    for folder in made:
        folder.mkdir(parents=True)
    bring(held, SECOND, delivery(OTHERS, [*GRANTS, WITHDRAWAL], "b@x.example"))
    assert [folder for folder in made if folder.exists()] == []


KILL = """
import datetime as dt, os, sys
import pipelines.withdrawal as withdrawal
from pipelines.core.settings import settings_from
from pipelines.house import open_house
from pipelines.intake import take_in
setattr(withdrawal, sys.argv[1], lambda *a, **k: os._exit(9))
house = open_house(settings_from(os.environ), os.environ)
take_in(house, "movewell_referrals", "2026-09-28", as_of=dt.date(2026, 10, 1))
"""


@pytest.mark.parametrize(
    "killed_at", ["_carry_out", "_remove_what_was_made_of_them", "_give_receipt", "write_done"]
)
def test_a_run_killed_in_the_middle_is_finished_by_the_next(
    held: Bench, tmp_path: Path, killed_at: str
) -> None:
    files = delivery((*OTHERS, LEAVER), [*GRANTS, WITHDRAWAL], "b@x.example")
    held.put(PROVIDER, SECOND, files)
    environ = {
        **os.environ,
        "WIDEBRIDGE_HOME": str(held.house.settings.home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(held.house.settings.expectations),
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILL, killed_at], env=environ, cwd=PROJECT, check=False
    )
    assert killed.returncode == 9
    take_in(held.house, PROVIDER, SECOND, as_of=DAY)
    assert traces(held.house, [*MARKS, *keys_of_leaver(held.house)], tmp_path) == set()
    assert [p["removed"] for r in receipts(held.house) for p in r["people"]][:1] == ["removed"]


def test_receipt_and_ledger_hold_no_pseudonym(left: Bench) -> None:
    texts = [left.house.settings.ledger.read_text()]
    texts += [json.dumps(receipt) for receipt in receipts(left.house)]
    [token] = left.house.keys.tokens("m1", (PROVIDER,))([LEAVER])
    assert len(texts) == 2
    assert not any(
        token in text or base64.b64encode(token.encode()).decode() in text for text in texts
    )
