"""Two officers with keys that only tests and measurements have, and their approvals."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.core.envelope import public_key_id
from pipelines.core.officers import Officer
from pipelines.publish import Approval, Candidate
from pipelines.publish.approvals import Decided, Decision, approve_with_key

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class OfficersKey:
    """The `Signer` port over a key that only a test has."""

    seed: bytes

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return public_key_id(self.public_key)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


KEYS = {"ada_officer": OfficersKey(b"a" * 32), "grace_keeper": OfficersKey(b"g" * 32)}
ROLES = {"ada_officer": "Caldicott Guardian", "grace_keeper": "Data Protection Officer"}


def officers(*, demo: bool = False) -> dict[str, Officer]:
    """Two officers of this year."""
    first, last = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
    return {
        name: Officer(
            name, name.replace("_", " ").title(), ROLES[name], key.public_key, "", first, last, demo
        )
        for name, key in KEYS.items()
    }


def approvals_of(
    candidate: Candidate, those: Mapping[str, Officer], at: dt.datetime = NOW
) -> list[Approval]:
    """Each officer's approval of a candidate."""
    decided = Decided(Decision.APPROVE, "the quarterly extract, as agreed", at)
    return [approve_with_key(o, decided, candidate, KEYS[name]) for name, o in those.items()]
