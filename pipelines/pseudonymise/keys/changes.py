"""What may be done to keys: make, give a recipient a new one, retire, destroy, change the root.

Each change is written in one step, with an intent before it in the ledger and a receipt after.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import replace

from pipelines.core.errors import BadKey
from pipelines.core.files import make_private_folder
from pipelines.core.ports import Ledger, Recipient, SigningUse
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys.derivation import KEY_BYTES, key_id_of, recipient_key
from pipelines.pseudonymise.keys.opening import ring_file
from pipelines.pseudonymise.keys.recording import save
from pipelines.pseudonymise.keys.ring import (
    ACTIVE,
    DESTROYED,
    PENDING,
    RECIPIENT,
    RETIRED,
    ROOT,
    SIGNING,
    Entry,
    OpenRing,
    Ring,
    write_ring,
)
from pipelines.pseudonymise.keys.signing import USES, SigningKey

REKEYING, CLEANING = "rekeying", "cleaning"
OPT_OUTS = ("respected", "not_applicable")


def new_ring(
    settings: Settings, ring_key: bytes, unlock: dict[str, object], ledger: Ledger, on: dt.date
) -> str:
    """Make a key ring with a root key and signing keys; gives the root's id. Never replaces one."""
    refuse_second_ring(settings)
    make_private_folder(settings.keys)
    opened = OpenRing(Ring(unlock), ring_key)
    root = _new_root(opened, ACTIVE, 1, on)
    made = (root, *(_new_signing(opened, use, 1, on) for use in USES))
    save(settings, opened.having(Ring(unlock, made)), ledger, "key_made", *made)
    return root.id


def refuse_second_ring(settings: Settings) -> None:
    """Raise `BadKey` when there is a key ring already."""
    if ring_file(settings).exists():
        raise BadKey(
            "key-exists",
            "there is a key ring already.",
            "Keep it: without it, nothing that was pseudonymised under it can be joined again.",
        )


def new_ring_key() -> bytes:
    """A fresh key for a new ring."""
    return secrets.token_bytes(KEY_BYTES)


def add_recipient(
    settings: Settings, opened: OpenRing, who: Recipient, ledger: Ledger, on: dt.date
) -> Entry:
    """Make a recipient's first key for a purpose and an opt-out policy."""
    _check_recipient(who)
    if _epochs(opened.ring, who):
        raise BadKey(
            "key-recipient-exists",
            f"{who.code} has or had a key for {who.purpose} already.",
            "A new one is a new epoch: widebridge keys rotate --recipient CODE --purpose PURPOSE",
        )
    (root,) = opened.ring.find(ROOT, ACTIVE)
    entry = _new_recipient(opened, replace(who, epoch=1), root.id, ACTIVE, on)
    changed = replace(opened.ring, entries=(*opened.ring.entries, entry))
    save(settings, opened.having(changed), ledger, "key_made", entry)
    return entry


def rotate_recipient(
    settings: Settings, opened: OpenRing, who: Recipient, ledger: Ledger, on: dt.date
) -> Entry:
    """Give a recipient a new epoch; the key before it is retired."""
    before = _epochs(opened.ring, who)
    if not before:
        raise unknown_key()
    (root,) = opened.ring.find(ROOT, ACTIVE)
    epoch = max(entry.epoch for entry in before) + 1
    entry = _new_recipient(opened, replace(who, epoch=epoch), root.id, ACTIVE, on)
    ring = _retiring(opened.ring, [e for e in before if e.state == ACTIVE], on)
    changed = replace(ring, entries=(*ring.entries, entry))
    save(settings, opened.having(changed), ledger, "key_rotated", entry)
    return entry


def rotate_signing(
    settings: Settings, opened: OpenRing, use: SigningUse, ledger: Ledger, on: dt.date
) -> Entry:
    """Give the house a new key to sign with. Of the one before, only the public half stays."""
    before = [e for e in opened.ring.entries if (e.kind, e.purpose) == (SIGNING, use)]
    entry = _new_signing(opened, use, 1 + max((e.epoch for e in before), default=0), on)
    gone = {"state": RETIRED, "retired_on": on.isoformat(), "wrapped": ""}
    ring = opened.ring.with_states({e.id: gone for e in before if e.state == ACTIVE})
    changed = replace(ring, entries=(*ring.entries, entry))
    save(settings, opened.having(changed), ledger, "key_rotated" if before else "key_made", entry)
    return entry


def retire(settings: Settings, opened: OpenRing, key_id: str, ledger: Ledger, on: dt.date) -> Entry:
    """Take a recipient's key out of use; it can still tell what its old extracts hold."""
    entry = _recipient_entry(opened.ring, key_id, (ACTIVE,))
    save(settings, opened.having(_retiring(opened.ring, [entry], on)), ledger, "key_retired", entry)
    return entry


def destroy(
    settings: Settings, opened: OpenRing, key_id: str, reason: str, ledger: Ledger, on: dt.date
) -> Entry:
    """Destroy a recipient's key for good: its secret is in the ring no more."""
    entry = _recipient_entry(opened.ring, key_id, (ACTIVE, RETIRED))
    gone = {"state": DESTROYED, "destroyed_on": on.isoformat(), "wrapped": ""}
    ring = opened.ring.with_states({entry.id: gone})
    save(settings, opened.having(ring), ledger, "key_destroyed", entry, reason=reason)
    return next(e for e in ring.entries if e.id == entry.id)


