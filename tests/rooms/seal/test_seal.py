"""Sealing: what stays with the provider, what the sealed folder holds, and what it can be told."""

import base64
import dataclasses
import datetime as dt
import io
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from pipelines.commands.edge import edge_app, report_of
from pipelines.core.errors import BadConsent, BadDelivery, BadSettings, ExpectationFailed
from pipelines.core.settings import settings_from
from pipelines.intake import take_in
from pipelines.pseudonymise.keys import RootKey
from pipelines.seal import KeptBack, seal_drop
from pipelines.source import sealed_place
from tests.canary.search import search
from tests.conftest import TEST_KEY
from tests.rooms.seal.conftest import DAY, PROVIDER, ProviderMachine
from tests.rooms.test_intake import CONSENTS, PEOPLE, movewell

NAME = "2026-09-30"
MARKS = ("9997654323", "Zxquhrst", "Qvdlbrtz", "M77canary", "XA1 1AB", "1961-04-23")
MARKED = movewell(
    **{
        "consents_2026.csv": CONSENTS
        + "M77canary,service_evaluation,granted,2025-01-10,,PN-1,form\n",
        "people_2026.csv": PEOPLE
        + "M77canary,9997654323,Zxquhrst,Qvdlbrtz,1961-04-23,female,XA1 1AB,A,2025-01-10,\n",
    }
)


def sealed_files(machine: ProviderMachine) -> Path:
    return machine.bench.house.settings.inbox / PROVIDER / NAME


def opened(machine: ProviderMachine) -> dict[str, list[dict[str, str]]]:
    """What the house, and nobody else, sees in the sealed files."""
    edge = machine.bench.house.keys.edge(PROVIDER)
    sheet = json.loads((sealed_files(machine) / "sealed.json").read_text())
    rows = {}
    for file in sheet["files"]:
        place = sealed_place(NAME, file["name"], file["pattern"])
        data = edge.open_sealed(place, (sealed_files(machine) / file["name"]).read_bytes())
        rows[file["table"]] = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def test_no_identifier_is_in_any_byte_of_a_sealed_delivery(
    machine: ProviderMachine, tmp_path: Path
) -> None:
    summary = machine.seal(NAME, MARKED)
    plain = tmp_path / "opened"
    plain.mkdir()
    (plain / "rows.json").write_text(json.dumps(opened(machine)))
    assert summary.sealed["participant"] == 7
    assert search(sealed_files(machine), MARKS, [repr(summary)]) == set()
    assert search(plain, MARKS) == set()


def test_no_identifier_is_anywhere_in_the_house_after_a_sealed_delivery(
    machine: ProviderMachine,
) -> None:
    machine.seal(NAME, MARKED)
    take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    assert len(list(machine.bench.house.store.parts("person"))) == 1
    assert search(machine.bench.house.settings.home, MARKS) == set()


