"""Candidates that wait for sign-off, and what officers have said about them, beside the candidate.

A candidate waits for a number of days and then lapses. What is kept here is no part of it: the
candidate's own files depend on its inputs only.
"""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadRelease, NotSignedOff
from pipelines.core.files import make_private_folder, write_whole
from pipelines.publish.candidate import Candidate
from pipelines.publish.statement import Approval, read_approval, refused

FOLDER = "waiting"
NAME = "waiting.json"
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
ENVELOPES = "*.dsse.json"


@dataclass(frozen=True)
class Waiting:
    """A candidate that was put before the officers. `plan` is what it was made from."""

    candidate: Candidate
    plan: Mapping[str, Any]
    since: dt.datetime
    until: dt.datetime
    has_lapsed: bool
    approvals: tuple[Approval, ...]

    def is_over(self, now: dt.datetime) -> bool:
        """Whether nobody may approve it any more."""
        return self.has_lapsed or now > self.until


def put_before_officers(
    candidate: Candidate,
    plan: Mapping[str, Any],
    staging: Path,
    now: dt.datetime,
    patience: dt.timedelta,
) -> tuple[Waiting, bool]:
    """Let a candidate wait; says whether it is new. One that waits already goes on waiting."""
    place = _place(staging, candidate.release_id)
    there = _readable(staging, candidate.release_id)
    # A rejection stands; a lapsed one is asked about anew, and so is another content.
    if there and there.candidate.digest == candidate.digest and not there.has_lapsed:
        return there, False
    shutil.rmtree(place, ignore_errors=True)
    waiting = Waiting(candidate, plan, now, now + patience, has_lapsed=False, approvals=())
    _write(place, waiting)
    return waiting, True


def keep_approval(waiting: Waiting, approval: Approval) -> None:
    """Keep what an officer said, beside what others said."""
    place = _place(waiting.candidate.folder.parent, waiting.candidate.release_id)
    number = len(list(place.glob(ENVELOPES))) + 1
    write_whole(place / f"{number}.dsse.json", approval.envelope)


def mark_lapsed(waiting: Waiting) -> None:
    """From now on nobody may approve it."""
    place = _place(waiting.candidate.folder.parent, waiting.candidate.release_id)
    _write(place, Waiting(**{**vars(waiting), "has_lapsed": True}))


def stop_waiting(staging: Path, release_id: str) -> None:
    """Forget a candidate that has been published."""
    shutil.rmtree(_place(staging, release_id), ignore_errors=True)


def all_waiting(staging: Path) -> list[Waiting]:
    """Every candidate that was put before the officers and is not out, oldest first."""
    folders = _waiting_folders(staging)
    return sorted((read_waiting(staging, f.name) for f in folders), key=lambda w: w.since)


def read_waiting(staging: Path, release_id: str) -> Waiting:
    """One candidate that waits. Raises `NotSignedOff` when none does, `BadRelease` if damaged."""
    place = _place(staging, release_id)
    if not (place / NAME).is_file():
        raise refused(
            "candidate-unknown",
            "no candidate of that id waits for sign-off.",
            "See which do: widebridge release candidates",
        )
    found = None
    try:
        found = _read(json.loads((place / NAME).read_bytes()), staging, place)
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if found is None or found.candidate.release_id != release_id:
        raise BadRelease(
            "candidate-unreadable",
            "what is kept beside a waiting candidate cannot be read.",
            "Make the release again: widebridge release make",
        )
    return found


def _readable(staging: Path, release_id: str) -> Waiting | None:
    try:
        return read_waiting(staging, release_id)
    except (NotSignedOff, BadRelease):
        return None


def _read(kept: Mapping[str, Any], staging: Path, place: Path) -> Waiting:
    release_id = str(kept["release_id"])
    return Waiting(
        candidate=Candidate(release_id, staging / release_id, str(kept["candidate_sha256"])),
        plan=kept["plan"],
        since=dt.datetime.fromisoformat(kept["since"]),
        until=dt.datetime.fromisoformat(kept["until"]),
        has_lapsed=bool(kept["has_lapsed"]),
        approvals=tuple(read_approval(path.read_bytes()) for path in _envelopes(place)),
    )


def _write(place: Path, waiting: Waiting) -> None:
    kept = {
        "release_id": waiting.candidate.release_id,
        "candidate_sha256": waiting.candidate.digest,
        "since": waiting.since.isoformat(),
        "until": waiting.until.isoformat(),
        "has_lapsed": waiting.has_lapsed,
        "plan": waiting.plan,
    }
    make_private_folder(place)
    write_whole(place / NAME, json.dumps(kept, indent=2, sort_keys=True, default=str).encode())


def _waiting_folders(staging: Path) -> Iterable[Path]:
    return (path.parent for path in (staging / FOLDER).glob(f"*/{NAME}"))


def _envelopes(place: Path) -> list[Path]:
    return sorted(place.glob(ENVELOPES), key=lambda path: int(path.name.split(".")[0]))


def _place(staging: Path, release_id: str) -> Path:
    # An id comes from a command line or a scheduler: only a plain name may become a path.
    if not RELEASE_ID.fullmatch(release_id):
        raise refused(
            "candidate-unknown",
            "that is no release's id.",
            "See which candidates wait: widebridge release candidates",
        )
    return staging / FOLDER / release_id
