"""The intake line on deliveries of a few rows: who is refused, what is put aside, what is kept."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadAgreement, BadConsent, BadDelivery, ExpectationFailed
from pipelines.core.settings import PROJECT, settings_from
from pipelines.counts import IntakeSummary
from pipelines.house import open_house
from pipelines.intake import find_drops, find_unfinished, take_in
from tests.conftest import TEST_KEY, Bench

DAY = dt.date(2026, 10, 1)
CONSENTS = """client_id,purpose,event,happened_on,expires_on,notice_version,evidence
C1,service_evaluation,granted,2025-01-10,,PN-1,form
C2,service_evaluation,granted,2025-01-10,,PN-1,form
C2,service_evaluation,withdrawn,2026-02-01,,PN-1,letter
C3,research,granted,2025-01-10,,PN-1,form
C4,service_evaluation,granted,2025-01-10,2026-01-01,PN-1,form
C5,service_evaluation,granted,2026-11-01,,PN-1,form
C7,service_evaluation,granted,2026-03-01,,PN-1,form
"""
PEOPLE_HEADER = (
    "client_id,nhs_number,given_name,family_name,date_of_birth,gender,postcode,ethnicity,"
    "registered_on,email\n"
)
PEOPLE = (
    PEOPLE_HEADER
    + """\
C1,9990000018,Ann,Test,1960-05-01,female,XA1 1AA,A,2025-01-10,a@x.example
C2,,Bo,Test,1960-05-01,male,XA1 1AA,A,2025-01-10,
C3,,Cy,Test,1960-05-01,male,XA1 1AA,A,2025-01-10,
C4,,Di,Test,1960-05-01,female,XA1 1AA,A,2025-01-10,
C5,,Ed,Test,1960-05-01,male,XA1 1AA,A,2025-01-10,
C6,,Flo,Test,1960-05-01,female,XA1 1AA,A,2025-01-10,
C7,9990000019,Gus,Test,1960-05-01,male,XA1 1AA,A,2025-01-10,
"""
)
REFERRALS_HEADER = (
    "referral_id,client_id,nhs_number,programme,condition,referrer,referred_on,started_on,"
    "last_attended_on,completed_on,notes\n"
)
REFERRALS = (
    REFERRALS_HEADER
    + """\
