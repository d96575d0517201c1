"""Making a key ring: with a passphrase, with officers, or with a key service."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.core.errors import BadKey
from pipelines.core.files import make_private_folder, write_whole
from pipelines.core.ports import Ledger
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys.changes import new_ring, new_ring_key, refuse_second_ring, relock
from pipelines.pseudonymise.keys.opening import (
    given_passphrases,
    keys_to_oneself,
    open_ring,
    passphrase_file,
    refuse_environment,
)
from pipelines.pseudonymise.keys.services import lock_with_service
from pipelines.pseudonymise.keys.unlocking import lock_with_passphrases


@dataclass(frozen=True)
class Opening:
    """Who shall open a ring: officers, or a key service as (kind, key), or one passphrase."""

    officers: Sequence[str] = ()
    service: tuple[str, str] | None = None


def make_ring(
    settings: Settings,
    environ: Mapping[str, str],
    ledger: Ledger,
    on: dt.date,
    opening: Opening = Opening(),
) -> str:
    """Make the key ring of a home, once; gives the root's id."""
    refuse_environment(environ)
    refuse_second_ring(settings)
    ring_key = new_ring_key()
    unlock = _lock(settings, environ, opening, ring_key)
    return new_ring(settings, ring_key, unlock, ledger, on)


def relock_ring(
    settings: Settings,
    environ: Mapping[str, str],
    new_environ: Mapping[str, str],
    ledger: Ledger,
    opening: Opening = Opening(),
) -> None:
    """Let others open the ring than those who can now. `new_environ` names the new passphrases."""
    with keys_to_oneself(settings):
        opened = open_ring(settings, environ)
        ring_key = new_ring_key()
        unlock = _lock(settings, new_environ, opening, ring_key)
        relock(settings, opened, unlock, ring_key, ledger)


def _lock(
    settings: Settings, environ: Mapping[str, str], opening: Opening, ring_key: bytes
) -> dict[str, object]:
    if opening.service and opening.officers:
        raise BadKey(
            "officers-too-few",
            "a ring is opened by officers or by a key service, not by both.",
            "Leave one of the options out.",
        )
    if opening.service:
        return lock_with_service(*opening.service, ring_key, environ)
    prompts = [f"New passphrase of {who}: " for who in opening.officers or ["the key ring"]]
    passphrases = given_passphrases(settings, environ, prompts)
    return lock_with_passphrases(ring_key, opening.officers, passphrases)


def make_demo_ring(
    settings: Settings, environ: Mapping[str, str], ledger: Ledger, on: dt.date
) -> str:
    """A key ring whose passphrase lies beside it: for a demonstration only."""
    refuse_second_ring(settings)
    make_private_folder(settings.keys)
    if not passphrase_file(settings).exists():
        write_whole(passphrase_file(settings), secrets.token_urlsafe(32).encode() + b"\n")
    return make_ring(settings, environ, ledger, on)
