"""Who can open a key ring: one passphrase, any two of several officers, or a key service.

The ring key is wrapped, never derived, so that officers can change without touching a secret. For
officers it is wrapped once for every pair, under both passphrases: one alone opens nothing.
"""

import base64
import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from pipelines.core.errors import BadKey
from pipelines.pseudonymise.keys.derivation import SCHEME, derive, length_prefixed
from pipelines.pseudonymise.keys.ring import decrypt, encrypt

ARGON2ID = {"iterations": 3, "lanes": 4, "memory_kib": 65536}
"""RFC 9106, section 4, the second recommended option; above OWASP's least (19 MiB, 2 passes)."""
SALT_BYTES = 16
SHORTEST = 12
"""Characters of a passphrase. Ours: three words that do not belong together are longer."""
PASSPHRASE, OFFICERS = "passphrase", "officers"
SINGLE = ("house",)


def lock_with_passphrases(
    ring_key: bytes, officers: Sequence[str], passphrases: Sequence[str]
) -> dict[str, Any]:
    """How the ring is opened from now on: by one passphrase, or by any two officers together."""
    _check_officers(officers, passphrases)
    names = tuple(officers) or SINGLE
    salts = {name: secrets.token_bytes(SALT_BYTES) for name in names}
    keys = {
        name: _stretched(text, salts[name], ARGON2ID)
        for name, text in zip(names, passphrases, strict=True)
    }
    groups = itertools.combinations(sorted(names), 2) if officers else [SINGLE]
    return {
        "kind": OFFICERS if officers else PASSPHRASE,
        "argon2id": dict(ARGON2ID),
        "salts": {name: base64.b64encode(salt).decode() for name, salt in salts.items()},
        "wrapped": [
            {"by": list(group), "key": encrypt(_joined(keys, group), ring_key, _bound(group))}
            for group in groups
        ],
    }


def unlock_with_passphrases(unlock: Mapping[str, Any], passphrases: Sequence[str]) -> bytes:
    """The ring key. Raises `BadKey` when the passphrases do not open it."""
    needed = 2 if unlock["kind"] == OFFICERS else 1
    if len(set(passphrases)) < needed:
        raise BadKey(
            "passphrase-missing",
            f"the key ring needs {needed} passphrases, and {len(set(passphrases))} were given.",
            "Name their files in WIDEBRIDGE_PASSPHRASE_FILES, or type them at a terminal.",
        )
    for stretched in _assignments(unlock, passphrases):
        for wrapped in unlock["wrapped"]:
            group = tuple(wrapped["by"])
            if len(group) == needed and set(group) <= set(stretched):
                try:
                    return decrypt(_joined(stretched, group), wrapped["key"], _bound(group))
                except (InvalidTag, ValueError):
                    continue
    raise BadKey(
        "passphrase-wrong",
        "the passphrases do not open the key ring.",
        "Check them; with several officers, two different officers' are needed.",
    )


def _assignments(
    unlock: Mapping[str, Any], passphrases: Sequence[str]
) -> Iterator[dict[str, bytes]]:
    """Whose passphrase is whose is not told, so every way is tried."""
    names = sorted(unlock["salts"])
    cost = _checked_cost(unlock["argon2id"])
    salts = {name: base64.b64decode(unlock["salts"][name]) for name in names}
    stretched = {
        (name, place): _stretched(text, salts[name], cost)
        for name in names
        for place, text in enumerate(passphrases)
    }
    count = min(len(names), len(passphrases))
    for chosen in itertools.combinations(names, count):
        for places in itertools.permutations(range(len(passphrases)), count):
            pairs = zip(chosen, places, strict=True)
            yield {name: stretched[name, place] for name, place in pairs}


def _checked_cost(cost: Mapping[str, int]) -> Mapping[str, int]:
    """Somebody who can write the ring must not make it cheap, nor exhaust the machine."""
    if dict(cost) != ARGON2ID:
        raise BadKey(
            "key-ring-format",
            "the key ring's passphrases are stretched in a way that this version does not know.",
            "Restore it from its copy, or use the version that wrote it.",
        )
    return cost


def _check_officers(officers: Sequence[str], passphrases: Sequence[str]) -> None:
    if len(officers) == 1 or len(set(officers)) != len(officers):
        raise BadKey(
            "officers-too-few",
            "split custody needs at least two officers of different names.",
            "Give --officer once for each, or leave it out for a single passphrase.",
        )
    if len(passphrases) != max(len(officers), 1) or len(set(passphrases)) != len(passphrases):
        raise BadKey(
            "passphrase-missing",
            "each officer needs a passphrase of their own.",
            "Name one file for each in WIDEBRIDGE_PASSPHRASE_FILES, or type them at a terminal.",
        )
    if any(len(text) < SHORTEST for text in passphrases):
        raise BadKey(
            "passphrase-short",
            f"a passphrase has fewer than {SHORTEST} characters.",
            "Take three or four words that do not belong together.",
        )


def _stretched(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return Argon2id(
        salt=salt,
        length=32,
        iterations=cost["iterations"],
        lanes=cost["lanes"],
        memory_cost=cost["memory_kib"],
    ).derive(passphrase.encode())


def _joined(keys: Mapping[str, bytes], group: Sequence[str]) -> bytes:
    """One key of all keys of a group, in the order of their names."""
    return derive(b"".join(keys[name] for name in group), ["ring-unlock", *group])


def _bound(group: Sequence[str]) -> bytes:
    return length_prefixed([SCHEME, "ring-key", *group])
