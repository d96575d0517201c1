"""The register: what stops an intake, what was known when, and rules about age."""

import dataclasses
import datetime as dt
import io
from collections.abc import Mapping

import pyarrow.parquet as pq
import pytest

from pipelines.consent import check_registers_fresh, make_periods, open_register
from pipelines.core.agreement import Agreement
from pipelines.core.agreement_terms import AgeRule, ConsentTerms, OptOutTerms
from pipelines.core.duck import open_engine
from pipelines.core.errors import BadConsent
from pipelines.counts import IntakeSummary
from pipelines.house import House
from pipelines.intake import take_in
from tests.conftest import Bench
from tests.rooms.test_intake import CONSENTS, PEOPLE_HEADER, movewell

PROVIDER = "movewell_referrals"
FIRST, SECOND = "2026-09-30", "2026-10-20"
DAY, LATER = dt.date(2026, 10, 1), dt.date(2026, 10, 21)


@pytest.fixture(autouse=True)
def postcodes(bench: Bench) -> None:
    bench.know_postcodes()


def with_terms(house: House, terms: ConsentTerms, **changes: object) -> House:
    agreement = dataclasses.replace(house.agreements[PROVIDER], consent=terms, **changes)  # type: ignore[arg-type]  # (fields of the agreement)
    return dataclasses.replace(house, agreements={**house.agreements, PROVIDER: agreement})


def bring(
    bench: Bench, drop: str, day: dt.date, files: Mapping[str, str], house: House | None = None
) -> IntakeSummary:
    bench.put(PROVIDER, drop, files)
    return take_in(house or bench.house, PROVIDER, drop, as_of=day)


def events(*lines: str) -> str:
    return CONSENTS.splitlines()[0] + "\n" + "".join(f"{line}\n" for line in lines)


def test_a_register_older_than_agreed_stops_the_intake(bench: Bench) -> None:
    with pytest.raises(BadConsent, match="consent-stale"):
        bring(bench, FIRST, dt.date(2026, 11, 5), movewell())


def test_a_register_on_the_last_day_that_is_agreed_does_not(bench: Bench) -> None:
    assert bring(bench, FIRST, dt.date(2026, 11, 4), movewell()).tables


def test_the_same_consent_file_sent_again_makes_the_register_fresh(bench: Bench) -> None:
    bring(bench, FIRST, DAY, movewell())
    more = movewell(**{"outcomes_2026b.csv": movewell()["outcomes_2026.csv"] + "C1,R1,,,,\n"})
    assert bring(bench, SECOND, dt.date(2026, 11, 20), more).tables


def test_a_delivery_without_a_consent_file_rests_on_the_register(bench: Bench) -> None:
    house = consent_optional(bench.house)
    bring(bench, FIRST, DAY, movewell(), house)
    files = movewell(**{"people_2026.csv": PEOPLE_HEADER + PERSON})
    del files["consents_2026.csv"]
    summary = bring(bench, SECOND, LATER, files, house)
    assert next(t for t in summary.tables if t.table == "participant").kept == 1


PERSON = "C1,9990000018,Ann,Test,1960-05-01,female,XA1 1AA,B,2025-01-10,\n"


def test_without_any_register_nothing_is_taken_in(bench: Bench) -> None:
    files = movewell()
    del files["consents_2026.csv"]
    with pytest.raises(BadConsent, match="consent-register-empty"):
        bring(bench, FIRST, DAY, files, consent_optional(bench.house))


def consent_optional(house: House) -> House:
    files = tuple(
        dataclasses.replace(file, required=file.table != "consent_event")
        for file in house.agreements[PROVIDER].files
    )
    return with_terms(house, ConsentTerms(), files=files)


def test_a_consent_file_that_was_cut_short_stops_the_intake(bench: Bench) -> None:
    bring(bench, FIRST, DAY, movewell())
    few = events(*CONSENTS.splitlines()[1:3])
    with pytest.raises(BadConsent, match="consent-shrunk"):
        bring(bench, SECOND, LATER, movewell(**{"consents_2026.csv": few}))


def test_a_provider_who_sends_changes_only_may_send_few(bench: Bench) -> None:
    house = with_terms(bench.house, ConsentTerms(min_share=0))
    bring(bench, FIRST, DAY, movewell(), house)
    few = events(*CONSENTS.splitlines()[1:3])
    assert bring(bench, SECOND, LATER, movewell(**{"consents_2026.csv": few}), house).tables


def test_a_release_is_refused_while_a_register_is_stale(bench: Bench) -> None:
    bring(bench, FIRST, DAY, movewell())
    counts = bench.house.store.parts("intake_count")
    check_registers_fresh(bench.house.agreements, counts, dt.date(2026, 11, 4))
    with pytest.raises(BadConsent, match="movewell_referrals is 36 days old"):
        check_registers_fresh(bench.house.agreements, counts, dt.date(2026, 11, 5))


