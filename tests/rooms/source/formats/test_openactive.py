"""OpenActive feeds: pages in, opportunities out, and nobody who is named in them."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.core.errors import BadAgreement, BadDelivery
from pipelines.source.formats import find_reader
from pipelines.source.opportunities import COLUMNS

HOST = "https://feeds.example/rpde/series"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
Json = dict[str, Any]


def read(*pages: Json, modified: str = "unix_seconds") -> list[Json]:
    data = "\n".join(json.dumps(page) for page in pages).encode()
    tables = find_reader("openactive")(io.BytesIO(data), {"modified": modified})
    rows: list[Json] = pa.concat_tables(tables).to_pylist()
    return rows


def page(*items: Json | str, next_: str = "1", **others: Any) -> Json:
    return {"next": f"{HOST}?after={next_}", "items": list(items), "license": LICENCE, **others}


def series(name: str = "s1", modified: int | str = 1_700_000_000, **data: Any) -> Json:
    data = {"@type": "SessionSeries", "@id": f"{HOST}/{name}", **data}
    return {"state": "updated", "kind": "SessionSeries", "id": name, "modified": modified,
            "data": data}  # fmt: skip


def deleted(name: str = "s1", modified: int = 1_700_000_001) -> Json:
    return {"state": "deleted", "kind": "SessionSeries", "id": name, "modified": modified}


def session(name: str, start: str, of: str = "s1", **data: Any) -> Json:
    data = {"@type": "ScheduledSession", "@id": f"{HOST}/{of}/{name}", "superEvent": f"{HOST}/{of}",
            "startDate": start, **data}  # fmt: skip
    return {"state": "updated", "kind": "ScheduledSession", "id": name, "modified": 1_700_000_000,
            "data": data}  # fmt: skip


def whole(*items: Json) -> list[Json]:
    """A feed of one page and its end, read."""
    return read(page(*items), page())


def ids(rows: list[Json]) -> list[str]:
    return [row["opportunity_id"] for row in rows]


def test_pages_are_read_to_the_end() -> None:
    found = read(page(series("a")), page(series("b"), next_="2"), page(next_="2"))
    assert ids(found) == ["a", "b"]


def test_a_page_fetched_twice_counts_once() -> None:
    found = read(page(series("a")), page(series("a")), page(series("b"), next_="2"),
                 page(series("a")), page(next_="2"), page(next_="2"))  # fmt: skip
    assert ids(found) == ["a", "b"]


def test_two_feeds_may_follow_each_other_in_one_file() -> None:
    found = read(page(series("a")), page(), page(series("b"), next_="9"), page(next_="9"))
    assert ids(found) == ["a", "b"]


@pytest.mark.parametrize(
    "pages",
    [
        [page(series())],
        [page(series()), page(next_="2")],
        [page()],
        [page(series()), page(), page(series("b"), next_="9")],
    ],
    ids=["no empty page", "an empty page that names another", "an empty page alone",
         "the second feed breaks off"],
)  # fmt: skip
def test_a_feed_that_breaks_off_is_refused(pages: list[Json]) -> None:
    with pytest.raises(BadDelivery) as caught:
        read(*pages)
    assert caught.value.code == "delivery-feed-unfinished"


def test_an_empty_feed_is_one_whose_first_page_names_itself() -> None:
    assert read(page(), page()) == []


def test_what_is_told_later_replaces_what_was_told_before() -> None:
    old, new = series(modified=5, ageRange={"minValue": 16}), series(modified=6)
    assert whole(old, new)[0]["age_from"] is None


def test_an_older_version_that_comes_later_replaces_nothing() -> None:
    new, old = series(modified=6, ageRange={"minValue": 16}), series(modified=5)
    assert whole(new, old)[0]["age_from"] == "16"


def test_what_was_deleted_is_gone() -> None:
    assert whole(series(), deleted()) == []


def test_what_comes_back_after_it_was_deleted_is_there() -> None:
    assert len(whole(deleted(modified=1), series(modified=2))) == 1


def test_the_licence_of_its_page_stays_with_every_opportunity() -> None:
    assert whole(series())[0]["licence"] == LICENCE


@pytest.mark.parametrize(
    "broken",
    [
        {"items": []},
        page(license=""),
        page({"state": "updated", "kind": "SessionSeries", "id": "a", "modified": 1}),
        page({"state": "moved", "kind": "SessionSeries", "id": "a", "modified": 1, "data": {}}),
        page({"state": "deleted", "kind": "SessionSeries", "id": "a", "modified": True}),
        page("text"),
        page(series(modified=1), series(modified="2")),
    ],
    ids=["no next", "no licence", "no data", "an unknown state", "a time that is none",
         "no object", "two ways to count changes"],
)  # fmt: skip
def test_a_page_of_another_form_is_refused_without_a_value(broken: Json) -> None:
    with pytest.raises(BadDelivery) as caught:
        read(broken, page())
    assert (caught.value.code, "SessionSeries" in str(caught.value)) == ("delivery-feed", False)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b'{"next": NaN}', b"[" * 100_000])
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    with pytest.raises(BadDelivery) as caught:
        list(find_reader("openactive")(io.BytesIO(data), {"modified": "unix_seconds"}))
    assert caught.value.code == "delivery-feed"


PERSON = {"@type": "Person", "givenName": "Wilhelmina", "familyName": "Featherstonehaugh",
          "email": "w@x.example", "telephone": "01632 960123"}  # fmt: skip


def test_nobody_whom_a_feed_names_gets_through() -> None:
    found = whole(
        series(
            name="Yoga with Wilhelmina", description="Ring Wilhelmina on 01632 960123",
            leader=[PERSON], organizer=PERSON, contributor=[PERSON], contactPoint=PERSON,
            url="https://x.example/wilhelmina", schedulingNote="Ask Wilhelmina",
            location={"name": "Pool", "telephone": "01632 960123", "email": "w@x.example",
                      "description": "Wilhelmina's pool",
                      "address": {"streetAddress": "Featherstonehaugh Road"}},
        )
    )  # fmt: skip
    told = json.dumps(found).lower()
    assert [w for w in ("wilhelmina", "featherstonehaugh", "@", "960123") if w in told] == []


def test_only_the_columns_that_are_named_come_out() -> None:
    assert list(whole(series(anything="else"))[0]) == list(COLUMNS)


def test_sessions_of_a_feed_of_their_own_belong_to_their_series() -> None:
    found = whole(
        series(),
        session("1", "2026-10-05T10:00:00Z", maximumAttendeeCapacity=10),
        session("2", "2026-10-07T10:00:00Z", maximumAttendeeCapacity=12),
        session("3", "2026-10-14T10:00:00Z", maximumAttendeeCapacity=12),
        session("4", "2026-10-15T10:00:00Z", eventStatus="https://schema.org/EventCancelled"),
    )
    (row,) = found
    assert [row[c] for c in ("starts_on", "ends_on", "sessions_per_week", "capacity")] == [
        "2026-10-05", "2026-10-14", "1.5", "12",
    ]  # fmt: skip


def test_a_series_told_inside_its_session_counts_once() -> None:
    above = {"@type": "SessionSeries", "@id": f"{HOST}/s1", "ageRange": {"minValue": 16}}
    found = whole(session("1", "2026-10-05", superEvent=above),
                  session("2", "2026-10-12", superEvent=above))  # fmt: skip
    assert [(row["age_from"], row["sessions_per_week"]) for row in found] == [("16", "1.0")]


@pytest.mark.parametrize(
    ("schedule", "weekly"),
    [
        ({"repeatFrequency": "P1W"}, "1.0"),
        ({"repeatFrequency": "P1W", "byDay": ["schema:Monday", "schema:Friday"]}, "2.0"),
        ({"repeatFrequency": "P2W", "byDay": ["schema:Monday"]}, "0.5"),
        ({"repeatFrequency": "P1D"}, "7.0"),
        ({"repeatFrequency": "P1D", "repeatCount": 3}, "3.0"),
        ({"repeatFrequency": "P1M"}, None),
        ({"repeatFrequency": "P0W"}, None),
        ({}, None),
    ],
)
def test_sessions_a_week_come_from_the_schedule(schedule: Json, weekly: str | None) -> None:
    assert whole(series(eventSchedule=[schedule]))[0]["sessions_per_week"] == weekly


@pytest.mark.parametrize(
    ("data", "price"),
    [
        ({"isAccessibleForFree": True}, "0"),
        ({"offers": [{"price": 4, "priceCurrency": "GBP"}, {"price": 3.5, "priceCurrency": "GBP"}]},
         "3.5"),
        ({"offers": [{"price": 0}]}, "0.0"),
        ({"offers": [{"price": 4, "priceCurrency": "EUR"}]}, None),
        ({"offers": [{"price": "4"}]}, None),
        ({"offers": [{"price": True, "priceCurrency": "GBP"}]}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_price_is_the_lowest_in_pounds(data: Json, price: str | None) -> None:
    assert whole(series(**data))[0]["price"] == price


@pytest.mark.parametrize(
    ("restriction", "access"),
    [("NoRestriction", "anyone"), ("FemaleOnly", "women_only"), ("MaleOnly", "men_only"),
     ("Whatever", None)],
)  # fmt: skip
def test_who_may_come_is_as_told_and_never_guessed(restriction: str, access: str | None) -> None:
    found = whole(series(genderRestriction=f"https://openactive.io/{restriction}"))
    assert found[0]["access_criteria"] == access


def test_what_an_impairment_is_called_elsewhere_is_another_one() -> None:
    labels = ["Visual impairment", "Hearing impairment", "Bad knees"]
    found = whole(series(accessibilitySupport=[{"prefLabel": label} for label in labels]))
    assert found[0]["accessibility"] == "hearing impairment; other; visual impairment"


@pytest.mark.parametrize(
    ("counts", "day"), [("unix_seconds", "2023-11-14"), ("change_number", None)]
)
def test_a_change_number_is_no_day(counts: str, day: str | None) -> None:
    found = read(page(series()), page(), modified=counts)
    assert found[0]["updated_on"] == day


def test_an_agreement_says_what_times_of_change_count() -> None:
    with pytest.raises(BadAgreement):
        list(find_reader("openactive")(io.BytesIO(b""), {}))


def test_an_id_that_is_no_plain_word_becomes_a_digest() -> None:
    found = whole(series("https://x.example/wilhelmina"))
    assert (len(ids(found)[0]), "wilhelmina" in ids(found)[0]) == (24, False)


EXAMPLES = {
    "sessionseries-split_example_1": ["Middlesbrough Sports Village", "TS4 3AE", "2.0", "3.3"],
    "sessionseries_example_1": ["Middlesbrough Sports Village", "TS4 3AE", "1.0", "3.3"],
    "courseinstance_example_1": ["Trent College and The Elms", "NG10 4AD", "3.0", "124.0"],
    "event_example_1": ["Middlesbrough Sports Village", "TS4 3AE", None, "0"],
    "facilityuse_example_1": ["Example Leisure Centre", "BS1 4SD", None, "10.0"],
}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_examples_of_the_standard_are_read(reference: Path, name: str) -> None:
    first = json.loads((reference / "openactive" / "examples" / f"{name}.json").read_text())
    (row,) = read(first, {**first, "items": []})
    shown = [row[c] for c in ("site_name", "postcode", "sessions_per_week", "price")]
    assert shown == EXAMPLES[name]


def test_a_series_and_its_sessions_of_the_standards_examples_become_one(reference: Path) -> None:
    folder = reference / "openactive" / "examples"
    names = ("sessionseries-split_example_1", "scheduledsession-split_example_1")
    pages = [json.loads((folder / f"{name}.json").read_text()) for name in names]
    (row,) = read(*[p for page in pages for p in (page, {**page, "items": []})])
    assert (row["capacity"], row["accessibility"]) == ("10", "visual impairment")
