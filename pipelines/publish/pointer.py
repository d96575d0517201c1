"""CURRENT: one line that names the newest release. Whoever follows it meets a whole release."""

import re
from pathlib import Path

from pipelines.core.errors import BadRelease
from pipelines.core.files import write_whole

NAME = "CURRENT"
RELEASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}")


def point_to(releases: Path, release_id: str) -> None:
    """Swap the pointer in one rename; a reader meets the old line or the new one."""
    write_whole(releases / NAME, pointer_line(release_id))


def current(releases: Path) -> str | None:
    """The id of the newest release; None before the first one."""
    path = releases / NAME
    return read_pointer(path.read_bytes()) if path.exists() else None


def pointer_line(release_id: str) -> bytes:
    """The pointer's content."""
    return f"{release_id}\n".encode()


def read_pointer(data: bytes) -> str:
    """The release's id in a pointer. Raises `BadRelease` for anything else."""
    named = data.decode("ascii", "replace").removesuffix("\n")
    if not RELEASE_ID.fullmatch(named):
        raise BadRelease(
            "release-pointer",
            f"{NAME} does not name a release.",
            "Find out who wrote to the releases, then publish the newest one again.",
        )
    return named