R1,C1,9990000018,exercise_on_referral,obesity,general_practice,2025-06-01,2025-06-20,2025-10-01,2025-10-02,
R2,C7,,exercise_on_referral,obesity,general_practice,2025-06-01,2025-06-20,,,
R3,C7,,exercise_on_referral,obesity,general_practice,2026-06-01,2026-05-20,,,
R4,C7,,exercise_on_referral,gout,general_practice,2026-06-01,,,,
"""
)
OUTCOMES = """client_id,referral_id,measure,timepoint,recorded_on,score
C1,R1,active_minutes_week,baseline,2025-06-20,25
C1,R1,active_minutes_week,12_weeks,2025-09-20,90
C1,R1,active_minutes_week,12_months,2026-06-20,1e999
C1,R1,weight_kg,baseline,2025-06-20,700
"""


def movewell(**changes: str) -> dict[str, str]:
    files = {
        "consents_2026.csv": CONSENTS,
        "people_2026.csv": PEOPLE,
        "referrals_2026.csv": REFERRALS,
        "outcomes_2026.csv": OUTCOMES,
    }
    return {**files, **changes}


@pytest.fixture(autouse=True)
def postcodes(bench: Bench) -> None:
    bench.know_postcodes()


def stored_of_movewell(bench: Bench) -> list[str]:
    return [d for d in bench.house.store.delivery_ids() if d.startswith("movewell")]


@pytest.fixture
def summary(bench: Bench) -> IntakeSummary:
    bench.put("movewell_referrals", "2026-09-30", movewell())
    return take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)


def test_every_refusal_has_its_reason(summary: IntakeSummary) -> None:
    people = next(t for t in summary.tables if t.table == "participant")
    assert people.refused == {
        "withdrawn": 1, "other_purpose": 1, "expired": 1, "not_yet": 1, "never_asked": 1,
    }  # fmt: skip


def test_a_broken_row_is_put_aside_with_its_code_and_the_good_ones_go_on(
    summary: IntakeSummary,
) -> None:
    assert {t.table: (t.kept, dict(t.quarantined)) for t in summary.tables} == {
        "consent_event": (7, {}),
        "participant": (1, {"participant.nhs_number.form": 1}),
        "referral": (1, {"referral.condition.allowed": 1, "referral.started_before_referred": 1}),
        "outcome_measure": (
            2,
            {"outcome_measure.score.type": 1, "outcome_measure.score_out_of_range": 1},
        ),
    }


def test_an_activity_before_consent_is_refused_though_consent_holds_today(
    summary: IntakeSummary,
) -> None:
    referrals = next(t for t in summary.tables if t.table == "referral")
    assert referrals.refused == {"not_yet": 1}


def test_the_store_holds_pseudonyms_and_no_identifier(bench: Bench, summary: IntakeSummary) -> None:
    (part,) = bench.house.store.parts("person")
    row = pq.read_table(part).to_pylist()[0]
    assert row["person_key"].startswith("n1.")
    assert row["member_key"].startswith("m1.")
    assert (row["birth_year"], row["sex"]) == (1960, "2")


def test_the_same_delivery_is_not_taken_in_twice(bench: Bench, summary: IntakeSummary) -> None:
    again = take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    assert again.already_in


def test_the_same_file_in_another_delivery_is_passed_over(
    bench: Bench, summary: IntakeSummary
) -> None:
    more = OUTCOMES.splitlines()[0] + "\nC1,R1,weight_kg,12_weeks,2025-09-20,80\n"
    bench.put("movewell_referrals", "2026-09-30-2", movewell(**{"outcomes_2026b.csv": more}))
    again = take_in(bench.house, "movewell_referrals", "2026-09-30-2", as_of=DAY)
    outcomes = next(t for t in again.tables if t.table == "outcome_measure")
    assert (outcomes.received, outcomes.kept) == (1, 1)
    assert outcomes.noted == {"outcome_measure.file_already_taken_in": 1}


def test_a_missing_consent_file_stops_the_delivery(bench: Bench) -> None:
    files = movewell()
    del files["consents_2026.csv"]
    bench.put("movewell_referrals", "2026-09-30", files)
    with pytest.raises(BadConsent, match="consent-missing"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)


def test_an_altered_file_stops_the_delivery(bench: Bench) -> None:
    folder = bench.put("movewell_referrals", "2026-09-30", movewell())
    with (folder / "people_2026.csv").open("a") as stream:
        stream.write("C9,,X,Y,1960-05-01,male,,,2025-01-10,\n")
    with pytest.raises(BadDelivery, match="delivery-altered"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)


def test_an_unknown_column_is_named_by_its_place_only(bench: Bench) -> None:
    people = PEOPLE.replace(",email", ",9990000018")
    bench.put("movewell_referrals", "2026-09-30", movewell(**{"people_2026.csv": people}))
    with pytest.raises(BadDelivery) as caught:
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    assert "at place 10" in str(caught.value)
    assert "9990000018" not in str(caught.value)


def test_an_unreadable_consent_row_shuts_its_person_out(bench: Bench) -> None:
    consents = CONSENTS + "C1,service_evaluation,maybe,2026-05-01,,PN-1,form\n"
    bench.put("movewell_referrals", "2026-09-30", movewell(**{"consents_2026.csv": consents}))
    summary = take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    people = next(t for t in summary.tables if t.table == "participant")
    assert people.refused["unreadable_event"] == 1


def test_a_consent_row_without_a_person_stops_the_delivery(bench: Bench) -> None:
    consents = CONSENTS + ",service_evaluation,withdrawn,2026-05-01,,PN-1,form\n"
    bench.put("movewell_referrals", "2026-09-30", movewell(**{"consents_2026.csv": consents}))
    with pytest.raises(BadConsent, match="consent-nameless"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)


def test_a_critical_expectation_stops_the_delivery_and_stores_nothing(bench: Bench) -> None:
    settings = dataclasses.replace(bench.house.settings, expectations=PROJECT / "expectations")
    house = dataclasses.replace(bench.house, settings=settings)
    bench.put("movewell_referrals", "2026-09-30", movewell())
    with pytest.raises(ExpectationFailed, match="quarantined_share"):
        take_in(house, "movewell_referrals", "2026-09-30", as_of=DAY)
    assert stored_of_movewell(bench) == []


def test_nothing_is_stored_when_one_table_fails(bench: Bench) -> None:
    outcomes = OUTCOMES.replace("score\n", "points\n")
    bench.put("movewell_referrals", "2026-09-30", movewell(**{"outcomes_2026.csv": outcomes}))
    with pytest.raises(BadDelivery, match="columns-unknown"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    assert stored_of_movewell(bench) == []


def test_people_are_not_taken_in_before_postcodes_are_known(tmp_path: Path) -> None:
    """Past the border a postcode is gone: their neighbourhood could never be found again."""
    environ = {"WIDEBRIDGE_HOME": str(tmp_path), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    bench = Bench(open_house(settings_from(environ), environ))
    bench.put("movewell_referrals", "2026-09-30", movewell())
    with pytest.raises(BadDelivery, match="postcodes-missing"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)


def test_an_expired_agreement_stops_the_delivery(bench: Bench) -> None:
    bench.put("movewell_referrals", "2026-09-30", movewell())
    with pytest.raises(BadAgreement, match="agreement-expired"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=dt.date(2027, 10, 1))


def test_a_half_written_delivery_waits(bench: Bench) -> None:
    folder = bench.put("movewell_referrals", "2026-09-30", movewell())
    (folder / "SHA256SUMS").unlink()
    assert find_drops(bench.house, "movewell_referrals") == []
    with pytest.raises(BadDelivery, match="delivery-unfinished"):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)


@pytest.mark.parametrize("name", ["../../etc", "9990000018", "2026-09-30/..", "latest"])
def test_a_delivery_is_named_by_its_day_and_nothing_else(bench: Bench, name: str) -> None:
    with pytest.raises(BadDelivery, match="delivery-name") as caught:
        take_in(bench.house, "movewell_referrals", name, as_of=DAY)
    assert name not in str(caught.value)


def test_a_refusal_is_in_the_ledger_by_its_code(bench: Bench) -> None:
    bench.put("movewell_referrals", "2026-09-30", {"people_2026.csv": PEOPLE})
    with pytest.raises(BadConsent):
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    last = list(FileLedger(bench.house.settings.ledger).entries())[-1]
    assert (last["event"], last["facts"]["code"]) == ("intake_refused", "consent-missing")


def test_an_unfinished_delivery_is_told_of(bench: Bench) -> None:
    folder = bench.put("movewell_referrals", "2026-09-30", movewell())
    (folder / "SHA256SUMS").unlink()
    assert find_unfinished(bench.house, None) == ["movewell_referrals/2026-09-30"]


def test_what_is_worth_a_question_is_a_warning_and_stops_nothing(bench: Bench) -> None:
    suite = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "refused_share", "max_value": 0.1},
        "severity": "warning",
    }
    folder = bench.house.settings.expectations
    folder.mkdir()
    (folder / "participant.json").write_text(
        json.dumps({"table": "participant", "about": "a test", "expectations": [suite]})
    )
    bench.put("movewell_referrals", "2026-09-30", movewell())
    summary = take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    assert summary.warnings == [
        "participant of movewell_referrals: expect_column_values_to_be_between of refused_share"
    ]
