"""Answering a person: what the register knows of them, and why a record was used."""

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipelines.audit.ledger import FileLedger
from pipelines.basis import explain
from pipelines.commands.rights import consent_app, why
from pipelines.core.errors import BadRelease, BadSettings
from pipelines.core.ports import Recipient
from pipelines.core.settings import settings_from
from pipelines.core.stages import Release
from pipelines.house import open_house
from pipelines.pseudonymise.keys import make_demo_ring, recipients
from pipelines.release import make_release, plan_release
from pipelines.trace import trace_person
from tests.conftest import TEST_KEY, Bench
from tests.released import SIGNED, put_in_store
from tests.rooms.test_withdrawal import (
    DAY,
    FIRST,
    GEOGRAPHY,
    GRANTS,
    LEAVER,
    OTHERS,
    PROVIDER,
    SECOND,
    WITHDRAWAL,
    bring,
    delivery,
    keys_of_leaver,
)

SOMEBODY = OTHERS[0]
QOP = Recipient("QOP", "service_evaluation", "respected")


@pytest.fixture
def release(bench: Bench) -> Release:
    return released(bench)


def released(bench: Bench) -> Release:
    bench.know_postcodes()
    bring(bench, FIRST, delivery((*OTHERS, LEAVER), GRANTS))
    put_in_store(bench.house, "ons_geography", "0" * 12, {"geography": GEOGRAPHY})
    plan = plan_release(
        bench.house, vintage="2026", period_end=dt.date(2026, 9, 30), as_of=DAY, icbs=["QOP"]
    )
    return make_release(bench.house, plan, SIGNED)


def pseudonym(bench: Bench, reference: str, who: Recipient = QOP) -> str:
    keys = bench.house.keys
    [text] = keys.pseudonyms(who)(keys.keyed_hash("m1", (PROVIDER,))([reference]))
    return text


def test_a_pseudonym_tells_its_basis(bench: Bench, release: Release) -> None:
    basis = explain(bench.house, pseudonym(bench, SOMEBODY), release.release_id)
    [record] = basis.records
    assert record.period is not None
    assert (basis.recipient, record.agreement, record.period.first, record.period.notice) == (
        QOP, "DSA-2025-003", dt.date(2025, 1, 10), "PN-1",
    )  # fmt: skip


def test_the_tables_that_were_used_are_named(bench: Bench, release: Release) -> None:
    basis = explain(bench.house, pseudonym(bench, SOMEBODY), release.release_id)
    assert {table for record in basis.records for table, used in record.tables.items() if used} == {
        "person", "person_referral", "person_outcome",
    }  # fmt: skip


def test_the_extract_that_counts_the_person_is_named(bench: Bench, release: Release) -> None:
    [record] = explain(bench.house, pseudonym(bench, SOMEBODY), release.release_id).records
    assert record.counted_in == "QOP"


def test_who_lives_in_no_area_of_the_release_is_counted_in_none(
    bench: Bench, release: Release
) -> None:
    manifest = release.folder / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "boundaries_on": "1999-01-01"}))
    [record] = explain(bench.house, pseudonym(bench, SOMEBODY), release.release_id).records
    assert record.counted_in == ""


def test_a_key_of_the_store_is_understood_too(bench: Bench, release: Release) -> None:
    [key] = bench.house.keys.keyed_hash("n1", ())(["9990000018"])
    assert [r.provider for r in explain(bench.house, key, release.release_id).records] == [PROVIDER]


def test_somebody_who_withdrew_since_is_told_of_with_what_was_known_then(
    bench: Bench, release: Release
) -> None:
    asked = pseudonym(bench, LEAVER)
    bring(bench, SECOND, delivery(OTHERS, [*GRANTS, WITHDRAWAL], "b@x.example"))
    [record] = explain(bench.house, asked, release.release_id).records
    assert (record.withdrawn_on, dict(record.tables)) == ("2026-09-25", {})
    assert keys_of_leaver(bench.house)[0] not in str(record)


def test_a_pseudonym_of_nobody_is_refused_without_repeating_it(
    bench: Bench, release: Release
) -> None:
    strange = pseudonym(bench, "NOBODY")
    with pytest.raises(BadRelease, match="why-unknown") as caught:
        explain(bench.house, strange, release.release_id)
    assert strange not in str(caught.value)


