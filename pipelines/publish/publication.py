"""From a candidate that two officers approved to a release: all of it, or nothing.

Written aside and forced to disk, checked as a stranger would check it, recorded, renamed, pointed
to. A kill at any moment leaves the old release or the new one; the next start settles which.
"""

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadRelease
from pipelines.core.files import held, make_private_folder, sync_folder
from pipelines.core.officers import Officer
from pipelines.core.ports import Fact, Ledger
from pipelines.core.stages import Release
from pipelines.publish import manifest
from pipelines.publish.approvals import Approval, check_approved
from pipelines.publish.candidate import Candidate
from pipelines.publish.folder import Publisher, aside_name, write_aside, write_ledger_proof
from pipelines.publish.pointer import point_to
from pipelines.publish.settling import ABANDONED, INTENDED, PUBLISHED, settle
from pipelines.publish.statement import statement_of
from pipelines.publish.verification import verify_release

LOCK = ".lock"


def publish(
    candidate: Candidate,
    approvals: Sequence[Approval],
    publisher: Publisher,
    now: dt.datetime,
    last_look: Callable[[], None] = lambda: None,
) -> Release:
    """Make a candidate a release, all of it or nothing. The second time it changes nothing.

    `last_look` raises when something must stop it that was still in order at assembly. Raises
    `NotSignedOff`, and `BadRelease` when the candidate was changed since it was assembled or
    another release is out under its id.
    """
    with locked(publisher.releases):
        settle(publisher.releases, publisher.ledger)
        place = publisher.releases / candidate.release_id
        if place.exists():
            return _already_out(place, candidate)
        approved = _approved(candidate, approvals, publisher)
        check_candidate(candidate)
        last_look()
        facts = _signed_facts(candidate, approved, publisher, now)
        with _cleared_if_refused(publisher.releases / aside_name(candidate.release_id)):
            aside = write_aside(candidate, facts, approved, publisher)
        return _reveal(aside, place, publisher)


def repair(releases: Path, ledger: Ledger) -> dict[str, str]:
    """Settle what a publication that died left behind: release id to what was recorded."""
    if not releases.is_dir():
        return {}
    with locked(releases):
        return settle(releases, ledger)


@contextmanager
def locked(releases: Path) -> Iterator[None]:
    """Nobody else publishes, settles or repairs meanwhile."""
    make_private_folder(releases)
    with held(releases / LOCK):
        yield


def check_candidate(candidate: Candidate) -> None:
    """Raise `BadRelease` unless the candidate is as it was assembled."""
    content = manifest.read_manifest(candidate.folder)
    if manifest.digest_of(content) != candidate.digest:
        raise manifest.damaged(candidate.folder, "its manifest was changed after assembly")
    manifest.check_files(candidate.folder, content["files"])


@contextmanager
def _cleared_if_refused(aside: Path, record: Callable[[], object] = lambda: None) -> Iterator[None]:
    """What was refused does not lie about until somebody starts again."""
    try:
        yield
    except BadRelease:
        shutil.rmtree(aside, ignore_errors=True)
        record()
        raise


def _reveal(aside: Path, place: Path, publisher: Publisher) -> Release:
    content = manifest.read_manifest(aside)
    facts: dict[str, Fact] = {
        "release": place.name,
        "manifest_sha256": manifest.digest_of(content),
        "demo": bool(content["demo"]),
    }
    ledger = publisher.ledger
    number = ledger.record(INTENDED, **facts)
    with _cleared_if_refused(aside, lambda: ledger.record(ABANDONED, release=place.name)):
        write_ledger_proof(aside, ledger.proof(number))
        # As a stranger would: what we could not verify ourselves must not leave.
        verify_release(aside)
    aside.rename(place)
    sync_folder(place.parent)
    point_to(place.parent, place.name)
    ledger.record(PUBLISHED, **facts)
    return verify_release(place)


def _already_out(place: Path, candidate: Candidate) -> Release:
    release = verify_release(place)
    if manifest.read_manifest(place)["candidate_sha256"] != candidate.digest:
        raise BadRelease(
            "release-differs",
            f"the release {candidate.release_id} is already out with another content.",
            "A published release never changes: make a new plan, which gives a new id.",
        )
    return release


def _approved(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> tuple[Approval, ...]:
    return check_approved(
        approvals,
        publisher.officers,
        candidate,
        house_keys=publisher.keys.public_keys("release"),
        demo_house=publisher.is_demo,
    )


def _signed_facts(
    candidate: Candidate, approved: Sequence[Approval], publisher: Publisher, now: dt.datetime
) -> dict[str, Any]:
    """What the published manifest says beyond the candidate's."""
    keys = {use: publisher.keys.signer(use) for use in ("release", "ledger")}
    return {
        **publisher.facts,
        "candidate_sha256": candidate.digest,
        "published_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "demo": any(approval.demo for approval in approved),
        "approvals": [
            _entry(number, approval, publisher.officers[approval.officer_id])
            for number, approval in enumerate(approved, start=1)
        ],
        "signing_keys": {
            use: {"key_id": key.key_id, "public_key": key.public_key.hex()}
            for use, key in keys.items()
        },
        "house_keys": [key.hex() for key in publisher.keys.public_keys("release")],
    }


def _entry(number: int, approval: Approval, officer: Officer) -> dict[str, Any]:
    """One approval as the manifest tells it: what the officer signed, and under which key."""
    return {
        **json.loads(statement_of(approval)),
        "key_id": approval.key_id,
        "public_key": officer.public_key.hex(),
        "envelope": f"approvals/{number}.dsse.json",
    }
