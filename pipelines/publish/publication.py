"""From a signed candidate to a release: copied aside and forced to disk, recorded, renamed."""

import dataclasses
import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipelines.core.errors import BadRelease
from pipelines.core.files import make_private_folder, sync_folder, write_whole
from pipelines.core.ports import Fact, Ledger
from pipelines.core.stages import Release
from pipelines.publish import manifest
from pipelines.publish.candidate import Candidate
from pipelines.publish.sign_off import SignOff, check_signed

Pages = Callable[[Path], Mapping[str, bytes]]
"""Renders pages from a release's folder: file name to bytes."""


def publish(
    candidate: Candidate,
    sign_off: SignOff | None,
    releases: Path,
    ledger: Ledger,
    pages: Pages = lambda _: {},
) -> Release:
    """Make a candidate a release, all of it or nothing. The second time it changes nothing.

    Raises `NotSignedOff`, and `BadRelease` when the candidate was changed since it was assembled
    or another release is out under its id.
    """
    signed = check_signed(sign_off)
    with _locked(releases):
        place = releases / candidate.release_id
        if place.exists():
            return _already_out(place, candidate, ledger)
        _check_candidate(candidate)
        aside = _written_aside(candidate, signed, releases, pages)
        facts: dict[str, Fact] = {
            "release": candidate.release_id,
            "manifest_sha256": manifest.digest_of(manifest.read_manifest(aside)),
            "officer": signed.officer,
            "role": signed.role,
            "demo": signed.demo,
        }
        ledger.record("release_intended", **facts)
        aside.rename(place)
        sync_folder(releases)
        ledger.record("release_published", **facts)
        return _release(place)


def verify_release(folder: Path) -> Release:
    """The release in a folder. Raises `BadRelease` unless every file is as it was published."""
    content = manifest.read_manifest(folder)
    manifest.check_files(folder, {**content["files"], **content.get("pages", {})})
    return _release(folder)


def _already_out(place: Path, candidate: Candidate, ledger: Ledger) -> Release:
    release = verify_release(place)
    if manifest.read_manifest(place)["candidate_sha256"] != candidate.digest:
        raise BadRelease(
            "release-differs",
            f"the release {candidate.release_id} is already out with another content.",
            "A published release never changes: make a new plan, which gives a new id.",
        )
    # Also the receipt of a publication whose process died between rename and receipt.
    ledger.record("release_found_published", release=candidate.release_id)
    return release


def _check_candidate(candidate: Candidate) -> None:
    content = manifest.read_manifest(candidate.folder)
    if manifest.digest_of(content) != candidate.digest:
        raise manifest.damaged(candidate.folder, "its manifest was changed after assembly")
    manifest.check_files(candidate.folder, content["files"])


def _written_aside(candidate: Candidate, sign_off: SignOff, releases: Path, pages: Pages) -> Path:
    """A complete release under a name that no reader looks for, on disk to the last byte."""
    aside = releases / f".{candidate.release_id}.part"
    shutil.rmtree(aside, ignore_errors=True)
    make_private_folder(aside)
    content = manifest.read_manifest(candidate.folder)
    for name in content["files"]:
        write_whole(aside / name, (candidate.folder / name).read_bytes())
    # What was read for the copy is what was listed: a change in between shows here.
    manifest.check_files(aside, content["files"])
    content["sign_off"] = json.loads(json.dumps(dataclasses.asdict(sign_off), default=str))
    content["candidate_sha256"] = candidate.digest
    write_whole(aside / manifest.NAME, manifest.encoded(content))
    rendered = pages(aside)
    for name, data in sorted(rendered.items()):
        write_whole(aside / name, data)
    content["pages"] = manifest.listed(aside, [aside / name for name in rendered])
    write_whole(aside / manifest.NAME, manifest.encoded(content))
    return aside


def _release(folder: Path) -> Release:
    content = manifest.read_manifest(folder)
    listed = {**content["files"], **content.get("pages", {})}
    return Release(
        content["release_id"], folder, {name: entry["sha256"] for name, entry in listed.items()}
    )


@contextmanager
def _locked(releases: Path) -> Iterator[None]:
    make_private_folder(releases)
    with (releases / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
