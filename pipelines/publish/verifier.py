"""Check a release that somebody was sent: offline, without keys, database or the software itself.

    python verify.py [FOLDER] [--trust FILE]

It names the first thing that is wrong. It needs Python 3.11 and the package `cryptography`. FILE
holds the house's public keys (`use key-id base64` on each line). Take it from the house itself.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, STATEMENT = "widebridge-release/2", "https://in-toto.io/Statement/v1"
MANIFEST, CANDIDATE, ATTESTATION = "manifest.json", "candidate.json", "attestation.dsse.json"
ENTRY, CHECKPOINT, PROOF = "ledger/entry.json", "ledger/checkpoint.txt", "ledger/proof.json"
UNLISTED = {MANIFEST, ATTESTATION, ENTRY, CHECKPOINT, PROOF}
"""What the manifest cannot list: itself, and what was made from it."""
IN_TOTO, APPROVAL = "application/vnd.in-toto+json", "application/vnd.widebridge.approval+json"
LARGEST_JSON = 50_000_000
Json = dict[str, Any]
Files = Mapping[str, str]
Pinned = set[tuple[str, bytes]]


class Wrong(Exception):
    """The first thing that is wrong with a release, as a code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


@dataclass(frozen=True)
class Verdict:
    """A release in which nothing is wrong."""

    release_id: str
    files: Mapping[str, str]
    trusted: bool
    sentences: tuple[str, ...]


def verify(folder: Path, trust: Path | None = None) -> Verdict:
    """The verdict on a release folder. Raises `Wrong`."""
    pinned = None if trust is None else read_trust(trust)
    manifest = _json(folder, MANIFEST, "release-manifest")
    if manifest.get("format") != FORMAT:
        raise Wrong("release-manifest", f"{MANIFEST} is of another format.")
    try:
        return _verdict(folder, manifest, pinned)
    except (LookupError, TypeError, AttributeError, ValueError, OSError):
        pass
    raise Wrong("release-manifest", f"{MANIFEST}, or what it refers to, lacks a part.")


def _verdict(folder: Path, manifest: Json, pinned: Pinned | None) -> Verdict:
    files = _check_files(folder, manifest)
    _check_candidate(folder, manifest)
    keys = {use: bytes.fromhex(k["public_key"]) for use, k in manifest["signing_keys"].items()}
    _check_attestation(folder, manifest, files, keys["release"])
    house = [keys["release"], *(bytes.fromhex(key) for key in manifest["house_keys"])]
    approvals = _check_approvals(folder, manifest, house)
    number = _check_ledger(folder, manifest, files[MANIFEST], keys["ledger"])
    used = {("ledger", keys["ledger"]), *(("release", key) for key in house)}
    if pinned is not None and not used <= pinned:
        raise Wrong("release-stranger", "it is signed by a key that is none of the house's.")
    names = " and ".join(f"{_shown(a['name'])}, {_shown(a['role'])}" for a in approvals)
    key_id = hashlib.sha256(keys["release"]).hexdigest()[:16]
    sentences = [
        f"{_shown(manifest['release_id'])}: {len(files)} files, all as published.",
        f"Approved by {names}. Entry {number} of the ledger.",
        f"Consistent, signed by key {key_id}: compare it with the house's published key."
        if pinned is None
        else f"Signed by the house's key {key_id}.",
    ]
    if manifest["demo"]:
        sentences.append("DEMONSTRATION: approved by generated officers; nobody answers for it.")
    return Verdict(manifest["release_id"], files, pinned is not None, tuple(sentences))


