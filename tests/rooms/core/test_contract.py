"""Contracts and agreements are read strictly: what is missing or unknown is an error."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.core.agreement import (
    check_in_force,
    load_agreements,
    read_agreement,
)
from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts, read_contract
from pipelines.core.errors import BadAgreement, BadContract
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.core.strict_yaml import read_yaml

SCHEMAS = PROJECT / "schemas"
ATTENDANCE = (SCHEMAS / "canonical" / "attendance.yaml").read_text()
PARKSIDE = (SCHEMAS / "providers" / "parkside_trust.yaml").read_text()


def contracts() -> Contracts:
    return load_contracts(SCHEMAS)


def changed(tmp_path: Path, text: str, before: str, after: str, name: str) -> Path:
    assert before in text
    path = tmp_path / name
    path.write_text(text.replace(before, after, 1))
    return path


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("        classification: quasi_identifier\n", "", "classification"),
        ("        classification: quasi_identifier\n", "        classification: secret\n", "class"),
        ('        examples: ["88120345"]\n', "", "no example of 'source_record_id'"),
        ("The source system's number of the record.", "", "no description of 'source_record_id'"),
        ("kind: DataContract", "kind: DataContract\ncolour: red", "Open Data Contract Standard"),
        ("apiVersion: v3.1.0", "apiVersion: v3.0.2", "apiVersion"),
        ("property: zone, value: red", "property: zone, value: pink", "zone"),
        ("property: zone, value: red", "property: zoned, value: red", "unknown keys"),
        ("severity: drop", "severity: fatal", "severity"),
        ("minimum: 1", "smallest: 1", "smallest"),
        ("status: active", "status: active\nstatus: active", "given twice"),
    ],
)
def test_a_contract_that_is_not_whole_is_refused(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    path = changed(tmp_path, ATTENDANCE, before, after, "attendance.yaml")
    with pytest.raises(BadContract, match=says):
        read_contract(path)


def test_yaml_aliases_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text("a: &a [x, x]\nb: [*a, *a]\n")
    with pytest.raises(BadContract, match="alias"):
        read_yaml(path)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("owner: ", "holder: ", "lacks owner"),
        ("kind: provider", "kind: friend", "kind"),
        ("expires_on: 2027-12-31", "expires_on: next year", "no date"),
        ("purposes: [service_evaluation]", "purposes: []", "purpose"),
        ("Title: says nothing that sex does not", "Title: ''", "without a reason"),
        ("    format: csv\n", "    format: csv\n    colour: red\n", "unknown keys at files"),
        ("provider: parkside_trust", "provider: somebody", "another provider"),
    ],
)
def test_an_agreement_that_is_not_whole_is_refused(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    path = changed(tmp_path, PARKSIDE, before, after, "parkside_trust.yaml")
    with pytest.raises(BadAgreement, match=says):
        read_agreement(path)


def test_an_agreement_holds_from_its_first_to_its_last_day() -> None:
    agreement = load_agreements(SCHEMAS)["parkside_trust"]
    check_in_force(agreement, agreement.signed_on)
    check_in_force(agreement, agreement.expires_on)
    with pytest.raises(BadAgreement, match="agreement-not-started"):
        check_in_force(agreement, agreement.signed_on - dt.timedelta(1))
    with pytest.raises(BadAgreement, match="agreement-expired"):
        check_in_force(agreement, agreement.expires_on + dt.timedelta(1))


def test_an_expired_agreement_names_its_owner_and_its_file() -> None:
    agreement = load_agreements(SCHEMAS)["parkside_trust"]
    with pytest.raises(BadAgreement) as caught:
        check_in_force(agreement, dt.date(2099, 1, 1))
    assert agreement.owner in caught.value.advice
    assert "parkside_trust.yaml" in caught.value.advice


def test_the_canonical_tables_are_those_that_were_agreed() -> None:
    assert set(contracts().by_group["canonical"]) == {
        "participant", "consent_event", "attendance", "referral", "outcome_measure",
        "health_indicator", "population", "deprivation", "geography", "opportunity",
        "programme_cost",
    }  # fmt: skip


def test_a_datasets_columns_come_from_its_shape() -> None:
    loaded = contracts()
    shape = loaded.shape("indicator")
    assert len(loaded.outputs) >= 3
    lacking = [o.name for o in loaded.outputs if not set(shape.columns) <= set(o.columns)]
    assert lacking == []


def test_every_arrow_field_says_what_it_is() -> None:
    schema = arrow_schema(contracts().output("inactive_population"))
    assert len(schema) > 20
    assert all(b"description" in field.metadata for field in schema)
