"""Officers of a test, their keys, and a candidate that is only a name and a digest."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.core.envelope import public_key_id
from pipelines.core.officers import Officer
from pipelines.publish import Approval, Candidate, Decided, Decision
from pipelines.publish.approvals import approve_in_airflow, approve_with_key

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
REASON = "read and found right"
CANDIDATE = Candidate("2026-q3", Path("nowhere"), "c" * 64)
YES, NO = Decision.APPROVE, Decision.REJECT


@dataclass(frozen=True)
class TestKey:
    """The `Signer` port over a seed that only a test has."""

    __test__ = False
    seed: bytes

    @property
    def public_key(self) -> bytes:
        """The public half."""
        return self._private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        """The key's name."""
        return public_key_id(self.public_key)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, data: bytes) -> bytes:
        """The signature."""
        return self._private.sign(data)


ADA_KEY, BEN_KEY, HOUSE_KEY = TestKey(b"a" * 32), TestKey(b"b" * 32), TestKey(b"h" * 32)
ADA = Officer(
    id="ada_example", name="Ada Example", role="Caldicott Guardian", public_key=ADA_KEY.public_key,
    airflow_user="ada", valid_from=dt.date(2026, 1, 1), valid_to=dt.date(2027, 12, 31),
)  # fmt: skip
BEN = replace(
    ADA, id="ben_example", name="Ben Example", public_key=BEN_KEY.public_key, airflow_user="ben"
)
OFFICERS = {ADA.id: ADA, BEN.id: BEN}


def by_key(
    officer: Officer, key: TestKey, decision: Decision = YES, candidate: Candidate = CANDIDATE
) -> Approval:
    """What an officer says with their own key."""
    return approve_with_key(officer, Decided(decision, REASON, NOW), candidate, key)


def by_airflow(officer: Officer, signer: TestKey = HOUSE_KEY) -> Approval:
    """What an officer says in Airflow, under the house's key."""
    decided = Decided(YES, REASON, NOW)
    return approve_in_airflow(officer, decided, CANDIDATE, officer.airflow_user, signer)
