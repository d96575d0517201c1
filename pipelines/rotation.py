"""Changing keys that are in use: a new root for the whole house, the end of a recipient's key.

A rotation needs no identifier. It is killed at any point without harm: until the ring is switched,
in one write, the old store counts; from then on the new one. Running it again ends it.
"""

import dataclasses
import datetime as dt
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines.audit.ledger import FileLedger
from pipelines.audit.tree import leaf_hash
from pipelines.core.envelope import canonical_json
from pipelines.core.files import write_whole
from pipelines.core.given_rows import given_to, keep_given, kept_extracts
from pipelines.core.settings import Settings
from pipelines.core.store_rewrite import Change, rewrite_store
from pipelines.house import check_store_is_ours
from pipelines.pseudonymise.keys import RootKey, keys_to_oneself, open_ring
from pipelines.pseudonymise.keys import changes as key_changes
from pipelines.pseudonymise.keys.opening import key_source_after, key_source_of
from pipelines.pseudonymise.keys.recording import settle_key_changes
from pipelines.pseudonymise.keys.ring import ACTIVE, PENDING, ROOT, OpenRing

KEY_OF_STORE = re.compile(r"^([a-z]\d)\.([0-9a-f]{8})\.[a-z2-7]{32}$")


MOST_KNOWN = 2_000_000
"""Keys that a rotation keeps in memory with what follows them, so that each is made once."""


@dataclass(frozen=True)
class Rotation:
    """What a rotation did."""

    key_id: str
    parts: int
    rows: int
    seals: int


def rotate_root(settings: Settings, environ: Mapping[str, str], on: dt.date) -> Rotation:
    """Give the house a new root key, or end a rotation that was cut off. Raises `BadKey`."""
    ledger = FileLedger(settings.ledger)
    with keys_to_oneself(settings):
        opened = open_ring(settings, environ)
        check_store_is_ours(settings, key_source_of(opened).key_id)
        settle_key_changes(settings, ledger)
        parts = rows = 0
        if opened.ring.rotation != key_changes.CLEANING:
            opened = key_changes.begin_rotation(settings, opened, ledger, on)
            parts, rows = _rekey_store(settings, opened)
            opened = key_changes.switch_root(settings, opened, ledger, on)
        keys = key_source_of(opened)
        ledger = ledger.signed_by(keys.signer("ledger"))
        seals = _seal_anew(settings, keys)
        _rekey_given_rows(settings, keys)
        _remove_old_stores(settings, opened, keys.key_id)
        ledger.record(
            "key_rotated", key=keys.key_id, kind=ROOT, parts=parts, rows=rows, seals=seals
        )
        key_changes.end_rotation(settings, opened)
    return Rotation(keys.key_id, parts, rows, seals)


def _rekey_store(settings: Settings, opened: OpenRing) -> tuple[int, int]:
    """The store under the root that waits, beside the one in use. Old to new is only in memory."""
    (active,) = opened.ring.find(ROOT, ACTIVE)
    (pending,) = opened.ring.find(ROOT, PENDING)
    old, new = (settings.amber / f"store-{root.id}" for root in (active, pending))
    if not old.is_dir():
        return 0, 0
    done = rewrite_store(old, new, _rekeying(key_source_after(opened, pending), active.id))
    return done.parts_changed, done.rows


def _rekeying(keys: RootKey, old_key_id: str) -> Change:
    """Every text column of keys under the old root, re-keyed; known by the keys' own text form."""
    known: dict[str, str] = {}

    def change(_: str, rows: pa.RecordBatch) -> pa.RecordBatch:
        if len(known) > MOST_KNOWN:
            known.clear()
        columns = [_rekeyed(column, keys, old_key_id, known) for column in rows.columns]
        if all(new is old for new, old in zip(columns, rows.columns, strict=True)):
            return rows
        return pa.RecordBatch.from_arrays(columns, schema=rows.schema)

    return change