def _check_files(folder: Path, manifest: Json) -> dict[str, str]:
    """Exactly the listed files are there, as listed; gives the SHA-256 of each."""
    listed = {**manifest["files"], **manifest["beside"]}
    if len(listed) != len(manifest["files"]) + len(manifest["beside"]):
        raise Wrong("release-path", f"{MANIFEST} lists a file twice.")
    for name in listed:
        _check_path(name)
    found = set(_walk(folder))
    for name in sorted({*listed, *UNLISTED} - found):
        raise Wrong("release-file-missing", f"{_shown(name)} is missing.")
    if strangers := found - set(listed) - UNLISTED:
        # A stranger's name is not quoted.
        raise Wrong("release-file-added", f"{len(strangers)} files are in no list of {MANIFEST}.")
    for name, entry in sorted(listed.items()):
        if _sha256(folder / name) != entry["sha256"]:
            raise Wrong("release-file-changed", f"{_shown(name)} is not as it was published.")
    listed[MANIFEST] = {"sha256": _sha256(folder / MANIFEST)}
    return {name: str(entry["sha256"]) for name, entry in listed.items()}


def _check_path(name: str) -> None:
    parts = name.split("/")
    odd = any(p in ("", ".", "..") or p != p.strip() for p in parts) or "\\" in name or ":" in name
    if odd or not name.isprintable() or name in UNLISTED:
        raise Wrong("release-path", f"{MANIFEST} lists a path that leads elsewhere.")


