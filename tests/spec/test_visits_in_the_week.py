"""When in the week and where a visit was, as the store keeps it: never the hour.

Every case is a day of one member at Parkside; all of them go through the intake line at once.
"""

import datetime as dt

import duckdb
import pytest

from pipelines.core.settings import settings_from
from pipelines.house import open_house
from pipelines.intake import take_in
from tests.conftest import TEST_KEY, Bench

VISIT = (
    "VisitID,MemberID,CardNumber,Site,Visit Date,Exit Date,Type,Result,Reason,Activity,Length,"
    "Relation,People"
)
# Local day and time in, site, and what is kept. 2025-06-06 is a Friday; summer time is an hour
# ahead, and ends in the night to 26 October 2025.
CASES = {
    "2025-06-02": ("11:59:59", "Castle Pools", "weekday | morning | Castle Pools"),
    "2025-06-03": ("12:00:00", "Castle Pools", "weekday | afternoon | Castle Pools"),
    "2025-06-04": ("16:59:59", "Tower Leisure", "weekday | afternoon | Tower Leisure"),
    "2025-06-05": ("17:00:00", "Tower Leisure", "weekday | evening | Tower Leisure"),
    "2025-06-06": ("23:30:00", "Castle Pools", "weekday | evening | Castle Pools"),
    "2025-06-07": ("00:30:00", "Castle Pools", "weekend | morning | Castle Pools"),
    "2025-06-08": ("18:00:00", "Castle Pools", "weekend | evening | Castle Pools"),
    "2025-06-09": ("00:00:00", "Castle Pools", "weekday | unknown | Castle Pools"),
    "2025-11-03": ("12:00:00", "Castle Pools", "weekday | afternoon | Castle Pools"),
    "2025-11-04": ("11:59:59", "a word that nobody knows", "weekday | morning | unknown"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the store holds of each day."""
    home = tmp_path_factory.mktemp("week") / "home"
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home.parent / "none"),
    }
    bench = Bench(open_house(settings_from(environ), environ))
    bench.know_postcodes()
    bench.put("parkside_trust", "2025-11-30", _files())
    take_in(bench.house, "parkside_trust", "2025-11-30", as_of=dt.date(2025, 12, 1))
    rows = duckdb.execute(
        "select attended_on, day_kind, time_band, site from read_parquet($files)",
        {"files": [str(p) for p in home.rglob("person_visit.parquet")]},
    ).fetchall()
    return {str(day): " | ".join(what) for day, *what in rows}


def _files() -> dict[str, str]:
    lines = [
        f"{n},7,1,{site},{dt.date.fromisoformat(day):%d/%m/%Y} {time},,Swipe,Allowed,,Gym,,User,1"
        for n, (day, (time, site, _)) in enumerate(CASES.items())
    ]
    return {
        "consent_1.csv": "MemberID,Purpose,Event,Event Date,Expires,Privacy Notice,How\n"
        "7,service_evaluation,granted,10/01/2025,,PN-1,form\n",
        "members_1.csv": "MemberID,Title,Forename,Surname,DOB,Gender,PostCode,Ethnicity,Category,"
        "Status,Date Joined,CardNumber,HouseholdID,Mobile\n"
        "7,,Ada,Member,03/04/1970,F,XA1 1AA,A,Member,Live,10/01/2025,1,1,\n",
        "visits_1.csv": "\n".join([VISIT, *lines]) + "\n",
    }


@pytest.mark.parametrize("day", sorted(CASES))
def test_a_visit_is_kept_with_its_part_of_the_week_and_its_site(
    kept: dict[str, str], day: str
) -> None:
    assert kept[day] == CASES[day][2]
