"""The ledger's commands, and those that publish and change the keys under it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.audit.checkpoint import read_checkpoint
from pipelines.audit.ledger import FileLedger
from pipelines.cli import app
from pipelines.core.errors import Refused
from pipelines.core.settings import settings_from
from tests.conftest import TEST_KEY


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("correct horse battery\n")
    monkeypatch.setenv("WIDEBRIDGE_PASSPHRASE_FILES", str(passphrase))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert wb(tmp_path / "home", "keys", "new").exit_code == 0
    return tmp_path / "home"


def wb(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words])


def refusal_of(result: Result) -> str:
    assert isinstance(result.exception, Refused)
    return result.exception.code


def ledger_of(home: Path) -> FileLedger:
    return FileLedger(settings_from({}, home).ledger)


def test_a_whole_ledger_is_said_to_be_unbroken_and_signed(home: Path) -> None:
    printed = wb(home, "ledger", "verify").output
    assert "6 entries, unbroken." in printed
    assert "1 checkpoints hold the first 6, signed by the house." in printed


def test_without_a_key_it_is_said_that_no_signature_was_looked_at(home: Path) -> None:
    settings_from({}, home).keys.joinpath("ring.json").unlink()
    assert "no key is known" in " ".join(wb(home, "ledger", "verify").output.split())


def test_a_crashed_line_is_told(home: Path) -> None:
    with settings_from({}, home).ledger.open("ab") as stream:
        stream.write(b'{"at"')
    assert "A crash cut off the last line." in wb(home, "ledger", "verify").output


def test_a_checkpoint_is_handed_out_and_held_against_the_ledger(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    assert wb(home, "ledger", "checkpoint", "--out", str(kept)).exit_code == 0
    assert read_checkpoint(kept.read_bytes()).size == 6
    ledger_of(home).record("stored", provider="a")
    found = wb(home, "ledger", "verify", "--against", str(kept)).output
    assert "7 entries, unbroken." in found
    assert "2 checkpoints" in found


def test_a_checkpoint_is_shown_when_no_file_is_named(home: Path) -> None:
    assert wb(home, "ledger", "checkpoint").output.startswith("widebridge-ledger/")


def test_a_checkpoint_that_is_not_there_is_refused(home: Path, tmp_path: Path) -> None:
    result = wb(home, "ledger", "verify", "--against", str(tmp_path / "none.txt"))
    assert refusal_of(result) == "checkpoint-missing"


def test_every_release_of_the_house_vouches_for_its_ledger(home: Path) -> None:
    settings = settings_from({}, home)
    note = (settings.ledger.parent / "checkpoint.txt").read_bytes()
    place = settings.releases / "r1" / "ledger"
    place.mkdir(parents=True)
    (place / "checkpoint.txt").write_bytes(note)
    entries = settings.ledger.read_bytes().splitlines(keepends=True)
    settings.ledger.write_bytes(b"".join(entries[:4]))
    settings.ledger.with_name("checkpoint.txt").unlink()
    assert refusal_of(wb(home, "ledger", "verify")) == "ledger-truncated"


def test_acts_that_were_cut_off_are_shown(home: Path) -> None:
    assert "Everything that was begun has ended." in wb(home, "ledger", "open").output
    ledger_of(home).record("release_intended", release="r1")
    assert "release=r1" in wb(home, "ledger", "open").output


@pytest.mark.parametrize("use", ["release", "ledger"])
def test_a_signing_key_is_changed_and_both_are_published(home: Path, use: str) -> None:
    before = wb(home, "keys", "public").output.splitlines()
    assert f"signs for the {use} now" in wb(home, "keys", "rotate", "--signing", use).output
    after = wb(home, "keys", "public").output.splitlines()
    assert len(after) == 3
    assert set(before) < set(after)
    assert "signed by the house" in wb(home, "ledger", "verify").output


def test_public_keys_go_into_a_file(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "keys.txt"
    wb(home, "keys", "public", "--out", str(out))
    assert out.read_text() == wb(home, "keys", "public").output


def test_a_house_without_a_ring_has_public_keys_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIDEBRIDGE_ROOT_KEY", TEST_KEY)
    lines = wb(tmp_path / "home", "keys", "public").output.splitlines()
    assert [line.split()[0] for line in lines] == ["release", "ledger"]