def _walk(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise Wrong("release-path", "the folder holds a link, or something that is no file.")
        inside = (f"{path.name}/{name}" for name in _walk(path)) if path.is_dir() else [path.name]
        yield from inside


def _check_candidate(folder: Path, manifest: Json) -> None:
    """What the officers approved is what was published: file by file and fact by fact."""
    if _sha256(folder / CANDIDATE) != manifest["candidate_sha256"]:
        raise Wrong("release-candidate", f"{CANDIDATE} is not what the manifest says was approved.")
    candidate = _json(folder, CANDIDATE, "release-candidate")
    if any(manifest.get(name) != fact for name, fact in candidate.items()):
        raise Wrong("release-candidate", f"{MANIFEST} says other than what was approved.")


def _check_attestation(folder: Path, manifest: Json, files: Files, key: bytes) -> None:
    payload = _signed(folder, ATTESTATION, IN_TOTO, [key])
    subjects = {s["name"]: s["digest"]["sha256"] for s in payload["subject"]}
    named = (payload["_type"], payload["predicate"]["release_id"])
    if subjects != files or named != (STATEMENT, manifest["release_id"]):
        raise Wrong("release-attestation", f"{ATTESTATION} is of other files than these.")


def _check_approvals(folder: Path, manifest: Json, house: list[bytes]) -> list[Json]:
    """Two different officers signed this candidate, and said what the manifest says they said."""
    approvals: list[Json] = manifest["approvals"]
    this = (manifest["candidate_sha256"], manifest["release_id"], "approve")
    for approval in approvals:
        name = approval["envelope"]
        if name not in manifest["beside"]:
            raise Wrong("release-approval", f"{MANIFEST} lists no envelope of an approval.")
        keys = house if approval["via"] == "airflow" else [bytes.fromhex(approval["public_key"])]
        said = _signed(folder, name, APPROVAL, keys)
        if any(approval.get(part) != value for part, value in said.items()):
            raise Wrong("release-approval", f"{_shown(name)} says other than {MANIFEST}.")
        if (said["candidate_sha256"], said["release_id"], said["decision"]) != this:
            raise Wrong("release-approval", f"{_shown(name)} does not approve this release.")
    officers: list[Json] = [approval["officer"] for approval in approvals]
    names = {" ".join(o["name"].split()).casefold() for o in officers}
    apart = ({o["id"] for o in officers}, {a["public_key"] for a in approvals}, names)
    if min(map(len, apart)) < max(2, len(approvals)):
        raise Wrong("release-approval", "fewer than two different officers approved.")
    if manifest["demo"] is not any(a["demo"] for a in approvals):
        raise Wrong("release-approval", f"{MANIFEST} does not say whether it is a demonstration.")
    return officers


def _check_ledger(folder: Path, manifest: Json, digest: str, key: bytes) -> int:
    """The ledger holds this release: its entry leads to a root that the house has signed."""
    size, root = _checkpoint((folder / CHECKPOINT).read_bytes(), key)
    data = (folder / ENTRY).read_bytes()
    entry, proof = _json(folder, ENTRY, "release-ledger"), _json(folder, PROOF, "release-ledger")
    index, path = proof["leaf_index"], [bytes.fromhex(h) for h in proof["hashes"]]
    if proof["tree_size"] != size or _root_from(data, index, size, path) != root:
        raise Wrong("release-ledger", f"{ENTRY} and {PROOF} do not lead to the signed checkpoint.")
    facts = entry["facts"]
    if (facts["release"], facts["manifest_sha256"]) != (manifest["release_id"], digest):
        raise Wrong("release-ledger", f"{ENTRY} is of another release.")
    return int(entry["number"])


def _checkpoint(note: bytes, key: bytes) -> tuple[int, bytes]:
    """Size and root of a signed checkpoint (C2SP tlog-checkpoint, signed-note)."""
    text, _, signatures = note.rpartition(b"\n\n")
    try:
        for line in signatures.decode().removesuffix("\n").split("\n"):
            dash, name, data = line.split(" ")
            given = base64.b64decode(data, validate=True)
            known = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
            if (
                dash == "\N{EM DASH}"
                and given[:4] == known
                and _verifies(key, given[4:], text + b"\n")
            ):
                _, size, root, *_ = text.decode().split("\n")
                return int(size), base64.b64decode(root, validate=True)
    except ValueError:
        pass
    raise Wrong("release-checkpoint", f"{CHECKPOINT} is not signed by the house's ledger key.")


def _root_from(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    node, last = hashlib.sha256(b"\x00" + leaf).digest(), size - 1
    if not 0 <= index < size:
        return None
    for sibling in path:
        if last == 0:
            return None
        if index % 2 or index == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        index, last = index // 2, last // 2
    return node if last == 0 else None


def _signed(folder: Path, name: str, kind: str, keys: list[bytes]) -> Json:
    """The payload of a DSSE envelope of one kind that one of the keys signed."""
    envelope = _json(folder, name, "release-envelope")
    payload = content = None
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        framed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
        signatures = [base64.b64decode(s["sig"], validate=True) for s in envelope["signatures"]]
        if any(_verifies(key, s, framed) for key in keys for s in signatures):
            content = _parsed(payload)
    except (LookupError, TypeError, ValueError):
        content = None
    if content is None or envelope["payloadType"] != kind:
        raise Wrong("release-signature", f"the signature of {_shown(name)} is not good.")
    return content


def _verifies(key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_trust(path: Path) -> Pinned:
    """The house's public keys: `use key-id base64` on each line. Raises `Wrong`."""
    try:
        lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
        return {(use, base64.b64decode(key, validate=True)) for use, _, key in lines}
    except (OSError, ValueError):
        pass
    raise Wrong("trust-unreadable", "the file of the house's public keys cannot be read.")


def _json(folder: Path, name: str, code: str) -> Json:
    path = folder / name
    is_small = path.is_file() and not path.is_symlink() and path.stat().st_size < LARGEST_JSON
    content = _parsed(path.read_bytes()) if is_small else None
    if content is not None:
        return content
    raise Wrong(code, f"{_shown(name)} is missing or cannot be read.")


def _parsed(data: bytes) -> Json | None:
    def once(pairs: list[tuple[str, Any]]) -> Json:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        content = json.loads(data, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _shown(text: object) -> str:
    """A name for the terminal: printable, and not longer than a line."""
    return "".join(c if c.isprintable() else "?" for c in str(text))[:120]


def main(arguments: list[str]) -> int:
    """Print the verdict; 0 when nothing is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--trust", type=Path)
    asked = parser.parse_args(arguments)
    try:
        sys.stdout.write("\n".join(verify(asked.folder, asked.trust).sentences) + "\n")
    except Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