def _rekeyed(column: pa.Array, keys: RootKey, old_key_id: str, known: dict[str, str]) -> pa.Array:
    """A column with each distinct key re-keyed once; the same object when it holds none."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    coded = column.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    old = [text for text in texts if _is_key_under(text, old_key_id)]
    if not old:
        return column
    for label in sorted({text[:2] for text in old}):
        fresh = [text for text in old if text.startswith(label) and text not in known]
        known.update(zip(fresh, keys.rekeyed(label)(fresh), strict=True))
    changed = {text: known[text] for text in old}
    new = pa.array([changed.get(text, text) for text in texts], column.type)
    return new.take(coded.indices)


def _rekey_given_rows(settings: Settings, keys: RootKey) -> None:
    """Rows that recipients were given follow the store: the next attack must know who is who."""
    for release_id in kept_extracts(settings):
        given = given_to(release_id, settings, keys)
        if given.key_id != keys.key_id:
            place = given.members.column_names.index("member_key")
            column = given.members["member_key"].combine_chunks()
            anew = given.members.set_column(
                place, "member_key", _rekeyed(column, keys, given.key_id, {})
            )
            changed = dataclasses.replace(given, key_id=keys.key_id, members=anew)
            keep_given(changed, settings, keys)


def _is_key_under(text: str, key_id: str) -> bool:
    match = KEY_OF_STORE.match(text) if text[3:11] == key_id else None
    return match is not None


def _seal_anew(settings: Settings, keys: RootKey) -> int:
    """Everything sealed under an older root, under the one in use. A seal's place is its path."""
    count = 0
    for path in sorted(p for p in settings.red.rglob("*") if p.is_file() and not p.is_symlink()):
        if keys.seals_under_older_root(_beginning(path)):
            place = path.relative_to(settings.red).as_posix()
            write_whole(path, keys.seal(place, keys.unseal(place, path.read_bytes())))
            count += 1
    return count


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(16)


def _remove_old_stores(settings: Settings, opened: OpenRing, key_id: str) -> None:
    """Stores under this ring's older roots, and what a cut-off rotation left of one.

    A store under a root that the ring does not know is somebody's: it stays.
    """
    for root in (e for e in opened.ring.entries if e.kind == ROOT):
        shutil.rmtree(settings.amber / f".store-{root.id}.part", ignore_errors=True)
        old = settings.amber / f"store-{root.id}"
        if root.id == key_id:
            continue
        if old.exists():
            shutil.rmtree(old)
        # What was worked out from the old store, and is worked out anew when it is wanted.
        for kept in settings.amber.glob(f"*/{root.id}-*"):
            kept.unlink()


def destroy_with_receipt(
    settings: Settings, environ: Mapping[str, str], key_id: str, reason: str, on: dt.date
) -> Path:
    """Destroy a recipient's key and write the receipt; gives the receipt's place."""
    ledger = FileLedger(settings.ledger)
    with keys_to_oneself(settings):
        entry = key_changes.destroy(
            settings, open_ring(settings, environ), key_id, reason, ledger, on
        )
    event = [e for e in ledger.entries() if _is_destruction_of(e, key_id)][-1]
    receipt = {
        "what": "key destroyed",
        "key": entry.id,
        "kind": entry.kind,
        "recipient": entry.recipient,
        "purpose": entry.purpose,
        "opt_out": entry.opt_out,
        "epoch": entry.epoch,
        "created_on": entry.created_on,
        "destroyed_on": entry.destroyed_on,
        "reason": reason,
        "meaning": MEANING,
        "ledger_entry": event["number"],
        "ledger_hash": leaf_hash(canonical_json(event)).hex(),
    }
    path = settings.home / "receipts" / f"key-destroyed-{key_id}.json"
    write_whole(path, (json.dumps(receipt, indent=1) + "\n").encode())
    return path


MEANING = (
    "Nobody can make this recipient's pseudonyms of this epoch again, nor lead one back to a "
    "person. Copies of the key ring made before this day still hold the key, wrapped: destroy them."
)


def _is_destruction_of(event: Mapping[str, object], key_id: str) -> bool:
    facts = event["facts"]
    named = facts.get("key") if isinstance(facts, dict) else None
    return event["event"] == "key_destroyed" and named == key_id
