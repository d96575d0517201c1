"""A published release onto an object store: whole before it is pointed to, and never overwritten.

The release on local disk is the truth. Every object is created, never replaced, so that a push can
be cut off anywhere and be run again. The manifest goes last of a release's files; the pointer is
swapped only if nobody swapped it meanwhile, and never back to an older release.
"""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import BadRelease
from pipelines.core.stages import Release
from pipelines.publish import attestation, manifest, pointer, verifier
from pipelines.publish.verification import verify_release

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ObjectStore

TRIES = 5
"""How often somebody else may swap the pointer first before we give up."""


@dataclass(frozen=True)
class Pushed:
    """What a push did: objects written, objects that were there, whether the pointer moved."""

    release_id: str
    written: int
    there: int
    is_current: bool


def open_store(address: str) -> "ObjectStore":
    """The store at an address such as s3://bucket/folder; credentials are in the environment."""
    if importlib.util.find_spec("obstore") is None:
        raise BadRelease(
            "push-no-library",
            "object stores need the package obstore.",
            "Install widebridge with its extra: pip install widebridge[store]",
        )
    from obstore.store import from_url

    store = None
    try:
        store = from_url(address)
    except Exception:
        store = None
    if store is None:
        raise BadRelease(
            "push-address",
            "that is no address of an object store, or its settings are incomplete.",
            "Write it as s3://bucket/folder or az://container/folder; see docs/how-to.",
        )
    return store


def push(folder: Path, store: "ObjectStore") -> Pushed:
    """Put a published release onto a store, and point to it. Raises `BadRelease`."""
    release = verify_release(folder)
    names = _in_order(release)
    written = sum(_create(store, release, name) for name in names)
    is_current = _point_to(store, release)
    return Pushed(release.release_id, written, len(names) - written, is_current)


def fetch(store: "ObjectStore", to: Path) -> Path | None:
    """The release that the store points to, copied below a folder; None before the first one."""
    import obstore

    release_id, _ = _pointed(store)
    if release_id is None:
        return None
    prefix = f"{release_id}/"
    for listed in obstore.list(store, prefix=prefix):
        for entry in listed:
            path = entry["path"]
            place = to / path
            if ".." not in Path(path).parts:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(bytes(obstore.get(store, path).bytes()))
    return to / release_id


def _in_order(release: Release) -> list[str]:
    """Files, then what vouches for them, the manifest last: without it there is no release."""
    vouching = [verifier.ENTRY, verifier.CHECKPOINT, verifier.PROOF, attestation.NAME]
    return [*sorted(set(release.files) - {manifest.NAME}), *vouching, manifest.NAME]


def _create(store: "ObjectStore", release: Release, name: str) -> int:
    """1 when the object was created, 0 when it was there; refuses another one in its place."""
    import obstore
    from obstore.exceptions import AlreadyExistsError

    path = f"{release.release_id}/{name}"
    data = (release.folder / name).read_bytes()
    try:
        obstore.put(store, path, data, mode="create", use_multipart=False)
    except AlreadyExistsError:
        there = hashlib.sha256(bytes(obstore.get(store, path).bytes())).digest()
    else:
        return 1
    if there != hashlib.sha256(data).digest():
        raise BadRelease(
            "push-differs",
            f"the store holds another {name} under the same release.",
            "A published release never changes: find out who wrote to the store.",
        )
    return 0


def _point_to(store: "ObjectStore", release: Release) -> bool:
    """Whether the pointer names the release now; it stays where it is on a newer one."""
    import obstore
    from obstore.exceptions import AlreadyExistsError, PreconditionError

    line = pointer.pointer_line(release.release_id)
    for _ in range(TRIES):
        named, version = _pointed(store)
        if named == release.release_id:
            return True
        if named is not None and _number(store, named) > _own_number(release):
            return False
        mode: PutMode = {"e_tag": version} if version else "create"
        try:
            obstore.put(store, pointer.NAME, line, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            continue
        return True
    raise BadRelease(
        "push-contended",
        "somebody else keeps swapping the pointer on the store.",
        "Run the command again when no other push goes on.",
    )


def _pointed(store: "ObjectStore") -> tuple[str | None, str | None]:
    """The release that the pointer names, and the pointer's version."""
    import obstore

    try:
        found = obstore.get(store, pointer.NAME)
    except FileNotFoundError:
        return None, None
    return pointer.read_pointer(bytes(found.bytes())), found.meta["e_tag"]


def _number(store: "ObjectStore", release_id: str) -> int:
    """A release's number in the ledger: a later one has a greater one."""
    import obstore

    entry = obstore.get(store, f"{release_id}/{verifier.ENTRY}").bytes()
    return int(json.loads(bytes(entry))["number"])


def _own_number(release: Release) -> int:
    return int(json.loads((release.folder / verifier.ENTRY).read_bytes())["number"])
