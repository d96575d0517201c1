"""An extract's folder: one encrypted file and a manifest, appearing by one rename.

The manifest says what the file rests on and what it withstood, in numbers that may be told. It
holds the id of the file's key, never the key.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadRelease
from pipelines.core.files import make_private_folder, sha256_of, sync_folder, write_whole
from pipelines.core.stages import Release
from pipelines.publish.manifest import encoded

NAME = "manifest.json"
FORMAT = "widebridge-extract/1"


def aside_of(place: Path) -> Path:
    """A fresh folder beside the place, under a name that no reader looks for."""
    aside = place.with_name(f".{place.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    return make_private_folder(aside)


def write_manifest(aside: Path, facts: Mapping[str, Any], file: Path) -> str:
    """Write the manifest beside the finished file; gives the manifest's SHA-256."""
    files = {file.name: {"sha256": sha256_of(file)}}
    plain = json.loads(json.dumps({"format": FORMAT, **facts, "files": files}, default=str))
    write_whole(aside / NAME, encoded(plain))
    return sha256_of(aside / NAME)


def reveal(aside: Path, place: Path) -> None:
    """Give the finished folder its name."""
    aside.rename(place)
    sync_folder(place.parent)


def read_extract_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an extract's folder. Raises `BadRelease`."""
    manifest: Any = None
    try:
        manifest = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _damaged(folder, "its manifest is missing or unreadable")
    return manifest


def verify_extract(folder: Path) -> Release:
    """The extract in a folder. Raises `BadRelease` unless its file is as it was written."""
    manifest = read_extract_manifest(folder)
    files = {name: str(entry["sha256"]) for name, entry in manifest["files"].items()}
    if {p.name for p in folder.iterdir()} - {NAME} != set(files):
        raise _damaged(folder, "it lacks its file or holds another")
    if any(sha256_of(folder / name) != digest for name, digest in files.items()):
        raise _damaged(folder, "its file is not as it was written")
    return Release(manifest["release_id"], folder, files)


def _damaged(folder: Path, problem: str) -> BadRelease:
    return BadRelease(
        "extract-damaged",
        f"the extract {folder.name} cannot be trusted: {problem}.",
        "Put it aside and find out who changed it. Do not send it.",
    )
