"""Feeds and lists of opportunities on their way into the store: what is kept, and what is not."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import BadDelivery
from pipelines.counts import IntakeSummary
from pipelines.intake import find_all_drops, take_in
from pipelines.measure import open_directories
from tests.conftest import Bench

DAY = dt.date(2026, 10, 15)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ADDRESS = "https://feeds.harbour.example/rpde/session-series?afterChangeNumber=1"
LIST_HEADER = (
    "programme_id,programme,activity,site,postcode,runs_from,runs_to,sessions_a_week,places,price,"
    "access,age_from,age_to,staff,accessibility,last_changed,contact,contact_email\n"
)


def feed(**data: Any) -> str:
    series = {
        "@type": "SessionSeries", "name": "Yoga with Wilhelmina",
        "leader": [{"@type": "Person", "givenName": "Wilhelmina"}],
        "location": {"name": "Harbour Pool", "address": {"postalCode": "XA1 1AA"}}, **data,
    }  # fmt: skip
    item = {"state": "updated", "kind": "SessionSeries", "id": "1", "modified": 1_790_000_000,
            "data": series}  # fmt: skip
    pages = [{"next": ADDRESS, "items": items, "license": LICENCE} for items in ([item], [])]
    return "\n".join(json.dumps(page) for page in pages)


def take_feed(bench: Bench, text: str) -> IntakeSummary:
    bench.put("harbour_openactive", "2026-09-30", {"feeds_2026-09-30.json": text})
    return take_in(bench.house, "harbour_openactive", "2026-09-30", as_of=DAY)


def take_list(bench: Bench, *rows: str) -> IntakeSummary:
    files = {"programmes_2026.csv": LIST_HEADER + "\n".join(rows) + "\n"}
    bench.put("movewell_programmes", "2026-09-30", files)
    return take_in(bench.house, "movewell_programmes", "2026-09-30", as_of=DAY)


def programme(name: str = "Better Backs", site: str = "Town Hall", access: str = "referral") -> str:
    return (
        f"P1,{name},Pilates,{site},xa11aa,2026-01-05,,2,12,3.50,{access},18,,Level 3 referral,"
        "hearing impairment; visual impairment,2026-09-01,Wilhelmina,w@movewell.example"
    )


def stored(bench: Bench) -> list[dict[str, Any]]:
    parts = bench.house.store.parts("placed_opportunity")
    rows: list[dict[str, Any]] = pa.concat_tables(pq.read_table(p) for p in parts).to_pylist()
    return rows


@pytest.fixture
def placed(bench: Bench) -> Bench:
    bench.know_postcodes()
    return bench


def test_a_feeds_opportunity_is_kept_with_its_neighbourhood_and_licence(placed: Bench) -> None:
    take_feed(placed, feed())
    (row,) = stored(placed)
    shown = [row[c] for c in ("provider", "opportunity_id", "lsoa21_code", "licence", "updated_on")]
    assert shown == ["harbour_openactive", "1", "E01900001", LICENCE, dt.date(2026, 9, 21)]


def test_a_row_of_a_list_is_kept_with_what_no_feed_tells(placed: Bench) -> None:
    take_list(placed, programme())
    (row,) = stored(placed)
    names = ("programme_name", "access_criteria", "staff_qualification", "price", "lsoa21_code")
    assert [row[c] for c in names] == [
        "Better Backs", "referral", "level_3_exercise_referral", 3.5, "E01900001",
    ]  # fmt: skip


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("word", [b"Wilhelmina", b"XA1 1AA", b"movewell.example"])
def test_no_contact_and_no_full_postcode_goes_past_the_red_zone(placed: Bench, word: bytes) -> None:
    take_feed(placed, feed())
    take_list(placed, programme())
    parts = placed.house.store.parts("placed_opportunity")
    rows = repr(stored(placed)).encode() + b"".join(p.read_bytes() for p in parts)
    assert (len(parts), word in rows) == (2, False)


@pytest.mark.parametrize("provider", ["harbour_openactive", "movewell_programmes"])
def test_a_file_that_may_name_contacts_does_not_stay(placed: Bench, provider: str) -> None:
    take_feed(placed, feed())
    take_list(placed, programme())
    assert list((placed.house.settings.red / "landing" / provider).glob("*")) == []


@pytest.mark.parametrize(
    "name",
    ["Ring 01632 960789", "Ask w@movewell.example", "Hall XA1 1AA", "(01632) 960 789",
     "hall m154ab"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["name", "site"])
def test_a_name_that_holds_a_contact_puts_its_row_aside(
    placed: Bench, name: str, place: str
) -> None:
    summary = take_list(placed, programme(**{place: name}))
    assert [t.quarantined for t in summary.tables] == [{"opportunity.contact_in_text": 1}]


@pytest.mark.parametrize("name", ["Over 60s", "Couch to 5k", "Phase 4 cardiac", "Walk 10,000"])
def test_a_number_in_a_name_is_not_a_contact(placed: Bench, name: str) -> None:
    summary = take_list(placed, programme(f'"{name}"'))
    assert [t.kept for t in summary.tables] == [1]


def test_a_word_for_access_that_was_not_agreed_puts_its_row_aside(placed: Bench) -> None:
    summary = take_list(placed, programme(access="whoever"))
    assert [t.quarantined for t in summary.tables] == [{"opportunity.access_criteria.allowed": 1}]


def test_a_newer_feed_replaces_the_one_before(placed: Bench) -> None:
    take_feed(placed, feed(ageRange={"minValue": 16}))
    later = {"feeds_2026-10-01.json": feed(ageRange={"minValue": 60})}
    placed.put("harbour_openactive", "2026-10-01", later)
    take_in(placed.house, "harbour_openactive", "2026-10-01", as_of=DAY)
    house = placed.house
    with open_directories(house.settings, house.contracts, house.store) as engine:
        ages = engine.run("select age_from from placed_opportunity", {})["age_from"].to_pylist()
    assert ages == [60]


def test_without_a_postcode_directory_no_list_is_taken_in(bench: Bench) -> None:
    with pytest.raises(BadDelivery) as caught:
        take_list(bench, programme())
    assert caught.value.code == "postcodes-missing"


def test_postcodes_are_taken_in_before_what_needs_them(bench: Bench) -> None:
    bench.put("movewell_programmes", "2026-09-30", {"programmes_2026.csv": LIST_HEADER})
    bench.put("synthetic_postcodes", "2026-09-30", {"postcodes.csv": "postcode,lsoa21\n"})
    folders = [name for name, _ in find_all_drops(bench.house, None) if name != "outcome_facts"]
    assert folders == ["synthetic_postcodes", "movewell_programmes"]
