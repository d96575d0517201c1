"""A fourth provider whose format is known takes one YAML file and a sample, and no Python."""

import datetime as dt
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.core.settings import PROJECT, settings_from
from pipelines.house import open_house
from pipelines.intake import take_in
from tests.conftest import TEST_KEY, Bench

AGREEMENT = """\
provider: seaview_gym
name: Seaview Gym
kind: provider
description: A small gym that exports three spreadsheets as CSV.
owner: owner@seaview.example
agreement:
  reference: DSA-2026-004
  signed_on: 2026-01-01
  expires_on: 2028-01-01
  dpia_review_by: 2027-06-30
  lawful_basis: {article_6: 6(1)(e) public task, article_9: 9(2)(a) explicit consent}
  purposes: [service_evaluation]
  opt_out: {applies: false, reason: members agreed to this use and no care record is involved}
transport: folder
connection: seaview_inbox
schedule: "@monthly"
files:
  - table: consent_event
    pattern: consents.csv
    format: csv
    date_format: "%d.%m.%Y"
    columns: {No: person_ref, For: purpose, What: event, Day: happened_on, Form: notice_version}
    volume: {min_rows: 1, max_rows: 100000}
  - table: participant
    pattern: members.csv
    format: csv
    date_format: "%d.%m.%Y"
    constants: {person_kind: member, member_status: active}
    columns: {No: person_ref, Born: birth_date, Sex: sex}
    ignore: {Full name: names are not needed to count people}
    values: {sex: {W: "2", M: "1"}}
    volume: {min_rows: 1, max_rows: 100000}
  - table: attendance
    pattern: checkins.csv
    format: csv
    options: {delimiter: ";"}
    timestamp_format: "%d.%m.%Y %H:%M"
    constants: {site: Seaview, event_type: swipe}
    columns: {Id: source_record_id, No: person_ref, In: entered_at}
    volume: {min_rows: 1, max_rows: 100000}
"""
SAMPLE = {
    "consents.csv": "No,For,What,Day,Form\n7,service_evaluation,granted,01.02.2026,PN-1\n",
    "members.csv": "No,Full name,Born,Sex\n7,A Person,03.04.1970,W\n8,B Person,03.04.1970,M\n",
    "checkins.csv": "Id;No;In\n1;7;05.07.2026 18:30\n2;8;05.07.2026 18:30\n3;7;31.06.2026 18:30\n",
}


@pytest.fixture
def bench_with_seaview(tmp_path: Path) -> Bench:
    schemas = tmp_path / "schemas"
    shutil.copytree(PROJECT / "schemas", schemas)
    (schemas / "providers" / "seaview_gym.yaml").write_text(AGREEMENT)
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path / "home"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_SCHEMAS": str(schemas),
        "WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "none"),
    }
    return Bench(open_house(settings_from(environ), environ))


def test_its_sample_becomes_canonical_rows(bench_with_seaview: Bench) -> None:
    house = bench_with_seaview.house
    bench_with_seaview.put("seaview_gym", "2026-07-31", SAMPLE)
    summary = take_in(house, "seaview_gym", "2026-07-31", as_of=dt.date(2026, 8, 1))
    visits = next(t for t in summary.tables if t.table == "attendance")
    assert (visits.kept, visits.refused) == (1, {"never_asked": 1})
    assert visits.quarantined == {"attendance.entered_at.type": 1}
    (part,) = house.store.parts("person_day")
    row = pq.read_table(part).to_pylist()[0]
    assert (row["attended_on"], row["visits"]) == (dt.date(2026, 7, 5), 1)
