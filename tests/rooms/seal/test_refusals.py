"""A sealed delivery is taken in as it was sealed, for the day it was sealed for, or not at all."""

import dataclasses
import datetime as dt
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.agreement_terms import SealingTerms
from pipelines.core.errors import BadConsent, BadDelivery
from pipelines.core.files import write_whole
from pipelines.core.settings import settings_from
from pipelines.house import House, open_house
from pipelines.intake import take_in
from pipelines.source import CoverSheet, SealedFile, sealed_place
from tests.conftest import Bench
from tests.rooms.seal.conftest import DAY, PROVIDER, ProviderMachine, machine_of
from tests.rooms.test_intake import movewell

NAME = "2026-09-30"
TABLES = {
    "consent_event": "consents_*.csv",
    "participant": "people_*.csv",
    "referral": "referrals_*.csv",
    "outcome_measure": "outcomes_*.csv",
}


def inbox(machine: ProviderMachine, name: str = NAME) -> Path:
    return machine.bench.house.settings.inbox / machine.provider / name


def list_again(folder: Path) -> None:
    """A list of checksums that fits what lies there: anybody on the way can write one."""
    files = sorted(f for f in folder.iterdir() if f.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files]
    (folder / "SHA256SUMS").write_text("".join(lines))


def refusal(machine: ProviderMachine, name: str = NAME, house: House | None = None) -> str:
    """The code with which the house refuses what lies in the inbox."""
    with pytest.raises((BadDelivery, BadConsent)) as caught:
        take_in(house or machine.bench.house, PROVIDER, name, as_of=DAY)
    stored = machine.bench.house.store.delivery_ids()
    assert [d for d in stored if d.startswith(PROVIDER)] == []
    return caught.value.code


@pytest.fixture
def sealed(machine: ProviderMachine) -> ProviderMachine:
    """A machine that has sealed one delivery into the inbox."""
    machine.seal(NAME, movewell())
    return machine


def test_a_changed_file_is_refused_though_the_list_was_written_anew(
    sealed: ProviderMachine,
) -> None:
    with (inbox(sealed) / "participant-1.sealed").open("ab") as stream:
        stream.write(b"x")
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-incomplete"


def test_a_changed_file_and_a_cover_sheet_that_fits_it_are_refused(
    sealed: ProviderMachine,
) -> None:
    path = inbox(sealed) / "participant-1.sealed"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    sheet = inbox(sealed) / "sealed.json"
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    sheet.write_text(sheet.read_text().replace(before, after))
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-not-genuine"


def test_a_delivery_without_one_of_its_files_is_refused(sealed: ProviderMachine) -> None:
    (inbox(sealed) / "outcome_measure-1.sealed").unlink()
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-incomplete"


def test_a_file_of_another_sealed_delivery_is_refused(sealed: ProviderMachine) -> None:
    sealed.seal("2026-09-29", movewell())
    name = "participant-1.sealed"
    shutil.copy(inbox(sealed, "2026-09-29") / name, inbox(sealed) / name)
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-incomplete"


def test_a_delivery_sent_again_under_another_day_is_refused(sealed: ProviderMachine) -> None:
    shutil.copytree(inbox(sealed), inbox(sealed, "2026-10-01"))
    assert refusal(sealed, "2026-10-01") == "sealed-renamed"


def test_a_cover_sheet_changed_to_another_day_is_refused(sealed: ProviderMachine) -> None:
    shutil.copytree(inbox(sealed), inbox(sealed, "2026-10-01"))
    sheet = inbox(sealed, "2026-10-01") / "sealed.json"
    sheet.write_text(sheet.read_text().replace(NAME, "2026-10-01"))
    list_again(sheet.parent)
    assert refusal(sealed, "2026-10-01") == "sealed-not-genuine"


def test_a_delivery_sealed_for_another_provider_is_refused(
    machine: ProviderMachine, tmp_path: Path
) -> None:
    other = machine_of(machine.bench, tmp_path / "other", "harbour_leisure")
    sheet_of(other, inbox(machine), provider="harbour_leisure")
    assert refusal(machine) == "sealed-other-provider"


def test_a_delivery_marked_with_another_providers_kit_is_refused(
    machine: ProviderMachine, tmp_path: Path
) -> None:
    other = machine_of(machine.bench, tmp_path / "other", "harbour_leisure")
    sheet_of(other, inbox(machine), provider=PROVIDER)
    assert refusal(machine) == "sealed-not-genuine"


def test_a_delivery_sealed_with_the_kit_of_another_house_is_refused(
    machine: ProviderMachine, tmp_path: Path
) -> None:
    environ = {
        "WIDEBRIDGE_HOME": str(tmp_path / "b"),
        "WIDEBRIDGE_ROOT_KEY": "QUJD" * 10 + "QUI=",
        "WIDEBRIDGE_EXPECTATIONS": str(tmp_path / "no-expectations"),
    }
    elsewhere = machine_of(Bench(open_house(settings_from(environ), environ)), tmp_path / "c")
    elsewhere.seal(NAME, movewell())
    shutil.copytree(inbox(elsewhere), inbox(machine))
    assert refusal(machine) == "sealed-key-unknown"


def test_open_files_beside_sealed_ones_are_refused(sealed: ProviderMachine) -> None:
    (inbox(sealed) / "people_2026.csv").write_text(movewell()["people_2026.csv"])
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-mixed"


