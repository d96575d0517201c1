"""Python environments beside ours, for peers whose packages would not go with ours.

Each is made of locked requirements, once, and made anew when the lock has changed. When one cannot
be made the tests fail rather than skip: a check that never ran must not look passed.
"""

import hashlib
import os
import subprocess
from pathlib import Path

from pipelines.core.files import held
from pipelines.core.settings import PROJECT


def python_of(name: str) -> Path:
    """The interpreter of `.venv-<name>`, made of `requirements/beside/<name>.txt`."""
    lock = PROJECT / "requirements" / "beside" / f"{name}.txt"
    place = PROJECT / f".venv-{name}"
    with held(PROJECT / f".venv-{name}.lock"):
        _make(lock, place)
    return place / "bin" / "python"


def _make(lock: Path, place: Path) -> None:
    stamp, wanted = place / "made-of", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        uv = str(PROJECT / ".venv" / "bin" / "uv")
        environ = {**os.environ, "UV_SYSTEM_CERTS": "1", "VIRTUAL_ENV": str(place)}
        install = [uv, "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
        for command in ([uv, "venv", "--quiet", "--clear", str(place)], install):
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
            if done.returncode:
                message = f"the environment {place.name} cannot be made: {done.stderr[-500:]}"
                raise RuntimeError(message)
        stamp.write_text(wanted)
