"""Which code made a release: its version, and the SHA-256 of every part that can change a number.

An installed package knows no commit, so the files themselves are what is named.
"""

import hashlib
import importlib.metadata
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipelines.core.files import sha256_of

KINDS = {".py", ".sql", ".yaml", ".json", ".csv"}
CHANGES_NO_NUMBER = {"officers"}
"""Folders left out: an officer may be registered while a candidate waits for its approvals."""


def made_by(parts: Mapping[str, Path]) -> dict[str, str]:
    """The version, and for each named folder one SHA-256 over its files' paths and contents."""
    told = {name: digest_of_tree(folder) for name, folder in parts.items() if folder.is_dir()}
    return {"version": importlib.metadata.version("widebridge"), **told}


def digest_of_tree(folder: Path) -> str:
    """One SHA-256 over the code and rules in a folder; the same files give the same."""
    lines = [f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}" for path in _files(folder)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    # What runs beside the code (caches, compiled files) is not the code.
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix in KINDS)
    return sorted(p for p in found if not CHANGES_NO_NUMBER & set(p.relative_to(folder).parts[:-1]))
