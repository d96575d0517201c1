"""Who is one person and who is not: each trap of leisure records, taken in at two providers."""

import pytest

from pipelines.measure import open_measures
from pipelines.pseudonymise.linkage import resolve_people
from tests.conftest import Bench
from tests.rooms.pseudonymise.conftest import DAY, PARKSIDE, Record, Resolved, resolve

ANNE = Record("anne", "Anne-Marie", "O'Brien", "1961-04-23")
WILL = Record("will", "William", "Hartley", "1950-07-19", "1", "XA1 1AB")
HELEN = Record("helen", "Helena", "Marchmont", "1988-02-09", "2", "XB2 2BB")
JOHN = Record("john", "Jonathan", "Ashworth", "1970-05-16", "1", "XA1 1AB")
GRACE = Record("grace", "Grace", "Pemberton", "1979-08-30", "2", "XB2 2BB")
OLGA = Record("olga", "Olga", "Wainwright", "1966-12-03", "2", "XA1 1AB", nhs="9990000018")
ADA = Record("ada", "Adaline", "Kirkbride", "1992-09-11", "2", "XA1 1AA")
FAYE = Record("faye", "Fayetta", "Silverdale", "1990-05-04", "2", "XA1 1AA")
IVY = Record("ivy", "Ivy", "Netherby", "1985-06-21", "2", "XA1 1AB")
EDWARD = Record("edward", "Edward", "Coniston", "1955-03-13", "1", "XB2 2BB")
NORA = Record("nora", "Nora", "Lambrigg", "1999-11-17", "2", "XA1 1AB", nhs="9990000026")
TOM = Record("tom", "Tom", "Grisedale", "2001-10-25", "1", "XA1 1AA")
YEAR_ONLY = Record("year", "Mohammed", "Ahmed", "1985-01-01", "1", "XA1 1AA")

RECORDS = [
    ANNE,
    ANNE.but("anne_elsewhere", given="ANNE MARIE", family="Ms O\u2019brien", at=PARKSIDE),
    WILL,
    WILL.but("will_swapped", given="Hartley", family="William", at=PARKSIDE),
    WILL.but("will_rejoined"),
    HELEN,
    HELEN.but("helen_american", birth="1988-09-02", at=PARKSIDE),
    HELEN.but("helen_twin", given="Beatrice", at=PARKSIDE),
    JOHN,
    JOHN.but("john_misspelt", family="Ashwoth", at=PARKSIDE),
    JOHN.but("john_junior", birth="2001-11-27", at=PARKSIDE),
    JOHN.but("john_wife", given="Margaret", birth="1972-01-08", sex="2", at=PARKSIDE),
    GRACE,
    GRACE.but("grace_married", family="Underwood", at=PARKSIDE),
    OLGA,
    OLGA.but("olga_moved", postcode="XA1 1AA", nhs="", at=PARKSIDE),
    ADA,
    ADA.but("ada_moved_married", family="Zellweger", postcode="XB2 2BB", at=PARKSIDE),
    FAYE,
    FAYE.but("faye_one_day_off", birth="1990-05-24", at=PARKSIDE),
    IVY,
    IVY.but("ivy_neighbour", given="Rowena", family="Cartmel", at=PARKSIDE),
    EDWARD.but("edward_at_home", at=PARKSIDE),
    EDWARD.but("edward_card", given="Rosemary", birth="1957-09-02", sex="2", at=PARKSIDE),
    NORA,
    NORA.but("nora_other_number", nhs="9990000034"),
    TOM,
    TOM.but("tom_twin", given="Tim", at=PARKSIDE),
    YEAR_ONLY,
    YEAR_ONLY.but("year_elsewhere", postcode="XB2 2BB", at=PARKSIDE),
]
ONE_PERSON = {
    "accents, titles, hyphens and apostrophes": ("anne", "anne_elsewhere"),
    "first and last name swapped": ("will", "will_swapped"),
    "a rejoiner, twice at one provider": ("will", "will_rejoined"),
    "day and month swapped": ("helen", "helen_american"),
    "a typing error in the last name": ("john", "john_misspelt"),
    "a changed last name": ("grace", "grace_married"),
    "another house": ("olga", "olga_moved"),
    "a typing error in the date": ("faye", "faye_one_day_off"),
}
TWO_PEOPLE = {
    "twins": ("helen", "helen_twin"),
    "twins whose names sound alike": ("tom", "tom_twin"),
    "a parent and a child of one name": ("john", "john_junior"),
    "a couple in one house": ("john", "john_wife"),
    "a shared card": ("edward_at_home", "edward_card"),
    "neighbours of one birthday": ("ivy", "ivy_neighbour"),
    "another last name and another house": ("ada", "ada_moved_married"),
    "two NHS numbers": ("nora", "nora_other_number"),
    "one name and one year, the day unknown": ("year", "year_elsewhere"),
}


@pytest.fixture(scope="module")
def resolved(house_of_two: Bench) -> Resolved:
    return resolve(house_of_two, RECORDS)


def test_everybody_is_somebody(resolved: Resolved) -> None:
    assert set(resolved.people) == {record.ref for record in RECORDS}


@pytest.mark.parametrize("case", ONE_PERSON)
def test_two_records_of_one_person_are_joined(resolved: Resolved, case: str) -> None:
    assert resolved.same(*ONE_PERSON[case])


@pytest.mark.parametrize("case", TWO_PEOPLE)
def test_two_people_stay_two(resolved: Resolved, case: str) -> None:
    assert not resolved.same(*TWO_PEOPLE[case])


def test_a_group_with_an_nhs_number_takes_its_key(resolved: Resolved) -> None:
    assert resolved.people["olga_moved"].startswith("n1.")


def test_the_rule_that_joined_a_record_is_told(resolved: Resolved) -> None:
    told = {ref: resolved.rules[ref] for ref in ("olga", "olga_moved", "tom")}
    assert told == {"olga": "nhs_number", "olga_moved": "tokens", "tom": "alone"}


def test_quality_counts_members_and_people(resolved: Resolved) -> None:
    quality = resolved.quality
    assert (quality.members, quality.people) == (len(RECORDS), len(set(resolved.people.values())))


def test_precision_is_measured_where_both_records_have_a_number(resolved: Resolved) -> None:
    """The one such pair is joined by its tokens, and its numbers say otherwise."""
    assert (resolved.quality.found_pairs, resolved.quality.precision) == (1, 0.0)


def test_a_measure_counts_people_and_not_members(house_of_two: Bench, resolved: Resolved) -> None:
    house = house_of_two.house
    purpose = "service_evaluation"
    table, _ = resolve_people(
        house.settings, house.contracts, house.store, purpose=purpose, as_of=DAY
    )
    with open_measures(
        house.settings,
        house.contracts,
        house.agreements.values(),
        house.store,
        purpose=purpose,
        as_of=DAY,
        resolved=table,
    ) as engine:
        counted = engine.run("select count(distinct person_key) as people from person", {})
    assert counted.to_pylist() == [{"people": resolved.quality.people}]
