"""A delivery of a flow to which the opt-out applies, from its files to the linked store."""

import dataclasses
import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.consent.opt_out_cache import OptOutCache
from pipelines.core.agreement_terms import OptOutTerms
from pipelines.core.errors import BadConsent, BadDelivery
from pipelines.core.settings import settings_from
from pipelines.counts import IntakeSummary
from pipelines.house import House, open_house
from pipelines.intake import take_in
from pipelines.opt_out import asker_from, check_opt_outs
from tests.conftest import TEST_KEY
from tests.conftest import Bench as Door
from tests.rooms.opt_out.conftest import Bench, write_mailbox_file
from tests.rooms.opt_out.national_service import nhs_numbers
from tests.rooms.opt_out.sandbox import Sandbox

DAY = dt.date(2026, 10, 1)
PROVIDER = "movewell_referrals"
FINE, OUT, WITHDREW = nhs_numbers(3)
FILES = {
    "consents_2026.csv": """client_id,purpose,event,happened_on,expires_on,notice_version,evidence
C1,service_evaluation,granted,2025-01-10,,PN-1,form
C2,service_evaluation,granted,2025-01-10,,PN-1,form
C3,service_evaluation,granted,2025-01-10,,PN-1,form
C4,service_evaluation,granted,2025-01-10,,PN-1,form
C4,service_evaluation,withdrawn,2026-02-01,,PN-1,letter
""",
    "people_2026.csv": f"""client_id,nhs_number,given_name,family_name,date_of_birth,gender,\
postcode,ethnicity,registered_on,email
C1,{FINE},Ann,Test,1960-05-01,female,XA1 1AA,A,2025-01-10,
C2,{OUT},Bo,Test,1961-05-01,male,XA1 1AA,A,2025-01-10,
C3,,Cy,Test,1962-05-01,male,XA1 1AA,A,2025-01-10,
C4,{WITHDREW},Di,Test,1963-05-01,female,XA1 1AA,A,2025-01-10,
""",
    "referrals_2026.csv": f"""referral_id,client_id,nhs_number,programme,condition,referrer,\
referred_on,started_on,last_attended_on,completed_on,notes
R1,C1,{FINE},exercise_on_referral,obesity,general_practice,2025-06-01,2025-06-20,,,
R2,C2,{OUT},exercise_on_referral,obesity,general_practice,2025-06-01,2025-06-20,,,
R3,C3,,exercise_on_referral,obesity,general_practice,2025-06-01,2025-06-20,,,
""",
    "outcomes_2026.csv": """client_id,referral_id,measure,timepoint,recorded_on,score
C1,R1,active_minutes_week,baseline,2025-06-20,25
C2,R2,active_minutes_week,baseline,2025-06-20,25
""",
}


def where_it_applies(house: House) -> House:
    """The house with the one agreement changed: the opt-out applies to MoveWell."""
    agreement = house.agreements[PROVIDER]
    terms = dataclasses.replace(agreement.consent, opt_out=OptOutTerms(True, "a test"))
    changed = dataclasses.replace(agreement, consent=terms)
    return dataclasses.replace(house, agreements={**house.agreements, PROVIDER: changed})


@pytest.fixture
def door(tmp_path: Path, bench: Bench) -> Door:
    """The house of the desk, with a delivery before its door."""
    environ = {
        "WIDEBRIDGE_HOME": str(bench.settings.home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "no-expectations"),
    }
    bench.service.opted_out = {OUT}
    door = Door(where_it_applies(open_house(settings_from(environ), environ)))
    door.know_postcodes()
    door.put(PROVIDER, "2026-09-30", FILES)
    return door


@pytest.fixture
def summary(door: Door, bench: Bench) -> IntakeSummary:
    desk = bench.desk()
    return take_in(
        door.house,
        PROVIDER,
        "2026-09-30",
        as_of=DAY,
        ask_opt_outs=lambda numbers: check_opt_outs(numbers, desk),
    )


def test_people_and_all_that_is_theirs_are_refused_by_reason(summary: IntakeSummary) -> None:
    refused = {t.table: dict(t.refused) for t in summary.tables if t.refused}
    assert refused == {
        "participant": {"national_opt_out": 1, "opt_out_unknown": 1, "withdrawn": 1},
        "referral": {"national_opt_out": 1, "opt_out_unknown": 1},
        "outcome_measure": {"national_opt_out": 1},
    }


def test_the_service_is_asked_for_people_who_agreed_alone(
    summary: IntakeSummary, bench: Bench
) -> None:
    assert bench.service.questions == [[FINE, OUT]]


def test_the_store_holds_nobody_else_and_no_word_of_an_opt_out(
    summary: IntakeSummary, door: Door
) -> None:
    people = [pq.read_table(path) for path in door.house.store.parts("person")]
    assert sum(table.num_rows for table in people) == 1
    assert [n for table in people for n in table.column_names if "opt" in n] == []


def test_without_a_mailbox_the_delivery_is_refused(door: Door) -> None:
    with pytest.raises(BadConsent, match="opt-out-not-asked"):
        take_in(door.house, PROVIDER, "2026-09-30", as_of=DAY)
    assert not [d for d in door.house.store.delivery_ids() if d.startswith(PROVIDER)]


def test_with_an_exchange_that_is_down_the_delivery_is_refused(
    door: Door, tmp_path: Path, sandbox: Sandbox
) -> None:
    file = write_mailbox_file(tmp_path, sandbox, url="https://127.0.0.1:1")
    house = dataclasses.replace(
        door.house, settings=dataclasses.replace(door.house.settings, mesh=file)
    )
    with pytest.raises(BadDelivery, match="mesh-unreachable"):
        take_in(house, PROVIDER, "2026-09-30", as_of=DAY)


def test_where_the_opt_out_does_not_apply_nothing_is_asked(door: Door, bench: Bench) -> None:
    house = open_house(door.house.settings, {"WIDEBRIDGE_ROOT_KEY": TEST_KEY})
    desk = bench.desk()
    take_in(
        house,
        PROVIDER,
        "2026-09-30",
        as_of=DAY,
        ask_opt_outs=lambda numbers: check_opt_outs(numbers, desk),
    )
    assert bench.service.questions == []


def test_old_answers_are_deleted_whoever_comes_next(door: Door, bench: Bench) -> None:
    """An answer may not be kept for longer than it may be used, even when nobody asks again."""
    cache = OptOutCache(bench.settings, bench.keys)
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    cache.keep(cache.new_question({"a token"}, yesterday, days=1))
    asker_from(door.house.settings, door.house.keys, door.house.ledger)
    assert bench.sealed_files() == []
