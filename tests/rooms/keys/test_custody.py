"""The commands for keys, as their user meets them."""

import gc
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.core.errors import BadKey
from pipelines.core.settings import settings_from
from pipelines.pseudonymise.keys.inspection import list_keys
from tests.rooms.keys.conftest import Officers


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch, passphrases: Officers) -> None:
    """The ring's passphrase is named in the environment."""
    monkeypatch.delenv("WIDEBRIDGE_ROOT_KEY", raising=False)
    for name, value in passphrases("correct horse battery").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a ring and a recipient's key."""
    keys(tmp_path, "new")
    keys(tmp_path, "new", "--recipient", "QOP", "--purpose", "service_evaluation")
    return tmp_path


def keys(home: Path, *words: str) -> Result:
    gc.collect()
    return CliRunner().invoke(app, ["--home", str(home), "keys", *words])


def recipients_key(home: Path) -> str:
    return list_keys(settings_from({}, home))[-1].id


def test_keys_are_listed_with_whose_they_are_and_their_state(home: Path) -> None:
    shown = keys(home, "list").output
    assert all(word in shown for word in ("QOP", "root", "active", recipients_key(home)))


def test_a_recipient_is_given_its_next_epoch(home: Path) -> None:
    done = keys(home, "rotate", "--recipient", "QOP", "--purpose", "service_evaluation")
    assert "epoch 2" in done.output


def test_the_root_is_rotated(home: Path) -> None:
    before = keys(home, "show").output
    assert keys(home, "rotate").exit_code == 0
    assert keys(home, "show").output != before


def test_a_key_is_retired_and_destroyed_with_a_receipt(home: Path) -> None:
    key = recipients_key(home)
    assert keys(home, "retire", key).exit_code == 0
    assert keys(home, "destroy", key, "--reason", "The agreement ended.").exit_code == 0
    assert (home / "receipts" / f"key-destroyed-{key}.json").exists()


def test_a_key_is_not_destroyed_without_a_reason(home: Path) -> None:
    assert keys(home, "destroy", recipients_key(home)).exit_code == 2


def test_an_audit_without_faults_ends_well(home: Path) -> None:
    assert keys(home, "audit").exit_code == 0


def test_an_audit_with_faults_says_so_by_its_status(home: Path) -> None:
    (home / "keys" / "copy").touch(mode=0o644)
    done = keys(home, "audit")
    assert (done.exit_code, "may enter or read" in done.output) == (70, True)


def test_the_ring_is_closed_anew(home: Path, passphrases: Officers) -> None:
    files = passphrases("seven brass ladders", "winter moth parade")
    paths = files["WIDEBRIDGE_PASSPHRASE_FILES"].split(":")
    options = ["--officer", "Anna", "--officer", "Ben"]
    done = keys(
        home, "relock", *options, "--passphrase-file", paths[0], "--passphrase-file", paths[1]
    )
    assert done.exit_code == 0
    assert isinstance(keys(home, "show").exception, BadKey)
