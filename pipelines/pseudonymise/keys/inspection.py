"""What is wrong with the keeping of keys: modes, ages, leftovers, a passphrase beside its ring."""

import datetime as dt
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys.opening import passphrase_file, ring_file
from pipelines.pseudonymise.keys.ring import (
    ACTIVE,
    PENDING,
    RECIPIENT,
    RETIRED,
    ROOT,
    Entry,
    Ring,
    read_ring,
)

OLDEST_DAYS = 365
"""Ours: a key in use is changed within a year, and a retired one is destroyed within another."""
STORE = re.compile(r"^store-([0-9a-f]{8})$")


def age_in_days(entry: Entry, on: dt.date) -> int:
    """How long ago the key was made."""
    return (on - dt.date.fromisoformat(entry.created_on)).days


def list_keys(settings: Settings) -> tuple[Entry, ...]:
    """Every key of the ring as its file says. Needs no passphrase, and shows no secret."""
    return read_ring(ring_file(settings))[0].entries


def find_faults(settings: Settings, on: dt.date) -> list[tuple[str, str]]:
    """(what is wrong, what to do) of the ring and of what lies around it; none is good."""
    ring, _ = read_ring(ring_file(settings))
    return [
        *_open_to_others(settings),
        *_beside(settings),
        *_old_keys(ring, on),
        *_leftovers(ring),
        *_stores(settings, ring),
    ]


def _open_to_others(settings: Settings) -> Iterator[tuple[str, str]]:
    for path in [settings.keys, *sorted(settings.keys.iterdir())]:
        if stat.S_IMODE(path.lstat().st_mode) & 0o077:
            what = "the folder of keys" if path == settings.keys else "a file beside the key ring"
            yield f"Others may enter or read {what}.", "Set mode 700 on the folder, 600 on files."


def _beside(settings: Settings) -> Iterator[tuple[str, str]]:
    if passphrase_file(settings).exists():
        yield (
            "The key ring and its passphrase lie together: who has the folder has the keys.",
            "Good for a demonstration only. Keep the passphrase on another disk, or with officers.",
        )


def _old_keys(ring: Ring, on: dt.date) -> Iterator[tuple[str, str]]:
    for entry in ring.entries:
        if entry.state == ACTIVE and age_in_days(entry, on) > OLDEST_DAYS:
            yield f"The {entry.kind} key {entry.id} is over {OLDEST_DAYS} days old.", "Rotate it."
        if entry.kind == RECIPIENT and entry.state == RETIRED:
            since = (on - dt.date.fromisoformat(entry.retired_on)).days
            if since > OLDEST_DAYS:
                yield (
                    f"The retired key {entry.id} of {entry.recipient} is kept since {since} days.",
                    "Destroy it, unless its old extracts must still be explained.",
                )


def _leftovers(ring: Ring) -> Iterator[tuple[str, str]]:
    waiting = [e for kind in (ROOT, RECIPIENT) for e in ring.find(kind, PENDING)]
    if waiting or ring.rotation:
        yield "A rotation was begun and not ended.", "Run again: widebridge keys rotate"


def _stores(settings: Settings, ring: Ring) -> Iterator[tuple[str, str]]:
    (active,) = ring.find(ROOT, ACTIVE)
    folders: list[Path] = sorted(settings.amber.glob("*store-*"))
    for folder in folders:
        match = STORE.match(folder.name)
        if match is None or match[1] != active.id:
            yield (
                "The amber zone holds a store under another key, or a part of one.",
                "Run again: widebridge keys rotate. If it stays, find out whose it is.",
            )
