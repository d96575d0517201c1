"""Whatever is missing, nothing leaves: every way in which an extract is refused."""

import dataclasses
import datetime as dt
import shutil

import pytest

from pipelines.core.errors import NotSignedOff, Refused
from pipelines.core.files import write_whole
from pipelines.core.thresholds import Thresholds
from pipelines.extract import issue_extract_key, make_extract, plan_extract
from pipelines.house import House
from pipelines.publish import SignOff
from tests.released import put_in_store
from tests.rooms.extract.conftest import (
    DAY,
    END,
    PURPOSE,
    SIGNED,
    Change,
    asked,
    extracted,
)

TERMS = [
    ("expires_on: 2028-03-31", "expires_on: 2026-11-21", "recipient-expired"),
    ("signed_on: 2026-04-01", "signed_on: 2026-11-23", "recipient-not-started"),
    ("review_on: 2027-03-31", "review_on: 2026-11-21", "recipient-dpia-due"),
    ("purpose: service_evaluation", "purpose: direct_care", "recipient-purpose"),
    ("leisure_activity:", "other_extract:", "recipient-extract"),
    ("start: 2025-04-01", "start: 2025-10-02", "recipient-period"),
    ("end: 2028-03-31}", "end: 2026-09-29}", "recipient-period"),
    ("age_band: 20-year", "age_band: 5-year", "recipient-level"),
    ("first_active_in: month", "first_active_in: exact", "recipient-level"),
    ("area_code: ltla", "lsoa21_code: exact", "recipient-level"),
    ("opt_out: not_applicable", "opt_out: respected", "extract-opt-out"),
    ("opt_out: not_applicable", "opt_out: ignored", "agreement-invalid"),
    ("  officer: Demo Officer", "  head: Demo Officer", "agreement-invalid"),
    ("reference: DSA-2026-201", "reference: DSA-2026-201\n  extra: x", "agreement-invalid"),
    ("people_of: [QOP]", "people_of: [QZZ]", "icb-unknown"),
    ("providers: [harbour_leisure,", "providers: [nobody_known,", "agreement-unknown-provider"),
    ("age_band: 20-year", "age_band: 20-year\n      name: exact", "recipient-level"),
]


@pytest.mark.parametrize(("old", "new", "code"), TERMS, ids=[f"{t[2]}-{t[1]}" for t in TERMS])
def test_terms_that_do_not_cover_it_stop_it(old: str, new: str, code: str, changed: Change) -> None:
    with pytest.raises(Refused) as refused:
        plan_extract(changed(old, new), asked(), as_of=DAY)
    assert refused.value.code == code


def test_a_recipient_without_an_agreement_gets_nothing(house: House) -> None:
    with pytest.raises(Refused) as refused:
        plan_extract(house, asked("QJM"), as_of=DAY)
    assert refused.value.code == "recipient-unknown"


def test_a_column_that_the_agreement_does_not_name_stops_it(house: House) -> None:
    with pytest.raises(Refused) as refused:
        plan_extract(house, asked("QOP", "sex", "ethnic_category"), as_of=DAY)
    assert refused.value.code == "recipient-attributes"


def test_a_period_that_is_not_over_stops_it(house: House) -> None:
    with pytest.raises(Refused) as refused:
        plan_extract(house, asked(), as_of=END - dt.timedelta(days=1))
    assert refused.value.code == "extract-period"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person_level_extracts": ()}, "extract-provider"),
        ({"purposes": ()}, "agreement-purpose"),
        ({"expires_on": DAY - dt.timedelta(days=1)}, "agreement-expired"),
    ],
)
def test_a_providers_agreement_must_cover_it_too(
    change: dict[str, object], code: str, house: House
) -> None:
    agreement = dataclasses.replace(house.agreements["harbour_leisure"], **change)  # type: ignore[arg-type]  # one of its fields, by name
    agreements = {**house.agreements, "harbour_leisure": agreement}
    with pytest.raises(Refused) as refused:
        plan_extract(dataclasses.replace(house, agreements=agreements), asked(), as_of=DAY)
    assert refused.value.code == code


