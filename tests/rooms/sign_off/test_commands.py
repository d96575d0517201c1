"""An officer's key is made under a passphrase, and the house gets its public half only."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.core.officers import load_officers
from pipelines.publish.officer_key import open_officer_key

PASSPHRASE = "six words drawn at random here"
WHO = ("--name", "Ada Example", "--role", "Caldicott Guardian", "--valid-to", "2099-12-31")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `release officer-key` with the passphrase in a private file."""
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    (tmp_path / "passphrase").chmod(0o600)
    monkeypatch.setenv("WIDEBRIDGE_OFFICER_PASSPHRASE_FILE", str(tmp_path / "passphrase"))

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["widebridge", "release", "officer-key", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return command


def test_what_is_printed_is_the_officers_file(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "ada.pem"
    status, printed, _ = run("ada_example", *WHO, "--airflow-user", "ada", "--out", str(out))
    (tmp_path / "officers").mkdir()
    (tmp_path / "officers" / "ada_example.yaml").write_text(printed)
    (officer,) = load_officers(tmp_path / "officers").values()
    assert (status, officer.name, officer.airflow_user) == (0, "Ada Example", "ada")
    assert open_officer_key(out, PASSPHRASE).public_key == officer.public_key


def test_the_private_half_and_the_passphrase_are_not_printed(run: Run, tmp_path: Path) -> None:
    _, printed, errors = run("ada_example", *WHO, "--out", str(tmp_path / "ada.pem"))
    assert not {"PRIVATE", PASSPHRASE} & set((printed + errors).replace("\n", " ").split(" "))


def test_an_officer_who_could_not_be_read_back_gets_no_key(run: Run, tmp_path: Path) -> None:
    status, _, errors = run("Ada Example", *WHO, "--out", str(tmp_path / "ada.pem"))
    assert (status, "officer-invalid" in errors) == (64, True)
    assert not (tmp_path / "ada.pem").exists()


def test_without_a_passphrase_and_nobody_to_type_one_there_is_no_key(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WIDEBRIDGE_OFFICER_PASSPHRASE_FILE")
    status, _, errors = run("ada_example", *WHO, "--out", str(tmp_path / "ada.pem"))
    assert (status, "officer-passphrase-missing" in errors) == (70, True)