def test_the_opt_out_is_asked_for_where_it_applies(bench: Bench) -> None:
    terms = ConsentTerms(opt_out=OptOutTerms(applies=True, reason="no explicit consent"))
    with pytest.raises(BadConsent, match="opt-out-not-asked"):
        bring(bench, FIRST, DAY, movewell(), with_terms(bench.house, terms))


def test_the_register_knows_nobody_by_the_providers_reference(bench: Bench) -> None:
    bring(bench, FIRST, DAY, movewell())
    settings, keys = bench.house.settings, bench.house.keys
    [path] = (settings.red / "consent" / PROVIDER).glob("*.sealed")
    data = keys.unseal(path.relative_to(settings.red).as_posix(), path.read_bytes())
    texts = pq.read_table(io.BytesIO(data)).to_pydict()
    people = {"C1", "C2", "C3", "C4", "C5", "C7"}
    assert set(texts["member_token"]) == set(keys.tokens("m1", (PROVIDER,))(people))
    assert not any(people & set(map(str, values)) for values in texts.values())


def test_what_was_known_on_an_earlier_day_can_be_told(bench: Bench) -> None:
    """The withdrawal of February is told in October; until then the consent stood."""
    late = CONSENTS + "C1,service_evaluation,withdrawn,2026-02-01,,PN-1,letter\n"
    bring(bench, FIRST, DAY, movewell())
    bring(bench, SECOND, LATER, movewell(**{"consents_2026.csv": late}))
    before, after = covered_until(bench, DAY), covered_until(bench, LATER)
    assert (before, after) == (None, dt.date(2026, 1, 31))


def covered_until(bench: Bench, known_on: dt.date) -> dt.date | None:
    settings, keys = bench.house.settings, bench.house.keys
    [token] = keys.tokens("m1", (PROVIDER,))(["C1"])
    contract = bench.house.contracts.delivered("consent_event")
    with open_engine(settings) as engine:
        register = open_register(PROVIDER, contract, engine, settings, keys, known_on=known_on)
        periods = make_periods(register, engine)
        rows = engine.execute(
            f"select consented_until from {periods} where member_token = $token", {"token": token}
        ).fetchall()
    [[until]] = rows
    return until if isinstance(until, dt.date) else None


YOUNG = """\
K1,,Ann,Test,2016-05-01,female,XA1 1AA,A,2026-01-10,
K2,,Bo,Test,2014-05-01,male,XA1 1AA,A,2026-01-10,
K3,,Cy,Test,2014-05-01,male,XA1 1AA,A,2026-01-10,
K4,,Di,Test,2013-09-20,female,XA1 1AA,A,2026-01-10,
K5,,Ed,Test,,male,XA1 1AA,A,2026-01-10,
K6,,Flo,Test,2010-05-01,female,XA1 1AA,A,2026-01-10,
"""
GRANTS = events(
    "K1,service_evaluation,granted,2026-01-10,,PN-1,parent:form",
    "K2,service_evaluation,granted,2026-01-10,,PN-1,parent:form",
    "K3,service_evaluation,granted,2026-01-10,,PN-1,form",
    "K4,service_evaluation,granted,2026-01-10,,PN-1,parent:form",
    "K5,service_evaluation,granted,2026-01-10,,PN-1,form",
    "K6,service_evaluation,granted,2026-01-10,,PN-1,form",
)
AGES = AgeRule("service_evaluation", minimum_age=11, own_consent_from=13)


def people_with(bench: Bench, rule: AgeRule) -> tuple[int, Mapping[str, int]]:
    house = with_terms(bench.house, ConsentTerms(age_rules=(rule,)))
    files = {"consents_2026.csv": GRANTS, "people_2026.csv": PEOPLE_HEADER + YOUNG}
    summary = bring(bench, FIRST, DAY, movewell(**files), house)
    people = next(t for t in summary.tables if t.table == "participant")
    return people.kept, people.refused


def test_a_child_needs_a_parent_and_an_age_that_the_purpose_allows(bench: Bench) -> None:
    """K1 is ten. K3 agreed alone. K4 turned thirteen, so a parent's word has run out."""
    assert people_with(bench, AGES) == (
        2,
        {"too_young": 1, "parent_consent_missing": 1, "expired": 1, "age_unknown": 1},
    )


def test_an_unknown_age_can_be_agreed_to_be_used(bench: Bench) -> None:
    rule = dataclasses.replace(AGES, unknown_age_used=True)
    kept, refused = people_with(bench, rule)
    assert (kept, refused.get("age_unknown")) == (3, None)


def test_without_a_rule_age_plays_no_part(bench: Bench) -> None:
    files = {"consents_2026.csv": GRANTS, "people_2026.csv": PEOPLE_HEADER + YOUNG}
    house = with_terms(bench.house, ConsentTerms())
    summary = bring(bench, FIRST, DAY, movewell(**files), house)
    assert next(t for t in summary.tables if t.table == "participant").kept == 6


def test_agreements_say_how_fresh_consent_must_be(bench: Bench) -> None:
    harbour: Agreement = bench.house.agreements["harbour_leisure"]
    assert (harbour.consent.max_age_days, harbour.consent.min_share) == (35, 0)
