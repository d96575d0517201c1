"""What was in order at assembly is looked at again on the day on which the release leaves."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from pipelines.core.agreement import Agreement
from pipelines.core.errors import BadAgreement, BadRelease
from pipelines.house import House
from pipelines.outward import candidate_facts, check_basis, key_facts, silent_providers
from pipelines.publish.made_by import digest_of_tree
from tests.released import TODAY
from tests.rooms.publish.conftest import Made

PROVIDER = "harbour_leisure"


def with_terms(house: House, **terms: object) -> House:
    agreement: Agreement = dataclasses.replace(house.agreements[PROVIDER], **terms)  # type: ignore[arg-type]
    return dataclasses.replace(house, agreements={**house.agreements, PROVIDER: agreement})


def test_a_basis_that_holds_lets_it_leave(made: Made) -> None:
    check_basis(made.bench.house, made.plan, TODAY)


def test_an_agreement_that_expired_meanwhile_stops_it(made: Made) -> None:
    house = with_terms(made.bench.house, expires_on=TODAY)
    with pytest.raises(BadAgreement, match="agreement-expired"):
        check_basis(house, made.plan, TODAY + dt.timedelta(days=1))


def test_an_overdue_dpia_review_stops_it(made: Made) -> None:
    house = with_terms(made.bench.house, dpia_review_by=TODAY)
    check_basis(house, made.plan, TODAY)
    with pytest.raises(BadAgreement, match="agreement-dpia-overdue"):
        check_basis(house, made.plan, TODAY + dt.timedelta(days=1))


def test_every_agreement_about_people_has_a_day_of_review(made: Made) -> None:
    of_people = [a for a in made.bench.house.agreements.values() if a.person_level]
    assert len(of_people) >= 3
    assert [a.provider for a in of_people if a.dpia_review_by is None] == []


def test_a_provider_who_delivered_nothing_is_named(made: Made) -> None:
    # The store's one delivery came after the period and before the day of use.
    assert silent_providers(made.bench.house, made.plan) == ["movewell_referrals", "parkside_trust"]


def test_a_delivery_of_last_year_does_not_count_as_heard(made: Made) -> None:
    later = dataclasses.replace(
        made.plan, period_start=dt.date(2026, 11, 21), period_end=dt.date(2026, 12, 31)
    )
    assert PROVIDER in silent_providers(made.bench.house, later)


def test_silence_stops_a_release_where_the_house_says_so(made: Made) -> None:
    house = made.bench.house
    strict = dataclasses.replace(
        house, settings=dataclasses.replace(house.settings, refuses_silence=True)
    )
    with pytest.raises(BadRelease, match="release-provider-silent"):
        candidate_facts(strict, made.plan)


def test_the_code_is_named_by_version_and_digests(made: Made, tmp_path: Path) -> None:
    told = candidate_facts(made.bench.house, made.plan)["made_by"]
    assert set(told) == {"version", "pipelines", "dags", "schemas"}


def test_keys_are_told_by_id_and_age_only(made: Made) -> None:
    told = key_facts(made.bench.house, TODAY)
    assert [set(key) for key in told] == [{"kind", "key_id", "age_days"}]


def test_a_changed_rule_changes_the_digest_and_an_officer_does_not(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / "officers").mkdir()
    (tmp_path / "outputs" / "a.yaml").write_text("a: 1\n")
    first = digest_of_tree(tmp_path)
    (tmp_path / "officers" / "ada_officer.yaml").write_text("officer: ada_officer\n")
    with_officer = digest_of_tree(tmp_path)
    (tmp_path / "outputs" / "a.yaml").write_text("a: 2\n")
    assert (with_officer, digest_of_tree(tmp_path) != first) == (first, True)
