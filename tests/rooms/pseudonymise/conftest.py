"""Records of made-up people at two providers, taken in for real, and who they turn out to be."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from pipelines.core.linkage_quality import LinkageQuality
from pipelines.core.settings import settings_from
from pipelines.house import open_house
from pipelines.intake import take_in
from pipelines.pseudonymise.linkage import resolve_people
from tests.conftest import TEST_KEY, Bench

DAY = dt.date(2026, 10, 1)
MOVEWELL, PARKSIDE = "movewell_referrals", "parkside_trust"
POSTCODES = ("XA1 1AA", "XA1 1AB", "XB2 2BB")


@dataclass(frozen=True)
class Record:
    """One person as one provider has written them down."""

    ref: str
    given: str = "Rosalind"
    family: str = "Thornbury"
    birth: str = "1961-04-23"
    sex: str = "2"
    postcode: str = "XA1 1AA"
    nhs: str = ""
    at: str = MOVEWELL

    def but(self, ref: str, **changes: str) -> "Record":
        """The same person written down again, with differences."""
        return replace(self, ref=ref, **changes)


@dataclass(frozen=True)
class Resolved:
    """Who is who after both deliveries."""

    people: dict[str, str]
    rules: dict[str, str]
    quality: LinkageQuality

    def same(self, *refs: str) -> bool:
        """Whether these records are of one person."""
        return len({self.people[ref] for ref in refs}) == 1


def resolve(bench: Bench, records: Iterable[Record]) -> Resolved:
    """Take both providers' records in and join members to people."""
    given = list(records)
    rows = "".join(f"{p},E0190000{n}\n" for n, p in enumerate(POSTCODES, start=1))
    bench.put("synthetic_postcodes", "2026-09-30", {"postcodes.csv": "postcode,lsoa21\n" + rows})
    take_in(bench.house, "synthetic_postcodes", "2026-09-30", as_of=DAY)
    for provider, files in ((MOVEWELL, _movewell), (PARKSIDE, _parkside)):
        theirs = [record for record in given if record.at == provider]
        if theirs:
            bench.put(provider, "2026-09-30", files(theirs))
            take_in(bench.house, provider, "2026-09-30", as_of=DAY)
    return resolve_again(bench, given)


def resolve_again(bench: Bench, records: Iterable[Record]) -> Resolved:
    """Join the members that are in the store."""
    house = bench.house
    table, quality = resolve_people(
        house.settings, house.contracts, house.store, purpose="service_evaluation", as_of=DAY
    )
    rows = {row["member_key"]: row for row in table.to_pylist()}
    hashes = {p: house.keys.keyed_hash("m1", (p,)) for p in (MOVEWELL, PARKSIDE)}
    keys = {record.ref: hashes[record.at]([record.ref])[0] for record in records}
    found = {ref: rows[key] for ref, key in keys.items() if key in rows}
    return Resolved(
        {ref: row["person_key"] for ref, row in found.items()},
        {ref: row["rule"] for ref, row in found.items()},
        quality,
    )


def _movewell(records: list[Record]) -> dict[str, str]:
    sexes = {"1": "male", "2": "female"}
    consents = "client_id,purpose,event,happened_on,expires_on,notice_version,evidence\n" + "".join(
        f"{r.ref},service_evaluation,granted,2025-01-10,,PN-1,form\n" for r in records
    )
    people = (
        "client_id,nhs_number,given_name,family_name,date_of_birth,gender,postcode,ethnicity,"
        "registered_on,email\n"
        + "".join(
            f"{r.ref},{r.nhs},{r.given},{r.family},{r.birth},{sexes[r.sex]},{r.postcode},A,"
            "2025-01-10,\n"
            for r in records
        )
    )
    referrals = (
        "referral_id,client_id,nhs_number,programme,condition,referrer,referred_on,started_on,"
        "last_attended_on,completed_on,notes\n"
        f"R1,{records[0].ref},,exercise_on_referral,obesity,general_practice,2025-06-01,,,,\n"
    )
    outcomes = (
        "client_id,referral_id,measure,timepoint,recorded_on,score\n"
        f"{records[0].ref},R1,active_minutes_week,baseline,2025-06-20,25\n"
    )
    return {
        "consents_1.csv": consents,
        "people_1.csv": people,
        "referrals_1.csv": referrals,
        "outcomes_1.csv": outcomes,
    }


def _parkside(records: list[Record]) -> dict[str, str]:
    sexes = {"1": "M", "2": "F"}

    def british(day: str) -> str:
        return "/".join(reversed(day.split("-"))) if day else ""

    consents = "MemberID,Purpose,Event,Event Date,Expires,Privacy Notice,How\n" + "".join(
        f"{r.ref},service_evaluation,granted,10/01/2025,,PN-1,form\n" for r in records
    )
    members = (
        "MemberID,Title,Forename,Surname,DOB,Gender,PostCode,Ethnicity,Category,Status,"
        "Date Joined,CardNumber,HouseholdID,Mobile\n"
        + "".join(
            f"{r.ref},,{r.given},{r.family},{british(r.birth)},{sexes[r.sex]},{r.postcode},A,"
            "Member,Live,10/01/2025,1,1,\n"
            for r in records
        )
    )
    visits = (
        "VisitID,MemberID,CardNumber,Site,Visit Date,Exit Date,Type,Result,Reason,Activity,"
        "Length,Relation,People\n"
        f"V1,{records[0].ref},1,Pool,02/06/2025 10:00:00,,Swipe,Allowed,,Swim,,User,1\n"
    )
    return {"consent_1.csv": consents, "members_1.csv": members, "visits_1.csv": visits}


@pytest.fixture(scope="module")
def house_of_two(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A house without stored expectations, for the tests of one file."""
    folder = tmp_path_factory.mktemp("linkage")
    environ = {
        "WIDEBRIDGE_HOME": str(folder / "home"),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_PEOPLE": "synthetic",
        "WIDEBRIDGE_EXPECTATIONS": str(folder / "no-expectations"),
    }
    return Bench(open_house(settings_from(environ), environ))