def test_sealed_files_without_their_cover_sheet_are_refused(sealed: ProviderMachine) -> None:
    (inbox(sealed) / "sealed.json").unlink()
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-list-missing"


@pytest.mark.parametrize(
    "change",
    [
        {"scheme": "widebridge-sealed/9"}, {"files": []}, {"mark": "?"}, {"more": 1},
        {"key_id": 7}, {"files": [{"name": "x"}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_cover_sheet_of_another_form_is_refused(
    sealed: ProviderMachine, change: dict[str, object]
) -> None:
    sheet = inbox(sealed) / "sealed.json"
    sheet.write_text(json.dumps({**json.loads(sheet.read_text()), **change}))
    list_again(inbox(sealed))
    assert refusal(sealed) == "sealed-list"


def test_a_sealed_delivery_without_consents_is_refused(machine: ProviderMachine) -> None:
    people = {"participant": "people_*.csv"}
    sheet_of(machine, inbox(machine), provider=PROVIDER, tables=people)
    assert refusal(machine) == "consent-missing"


def test_an_open_delivery_is_refused_where_sealing_was_agreed(machine: ProviderMachine) -> None:
    machine.bench.put(PROVIDER, NAME, movewell())
    house = agreed(machine, SealingTerms(required=True))
    assert refusal(machine, house=house) == "sealed-required"


def test_a_kit_older_than_the_agreement_allows_is_refused(sealed: ProviderMachine) -> None:
    house = agreed(sealed, SealingTerms(kits_since=DAY + dt.timedelta(days=1)))
    assert refusal(sealed, house=house) == "sealed-kit-withdrawn"


def test_an_old_kit_does_not_pass_for_a_later_one(sealed: ProviderMachine) -> None:
    sheet = inbox(sealed) / "sealed.json"
    sheet.write_text(sheet.read_text().replace(DAY.isoformat(), "2026-10-02"))
    list_again(inbox(sealed))
    house = agreed(sealed, SealingTerms(kits_since=DAY + dt.timedelta(days=1)))
    assert refusal(sealed, house=house) == "sealed-not-genuine"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("person_ref", "C1", "sealed-not-tokens"),
        ("person_ref", "9990000018", "sealed-not-tokens"),
        ("nhs_number", "9990000018", "sealed-not-canonical"),
        ("family_name", "Test", "sealed-not-canonical"),
    ],
)
def test_a_kit_that_seals_identifiers_is_refused_without_quoting_them(
    machine: ProviderMachine, column: str, value: str, code: str
) -> None:
    machine.seal(NAME, movewell())
    rows = opened(machine, "participant-1.sealed", "people_*.csv")
    values = pa.array([value] * rows.num_rows, pa.string())
    if column in rows.column_names:
        rows = rows.drop_columns([column])
    seal_again(machine, "participant-1.sealed", rows.append_column(column, values))
    with pytest.raises(BadDelivery, match=code) as caught:
        take_in(machine.bench.house, PROVIDER, NAME, as_of=DAY)
    assert value not in str(caught.value)


def agreed(machine: ProviderMachine, sealing: SealingTerms) -> House:
    """The house with other terms about sealing in the provider's agreement."""
    house = machine.bench.house
    agreement = dataclasses.replace(house.agreements[PROVIDER], sealing=sealing)
    return dataclasses.replace(house, agreements={**house.agreements, PROVIDER: agreement})


def sheet_of(
    machine: ProviderMachine, folder: Path, provider: str, tables: Mapping[str, str] = TABLES
) -> None:
    """A delivery of files that hold nothing, under this machine's kit."""
    keys, digest = machine.edge().keys, hashlib.sha256(b"nothing").hexdigest()
    files = tuple(SealedFile(f"{t}-1.sealed", t, p, 0, digest) for t, p in tables.items())
    sheet = CoverSheet(
        provider, NAME, "A", keys.key_id, keys.token_key_id, keys.made_on, "a test", files
    )
    for file in files:
        write_whole(folder / file.name, b"nothing")
    write_whole(folder / "sealed.json", sheet.marked(keys.mark(sheet.document())))
    list_again(folder)


def opened(machine: ProviderMachine, name: str, pattern: str) -> pa.Table:
    """What the house sees in a sealed file."""
    edge = machine.bench.house.keys.edge(PROVIDER)
    data = edge.open_sealed(sealed_place(NAME, name, pattern), (inbox(machine) / name).read_bytes())
    return pq.read_table(io.BytesIO(data))


def seal_again(machine: ProviderMachine, name: str, rows: pa.Table) -> None:
    """The delivery with other rows in one file, sealed and marked with the provider's own kit."""
    keys, folder = machine.edge().keys, inbox(machine)
    document = json.loads((folder / "sealed.json").read_text())
    buffer = io.BytesIO()
    pq.write_table(rows, buffer)
    (entry,) = [f for f in document["files"] if f["name"] == name]
    data = keys.seal(sealed_place(NAME, name, entry["pattern"]), buffer.getvalue())
    entry["sha256"] = hashlib.sha256(data).hexdigest()
    files = tuple(SealedFile(**file) for file in document.pop("files"))
    del document["mark"]
    sheet = CoverSheet(files=files, **document)
    (folder / name).write_bytes(data)
    (folder / "sealed.json").write_bytes(sheet.marked(keys.mark(sheet.document())))
    list_again(folder)
