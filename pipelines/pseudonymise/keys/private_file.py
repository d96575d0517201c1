"""Reading a file that must be its owner's alone, and never through a link."""

import os
import stat
from pathlib import Path

from pipelines.core.errors import BadKey

LARGEST = 4 << 20
SHORTEST_PASSPHRASE = 16


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


def read_passphrase(path: Path, of: str) -> bytes:
    """A passphrase that travels apart from what it opens. Raises `BadKey` for a short one."""
    passphrase = read_private(
        path, f"the passphrase of the {of}", f"It comes apart from the {of}."
    ).strip()
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadKey(
            "kit-passphrase-short",
            f"the passphrase of the {of} is shorter than {SHORTEST_PASSPHRASE} characters.",
            "Use a long one, for instance six words drawn at random.",
        )
    return passphrase.encode()


def _check_private(status: os.stat_result, what: str) -> None:
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
        raise BadKey(
            "key-readable-by-others",
            f"others may read {what}.",
            "Treat it as known to them: make a new one, and set mode 600.",
        )
