"""What leaves: one coarse row for each consented person, under the recipient's own pseudonyms."""

import dataclasses
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import Refused
from pipelines.core.files import write_whole
from pipelines.core.given_rows import forget_members, given_to
from pipelines.core.ports import Recipient
from pipelines.core.stages import Release
from pipelines.extract import make_extract, plan_extract
from pipelines.extract.history import INTENDED, PUBLISHED, sent_before
from pipelines.house import House
from pipelines.protect.person_level import shared_pseudonyms
from tests.conftest import Bench
from tests.rooms.extract.conftest import DAY, PEOPLE, SIGNED, asked, domain, extracted, fill

FINE = re.compile(r"\d{4}-\d\d-\d\d|E01\d{6}|\bL\d\b|m1\.|n1\.")
"""A day, a neighbourhood, a key of the store."""


def rows_of(house: House, release: Release) -> pa.Table:
    manifest = json.loads((release.folder / "manifest.json").read_text())
    whose = Recipient(
        manifest["recipient"]["code"],
        manifest["purpose"],
        manifest["opt_out"],
        manifest["pseudonyms"]["epoch"],
    )
    key = house.keys.extract_key(whose, release.release_id)
    return pq.read_table(
        release.folder / "leisure_activity.parquet", decryption_properties=key.decryption()
    )


def test_there_is_one_row_for_each_person_and_none_for_a_member_twice(house: House) -> None:
    rows = rows_of(house, extracted(house, "QWO", "sex", "programme_status"))
    pseudonyms = rows["pseudonym"].to_pylist()
    assert len(pseudonyms) == PEOPLE
    assert len(set(pseudonyms)) == PEOPLE


def test_only_people_of_the_named_icbs_are_in_it(house: House) -> None:
    assert rows_of(house, extracted(house, "QOP", "sex")).num_rows == PEOPLE * 2 // 3


def test_nothing_finer_than_the_house_allows_is_in_it(house: House) -> None:
    text = json.dumps(rows_of(house, extracted(house)).to_pylist())
    assert FINE.findall(text) == []


def test_only_columns_that_were_asked_for_are_in_it(house: House) -> None:
    rows = rows_of(house, extracted(house, "QOP", "sex", "visits"))
    assert rows.column_names == ["pseudonym", "sex", "visits"]


def test_rows_stand_in_the_order_of_their_pseudonyms(house: House) -> None:
    pseudonyms = rows_of(house, extracted(house))["pseudonym"].to_pylist()
    assert pseudonyms == sorted(pseudonyms)


def test_nobody_stands_out(house: House) -> None:
    rows = rows_of(house, extracted(house)).drop_columns(["pseudonym", "programme_status"])
    groups = Counter(tuple(row.values()) for row in rows.to_pylist())
    assert min(groups.values()) >= 8


def test_every_group_has_two_programme_statuses(house: House) -> None:
    rows = rows_of(house, extracted(house)).drop_columns(["pseudonym"]).to_pylist()
    statuses: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        status = row.pop("programme_status")
        statuses.setdefault(tuple(row.values()), set()).add(status)
    assert min(len(found) for found in statuses.values()) >= 2


