"""Governance papers say what the agreements and contracts say, and make nothing up."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from pipelines.core.agreement import load_agreements
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.stages import Release
from pipelines.report import papers, processing_of
from pipelines.report.facts import Facts
from pipelines.report.governance.annex import dpia_annex
from pipelines.report.governance.metadata import metadata_record
from pipelines.report.governance.paper import TO_FILL, as_csv
from pipelines.report.governance.record import HEADS, record_of_processing
from pipelines.report.model import table

AGREEMENTS = load_agreements(PROJECT / "schemas")
CONTRACTS = load_contracts(PROJECT / "schemas")
OF_PEOPLE = {a.provider: a for a in AGREEMENTS.values() if a.person_level}
REQUIRED = {
    "@id", "@type", "title", "description", "keyword", "theme", "licence", "version",
    "accessRights", "issued", "contactPoint", "modified", "creator", "publisher", "distribution",
    "updateFrequency",
}  # fmt: skip
"""What the exchange model's schemas of a dataset and of a data resource require."""


@pytest.fixture
def facts(release: Release) -> Facts:
    """The release's facts, as if all providers had delivered."""
    manifest = json.loads((release.folder / "manifest.json").read_bytes())
    manifest["processing"] = processing_of(AGREEMENTS, CONTRACTS, set(AGREEMENTS))
    return Facts(release.folder, manifest)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_release_holds_its_papers_as_they_are_made(release: Release) -> None:
    made = papers(release.folder)
    assert {name: (release.folder / name).read_bytes() for name in made} == dict(made)


def test_the_papers_are_part_of_what_officers_approve(release: Release) -> None:
    approved = json.loads((release.folder / "candidate.json").read_bytes())["files"]
    assert set(papers(release.folder)) <= set(approved)


def test_only_providers_of_people_are_told() -> None:
    told = processing_of(AGREEMENTS, CONTRACTS, set(AGREEMENTS))
    assert [entry["provider"] for entry in told] == sorted(OF_PEOPLE)


def test_a_provider_that_delivered_nothing_is_not_told() -> None:
    told = processing_of(AGREEMENTS, CONTRACTS, {"parkside_trust"})
    assert [entry["provider"] for entry in told] == ["parkside_trust"]


def test_no_address_stands_in_what_is_told() -> None:
    assert "@" not in json.dumps(processing_of(AGREEMENTS, CONTRACTS, set(AGREEMENTS)))


def test_the_annex_has_every_column_that_is_delivered_about_people(facts: Facts) -> None:
    delivered = {
        (agreement.name, column)
        for agreement in OF_PEOPLE.values()
        for file in agreement.files
        for column in [*file.columns, *file.ignore]
    }
    assert delivered
    assert delivered <= {(row[0], row[2]) for row in dpia_annex(facts).rows}


def test_a_column_that_is_not_taken_has_the_agreements_reason(facts: Facts) -> None:
    left = {row[2]: row[8] for row in dpia_annex(facts).rows if row[0] == "Harbour Leisure"}
    assert left["Email"] == "never needed"


def test_a_postcode_becomes_a_neighbourhood_and_no_postcode(facts: Facts) -> None:
    becomes = {row[7] for row in dpia_annex(facts).rows if row[4] == "postcode"}
    assert becomes
    assert not any(re.search(r"\bperson\.postcode\b", text) for text in becomes)


@pytest.mark.parametrize(
    ("field", "becomes"),
    [
        ("person_ref", "person.member_key"),
        ("family_name", "person_token.token"),
        ("postcode", "person.lsoa21_code"),
        ("birth_date", "person.birth_year"),
        ("activity", "person_activity.activity"),
        ("referral_id", "person_referral.referral_key"),
        ("evidence", "sealed consent register: evidence"),
        ("expires_on", "consent_period.consented_until"),
    ],
)
def test_the_annex_says_what_becomes_of_a_field(field: str, becomes: str, facts: Facts) -> None:
    assert becomes in {
        part for row in dpia_annex(facts).rows if row[4] == field for part in row[7].split(", ")
    }


def test_everything_in_the_linked_store_is_told_to_come_from_somewhere() -> None:
    """A column that no delivered one becomes would be missing from the annex."""
    made = {
        f"{linked.name}.{column.name}"
        for linked in CONTRACTS.by_group["linked"].values()
        if linked.made_from and linked.person_level
        for column in linked.columns
        if column.name not in {"provider", "delivery_id", "visits"}
    }
    told = {
        becomes
        for entry in processing_of(AGREEMENTS, CONTRACTS, set(AGREEMENTS))
        for file in entry["files"]
        for field in file["fields"]
        for becomes in field["becomes"]
    }
    assert made - told == set()


def test_the_record_has_a_row_for_each_agreement_about_people(facts: Facts) -> None:
    rows = record_of_processing(facts).rows
    assert [row[0].split()[0] for row in rows] == [
        OF_PEOPLE[name].reference for name in sorted(OF_PEOPLE)
    ]


def test_the_record_has_every_letter_of_article_30(facts: Facts) -> None:
    assert set(re.findall(r"\(([a-g])\)", " ".join(HEADS))) == set("abcdefg")


def test_what_no_fact_answers_is_left_to_the_controller(facts: Facts) -> None:
    row = dict(zip(HEADS, record_of_processing(facts).rows[0], strict=True))
    assert row["Transfers to other countries (e)"] == TO_FILL


def test_the_metadata_record_lacks_nothing_that_it_does_not_name(facts: Facts) -> None:
    record = metadata_record(facts)
    assert set(record["dataset"]) | set(record["toBeFilledIn"]) >= REQUIRED


def test_every_table_has_a_distribution(release: Release, facts: Facts) -> None:
    told = {entry["downloadURL"] for entry in metadata_record(facts)["distributions"]}
    assert told == {
        path.relative_to(release.folder).as_posix() for path in release.folder.glob("QOP/*.parquet")
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    data = as_csv(table("Any", ("One",), [(text,)]))
    assert rows_of(data)[1] == [f"'{text}"]


def test_commas_quotes_and_line_ends_stay_in_their_cell() -> None:
    data = as_csv(table("Any", ("One", "Two"), [('a, "b"', "c\nd")]))
    assert rows_of(data) == [["One", "Two"], ['a, "b"', "c\nd"]]


def test_the_papers_have_the_names_that_are_documented(release: Release) -> None:
    assert {Path(name).name for name in papers(release.folder)} == {
        "record-of-processing.csv", "dpia-annex.csv", "data-use-register.csv", "metadata.json",
        "papers.html",
    }  # fmt: skip
