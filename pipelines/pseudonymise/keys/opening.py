"""Which key source is configured, and how its ring is opened.

Whoever works with the ring's keys holds a shared lock; whoever changes the root needs it alone. So
no run meets two roots.
"""

import base64
import binascii
import fcntl
import getpass
import os
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.core.errors import BadKey
from pipelines.core.files import make_private_folder
from pipelines.core.ports import SigningUse
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys import services, unlocking
from pipelines.pseudonymise.keys.derivation import KEY_BYTES
from pipelines.pseudonymise.keys.private_file import read_private
from pipelines.pseudonymise.keys.ring import (
    ACTIVE,
    RECIPIENT,
    RETIRED,
    ROOT,
    SIGNING,
    Entry,
    OpenRing,
    Ring,
    check_whole,
    read_ring,
)
from pipelines.pseudonymise.keys.root_key import RootKey
from pipelines.pseudonymise.keys.signing import USES, HouseSigners, SigningKey, derived_signers

ENVIRONMENT = "WIDEBRIDGE_ROOT_KEY"
NAMED_FILES = "WIDEBRIDGE_PASSPHRASE_FILES"
Ask = Callable[[str], str]


def open_key_source(settings: Settings, environ: Mapping[str, str]) -> RootKey:
    """The key source that is configured: the environment first, else the local key ring."""
    if environ.get(ENVIRONMENT):
        return RootKey(_decoded(environ[ENVIRONMENT]))
    lock = _locked(settings, fcntl.LOCK_SH, "its root key is being changed.")
    try:
        keys = key_source_of(open_ring(settings, environ))
    except BaseException:
        os.close(lock)
        raise
    # The lock lasts as long as the keys do, or the process.
    weakref.finalize(keys, os.close, lock)
    return keys


@contextmanager
def keys_to_oneself(settings: Settings) -> Iterator[None]:
    """No other process works with the ring's keys in here. Raises `BadKey` when one does."""
    lock = _locked(settings, fcntl.LOCK_EX, "a run is using it.")
    try:
        yield
    finally:
        os.close(lock)


def ring_file(settings: Settings) -> Path:
    """Where the local key ring is."""
    return settings.keys / "ring.json"


def passphrase_file(settings: Settings) -> Path:
    """Where a passphrase may lie beside the ring: for a demonstration."""
    return settings.keys / "passphrase"


def refuse_environment(environ: Mapping[str, str]) -> None:
    """Raise `BadKey` when the root key comes from the environment: it can only be used."""
    if environ.get(ENVIRONMENT):
        raise BadKey(
            "key-from-environment",
            f"the root key comes from {ENVIRONMENT}, so there is no ring to change.",
            f"Unset {ENVIRONMENT} to work on the key ring of the home.",
        )


def open_ring(settings: Settings, environ: Mapping[str, str]) -> OpenRing:
    """The ring with the key that opens it. Raises `BadKey`."""
    refuse_environment(environ)
    ring, code = read_ring(ring_file(settings))
    opened = OpenRing(ring, _unlocked(ring, settings, environ))
    check_whole(opened, code)
    return opened


def key_source_of(opened: OpenRing) -> RootKey:
    """The keys of an open ring that may be used: its roots in their order, recipients of today."""
    retired = sorted(opened.ring.find(ROOT, RETIRED), key=lambda entry: entry.epoch)
    (active,) = opened.ring.find(ROOT, ACTIVE)
    return _with_roots(opened, [*retired, active])


def key_source_after(opened: OpenRing, pending: Entry) -> RootKey:
    """The keys as they will be once a pending root is in use."""
    past = [e for e in opened.ring.entries if e.kind == ROOT and e.epoch < pending.epoch]
    return _with_roots(opened, [*sorted(past, key=lambda entry: entry.epoch), pending])


def given_passphrases(
    settings: Settings, environ: Mapping[str, str], prompts: list[str], ask: Ask | None = None
) -> list[str]:
    """Passphrases from the named files, else the one beside the ring, else typed."""
    named = [Path(name) for name in environ.get(NAMED_FILES, "").split(os.pathsep) if name]
    beside = passphrase_file(settings)
    files = named or ([beside] if beside.exists() and len(prompts) == 1 else [])
    if files:
        how = f"Name the right file in {NAMED_FILES}."
        return [read_private(file, "a passphrase", how).rstrip("\r\n") for file in files]
    if ask is None and not sys.stdin.isatty():
        return []
    return [(ask or getpass.getpass)(prompt) for prompt in prompts]


def _with_roots(opened: OpenRing, roots: list[Entry]) -> RootKey:
    recipients = {
        e.whose: opened.secret(e)
        for e in opened.ring.entries
        if e.kind == RECIPIENT and e.root == roots[-1].id and e.wrapped
    }
    first, *later = (opened.secret(entry) for entry in roots)
    return RootKey(first, *later, recipient_secrets=recipients, signers=house_signers(opened))


def house_signers(opened: OpenRing) -> HouseSigners:
    """The signing keys of an open ring."""
    signing = {
        use: SigningKey(opened.secret(entry))
        for use in USES
        for entry in opened.ring.find(SIGNING, ACTIVE)
        if entry.purpose == use
    }
    return HouseSigners(signing, _public_halves(opened.ring, (RETIRED,)))


def public_keys_of(
    settings: Settings, environ: Mapping[str, str], use: SigningUse
) -> tuple[bytes, ...]:
    """The public halves of every key of a use. Needs no passphrase; none without keys."""
    if environ.get(ENVIRONMENT):
        return derived_signers(_decoded(environ[ENVIRONMENT])).public_keys(use)
    if not ring_file(settings).exists():
        return ()
    ring, _ = read_ring(ring_file(settings))
    return _public_halves(ring, (RETIRED, ACTIVE)).get(use, ())


def _public_halves(ring: Ring, states: Sequence[str]) -> dict[SigningUse, tuple[bytes, ...]]:
    ordered = sorted(ring.entries, key=lambda entry: entry.epoch)
    return {
        use: tuple(
            bytes.fromhex(e.public)
            for e in ordered
            if e.kind == SIGNING and e.purpose == use and e.state in states
        )
        for use in USES
    }


def _unlocked(ring: Ring, settings: Settings, environ: Mapping[str, str]) -> bytes:
    kind = ring.unlock.get("kind")
    if kind in (services.AWS_KMS, services.VAULT):
        return services.unlock_with_service(ring.unlock, environ)
    prompts = ["Passphrase of the key ring: "]
    if kind == unlocking.OFFICERS:
        prompts = ["Passphrase of one officer: ", "Passphrase of another officer: "]
    passphrases = given_passphrases(settings, environ, prompts)
    return unlocking.unlock_with_passphrases(ring.unlock, passphrases)


def _locked(settings: Settings, how: int, why_not: str) -> int:
    make_private_folder(settings.keys)
    lock = os.open(settings.keys / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        lock = -1
    if lock < 0:
        raise BadKey(
            "key-ring-busy", f"the key ring cannot be had now: {why_not}", "Try again when it ends."
        )
    return lock


def _decoded(text: str) -> bytes:
    try:
        root = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        root = b""
    if len(root) != KEY_BYTES:
        raise BadKey(
            "key-length",
            f"the variable {ENVIRONMENT} does not hold {KEY_BYTES} bytes in base64.",
            "Make a value with: openssl rand -base64 32",
        )
    return root
