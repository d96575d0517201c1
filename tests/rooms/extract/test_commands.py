"""The commands of person-level extracts, from the agreement to the key at the recipient."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipelines.commands.console import console
from pipelines.commands.extracts import extract_app
from pipelines.core.errors import Refused
from pipelines.core.files import write_whole
from pipelines.house import House
from tests.conftest import TEST_KEY
from tests.rooms.extract.conftest import DAY

PASSPHRASE = b"six words drawn at random today\n"
MAKE = [
    "make", "QOP", "leisure_activity", "--purpose", "service_evaluation",
    "--period-end", "2026-09-30", "--as-of", DAY.isoformat(), "--column", "sex",
    "--column", "visits", "--role", "Caldicott Guardian", "--reason", "a test",
]  # fmt: skip


@pytest.fixture(autouse=True)
def root_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIDEBRIDGE_ROOT_KEY", TEST_KEY)
    # A terminal that wraps no cell, whatever the one was that an earlier test began with.
    monkeypatch.setattr(console, "width", 300)


def run(house: House, *arguments: str) -> Result:
    app = typer.Typer()
    app.add_typer(extract_app, name="extract")

    @app.callback()
    def options(context: typer.Context) -> None:
        context.obj = house.settings

    done = CliRunner().invoke(app, ["extract", *arguments])
    if isinstance(done.exception, Refused):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def made(house: House) -> str:
    run(house, *MAKE, "--officer", "Demo Officer")
    (folder,) = (house.settings.home / "extracts").glob("[!.]*")
    return folder.name


def test_an_extract_is_made_and_named(house: House) -> None:
    done = run(house, *MAKE, "--officer", "Demo Officer")
    assert "2026-09-30-QOP-leisure_activity-" in done.output


def test_without_an_officer_nothing_is_made(house: House) -> None:
    with pytest.raises(Refused) as refused:
        run(house, *MAKE)
    assert refused.value.code == "release-unsigned"


def test_the_list_says_who_received_what_and_who_signed(house: House) -> None:
    name = made(house)
    (row,) = [line for line in run(house, "list").output.splitlines() if name in line]
    assert row.split()[1:4] == ["QOP", "service_evaluation", "DSA-2026-201"]


def test_the_agreements_are_listed_with_their_ends(house: House) -> None:
    output = run(house, "agreements").output
    (row,) = [line for line in output.splitlines() if "DSA-2026-202" in line]
    assert ("QWO" in row, "2028-03-31" in row, "2027-03-31" in row) == (True, True, True)


def test_an_extract_is_checked(house: House) -> None:
    assert "as it was written" in run(house, "verify", made(house)).output


@pytest.mark.parametrize("name", ["none", "..", "../releases", ""])
def test_an_extract_that_is_not_there_is_not_found(name: str, house: House) -> None:
    with pytest.raises(Refused) as refused:
        run(house, "verify", name)
    assert refused.value.code == "extract-not-found"


def test_the_key_goes_out_wrapped_and_opens_at_the_recipient(house: House, tmp_path: Path) -> None:
    name, passphrase = made(house), tmp_path / "passphrase"
    write_whole(passphrase, PASSPHRASE)
    wrapped, plain = str(tmp_path / "wrapped.json"), str(tmp_path / "key")
    words = ("--passphrase-file", str(passphrase), "--out")
    run(house, "key", name, *words, wrapped, "--as-of", DAY.isoformat())
    run(house, "unlock", wrapped, *words, plain)
    key = (tmp_path / "key").read_text()
    assert (len(key), key in Path(wrapped).read_text()) == (44, False)


def test_no_command_shows_a_key(house: House, tmp_path: Path) -> None:
    name, passphrase = made(house), tmp_path / "passphrase"
    write_whole(passphrase, PASSPHRASE)
    wrapped, plain = str(tmp_path / "wrapped.json"), str(tmp_path / "key")
    words = ("--passphrase-file", str(passphrase), "--out")
    shown = run(house, "key", name, *words, wrapped, "--as-of", DAY.isoformat()).output
    shown += run(house, "unlock", wrapped, *words, plain).output
    shown += house.settings.ledger.read_text()
    shown += json.dumps(
        json.loads((house.settings.home / "extracts" / name / "manifest.json").read_text())
    )
    assert (tmp_path / "key").read_text() not in shown
