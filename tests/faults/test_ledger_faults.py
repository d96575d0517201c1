"""Whatever ends an append, every acknowledged entry stays, and the next append goes on."""

import datetime as dt
import itertools
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pipelines.audit.ledger import FileLedger, check_ledger
from pipelines.core.errors import BadRelease
from pipelines.core.files import sha256_of
from pipelines.core.intents import open_intents
from pipelines.core.settings import Settings, settings_from
from pipelines.pseudonymise.keys import make_demo_ring, open_ring, ring_file
from pipelines.pseudonymise.keys.changes import rotate_signing
from pipelines.pseudonymise.keys.opening import public_keys_of
from pipelines.pseudonymise.keys.recording import settle_key_changes
from pipelines.pseudonymise.keys.ring import OpenRing
from pipelines.pseudonymise.keys.signing import SigningKey

KEY, DAY = SigningKey(bytes(32)), dt.date(2026, 10, 15)
OURS = ("ledger.py", "log_file.py", "tree.py", "checkpoint.py", "verification.py", "files.py")
REFUSED, MOST_LINES = 73, 1000
REPAIRED = "ledger_repaired"
LEFT = {
    "path": {("c",), ("b", "c")},
    "torn": {("c",), (REPAIRED, "c"), (REPAIRED, "b", "c")},
}
"""What may stand after the five entries: the killed append whole, or nothing of it."""


def ledger_at(path: Path) -> FileLedger:
    return FileLedger(path, signer=KEY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of five entries."""
    path = tmp_path / "begun" / "ledger.jsonl"
    for number in range(5):
        ledger_at(path).record("stored", provider="a", tables=number)
    return path


@pytest.fixture
def torn(tmp_path: Path, path: Path) -> Path:
    """The same after a crash in the middle of the sixth, which nothing was told of."""
    copy = copied(path, tmp_path / "torn")
    with copy.open("ab") as stream:
        stream.write(path.read_bytes().splitlines()[-1][:60])
    return copy


def copied(path: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    return Path(shutil.copytree(path.parent, place)) / path.name


def in_child(act: Callable[[], object]) -> int:
    """Run something in a copy of this process; its exit status, or the signal below zero."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        except BadRelease:
            status = REFUSED
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def killed_at(last: int, ours: Sequence[str] = OURS) -> Iterator[None]:
    """kill -9 before the `last`-th line of ours that runs in here."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if Path(frame.f_code.co_filename).name not in ours:
            return None
        if event == "line":
            lines += 1
            if lines == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)


def append_killed_at(path: Path, last: int) -> int:
    def append() -> None:
        with killed_at(last):
            ledger_at(path).record("stored", provider="b")

    return in_child(append)


def providers(path: Path) -> list[object]:
    return [e["facts"].get("provider", e["event"]) for e in ledger_at(path).entries()]


@pytest.mark.parametrize("begun", ["path", "torn"])
def test_kill_9_before_every_line_of_an_append(
    begun: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    whole: Path = request.getfixturevalue(begun)
    left: set[tuple[object, ...]] = set()
    for last in itertools.count(1):
        path = copied(whole, tmp_path / "killed")
        status = append_killed_at(path, last)
        if status != -signal.SIGKILL:
            break
        check_ledger(path, [KEY.public_key])
        ledger_at(path).record("stored", provider="c")
        assert check_ledger(path, [KEY.public_key]).signed == len(providers(path))
        assert providers(path)[:5] == ["a"] * 5
        left.add(tuple(providers(path)[5:]))
    assert status == 0
    assert 60 < last < MOST_LINES, "the append was not killed at every line"
    # Between the cut and its record there is nothing left to tell, and nothing is lost.
    assert left == LEFT[begun]


def test_a_write_cut_off_at_every_byte(tmp_path: Path, path: Path) -> None:
    grown = copied(path, tmp_path / "grown")
    FileLedger(grown).record("stored", provider="b")
    before, after = path.read_bytes(), grown.read_bytes()
    for length in range(len(before), len(after)):
        cut = copied(path, tmp_path / "cut")
        cut.write_bytes(after[:length])
        FileLedger(cut).record("stored", provider="c")
        repaired = [REPAIRED] * (length > len(before))
        assert providers(cut) == ["a"] * 5 + repaired + ["c"]
        assert check_ledger(cut, [KEY.public_key]).signed == 5
    assert len(after) - len(before) > 100


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_is_a_refusal_and_leaves_the_ledger_as_it_was(path: Path, room: int) -> None:
    before = path.read_bytes()

    def append_without_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, len(before) + room))
        ledger_at(path).record("stored", provider="b")

    assert in_child(append_without_room) == REFUSED
    assert path.read_bytes() == before
    assert ledger_at(path).record("stored", provider="c") == 6


def test_kill_9_before_every_line_of_a_key_change_leaves_ring_and_ledger_agreeing(
    tmp_path: Path,
) -> None:
    whole = settings_from({}, tmp_path / "home")
    make_demo_ring(whole, {}, FileLedger(whole.ledger), DAY)
    opened = open_ring(whole, {})
    ended: set[str] = set()
    for last in itertools.count(1):
        settings = settings_from({}, tmp_path / "killed")
        shutil.rmtree(settings.home, ignore_errors=True)
        shutil.copytree(whole.home, settings.home)
        before = sha256_of(ring_file(settings))
        status = change_killed_at(settings, opened, last)
        if status != -signal.SIGKILL:
            break
        settle_key_changes(settings, FileLedger(settings.ledger))
        check_ledger(settings.ledger, public_keys_of(settings, {}, "ledger"))
        events = [entry["event"] for entry in FileLedger(settings.ledger).entries()]
        assert open_intents(FileLedger(settings.ledger).entries()) == []
        assert ("key_rotated" in events) is (sha256_of(ring_file(settings)) != before)
        ended.add(events[-1])
    assert status == 0
    assert ended == {"key_made", "key_change_abandoned", "key_rotated"}


def change_killed_at(settings: Settings, opened: OpenRing, last: int) -> int:
    def change() -> None:
        with killed_at(last, ("recording.py", "files.py")):
            rotate_signing(settings, opened, "ledger", FileLedger(settings.ledger), DAY)

    return in_child(change)
