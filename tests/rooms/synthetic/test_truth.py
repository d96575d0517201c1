"""The sidecar adds up, names nobody, and agrees with what the intake line finds."""

import datetime as dt
import json
from pathlib import Path

import pytest

from pipelines.core.settings import settings_from
from pipelines.counts import IntakeSummary
from pipelines.house import open_house
from pipelines.intake import find_drops, take_in
from pipelines.synthetic import TableTruth
from tests.conftest import TEST_KEY
from tests.rooms.synthetic.conftest import Written, read_rows
from tests.rooms.synthetic.recounts import HARBOUR, MOVEWELL, PARKSIDE

AS_OF = dt.date(2026, 10, 15)


@pytest.fixture(scope="session")
def taken(dirty: Written, tmp_path_factory: pytest.TempPathFactory) -> list[IntakeSummary]:
    """All drops, through the intake line."""
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path_factory.mktemp("home")),
        "WIDEBRIDGE_INBOX": str(dirty.inbox),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
    }
    house = open_house(settings_from(environ), environ)
    every = [
        take_in(house, provider, drop, as_of=AS_OF)
        for provider in ("synthetic_postcodes", HARBOUR, PARKSIDE, MOVEWELL)
        for drop in find_drops(house, provider)
    ]
    return [summary for summary in every if summary.provider != "synthetic_postcodes"]


def test_the_intake_line_counts_exactly_what_was_planted(
    dirty: Written, taken: list[IntakeSummary]
) -> None:
    found = {
        (s.provider, s.drop_name, t.table): TableTruth(
            t.received, t.kept, dict(t.refused), dict(t.quarantined), dict(t.noted)
        )
        for s in taken
        for t in s.tables
    }
    planted = {
        (drop.provider, drop.drop, table): truth
        for drop in dirty.sidecar.drops
        for table, truth in drop.tables.items()
    }
    assert found == planted


def test_every_reason_to_refuse_occurs(dirty: Written) -> None:
    reasons = {r for d in dirty.sidecar.drops for f in d.files for r in f.refused}
    assert reasons == {
        "no_person_reference", "never_asked", "unreadable_event", "other_purpose", "withdrawn",
        "expired", "not_yet", "not_covered_then", "parent_consent_missing",
    }  # fmt: skip


def test_the_sidecar_counts_the_rows_of_every_file(dirty: Written) -> None:
    counted = {
        (drop.provider, drop.drop, f.name): f.rows
        for drop in dirty.sidecar.drops
        for f in drop.files
    }
    read = {
        (*place, name): len(read_rows(dirty.inbox.joinpath(*place, name)))
        for (*place, name) in counted
    }
    assert read == counted


def test_a_copy_is_not_received(dirty: Written) -> None:
    copies = [f for d in dirty.sidecar.drops for f in d.files if "_resent" in f.name]
    assert [f.received for f in copies] == [0]


def test_the_truth_lies_beside_the_inbox_and_not_in_it(dirty: Written) -> None:
    beside = sorted(
        p.relative_to(dirty.inbox.parent) for p in dirty.inbox.parent.rglob("truth/*/*")
    )
    assert beside == sorted(
        Path("truth") / d.provider / f"{d.drop}.json" for d in dirty.sidecar.drops
    )


def test_the_truth_names_nobody(dirty: Written) -> None:
    texts = [p.read_text("utf-8") for p in dirty.inbox.parent.glob("truth/*/*.json")]
    people = dirty.rows(MOVEWELL, "people_")
    identifiers = {r[c] for r in people for c in ("client_id", "nhs_number", "postcode")} - {""}
    assert [i for i in identifiers for text in texts if i in text] == []


def test_the_truth_gives_each_kind_its_fate(dirty: Written) -> None:
    path = dirty.inbox.parent / "truth" / PARKSIDE / "2026-09-30.json"
    kind = json.loads(path.read_text("utf-8"))["dirt"]["double_swipe"]
    assert (kind["outcome"], kind["code"]) == ("quarantined", "attendance.double_swipe")
