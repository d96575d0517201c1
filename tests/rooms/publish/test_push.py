"""A release onto an object store: whole before it is pointed to, never overwritten, never back."""

import dataclasses
import shutil
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadRelease
from pipelines.core.stages import Release
from pipelines.publish import Candidate, Publisher, manifest, publish, verify_release
from pipelines.publish.pointer import pointer_line
from pipelines.publish.push import Pushed, fetch, open_store, push
from tests.two_officers import NOW, approvals_of, officers


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def later(candidate: Candidate, publisher: Publisher, release: Release, tmp_path: Path) -> Release:
    """A second release of the same house."""
    folder = Path(shutil.copytree(candidate.folder, tmp_path / "staging" / "2026-12-31-later"))
    content = {**manifest.read_manifest(folder), "release_id": folder.name}
    (folder / manifest.NAME).write_bytes(manifest.encoded(content))
    second = Candidate(folder.name, folder, manifest.digest_of(content))
    return publish(second, approvals_of(second, officers()), publisher, NOW)


def test_what_was_pushed_verifies_where_it_is_fetched(
    published: Path, store: MemoryStore, tmp_path: Path
) -> None:
    push(published, store)
    fetched = fetch(store, tmp_path / "fetched")
    assert fetched is not None
    assert verify_release(fetched).files == verify_release(published).files


def test_an_empty_store_points_nowhere(store: MemoryStore, tmp_path: Path) -> None:
    assert fetch(store, tmp_path) is None


def test_a_second_push_writes_nothing(published: Path, store: MemoryStore) -> None:
    first = push(published, store)
    assert push(published, store) == Pushed(published.name, 0, first.written, is_current=True)


def test_a_push_that_was_cut_off_is_completed(published: Path, store: MemoryStore) -> None:
    whole = push(published, store).written
    obstore.delete(store, f"{published.name}/manifest.json")
    obstore.delete(store, "CURRENT")
    assert push(published, store) == Pushed(published.name, 1, whole - 1, is_current=True)


def test_another_object_under_a_releases_name_is_refused(
    published: Path, store: MemoryStore
) -> None:
    obstore.put(store, f"{published.name}/verify.py", b"print()")
    with pytest.raises(BadRelease, match="push-differs"):
        push(published, store)


def test_a_damaged_release_is_not_pushed(
    published: Path, store: MemoryStore, tmp_path: Path
) -> None:
    damaged = Path(shutil.copytree(published, tmp_path / published.name))
    (damaged / "report.html").write_text("")
    with pytest.raises(BadRelease, match="release-file-changed"):
        push(damaged, store)


def test_the_pointer_goes_on_to_a_later_release(
    release: Release, later: Release, store: MemoryStore
) -> None:
    push(release.folder, store)
    push(later.folder, store)
    assert bytes(obstore.get(store, "CURRENT").bytes()) == pointer_line(later.release_id)


def test_the_pointer_never_goes_back_to_an_older_one(
    release: Release, later: Release, store: MemoryStore
) -> None:
    push(later.folder, store)
    assert not push(release.folder, store).is_current
    assert bytes(obstore.get(store, "CURRENT").bytes()) == pointer_line(later.release_id)


def test_a_pointer_that_names_no_release_is_refused(published: Path, store: MemoryStore) -> None:
    obstore.put(store, "CURRENT", b"../../etc")
    with pytest.raises(BadRelease, match="release-pointer"):
        push(published, store)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(BadRelease, match="push-address"):
        open_store("nowhere")


def test_pushes_of_two_houses_do_not_mix(
    release: Release, publisher: Publisher, candidate: Candidate, store: MemoryStore, tmp_path: Path
) -> None:
    signer = publisher.keys.signer("ledger")
    other = dataclasses.replace(
        publisher,
        releases=tmp_path / "b",
        ledger=FileLedger(tmp_path / "c" / "ledger.jsonl", signer=signer),
    )
    other.ledger.record("stored", provider="harbour_leisure")
    theirs = publish(candidate, approvals_of(candidate, officers()), other, NOW)
    push(release.folder, store)
    with pytest.raises(BadRelease, match="push-differs"):
        push(theirs.folder, store)
