"""Reading a file that must be its owner's alone, and never through a link."""

import os
import stat
from pathlib import Path

from pipelines.core.errors import BadKey

LARGEST = 4 << 20


def read_private(path: Path, what: str, how_to_make: str) -> str:
    """The text of a private file. Raises `BadKey`, naming `what` it is and never the path."""
    problem: tuple[str, str, str] | None = None
    descriptor = -1
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        problem = ("key-missing", f"there is no file of {what}.", how_to_make)
    except OSError:
        problem = ("key-unreadable", f"{what} cannot be opened.", "Check owner, mode and links.")
    if problem:
        raise BadKey(*problem)
    with os.fdopen(descriptor, "rb") as stream:
        _check_private(os.fstat(stream.fileno()), what)
        return stream.read(LARGEST).decode("utf-8", "replace")


def _check_private(status: os.stat_result, what: str) -> None:
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
        raise BadKey(
            "key-readable-by-others",
            f"others may read {what}.",
            "Treat it as known to them: make a new one, and set mode 600.",
        )