def test_sealing_leaves_nothing_behind_but_the_sealed_folder(
    machine: ProviderMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = set(machine.folder.rglob("*"))
    machine.seal(NAME, MARKED)
    export = machine.folder / "export"
    assert set(machine.folder.rglob("*")) - before - set(export.rglob("*")) == {export}
    assert search(scratch, MARKS) == set()


def test_a_token_is_not_what_the_store_knows_a_person_by(machine: ProviderMachine) -> None:
    machine.seal(NAME, MARKED)
    take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    tokens = set(re.findall(r"[mnrl]1t\.[0-9a-f]{8}\.([a-z2-7]{32})", json.dumps(opened(machine))))
    stored = [
        pq.read_table(p).to_pylist() for p in machine.bench.house.settings.amber.rglob("*.parquet")
    ]
    keys = set(re.findall(r"[mnrl]1\.[0-9a-f]{8}\.([a-z2-7]{32})", repr(stored)))
    assert len(tokens) > 20
    assert len(keys) > 20
    assert tokens & keys == set()


def test_a_sealed_person_has_a_year_and_a_neighbourhood(machine: ProviderMachine) -> None:
    machine.seal(NAME, MARKED)
    person = opened(machine)["participant"][-1]
    assert (person["birth_year"], person["lsoa21_code"]) == ("1961", "E01900002")
    assert person["nhs_token"].startswith("n1t.")
    assert len(person["link_tokens"].split()) > 5
    assert {"nhs_number", "birth_date", "postcode", "given_name", "family_name"} & set(
        person
    ) == set()


def test_rows_with_a_fault_stay_and_are_told_by_their_numbers(machine: ProviderMachine) -> None:
    summary = machine.seal(NAME, movewell())
    people = [k for k in summary.kept_back if k.table == "participant"]
    assert people == [
        KeptBack("participant", "people_*.csv", 1, "participant.nhs_number.form", (7,))
    ]


def test_the_report_of_kept_back_rows_holds_no_value(machine: ProviderMachine) -> None:
    report = report_of(machine.seal(NAME, movewell()))
    assert json.loads(report)["rows_at_fault"][0].keys() == {"file", "number", "code", "rows"}
    assert search(machine.folder / "nowhere", ["9990000019", "Gus"], [report.decode()]) == set()


def test_an_unreadable_consent_event_is_sent_as_its_persons_token_alone(
    machine: ProviderMachine,
) -> None:
    consents = CONSENTS + "C1,service_evaluation,changed her mind,2026-05-01,,PN-1,letter\n"
    machine.seal(NAME, movewell(**{"consents_2026.csv": consents}))
    event = opened(machine)["consent_event"][-1]
    assert event.pop("person_ref").startswith("m1t.")
    assert set(event.values()) == {None}


def test_a_consent_event_that_names_nobody_stops_the_sealing(machine: ProviderMachine) -> None:
    consents = CONSENTS + ",service_evaluation,withdrawn,2026-05-01,,PN-1,letter\n"
    with pytest.raises(BadConsent, match="consent-nameless"):
        machine.seal(NAME, movewell(**{"consents_2026.csv": consents}))
    assert not sealed_files(machine).exists()


def test_an_export_with_postcodes_is_not_sealed_without_a_directory(
    machine: ProviderMachine,
) -> None:
    export = machine.export(NAME, movewell())
    with pytest.raises(BadSettings, match="edge-postcodes-missing"):
        seal_drop(machine.edge(), export, sealed_files(machine), as_of=DAY, postcodes=None)


def test_a_directory_of_other_columns_is_refused(machine: ProviderMachine) -> None:
    (machine.folder / "postcodes.csv").write_text("code,area\nXA1 1AA,E01900001\n")
    with pytest.raises(BadDelivery, match="edge-postcodes"):
        machine.seal(NAME, movewell())


def test_a_sealed_folder_is_never_overwritten(machine: ProviderMachine) -> None:
    machine.seal(NAME, movewell())
    with pytest.raises(BadDelivery, match="edge-target-exists"):
        machine.seal(NAME, movewell(), into="again")


def test_what_a_killed_run_left_is_made_anew(machine: ProviderMachine) -> None:
    left = sealed_files(machine).with_name(f".{NAME}.part")
    left.mkdir(parents=True)
    (left / "half.sealed").write_bytes(b"half")
    machine.seal(NAME, movewell())
    assert not left.exists()
    assert not (sealed_files(machine) / "half.sealed").exists()


def test_a_sealed_folder_is_named_by_its_day(machine: ProviderMachine) -> None:
    with pytest.raises(BadDelivery, match="delivery-name"):
        machine.seal("latest", movewell())


def test_a_missing_export_is_refused(machine: ProviderMachine) -> None:
    with pytest.raises(BadDelivery, match="edge-folder-missing"):
        seal_drop(
            machine.edge(),
            machine.folder / "none",
            sealed_files(machine),
            as_of=DAY,
            postcodes=None,
        )


def test_an_export_that_is_not_as_its_own_list_says_is_refused(machine: ProviderMachine) -> None:
    files = {**movewell(), "SHA256SUMS": "0" * 64 + "  people_2026.csv\n"}
    with pytest.raises(BadDelivery, match="delivery-"):
        machine.seal(NAME, files)


def test_an_export_without_consents_is_refused(machine: ProviderMachine) -> None:
    files = movewell()
    del files["consents_2026.csv"]
    with pytest.raises(BadConsent, match="consent-missing"):
        machine.seal(NAME, files)


def test_an_export_is_judged_as_a_whole_before_it_leaves(machine: ProviderMachine) -> None:
    edge = machine.edge()
    agreement = edge.agreements[PROVIDER]
    few = [
        dataclasses.replace(f, volume=dataclasses.replace(f.volume, min_rows=100))
        for f in agreement.files
    ]
    strict = dataclasses.replace(agreement, files=tuple(few))
    edge = dataclasses.replace(edge, agreements={**edge.agreements, PROVIDER: strict})
    export, target = machine.export(NAME, movewell()), sealed_files(machine)
    with pytest.raises(ExpectationFailed, match="rows_received"):
        seal_drop(edge, export, target, as_of=DAY, postcodes=machine.folder / "postcodes.csv")
    assert not target.exists()


def test_the_commands_make_a_kit_and_seal_with_it(machine: ProviderMachine) -> None:
    app = typer.Typer()
    app.add_typer(edge_app)
    home = machine.bench.house.settings.home
    environ = {"WIDEBRIDGE_HOME": str(home), "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    settings = dataclasses.replace(
        settings_from(environ), expectations=machine.bench.house.settings.expectations
    )
    passphrase = ["--passphrase-file", str(machine.passphrase)]
    kit = machine.folder / "new-kit.json"
    made = CliRunner().invoke(
        app, ["edge-kit", PROVIDER, *passphrase, "--out", str(kit)], obj=settings, env=environ
    )
    assert made.exit_code == 0, made.output
    export = machine.export(NAME, movewell())
    report = machine.folder / "kept-back.json"
    sealed = CliRunner().invoke(
        app,
        [
            "seal", PROVIDER, str(export), str(machine.folder / "sealed" / NAME),
            "--kit", str(kit), *passphrase, "--as-of", DAY.isoformat(),
            "--postcodes", str(machine.folder / "postcodes.csv"), "--report", str(report),
        ],
        obj=settings,
    )  # fmt: skip
    assert sealed.exit_code == 0, sealed.output
    assert len(json.loads(report.read_text())["rows_at_fault"]) == 5
    assert (machine.folder / "sealed" / NAME / "SHA256SUMS").exists()


def test_the_key_of_a_kit_is_the_one_that_the_tests_published() -> None:
    """The same root and provider give the same key for ever, or old kits would be cut off."""
    root = base64.b64decode(TEST_KEY)
    kit = RootKey(root).edge(PROVIDER).kit([], b"x" * 16, dt.date(2026, 1, 1).isoformat())
    assert kit["public_key"] == "1RiaGqtm4YUXbNeTC1MFe/qJaeYsaOPdpxA/gYE0NCQ="