def test_two_recipients_share_people_and_no_pseudonym(house: House) -> None:
    left = rows_of(house, extracted(house, "QOP", "sex"))
    right = rows_of(house, extracted(house, "QWO", "sex"))
    assert (right.num_rows - left.num_rows, shared_pseudonyms(left, right)) == (PEOPLE // 3, 0)


def test_the_second_recipients_extract_was_attacked_with_the_firsts(house: House) -> None:
    first = extracted(house, "QOP")
    second = extracted(house, "QWO")
    manifest = json.loads((second.folder / "manifest.json").read_text())
    assert [a["against"] for a in manifest["withstood"]["attacks"]] == [first.release_id]


def weakened(house: House, recipient: str, most_linked: float, *columns: str) -> dict[str, Any]:
    """The manifest of an extract in which nobody has to hide in a group."""
    plan = plan_extract(house, asked(recipient, *columns), as_of=DAY)
    rule = dataclasses.replace(plan.rule, k=1, l=1, most_linked=most_linked)
    made = make_extract(house, dataclasses.replace(plan, rule=rule), SIGNED)
    manifest: dict[str, Any] = json.loads((made.folder / "manifest.json").read_text())
    return manifest


def levels(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {name: column["level"] for name, column in manifest["columns"].items()}


def test_with_the_gate_open_another_recipient_recognises_far_more_than_the_limit(
    house: House,
) -> None:
    weakened(house, "QOP", 1.0)
    (attack,) = weakened(house, "QWO", 1.0)["withstood"]["attacks"]
    assert attack["linked_percent"] > 5


def test_the_gate_makes_such_an_extract_coarser_until_the_attack_fails(house: House) -> None:
    fine = weakened(house, "QOP", 1.0)
    coarse = weakened(house, "QWO", 0.02)
    (attack,) = coarse["withstood"]["attacks"]
    assert levels(coarse) != levels(fine)
    assert attack["passed"]
    assert (attack["linked_percent"] or 0) <= 2


def test_where_no_level_is_coarse_enough_nothing_leaves(house: House) -> None:
    weakened(house, "QOP", 1.0, "sex", "visits")
    with pytest.raises(Refused) as refused:
        weakened(house, "QWO", -0.01, "sex", "visits")
    assert refused.value.code == "extract-linkable"


def test_a_second_run_changes_nothing(house: House) -> None:
    first = extracted(house)
    before = {p.name: p.read_bytes() for p in first.folder.iterdir()}
    extracted(house)
    assert {p.name: p.read_bytes() for p in first.folder.iterdir()} == before


def test_a_run_that_died_before_its_receipt_is_recorded_by_the_next(house: House) -> None:
    extracted(house)
    forget_the_receipt(house)
    extracted(house)
    assert [before.event for before in sent_before(house.settings)] == [INTENDED, PUBLISHED]


def test_a_run_that_died_before_anything_left_is_recorded_by_the_next(house: House) -> None:
    first = extracted(house)
    forget_the_receipt(house)
    shutil.rmtree(first.folder)
    extracted(house)
    events = [entry["event"] for entry in house.ledger.entries()]
    assert events[-4:] == [INTENDED, "extract_abandoned", INTENDED, PUBLISHED]


def forget_the_receipt(house: House) -> None:
    """As a crash leaves the ledger: neither the receipt nor the checkpoint over it was written."""
    lines = house.settings.ledger.read_bytes().splitlines(keepends=True)
    write_whole(house.settings.ledger, b"".join(lines[:-1]))
    house.settings.ledger.with_name("checkpoint.txt").unlink()


def test_somebody_who_withdraws_leaves_the_rows_that_are_kept(house: House) -> None:
    release = extracted(house, "QOP", "sex")
    before = given_to(release.release_id, house.settings, house.keys)
    named = before.members.to_pylist()[0]
    both = [m for m in before.members.to_pylist() if m["row"] == named["row"]]
    for member in both:
        forget_members(house.settings, house.keys, member["provider"], [member["member_key"]])
    after = given_to(release.release_id, house.settings, house.keys)
    assert (len(both), before.rows.num_rows - after.rows.num_rows) == (2, 1)
    assert before.members.num_rows - after.members.num_rows == 2


def test_the_manifest_tells_no_count_of_a_few(house: House) -> None:
    extracted(house, "QOP")
    manifest = json.loads((extracted(house, "QWO").folder / "manifest.json").read_text())
    (attack,) = manifest["withstood"]["attacks"]
    told = [manifest["people"], manifest["people_left_out"], attack["people_in_both"]]
    assert [n for n in [*told, attack["linked"]] if n is not None and n % 5] == []


def test_the_ledger_says_what_left_to_whom_under_which_agreement(house: House) -> None:
    release = extracted(house)
    (sent,) = [s for s in sent_before(house.settings) if s.event == PUBLISHED]
    assert (sent.release_id, sent.whose) == (release.release_id, domain())
    assert sent.facts["agreement"] == "DSA-2026-201"
    assert "left_out" not in sent.facts


def test_a_run_that_died_before_the_folder_had_its_name_is_made_again(house: House) -> None:
    release = extracted(house)
    release.folder.rename(release.folder.with_name(f".{release.folder.name}.part"))
    forget_the_receipt(house)
    assert extracted(house).folder == release.folder
    assert [p.name for p in release.folder.parent.iterdir() if p.suffix == ".part"] == []


def test_where_nobody_consented_nothing_leaves(bench: Bench) -> None:
    fill(bench.house, without_consent=range(PEOPLE))
    with pytest.raises(Refused) as refused:
        extracted(bench.house)
    assert refused.value.code == "extract-unpeopled"


def test_somebody_without_consent_is_not_in_it(bench: Bench) -> None:
    fill(bench.house, without_consent=range(30))
    rows = rows_of(bench.house, extracted(bench.house, "QWO", "sex"))
    assert rows.num_rows == PEOPLE - 30
