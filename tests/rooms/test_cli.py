"""The command line as its three kinds of user meet it: what it prints and how it ends."""

import hashlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.audit.ledger import verify_ledger
from pipelines.commands.releasing import left_with
from pipelines.core import duck
from pipelines.core.settings import settings_from
from tests.canary.search import search
from tests.conftest import TEST_KEY

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; gives its exit status and all that it printed."""

    def command(home: Path, *words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["widebridge", "--home", str(home), *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        status = ended.value.code
        return (status if isinstance(status, int) else 0), printed.out + printed.err

    return command


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


def test_the_demonstration_publishes_and_says_where_to_look(run: Run, home: Path) -> None:
    status, printed = run(home, "demo", "--people", "600")
    assert status == 0
    assert re.search(r"attendance +[\d,]+ ", printed)
    assert f"Open the folder {home}" in printed.replace("\n", "")
    assert printed.count(".venv/bin/widebridge --home") == 3


def test_the_second_demonstration_takes_in_nothing_and_says_so(run: Run, home: Path) -> None:
    status, printed = run(home, "demo", "--people", "600")
    assert status == 0
    assert re.search(r"Nothing new: all [1-9]\d deliveries were taken in before\.", printed)
    assert "The release was published before; nothing was changed." in printed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show",), "inactive_population"),
        (("show", "QOP", "programme_outcomes"), "first 20 of"),
        (("release", "list"), "2026-09-30-v2026-"),
        (("providers",), "DSA-2025-002"),
        (("providers", "parkside_trust"), "Columns never taken"),
        (("contracts",), "person_day"),
        (("contracts", "attendance"), "headcount"),
        (("ledger", "verify"), "entries, unbroken"),
        (("ledger", "show", "--last", "3"), "release_"),
        (("intake", "--as-of", "2026-10-15"), "0 deliveries taken in, "),
        (("synth", "--people", "600"), "They are there already."),
        (("keys", "show"), ""),
    ],
)
def test_a_command_shows_what_it_is_for(
    run: Run, home: Path, words: tuple[str, ...], says: str
) -> None:
    status, printed = run(home, *words)
    assert status == 0
    assert says in printed


def test_a_release_is_verified_until_a_byte_changes(run: Run, home: Path) -> None:
    (release,) = (p.parent for p in (home / "releases").glob("*/manifest.json"))
    assert run(home, "verify", release.name)[0] == 0
    extract = release / "QOP" / "inactive_population.parquet"
    whole = extract.read_bytes()
    extract.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    status, printed = run(home, "verify", str(release))
    extract.write_bytes(whole)
    assert status == 73
    assert "QOP/inactive_population.parquet" in printed.replace("\n", "")


APPROVE = ("release", "approve", "--as", "demo_officer_one")
MAKE = ("release", "make", "--period-end", "2026-09-30", "--as-of", "2026-10-15")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ((*MAKE, "--icb", "QUE"), 71, "icb-unknown"),
        ((*MAKE, "--vintage", "1974"), 71, "vintage-unknown"),
        (("release", "publish", "nothing"), 72, "candidate-unknown"),
        ((*APPROVE, "nothing", "--reason", "read and right"), 72, "candidate-unknown"),
        (("release", "approve", "x", "--as", "nobody", "--reason", "read"), 70, "key-missing"),
        ((*MAKE, "--threshold", "11"), 64, "protect-rule"),
        ((*MAKE, "--threshold", "-1"), 2, "threshold"),
        (("providers", "nobody"), 66, "agreement-unknown-provider"),
        (("contracts", "nothing"), 65, "contract-unknown"),
        (("show", "ZZZ"), 73, "release-no-extract"),
        (("show", "--release", "none"), 73, "release-unknown"),
        (("keys", "new"), 70, "key-exists"),
        (("synth", "--without", "mud"), 64, "synthetic-unknown-dirt"),
        (("intake", "--as-of", "yesterday"), 2, "a day is written as"),
    ],
)
def test_a_refusal_ends_with_the_status_of_its_kind(
    run: Run, home: Path, words: tuple[str, ...], status: int, code: str
) -> None:
    found, printed = run(home, *words)
    assert (found, code in printed) == (status, True), printed


def test_a_stricter_release_is_another_one_and_waits_for_two_officers(run: Run, home: Path) -> None:
    assert run(home, *MAKE, "--icb", "QOP", "--threshold", "9")[0] == 0
    (waiting,) = (home / "staging" / "waiting").iterdir()
    assert "nobody has" in run(home, "release", "candidates")[1]
    assert run(home, "release", "publish", waiting.name)[0] == 72
    for officer in ("demo_officer_one", "demo_officer_two"):
        words = ("approve", waiting.name, "--as", officer, "--reason", "read and found right")
        assert run(home, "release", *words)[0] == 0
    assert run(home, "release", "publish", waiting.name)[0] == 0
    assert len(list((home / "releases").glob("*/manifest.json"))) == 2


def test_one_refused_delivery_is_told_once_and_sets_the_status(
    run: Run, home: Path, tmp_path: Path
) -> None:
    inbox = home / "inbox" / "parkside_trust" / "2026-10-31"
    inbox.mkdir()
    (inbox / "SHA256SUMS").write_text("")
    (home / "inbox" / "parkside_trust" / "2026-11-01").mkdir()
    status, printed = run(home, "intake", "parkside_trust", "--as-of", "2026-10-15")
    assert status == 68
    assert printed.count("consent-missing") == 1
    assert "parkside_trust/2026-11-01 has no SHA256SUMS" in printed.replace("\n", "")
    assert verify_ledger(settings_from({}, home).ledger) > 10


def test_a_fault_of_ours_says_where_and_not_what(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library's message may quote a value: here it quotes one on purpose."""

    def broken(*_: object) -> None:
        raise ValueError("could not convert 9998887770")

    monkeypatch.setenv("WIDEBRIDGE_ROOT_KEY", TEST_KEY)
    monkeypatch.setattr(duck, "_sweep", broken)
    drop = tmp_path / "inbox" / "synthetic_postcodes" / "2026-09-30"
    drop.mkdir(parents=True)
    (drop / "postcodes.csv").write_bytes(b"")
    (drop / "SHA256SUMS").write_text(f"{hashlib.sha256(b'').hexdigest()}  postcodes.csv\n")
    status, printed = run(tmp_path, "intake")
    assert status == 1
    assert "ValueError" in printed
    assert search(tmp_path / "ledger", ["9998887770"], [printed]) == set()


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([(9, 7), (9, None), (0, None)], "holds 7 values or more"),
        ([(9, None), (0, None)], "found no upper limit"),
        ([(None, None)], "found no upper limit"),
        ([(0, None), (0, None)], "Nothing had to stay unknown."),
    ],
)
def test_a_preview_says_what_the_attacker_was_left_with(
    verdicts: list[tuple[int | None, int | None]], told: str
) -> None:
    found = [{"sensitive": sensitive, "narrowest": width} for sensitive, width in verdicts]
    assert told in left_with(found)
