"""The key ring: private, whole, never replaced, and opened only by who may."""

import gc
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadKey
from pipelines.core.settings import Settings
from pipelines.house import open_house
from pipelines.pseudonymise.keys import (
    keys_to_oneself,
    make_demo_ring,
    make_ring,
    open_key_source,
    open_ring,
    ring_file,
)
from tests.conftest import TEST_KEY
from tests.rooms.keys.conftest import DAY, Officers


def test_a_new_ring_is_private_and_opens(settings: Settings, environ: dict[str, str]) -> None:
    assert stat.S_IMODE(ring_file(settings).stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.keys.stat().st_mode) == 0o700
    assert re.fullmatch(r"[0-9a-f]{8}", open_key_source(settings, environ).key_id)


def test_making_a_ring_is_recorded(ledger: FileLedger, environ: dict[str, str]) -> None:
    assert environ
    events = [(entry["event"], entry["facts"]["kind"]) for entry in ledger.entries()]
    assert events == [
        (event, kind)
        for event in ("key_intended", "key_made")
        for kind in ("root", "signing", "signing")
    ]


def test_a_ring_is_never_replaced(
    settings: Settings, environ: dict[str, str], ledger: FileLedger
) -> None:
    with pytest.raises(BadKey, match="key-exists"):
        make_ring(settings, environ, ledger, DAY)


def test_a_ring_that_others_may_read_is_refused(
    settings: Settings, environ: dict[str, str]
) -> None:
    ring_file(settings).chmod(0o644)
    with pytest.raises(BadKey, match="key-readable-by-others"):
        open_key_source(settings, environ)


def test_a_linked_ring_is_refused(
    settings: Settings, environ: dict[str, str], tmp_path: Path
) -> None:
    moved = ring_file(settings).rename(tmp_path / "elsewhere")
    ring_file(settings).symlink_to(moved)
    with pytest.raises(BadKey, match="key-unreadable"):
        open_key_source(settings, environ)


def test_a_missing_ring_says_how_to_make_one(settings: Settings) -> None:
    with pytest.raises(BadKey, match="widebridge keys new"):
        open_key_source(settings, {})


def test_a_passphrase_that_others_may_read_is_refused(
    settings: Settings, environ: dict[str, str]
) -> None:
    Path(environ["WIDEBRIDGE_PASSPHRASE_FILES"]).chmod(0o640)
    with pytest.raises(BadKey, match="key-readable-by-others"):
        open_key_source(settings, environ)


def test_a_linked_passphrase_is_refused(
    settings: Settings, environ: dict[str, str], tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(environ["WIDEBRIDGE_PASSPHRASE_FILES"])
    with pytest.raises(BadKey, match="key-unreadable"):
        open_key_source(settings, {"WIDEBRIDGE_PASSPHRASE_FILES": str(link)})


def test_a_wrong_passphrase_opens_nothing(
    settings: Settings, environ: dict[str, str], passphrases: Officers
) -> None:
    assert environ
    with pytest.raises(BadKey, match="passphrase-wrong"):
        open_key_source(settings, passphrases("another horse battery"))


def test_no_passphrase_opens_nothing(settings: Settings, environ: dict[str, str]) -> None:
    assert environ
    with pytest.raises(BadKey, match="passphrase-missing"):
        open_key_source(settings, {})


def test_a_short_passphrase_is_refused(
    settings: Settings, ledger: FileLedger, passphrases: Officers
) -> None:
    with pytest.raises(BadKey, match="passphrase-short"):
        make_ring(settings, passphrases("short"), ledger, DAY)


def test_a_passphrase_beside_the_ring_opens_it(settings: Settings, ledger: FileLedger) -> None:
    made = make_demo_ring(settings, {}, ledger, DAY)
    assert open_key_source(settings, {}).key_id == made


CHANGES: dict[str, tuple[str, object]] = {
    "a state": ("state", "retired"),
    "a day": ("created_on", "2020-01-01"),
    "an id": ("id", "00000000"),
    "a secret": ("wrapped", "AAAA"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_ring_changed_by_hand_is_refused(
    settings: Settings, environ: dict[str, str], change: str
) -> None:
    path = ring_file(settings)
    document = json.loads(path.read_text())
    field, value = CHANGES[change]
    document["entries"][0][field] = value
    path.write_text(json.dumps(document))
    with pytest.raises(BadKey, match="key-ring-altered"):
        open_key_source(settings, environ)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "widebridge-ring/9"}'])
def test_a_ring_that_is_not_whole_is_refused(
    settings: Settings, environ: dict[str, str], text: str
) -> None:
    ring_file(settings).write_text(text)
    with pytest.raises(BadKey, match="key-ring-format"):
        open_key_source(settings, environ)


def test_a_ring_made_cheap_to_guess_is_refused(settings: Settings, environ: dict[str, str]) -> None:
    path = ring_file(settings)
    document = json.loads(path.read_text())
    document["unlock"]["argon2id"]["memory_kib"] = 8
    path.write_text(json.dumps(document))
    with pytest.raises(BadKey, match="key-ring-format"):
        open_key_source(settings, environ)


def test_an_open_ring_shows_no_secret(settings: Settings, environ: dict[str, str]) -> None:
    opened = open_ring(settings, environ)
    secret = opened.secret(opened.ring.entries[0])
    shown = repr(opened) + str(opened)
    assert secret.hex() not in shown
    assert repr(opened.ring_key) not in shown


def test_the_environment_wins_over_the_ring(settings: Settings, environ: dict[str, str]) -> None:
    both = {**environ, "WIDEBRIDGE_ROOT_KEY": TEST_KEY}
    assert open_key_source(settings, both).key_id == "d7c5a37d"


@pytest.mark.parametrize("text", ["short", "A" * 43, "!" * 44])
def test_a_key_of_the_wrong_length_is_refused_without_showing_it(
    settings: Settings, text: str
) -> None:
    with pytest.raises(BadKey, match="key-length") as caught:
        open_key_source(settings, {"WIDEBRIDGE_ROOT_KEY": text})
    assert text not in str(caught.value)


def test_who_changes_the_root_waits_for_who_works_with_it(
    settings: Settings, environ: dict[str, str]
) -> None:
    keys = open_key_source(settings, environ)
    with pytest.raises(BadKey, match="key-ring-busy"), keys_to_oneself(settings):
        pass
    del keys
    gc.collect()
    with keys_to_oneself(settings):
        pass


def test_nobody_opens_the_ring_while_the_root_is_changed(
    settings: Settings, environ: dict[str, str]
) -> None:
    with keys_to_oneself(settings), pytest.raises(BadKey, match="key-ring-busy"):
        open_key_source(settings, environ)


def test_a_store_of_another_root_is_refused(settings: Settings, environ: dict[str, str]) -> None:
    (settings.amber / "store-00000000").mkdir(parents=True)
    with pytest.raises(BadKey, match="key-not-of-this-store"):
        open_house(settings, environ)


def test_the_passphrase_and_the_key_are_in_no_argument_and_no_output(
    settings: Settings, passphrases: Officers
) -> None:
    secret = "a passphrase unlike others"
    environment = {**os.environ, **passphrases(secret)}
    environment.pop("WIDEBRIDGE_ROOT_KEY", None)
    command = [
        str(Path(sys.executable).with_name("widebridge")),
        "--home",
        str(settings.home),
        "keys",
        "new",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert secret not in done.stdout + done.stderr
    written = [p for p in settings.home.rglob("*") if p.is_file()]
    assert len(written) >= 2
    assert not any(secret.encode() in path.read_bytes() for path in written)