def test_a_threshold_that_was_widened_without_an_officer_stops_it(house: House) -> None:
    stated = house.thresholds.by_name
    laxer = dataclasses.replace(stated["group_people"], value=2)
    thresholds = Thresholds({**stated, "group_people": laxer}, "0" * 64)
    with pytest.raises(Refused) as refused:
        plan_extract(dataclasses.replace(house, thresholds=thresholds), asked(), as_of=DAY)
    assert refused.value.code == "thresholds-widened"


def test_an_unsigned_extract_does_not_leave(house: House) -> None:
    plan = plan_extract(house, asked(), as_of=DAY)
    with pytest.raises(NotSignedOff):
        make_extract(house, plan, None)


def test_only_the_officer_of_the_agreement_may_sign(house: House) -> None:
    plan = plan_extract(house, asked(), as_of=DAY)
    other = SignOff("Other Officer", "Caldicott Guardian", "a test", DAY)
    with pytest.raises(NotSignedOff) as refused:
        make_extract(house, plan, other)
    assert refused.value.code == "extract-officer"


def test_a_plan_older_than_the_store_is_refused(house: House) -> None:
    plan = plan_extract(house, asked(), as_of=DAY)
    put_in_store(
        house, "mhclg_deprivation", "3" * 12, {"deprivation": "area_code | decile\nL9 | 3"}
    )
    with pytest.raises(Refused) as refused:
        make_extract(house, plan, SIGNED)
    assert refused.value.code == "extract-stale"


def test_a_second_opt_out_policy_for_a_recipient_is_refused(house: House) -> None:
    house.ledger.record(
        "extract_published", release="earlier", recipient="QOP", purpose=PURPOSE,
        opt_out="respected", epoch=1,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        extracted(house)
    assert refused.value.code == "extract-other-opt-out"


def test_an_extract_that_the_ledger_knows_and_that_is_gone_stops_the_next(house: House) -> None:
    shutil.rmtree(extracted(house, "QWO", "sex").folder)
    with pytest.raises(Refused) as refused:
        extracted(house)
    assert refused.value.code == "extract-forgotten"


def test_rows_that_were_given_and_are_not_kept_stop_the_next(house: House) -> None:
    extracted(house, "QWO", "sex")
    shutil.rmtree(house.settings.amber / "extracts")
    with pytest.raises(Refused) as refused:
        extracted(house)
    assert refused.value.code == "extract-rows-missing"


def test_a_ledger_that_was_changed_stops_it(house: House) -> None:
    plan = plan_extract(house, asked(), as_of=DAY)
    ledger = house.settings.ledger
    write_whole(ledger, ledger.read_bytes().replace(b'"tables":', b'"table":'))
    with pytest.raises(Refused) as refused:
        make_extract(house, plan, SIGNED)
    assert refused.value.code == "ledger-broken"


def test_an_extract_that_was_put_there_by_somebody_else_is_refused(house: House) -> None:
    release = extracted(house)
    shutil.rmtree(house.settings.ledger.parent)
    with pytest.raises(Refused) as refused:
        extracted(house)
    assert (release.folder.is_dir(), refused.value.code) == (True, "extract-not-recorded")


def test_an_extract_whose_file_was_changed_is_refused(house: House) -> None:
    file = extracted(house).folder / "leisure_activity.parquet"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(Refused) as refused:
        extracted(house)
    assert refused.value.code == "extract-damaged"


def test_no_key_is_handed_over_once_the_agreement_has_ended(house: House) -> None:
    release = extracted(house)
    write_whole(house.settings.home / "passphrase", b"six words drawn at random today\n")
    with pytest.raises(Refused) as refused:
        issue_extract_key(
            house, release.release_id, house.settings.home / "passphrase", on=dt.date(2028, 4, 1)
        )
    assert refused.value.code == "recipient-expired"


def test_nothing_is_left_behind_by_a_refusal(changed: Change) -> None:
    house = changed("people_of: [QOP]", "people_of: [QWO]")
    plan = plan_extract(house, asked(), as_of=DAY)
    narrow = dataclasses.replace(plan, rule=dataclasses.replace(plan.rule, k=10_000))
    with pytest.raises(Refused) as refused:
        make_extract(house, narrow, SIGNED)
    home = house.settings.home
    assert refused.value.code == "extract-not-anonymous"
    assert [p.name for p in (home / "extracts").iterdir()] == [".lock"]
    assert not (house.settings.amber / "extracts").exists()
