"""Manifests: what is in a folder, what it rests on, and the SHA-256 of every file."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.core.contract import Contract
from pipelines.core.errors import BadRelease
from pipelines.core.files import sha256_of
from pipelines.core.plan import Plan

NAME = "manifest.json"
DISCLOSURE = "disclosure.json"
FORMAT = "widebridge-release/2"

Manifest = dict[str, Any]


def facts_of(plan: Plan, contracts: Iterable[Contract], rule: str) -> Manifest:
    """What is true of every extract of a release."""
    plain = json.loads(json.dumps(dataclasses.asdict(plan), default=str))
    return {
        "format": FORMAT,
        "release_id": plan.release_id,
        "geography_vintage": plan.vintage,
        "boundaries_on": plain["boundaries_on"],
        "period": {"start": plain["period_start"], "end": plain["period_end"]},
        "as_of": plain["as_of"],
        "purpose": plan.purpose,
        "protection": {
            "rule": rule,
            "limits": plain["limits"],
            "earlier_releases": plain["earlier"],
        },
        "store_state": plan.store_state,
        "agreements": plain["uses"],
        "refused_for_consent": plain["refusals"],
        "matching": plain["matching"],
        "protocols": plain["protocols"],
        "deliveries": plain["deliveries"],
        "key_id": plan.key_id,
        "datasets": [_dataset(contract) for contract in contracts],
    }


def _dataset(contract: Contract) -> Manifest:
    indicators = [
        {**dataclasses.asdict(i), "statistic": i.statistic.value} for i in contract.indicators
    ]
    return {
        "name": contract.name,
        "contract": contract.label,
        "description": contract.description,
        "indicators": indicators,
    }


def directory(contract: Contract) -> Manifest:
    """What a directory of an extract lists."""
    return {
        "name": contract.name,
        "contract": contract.label,
        "description": contract.description,
    }


def listed(folder: Path, paths: Iterable[Path]) -> dict[str, Manifest]:
    """Files by their path inside a folder, each with its SHA-256 and, if a table, its rows."""
    entries = {}
    for path in sorted(paths):
        entry: Manifest = {"sha256": sha256_of(path)}
        if path.suffix == ".parquet":
            entry["rows"] = pq.read_metadata(path).num_rows
        entries[path.relative_to(folder).as_posix()] = entry
    return entries


def encoded(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as bytes: the same manifest, the same bytes."""
    return (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def digest_of(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of a manifest's bytes."""
    return hashlib.sha256(encoded(manifest)).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. Raises `BadRelease` when it is missing or unreadable."""
    try:
        manifest = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise damaged(folder, "its manifest is missing or unreadable")
    return manifest


def check_files(folder: Path, files: Mapping[str, Manifest]) -> None:
    """Raise `BadRelease` unless exactly the listed files are there, unchanged."""
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {NAME}
    for name in sorted(set(files) - {NAME} - found):
        raise damaged(folder, f"it lacks {name}")
    if unlisted := found - set(files):
        # A stranger's name is not quoted.
        raise damaged(folder, f"it holds {len(unlisted)} files that its manifest does not list")
    for name, entry in sorted(files.items()):
        if sha256_of(folder / name) != entry["sha256"]:
            raise damaged(folder, f"{name} is not as it was written")


def damaged(folder: Path, problem: str) -> BadRelease:
    """The refusal for a folder that is not what its manifest says."""
    return BadRelease(
        "release-damaged",
        f"the release folder {folder.name} cannot be trusted: {problem}.",
        "Put it aside, find out who changed it, and make the release again.",
    )
