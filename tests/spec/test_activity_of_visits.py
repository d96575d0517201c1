"""What a provider's records say of a visit: one visit or two, to what, for how long, told by what.

Every case is a day of one member at Parkside; all of them go through the intake line at once.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipelines.core.settings import settings_from
from pipelines.house import open_house
from pipelines.intake import take_in
from tests.conftest import TEST_KEY, Bench

FIRST_DAY = dt.date(2025, 6, 1)
VISIT = (
    "VisitID,MemberID,CardNumber,Site,Visit Date,Exit Date,Type,Result,Reason,Activity,Length,"
    "Relation,People"
)


@dataclass(frozen=True)
class Case:
    """Records of a day (in, out, type, activity, length and more), and the visits that they are."""

    name: str
    records: tuple[str, ...]
    visits: tuple[str, ...]

    def lines(self, day: dt.date) -> list[str]:
        """The day's lines of the provider's file."""
        return [
            _line(f"{day:%Y%m%d}-{n}", day, *(part.strip() for part in record.split("|")))
            for n, record in enumerate(self.records)
        ]


def _line(
    number: str, day: dt.date, came: str, left: str, kind: str, activity: str, length: str,
    result: str = "Allowed", site: str = "Pool", relation: str = "User",
) -> str:  # fmt: skip
    on = f"{day:%d/%m/%Y} "
    out = on + left if left else ""
    return f"{number},7,1,{site},{on}{came},{out},{kind},{result},,{activity},{length},{relation},1"


CASES = (
    Case(
        "an exit after the entry measures the minutes",
        ("10:00:00 | 10:45:30 | Swipe | Swimming | ",),
        ("Swimming | moderate | measured | 45.5 | 1",),
    ),
    Case(
        "a class without an exit lasts as long as it was meant to",
        ("10:00:00 | | Class | Spin | 45",),
        ("Indoor Cycling | vigorous | scheduled | 45.0 | 1",),
    ),
    Case(
        "an exit says more than a length",
        ("10:00:00 | 10:30:00 | Class | Spin | 45",),
        ("Indoor Cycling | vigorous | measured | 30.0 | 1",),
    ),
    Case(
        "a swipe alone tells no minutes",
        ("10:00:00 | | Swipe | Swimming | ",),
        ("Swimming | moderate | none | None | 1",),
    ),
    Case(
        "an exit at the moment of entry measures nothing",
        ("10:00:00 | 10:00:00 | Swipe | Swimming | ",),
        ("Swimming | moderate | none | None | 1",),
    ),
    Case(
        "midnight means that the hour of entry is unknown, so an exit measures nothing",
        ("00:00:00 | 10:00:00 | Swipe | Swimming | ",),
        ("Swimming | moderate | none | None | 1",),
    ),
    Case(
        "a length of nought is none",
        ("10:00:00 | | Class | Spin | 0",),
        ("Indoor Cycling | vigorous | none | None | 1",),
    ),
    Case(
        "yoga is light",
        ("10:00:00 | | Class | Yoga | 60",),
        ("Yoga | light | scheduled | 60.0 | 1",),
    ),
    Case(
        "pilates, of exactly 3 METs, is moderate",
        ("10:00:00 | | Class | Pilates | 60",),
        ("Pilates | moderate | scheduled | 60.0 | 1",),
    ),
    Case(
        "capitals and blanks in a word do not matter",
        ("10:00:00 | | Class |   SWIMMING   | 30",),
        ("Swimming | moderate | scheduled | 30.0 | 1",),
    ),
    Case(
        "a word that nobody mapped is unknown",
        ("10:00:00 | 11:00:00 | Swipe | Birthday party | ",),
        ("unknown | unknown | measured | 60.0 | 1",),
    ),
    Case(
        "no word at all is unknown",
        ("10:00:00 | 11:00:00 | Swipe | | ",),
        ("unknown | unknown | measured | 60.0 | 1",),
    ),
    Case(
        "gate and reception within an hour are one visit: the first",
        ("10:00:00 | 10:50:00 | Gate | Swimming | ", "10:05:00 | | Swipe | Swimming | "),
        ("Swimming | moderate | measured | 50.0 | 1",),
    ),
    Case(
        "a booking and the swipe before it are one visit: the booking, which knows its length",
        ("10:00:00 | | Swipe | | ", "10:15:00 | | Booking Attended | Racquets | 40"),
        ("Badminton | moderate | scheduled | 40.0 | 1",),
    ),
    Case(
        "a class and the swipe after it are one visit as well",
        ("10:00:00 | | Class | Spin | 45", "10:04:00 | | Swipe | | "),
        ("Indoor Cycling | vigorous | scheduled | 45.0 | 1",),
    ),
    Case(
        "gate, reception and booking are one visit",
        (
            "10:00:00 | | Gate | | ",
            "10:02:00 | | Swipe | | ",
            "10:30:00 | | Booking Attended | Spin | 45",
        ),
        ("Indoor Cycling | vigorous | scheduled | 45.0 | 1",),
    ),
    Case(
        "a swipe an hour before a booking still belongs to it",
        ("10:00:00 | | Swipe | Swimming | ", "11:00:00 | | Class | Spin | 45"),
        ("Indoor Cycling | vigorous | scheduled | 45.0 | 1",),
    ),
    Case(
        "a swipe more than an hour before a booking is a visit of its own",
        ("09:59:59 | | Swipe | Swimming | ", "11:00:00 | | Class | Spin | 45"),
        (
            "Indoor Cycling | vigorous | scheduled | 45.0 | 1",
            "Swimming | moderate | none | None | 1",
        ),
    ),
    Case(
        "a swipe at another site is a visit of its own",
        (
            "10:00:00 | | Swipe | Swimming | | Allowed | Hall",
            "10:30:00 | | Class | Spin | 45 | Allowed | Pool",
        ),
        (
            "Indoor Cycling | vigorous | scheduled | 45.0 | 1",
            "Swimming | moderate | none | None | 1",
        ),
    ),
    Case(
        "two classes within an hour are two visits",
        ("10:00:00 | | Class | Spin | 45", "10:50:00 | | Class | Yoga | 45"),
        ("Indoor Cycling | vigorous | scheduled | 45.0 | 1", "Yoga | light | scheduled | 45.0 | 1"),
    ),
    Case(
        "two swipes within two minutes are one",
        ("10:00:00 | | Swipe | Swimming | ", "10:02:00 | | Swipe | Swimming | "),
        ("Swimming | moderate | none | None | 1",),
    ),
    Case(
        "two visits alike on one day are one row with a count of two",
        ("08:00:00 | | Class | Spin | 45", "18:00:00 | | Class | Spin | 45"),
        ("Indoor Cycling | vigorous | scheduled | 45.0 | 2",),
    ),
    Case("a refused entry is no visit", ("10:00:00 | | Swipe | Gym | | Denied",), ()),
    Case("a missed booking is no visit", ("10:00:00 | | No Show | Spin | 45",), ()),
    Case(
        "a missed booking takes no swipe with it",
        ("10:00:00 | | Swipe | Gym | ", "10:10:00 | | No Show | Spin | 45"),
        ("Gym Workout | moderate | none | None | 1",),
    ),
    Case(
        "a child on the card is not the card holder",
        ("10:00:00 | | Swipe | Gym | | Allowed | Pool | Child",),
        (),
    ),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[dt.date, list[str]]:
    """What the store holds of each day."""
    home = tmp_path_factory.mktemp("visits") / "home"
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home.parent / "none"),
    }
    bench = Bench(open_house(settings_from(environ), environ))
    bench.know_postcodes()
    bench.put("parkside_trust", "2025-09-30", _files())
    take_in(bench.house, "parkside_trust", "2025-09-30", as_of=dt.date(2025, 10, 1))
    return _stored(home)


def _files() -> dict[str, str]:
    lines = [line for n, case in enumerate(CASES) for line in case.lines(_day(n))]
    return {
        "consent_1.csv": "MemberID,Purpose,Event,Event Date,Expires,Privacy Notice,How\n"
        "7,service_evaluation,granted,10/01/2025,,PN-1,form\n",
        "members_1.csv": "MemberID,Title,Forename,Surname,DOB,Gender,PostCode,Ethnicity,Category,"
        "Status,Date Joined,CardNumber,HouseholdID,Mobile\n"
        "7,,Ada,Member,03/04/1970,F,XA1 1AA,A,Member,Live,10/01/2025,1,1,\n",
        "visits_1.csv": "\n".join([VISIT, *lines]) + "\n",
    }


def _day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


def _stored(home: Path) -> dict[dt.date, list[str]]:
    rows = duckdb.execute(
        "select attended_on, activity, intensity, minutes_source, minutes, visits "
        "from read_parquet($files) order by all",
        {"files": [str(p) for p in home.rglob("person_activity.parquet")]},
    ).fetchall()
    found: dict[dt.date, list[str]] = {}
    for day, *visit in rows:
        found.setdefault(day, []).append(" | ".join(map(str, visit)))
    return found


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[case.name for case in CASES]
)
def test_visits(told: dict[dt.date, list[str]], number: int, case: Case) -> None:
    assert tuple(told.get(_day(number), ())) == case.visits
