"""What made-up providers offer: an open feed with its usual dirt, and a list of programmes.

Both name contacts who do not exist, so that it shows when one gets through.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.synthetic.builtin_activities import CONCEPTS, SCHEME, concept_id
from pipelines.synthetic.drops import Cell, csv_pieces, finish_drop, open_drop, write_part
from pipelines.synthetic.people import (
    CENTRAL_EAST,
    GREATER_MANCHESTER,
    LINCOLNSHIRE,
    SOUTH_EAST_LONDON,
    SOUTH_YORKSHIRE,
    WEST_YORKSHIRE,
)
from pipelines.synthetic.places import Neighbourhood, postcodes_in

FEED, LIST = "harbour_openactive", "movewell_programmes"
OWN_DRAWS = 40
"""The stream of random numbers of this module alone."""

BOARDS = (
    GREATER_MANCHESTER, WEST_YORKSHIRE, CENTRAL_EAST, LINCOLNSHIRE, SOUTH_YORKSHIRE,
    SOUTH_EAST_LONDON,
)  # fmt: skip
SITES_EACH, SERIES_EACH = 4, 6
PAGE = 25
HOST = "https://feeds.harbour.example/rpde"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SUPPORT = ("Visual impairment", "Hearing impairment", "Physical impairment", "Mental health issues")
LEADER = [{"@type": "Person", "givenName": "Wilhelmina", "familyName": "Featherstonehaugh"}]
ORGANISER = {
    "@type": "Organization", "name": "Harbour Leisure",
    "email": "w.featherstonehaugh@harbour.example",
    "telephone": "01632 960123",
}  # fmt: skip
HEADER = (
    "programme_id", "programme", "activity", "site", "postcode", "runs_from", "runs_to",
    "sessions_a_week", "places", "price", "access", "age_from", "age_to", "staff",
    "accessibility", "last_changed", "contact", "contact_email",
)  # fmt: skip
PROGRAMMES = (
    ("Better Backs", "Pilates"), ("Steady On", "FaME"), ("Heart Start", "Gym"),
    ("Walk Together", "Rambling"), ("Warm Water", "Swimming"), ("Sit and Be Fit", "Seated fun"),
)  # fmt: skip
ACCESS = ("referral", "referral", "self-referral", "open to all", "women only", "members")
STAFF = ("Level 4", "Level 3 referral", "Level 3 referral", "Level 2", "volunteer", "")

Json = dict[str, Any]
Site = tuple[str, str]
"""A name and a postcode."""


def write_offers(
    inbox: Path, neighbourhoods: Sequence[Neighbourhood], seed: int, through: dt.date
) -> None:
    """Write the open feed and the list of programmes as a drop each. Same arguments, same bytes."""
    sites = _sites(neighbourhoods, seed)
    feed = inbox / FEED / through.isoformat()
    open_drop(feed)
    write_part(feed / f"feeds_{through}.json", _feed_pages(sites, seed, through))
    finish_drop(feed)
    programmes = inbox / LIST / through.isoformat()
    open_drop(programmes)
    rows = list(_programme_rows(sites, seed, through))
    write_part(programmes / f"programmes_{through}.csv", csv_pieces(HEADER, rows, "utf-8"))
    finish_drop(programmes)


def _sites(neighbourhoods: Sequence[Neighbourhood], seed: int) -> list[Site]:
    rng = np.random.default_rng([seed, OWN_DRAWS])
    sites: list[Site] = []
    for board in BOARDS:
        here = [n.lsoa21_code for n in neighbourhoods if n.icb_code == board]
        chosen = rng.permutation(len(here))[:SITES_EACH].tolist()
        for place in sorted(chosen):
            number = len(sites) + 1
            sites.append((f"Harbour Centre {number}", postcodes_in(here[place], seed)[0]))
    return sites


def _feed_pages(sites: Sequence[Site], seed: int, through: dt.date) -> Iterator[bytes]:
    """Both feeds, page after page; one page was fetched twice."""
    rng = np.random.default_rng([seed, OWN_DRAWS, 1])
    series = [_series(k, sites[k // SERIES_EACH], through, rng)
              for k in range(len(sites) * SERIES_EACH)]  # fmt: skip
    sessions = [_session(s, week, through) for s in series for week in range(2)]
    # Told again later without change, and taken down: neither may be counted.
    again = [{**series[0], "modified": _seconds(through, 0)}]
    gone = [{"state": "deleted", "kind": "SessionSeries", "id": "9000",
             "modified": _seconds(through, 0)}]  # fmt: skip
    for name, items in (("session-series", [*series, *again, *gone]),
                        ("scheduled-sessions", sessions)):  # fmt: skip
        pages = list(_pages(name, sorted(items, key=lambda i: (i["modified"], i["id"]))))
        yield from (json.dumps(page).encode() + b"\n" for page in [pages[0], *pages])


def _pages(name: str, items: Sequence[Json]) -> Iterator[Json]:
    address = ""
    for start in range(0, len(items), PAGE):
        part = items[start : start + PAGE]
        address = f"{HOST}/{name}?afterTimestamp={part[-1]['modified']}&afterId={part[-1]['id']}"
        yield {"next": address, "items": part, "license": LICENCE}
    yield {"next": address, "items": [], "license": LICENCE}


def _series(number: int, site: Site, through: dt.date, rng: np.random.Generator) -> Json:
    name = list(CONCEPTS)[int(rng.integers(len(CONCEPTS)))]
    is_known = rng.random() < 0.9
    concept = concept_id(name) if is_known else f"{SCHEME}#unlisted"
    data: Json = {
        "@type": "SessionSeries",
        "@id": f"{HOST}/session-series/{number + 1000}",
        "name": f"{name} with Wilhelmina",
        "activity": [{"@type": "Concept", "@id": concept, "prefLabel": name, "inScheme": SCHEME}],
        "organizer": ORGANISER,
        "leader": LEADER,
        "genderRestriction": "https://openactive.io/"
        + str(rng.choice(["NoRestriction"] * 8 + ["FemaleOnly"])),
        "ageRange": {"@type": "QuantitativeValue", "minValue": 16},
        "offers": [{"@type": "Offer", "price": float(rng.choice([0, 2.5, 4, 5.5, 7])),
                    "priceCurrency": "GBP"}],
        "eventSchedule": [{"@type": "PartialSchedule", "repeatFrequency": "P1W",
                           "startDate": "2026-01-05", "byDay": _days(rng)}],
        "accessibilitySupport": [
            {"@type": "Concept", "prefLabel": label}
            for label in SUPPORT if rng.random() < 0.25
        ],
    }  # fmt: skip
    if number % 20:
        address = {"@type": "PostalAddress", "postalCode": site[1], "addressCountry": "GB"}
        data["location"] = {"@type": "Place", "name": site[0], "address": address,
                            "telephone": "01632 960456"}  # fmt: skip
    return {
        "state": "updated", "kind": "SessionSeries", "id": str(number + 1000),
        "modified": _seconds(through, int(rng.integers(1, 140))), "data": data,
    }  # fmt: skip


def _days(rng: np.random.Generator) -> list[str]:
    days = ["Monday", "Wednesday", "Friday"][: int(rng.integers(1, 4))]
    return [f"https://schema.org/{day}" for day in days]


def _session(series: Json, week: int, through: dt.date) -> Json:
    day = through + dt.timedelta(days=7 * week + 3)
    own = f"{series['id']}-{week}"
    return {
        "state": "updated", "kind": "ScheduledSession", "id": own, "modified": series["modified"],
        "data": {
            "@type": "ScheduledSession", "@id": f"{HOST}/scheduled-sessions/{own}",
            "superEvent": series["data"]["@id"], "startDate": f"{day}T10:00:00Z",
            "duration": "PT1H", "maximumAttendeeCapacity": 8 + int(series["id"]) % 5 * 4,
        },
    }  # fmt: skip


def _seconds(through: dt.date, days_before: int) -> int:
    midday = dt.datetime.combine(through, dt.time(12), dt.UTC)
    return int((midday - dt.timedelta(days=days_before)).timestamp())


def _programme_rows(
    sites: Sequence[Site], seed: int, through: dt.date
) -> Iterator[tuple[Cell, ...]]:
    """One programme of each site and two of some; the last one's name holds a telephone number."""
    rng = np.random.default_rng([seed, OWN_DRAWS, 2])
    for number, (site, postcode) in enumerate([*sites, *sites[::2]]):
        programme, activity = PROGRAMMES[int(rng.integers(len(PROGRAMMES)))]
        changed = through - dt.timedelta(days=int(rng.integers(1, 200)))
        ends = "" if number % 7 else (through - dt.timedelta(days=30)).isoformat()
        support = "; ".join(sorted(s.lower() for s in SUPPORT if rng.random() < 0.5))
        is_last = number == len(sites) + len(sites[::2]) - 1
        yield (
            f"P{number + 1}", f"{programme}, ring 01632 960789" if is_last else programme, activity,
            site, postcode, "2026-01-05", ends, str(int(rng.integers(1, 4))),
            str(int(rng.integers(8, 21))) if number % 5 else "",
            str(rng.choice(["0", "2.00", "4.50"])),
            str(rng.choice(ACCESS)), "18", "", str(rng.choice(STAFF)), support, changed.isoformat(),
            "Wilhelmina Featherstonehaugh", "w.featherstonehaugh@movewell.example",
        )  # fmt: skip