def relock(
    settings: Settings, opened: OpenRing, unlock: dict[str, object], ring_key: bytes, ledger: Ledger
) -> None:
    """Close the ring with a new ring key: who could open it before, cannot any more."""
    anew = OpenRing(replace(opened.ring, unlock=unlock), ring_key)
    entries = tuple(
        anew.wrapped(entry, opened.secret(entry)) if entry.wrapped else entry
        for entry in opened.ring.entries
    )
    (root,) = opened.ring.find(ROOT, ACTIVE)
    changed = anew.having(replace(anew.ring, entries=entries))
    save(settings, changed, ledger, "key_ring_relocked", root, opened_by=str(unlock["kind"]))


def begin_rotation(settings: Settings, opened: OpenRing, ledger: Ledger, on: dt.date) -> OpenRing:
    """The ring with a root key that waits. Begun once: a killed rotation goes on with its own."""
    if opened.ring.rotation:
        return opened
    (active,) = opened.ring.find(ROOT, ACTIVE)
    root = _new_root(opened, PENDING, active.epoch + 1, on)
    heirs = [
        _new_recipient(opened, replace(e.whose, epoch=e.epoch + 1), root, PENDING, on)
        for e in opened.ring.find(RECIPIENT, ACTIVE)
    ]
    entries = (*opened.ring.entries, root, *heirs)
    begun = opened.having(replace(opened.ring, entries=entries, rotation=REKEYING))
    save(settings, begun, ledger, "key_rotation_begun", root)
    return begun


def switch_root(settings: Settings, opened: OpenRing, ledger: Ledger, on: dt.date) -> OpenRing:
    """The waiting root comes into use, and each recipient's next epoch: one write of the ring."""
    leaving = [*opened.ring.find(ROOT, ACTIVE), *opened.ring.find(RECIPIENT, ACTIVE)]
    (root,) = opened.ring.find(ROOT, PENDING)
    coming = [root, *opened.ring.find(RECIPIENT, PENDING)]
    ring = _retiring(opened.ring, leaving, on).with_states(
        {entry.id: {"state": ACTIVE} for entry in coming}
    )
    switched = opened.having(replace(ring, rotation=CLEANING))
    save(settings, switched, ledger, "key_switched", root)
    return switched


def end_rotation(settings: Settings, opened: OpenRing) -> None:
    """Nothing of the rotation is left to do."""
    write_ring(ring_file(settings), opened.having(replace(opened.ring, rotation="")))


def unknown_key() -> BadKey:
    """What is said when no key of the ring is meant."""
    return BadKey("key-unknown", "the ring has no such key.", "See: widebridge keys list")


def _new_root(opened: OpenRing, state: str, epoch: int, on: dt.date) -> Entry:
    secret = secrets.token_bytes(KEY_BYTES)
    entry = Entry(key_id_of(secret), ROOT, state, on.isoformat(), epoch)
    return opened.wrapped(entry, secret)


def _new_signing(opened: OpenRing, use: SigningUse, epoch: int, on: dt.date) -> Entry:
    secret = secrets.token_bytes(KEY_BYTES)
    key = SigningKey(secret)
    entry = Entry(
        key.key_id, SIGNING, ACTIVE, on.isoformat(), epoch, purpose=use,
        public=key.public_key.hex(),
    )  # fmt: skip
    return opened.wrapped(entry, secret)


def _new_recipient(
    opened: OpenRing, who: Recipient, root: Entry | str, state: str, on: dt.date
) -> Entry:
    """The entry's id is the one that the recipient's pseudonyms show."""
    owner = next(e for e in opened.ring.entries if e.id == root) if isinstance(root, str) else root
    secret = secrets.token_bytes(KEY_BYTES)
    key_id = key_id_of(recipient_key(opened.secret(owner), secret, who))
    entry = Entry(
        key_id, RECIPIENT, state, on.isoformat(), who.epoch, owner.id,
        who.code, who.purpose, who.opt_out,
    )  # fmt: skip
    return opened.wrapped(entry, secret)


def _retiring(ring: Ring, entries: Sequence[Entry], on: dt.date) -> Ring:
    fields = {"state": RETIRED, "retired_on": on.isoformat()}
    return ring.with_states({entry.id: fields for entry in entries})


def _epochs(ring: Ring, who: Recipient) -> list[Entry]:
    return [
        e for e in ring.entries
        if e.kind == RECIPIENT and replace(e.whose, epoch=who.epoch) == who
    ]  # fmt: skip


def _recipient_entry(ring: Ring, key_id: str, states: Sequence[str]) -> Entry:
    entry = next((e for e in ring.entries if e.id == key_id), None)
    if entry is None:
        raise unknown_key()
    if entry.kind != RECIPIENT:
        raise BadKey(
            "key-root-kept",
            "a root key or a signing key is not retired or destroyed by hand: the store, the "
            "seals and the signatures need it.",
            "Change it with: widebridge keys rotate, with --signing for a signing key.",
        )
    if entry.state not in states:
        raise BadKey(
            "key-state",
            f"the key is {entry.state}.",
            "See: widebridge keys list",
        )
    return entry


def _check_recipient(who: Recipient) -> None:
    named = who.code.isalnum() and who.purpose.replace("_", "").isalnum()
    if not named or who.opt_out not in OPT_OUTS:
        raise BadKey(
            "key-recipient-form",
            "a recipient is an ODS code, a purpose as service_evaluation, and an opt-out policy "
            f"({' or '.join(OPT_OUTS)}).",
            "Write it like: --recipient QOP --purpose service_evaluation --opt-out respected",
        )
