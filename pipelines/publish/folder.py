"""A release's folder: written aside under a name that no reader looks for, and forced to disk.

What is made from what: the candidate's files, then approvals, pages and descriptors beside them,
then the manifest over all of these, the attestation over the manifest, and the ledger's proof.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.core.envelope import canonical_json
from pipelines.core.files import make_private_folder, sync_folder, write_whole
from pipelines.core.officers import Officer
from pipelines.core.ports import KeySource, Ledger, LedgerProof
from pipelines.publish import attestation, crate, datapackage, manifest, verifier
from pipelines.publish.approvals import Approval
from pipelines.publish.candidate import Candidate, Pages
from pipelines.publish.scan import scan

VERIFIER = "verify.py"


@dataclass(frozen=True)
class Publisher:
    """Whose release it is, and where it goes: what publishing needs of a house."""

    releases: Path
    ledger: Ledger
    keys: KeySource
    officers: Mapping[str, Officer]
    is_demo: bool = False
    pages: Pages = lambda _: {}
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What only the day of publication knows, such as the ages of keys."""


def write_aside(
    candidate: Candidate,
    facts: Mapping[str, Any],
    approved: Sequence[Approval],
    publisher: Publisher,
) -> Path:
    """A complete release but for the ledger's proof. Raises `BadRelease`."""
    aside = publisher.releases / aside_name(candidate.release_id)
    shutil.rmtree(aside, ignore_errors=True)
    make_private_folder(aside)
    data = (candidate.folder / manifest.NAME).read_bytes()
    content = {**manifest.read_manifest(candidate.folder), **facts, "beside": {}}
    for name in content["files"]:
        write_whole(aside / name, (candidate.folder / name).read_bytes())
    # What was read for the copy is what was listed: a change in between shows here.
    manifest.check_files(aside, content["files"])
    _add(aside, content, {verifier.CANDIDATE: data, VERIFIER: _verifier()})
    _add(aside, content, _envelopes(content, approved))
    _add(aside, content, {datapackage.NAME: datapackage.datapackage(aside, content)})
    _add(aside, content, publisher.pages(aside))
    sizes = {n: (aside / n).stat().st_size for n in [*content["files"], *content["beside"]]}
    _add(aside, content, {crate.NAME: crate.ro_crate(content, sizes)})
    _attest(aside, content, publisher.keys)
    known = {approval.login for approval in approved}
    scan(aside, [*content["files"], *content["beside"], manifest.NAME], known=known)
    _sync(aside)
    return aside


def aside_name(release_id: str) -> str:
    """A name that no reader looks for; what is left under it is cleared at the next start."""
    return f".{release_id}.part"


def write_ledger_proof(aside: Path, proof: LedgerProof) -> None:
    """Put the ledger's entry, its signed checkpoint and the proof between them into the folder."""
    write_whole(aside / verifier.ENTRY, proof.entry)
    write_whole(aside / verifier.CHECKPOINT, proof.checkpoint)
    write_whole(aside / verifier.PROOF, canonical_json(dict(proof.proof)) + b"\n")
    _sync(aside)


def _add(aside: Path, content: dict[str, Any], files: Mapping[str, bytes]) -> None:
    """Write files beside the candidate's, and list them in the manifest."""
    for name, data in sorted(files.items()):
        write_whole(aside / name, data)
    listed = manifest.listed(aside, [aside / name for name in files])
    content["beside"] = {**content["beside"], **listed}
    write_whole(aside / manifest.NAME, manifest.encoded(content))


def _attest(aside: Path, content: Mapping[str, Any], keys: KeySource) -> None:
    listed = {**content["files"], **content["beside"]}
    files = {name: str(entry["sha256"]) for name, entry in listed.items()}
    files[manifest.NAME] = manifest.digest_of(content)
    signed = attestation.attestation(files, content, keys.signer("release"))
    write_whole(aside / attestation.NAME, signed)


def _envelopes(content: Mapping[str, Any], approved: Sequence[Approval]) -> dict[str, bytes]:
    pairs = zip(content["approvals"], approved, strict=True)
    return {entry["envelope"]: approval.envelope for entry, approval in pairs}


def _verifier() -> bytes:
    return Path(verifier.__file__).read_bytes()


def _sync(folder: Path) -> None:
    """Force every folder of a tree to disk, the innermost first."""
    for place, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(place))
