"""People whom two organisations know: how many, how their records differ, who only looks alike."""

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import pytest

from pipelines.synthetic import Neighbourhood, write_deliveries
from pipelines.synthetic.belonging import MEMBERS_TOO, MOVED, MOVED_AWAY
from pipelines.synthetic.differences import DIFFERENCES
from pipelines.synthetic.linkage_truth import COLUMNS
from pipelines.synthetic.traps import AT_ONE, COPIED
from tests.rooms.synthetic.conftest import PEOPLE, SEED, THROUGH, Written, read_rows
from tests.rooms.synthetic.recounts import HARBOUR, MOVEWELL, PARKSIDE, withdrawn

NAMES = {
    HARBOUR: ("FirstName", "LastName", "DateOfBirth", "Postcode"),
    PARKSIDE: ("Forename", "Surname", "DOB", "PostCode"),
    MOVEWELL: ("given_name", "family_name", "date_of_birth", "postcode"),
}


@dataclass(frozen=True)
class Record:
    """One row about a person, with the truth about it."""

    person: str
    provider: str
    difference: str
    trap: tuple[str, str]
    given: str
    family: str
    born: str
    postcode: str


def truth_rows(written: Written) -> list[dict[str, str]]:
    with (written.inbox.parent / "truth" / "linkage.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def records(written: Written) -> list[Record]:
    """Every row about a person, found by its position."""
    files: dict[str, list[dict[str, str]]] = {}
    found = []
    for line in truth_rows(written):
        place = f"{line['provider']}/{line['drop']}/{line['file']}"
        if place not in files:
            files[place] = read_rows(written.inbox / place)
        row = files[place][int(line["row"]) - 1]
        given, family, born, postcode = (row[c] for c in NAMES[line["provider"]])
        found.append(
            Record(
                person=line["person"],
                provider=line["provider"],
                difference=line["difference"],
                trap=(line["trap"], line["pair"]),
                given=given,
                family=family,
                born=iso(born),
                postcode=postcode,
            )
        )
    return found


def iso(day: str) -> str:
    return "-".join(reversed(day.split("/"))) if "/" in day else day


def differing(one: Record, other: Record) -> set[str]:
    columns = ("given", "family", "born", "postcode")
    return {c for c in columns if getattr(one, c) != getattr(other, c)}


@pytest.fixture(scope="session")
def only_differences(
    places: list[Neighbourhood], tmp_path_factory: pytest.TempPathFactory
) -> list[Record]:
    """Rows about people of a delivery that has no dirt but the differences and the traps."""
    inbox = tmp_path_factory.mktemp("alike") / "inbox"
    kinds = {MOVED, *COPIED, *(d.name for d in DIFFERENCES)}
    sidecar = write_deliveries(inbox, places, people=PEOPLE, seed=SEED, through=THROUGH, dirt=kinds)
    return records(Written(inbox, places, sidecar))


def by_person(found: list[Record]) -> dict[str, list[Record]]:
    grouped: dict[str, list[Record]] = defaultdict(list)
    for record in found:
        grouped[record.person].append(record)
    return grouped


def test_every_row_about_a_person_has_its_place_in_the_truth(dirty: Written) -> None:
    counted = {
        (d.provider, d.drop, f.name): f.rows
        for d in dirty.sidecar.drops
        for f in d.files
        if f.table == "participant"
    }
    told: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for line in truth_rows(dirty):
        told[line["provider"], line["drop"], line["file"]].append(int(line["row"]))
    assert told == {place: list(range(1, rows + 1)) for place, rows in counted.items()}


def test_the_truth_about_linkage_names_nobody(dirty: Written) -> None:
    lines = truth_rows(dirty)
    told = {column: {line[column] for line in lines} for column in COLUMNS}
    files = {f.name for d in dirty.sidecar.drops for f in d.files}
    assert told["file"] <= files
    assert max(map(int, told["person"])) <= dirty.sidecar.people
    assert told["trap"] <= {"", *COPIED}


def test_about_three_in_ten_of_the_referred_are_members_too(clean: Written) -> None:
    known = {p: {r.provider for r in rows} for p, rows in by_person(records(clean)).items()}
    first = round(clean.sidecar.people * 0.85)
    referred = [providers for person, providers in known.items() if int(person) > first]
    share = sum(len(providers) > 1 for providers in referred) / len(referred)
    assert share == pytest.approx(MEMBERS_TOO, abs=0.05)


def test_about_two_in_a_hundred_of_one_operator_are_with_the_other(
    only_differences: list[Record],
) -> None:
    known = {p: {r.provider for r in rows} for p, rows in by_person(only_differences).items()}
    harbour = [providers for p, providers in known.items() if HARBOUR in providers]
    share = sum(PARKSIDE in providers for providers in harbour) / len(harbour)
    assert share == pytest.approx(MOVED_AWAY, abs=0.01)


def test_without_differences_all_records_of_a_person_are_alike(clean: Written) -> None:
    together = [rows for rows in by_person(records(clean)).values() if len(rows) > 1]
    assert len(together) > 100
    assert [rows for rows in together for r in rows if differing(r, rows[0])] == []


CHANGED = {
    "name_typo": ({"given"}, {"family"}),
    "name_short": ({"given"},),
    "name_without_diacritics": ({"given"}, {"family"}, {"given", "family"}),
    "surname_changed": ({"family"},),
    "names_swapped": ({"given", "family"},),
    "given_name_missing": ({"given"},),
    "birth_day_and_month_swapped": ({"born"},),
    "moved_house": ({"postcode"},),
    MOVED: ({"postcode"},),
}


@pytest.mark.parametrize("kind", [MOVED, *(d.name for d in DIFFERENCES)])
def test_a_difference_is_in_its_columns_and_no_other(
    only_differences: list[Record], kind: str
) -> None:
    people = by_person(only_differences)
    found = [
        differing(record, other)
        for record in only_differences
        if record.difference == kind
        for other in people[record.person]
        if not other.difference and other.provider != record.provider
    ]
    assert len(found) > 0, "nobody differs so: this test would prove nothing"
    assert [columns for columns in found if columns not in CHANGED[kind]] == []


ALIKE = {
    "twin_trap": {"family", "born", "postcode"},
    "twin_apart": {"family", "born", "postcode"},
    "household_account": {"family", "born", "postcode"},
    "father_and_son": {"given", "family", "postcode"},
    "namesake": {"given", "family", "born"},
}


@pytest.mark.parametrize("kind", list(COPIED))
def test_the_two_of_a_trap_are_alike_and_not_the_same(
    only_differences: list[Record], kind: str
) -> None:
    pairs: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in only_differences:
        if record.trap[0] == kind and not record.difference:
            pairs[record.trap[1]].setdefault(record.person, record)
    whole = [tuple(pair.values()) for pair in pairs.values() if len(pair) == 2]
    assert len(whole) > 0, "no trap is laid: this test would prove nothing"
    every = {"given", "family", "born", "postcode"}
    assert {frozenset(every - differing(a, b)) for a, b in whole} == {frozenset(ALIKE[kind])}


@pytest.mark.parametrize("kind", [kind for kind in COPIED if kind not in AT_ONE])
def test_a_trap_across_two_organisations_has_one_foot_in_each(
    only_differences: list[Record], kind: str
) -> None:
    feet: dict[str, set[str]] = defaultdict(set)
    for record in only_differences:
        if record.trap[0] == kind:
            feet[record.trap[1]].add(record.provider)
    assert len(feet) > 0, "no trap is laid: this test would prove nothing"
    assert [f for f in feet.values() if MOVEWELL not in f or len(f) < 2] == []


def test_fathers_are_a_generation_older(only_differences: list[Record]) -> None:
    born: dict[str, set[str]] = defaultdict(set)
    for record in only_differences:
        if record.trap[0] == "father_and_son" and not record.difference:
            born[record.trap[1]].add(record.born)
    years = [
        abs(dt.date.fromisoformat(a).year - dt.date.fromisoformat(b).year)
        for a, b in (tuple(days) for days in born.values() if len(days) == 2)
    ]
    assert 21 <= min(years) <= max(years) <= 37


@pytest.mark.parametrize(
    ("provider", "member", "visits"),
    [(HARBOUR, "MemberId", "usage_"), (PARKSIDE, "MemberID", "visits_")],
)
def test_those_who_withdrew_since_had_come(
    dirty: Written, provider: str, member: str, visits: str
) -> None:
    gone = withdrawn(dirty, provider, member)
    came = {row[member] for row in dirty.rows(provider, visits)}
    assert gone <= came
    assert len(gone) > 0