def test_a_pseudonym_of_a_later_set_of_another_recipient_finds_nobody(
    bench: Bench, release: Release
) -> None:
    other = pseudonym(bench, SOMEBODY, dataclasses.replace(QOP, code="QJM"))
    with pytest.raises(BadRelease, match="why-unknown"):
        explain(bench.house, other, release.release_id)


@pytest.fixture
def ringed(tmp_path: Path) -> tuple[Bench, str]:
    """A house with a key ring, in which two recipients have a key; and a release for one."""
    settings = settings_from({"WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "none")}, tmp_path)
    ledger = FileLedger(settings.ledger)
    make_demo_ring(settings, {}, ledger, DAY)
    for code in ("QOP", "QJM"):
        recipients.add(settings, {}, dataclasses.replace(QOP, code=code), ledger, DAY)
    bench = Bench(open_house(settings, {}))
    return bench, released(bench).release_id


def test_a_trace_shows_the_pseudonym_of_every_recipient_with_a_key(
    ringed: tuple[Bench, str],
) -> None:
    bench, _ = ringed
    trace = trace_person(bench.house, bench.house.agreements[PROVIDER], SOMEBODY, DAY)
    assert dict(trace.pseudonyms)[QOP] == pseudonym(bench, SOMEBODY)
    assert {who.code for who, _ in trace.pseudonyms} == {"QOP", "QJM"}


def test_a_pseudonym_of_another_recipient_says_so(ringed: tuple[Bench, str]) -> None:
    bench, release_id = ringed
    other = pseudonym(bench, SOMEBODY, dataclasses.replace(QOP, code="QJM"))
    with pytest.raises(BadRelease, match="why-other-recipient"):
        explain(bench.house, other, release_id)


def test_an_unknown_release_is_refused(bench: Bench) -> None:
    with pytest.raises(BadRelease, match="release-unknown"):
        explain(bench.house, "p1.x.y", "../releases")


def test_a_trace_shows_events_and_whether_the_person_is_used(
    bench: Bench, release: Release
) -> None:
    agreement = bench.house.agreements[PROVIDER]
    trace = trace_person(bench.house, agreement, SOMEBODY, DAY)
    assert [(e["event"], e["recorded_on"]) for e in trace.events] == [("granted", DAY)]
    assert (dict(trace.used), trace.purged_after) == ({"service_evaluation": True}, "")


def test_a_trace_after_a_withdrawal_shows_that_nothing_is_held(
    bench: Bench, release: Release
) -> None:
    bring(bench, SECOND, delivery(OTHERS, [*GRANTS, WITHDRAWAL], "b@x.example"))
    trace = trace_person(bench.house, bench.house.agreements[PROVIDER], LEAVER, DAY)
    assert (trace.tables, trace.purged_after) == ((), "2026-09-25")
    assert not any(trace.used.values())


def test_a_trace_of_somebody_whom_nobody_knows_is_empty(bench: Bench, release: Release) -> None:
    trace = trace_person(bench.house, bench.house.agreements[PROVIDER], "NOBODY", DAY)
    assert (trace.events, trace.tables) == ((), ())


@pytest.mark.parametrize("given", [["M0001234"], ["--reference", "M0001234"]])
def test_a_reference_on_the_command_line_is_refused_and_not_repeated(
    bench: Bench, given: Sequence[str]
) -> None:
    result = CliRunner().invoke(consent_app, ["trace", PROVIDER, *given], obj=bench.house.settings)
    assert isinstance(result.exception, BadSettings)
    assert "M0001234" not in f"{result.output}{result.exception}"


def test_the_commands_tell_an_officer_what_they_need(
    bench: Bench, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIDEBRIDGE_ROOT_KEY", TEST_KEY)
    settings = bench.house.settings
    told = CliRunner().invoke(
        consent_app,
        ["trace", PROVIDER],
        obj=settings,
        input=f"{SOMEBODY}\n",
        catch_exceptions=False,
    )
    app = typer.Typer()
    app.command()(why)
    asked = [pseudonym(bench, SOMEBODY), "--release", release.release_id]
    basis = CliRunner().invoke(app, asked, obj=settings, catch_exceptions=False)
    assert "granted" in told.output
    assert SOMEBODY not in told.output
    assert "DSA-2025-003" in basis.output
    assert "PN-1" in basis.output


def test_a_trace_without_a_reference_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIDEBRIDGE_ROOT_KEY", TEST_KEY)
    result = CliRunner().invoke(
        consent_app, ["trace", PROVIDER], obj=bench.house.settings, input=""
    )
    assert "reference-missing" in str(result.exception)
