"""Recipients' keys and signing keys, one change at a time: the ring is nobody else's meanwhile."""

import datetime as dt
from collections.abc import Mapping

from pipelines.core.ports import Ledger, Recipient, SigningUse
from pipelines.core.settings import Settings
from pipelines.pseudonymise.keys import changes
from pipelines.pseudonymise.keys.opening import keys_to_oneself, open_ring
from pipelines.pseudonymise.keys.ring import Entry


def add(
    settings: Settings, environ: Mapping[str, str], who: Recipient, ledger: Ledger, on: dt.date
) -> Entry:
    """Make a recipient's first key for a purpose and an opt-out policy."""
    with keys_to_oneself(settings):
        return changes.add_recipient(settings, open_ring(settings, environ), who, ledger, on)


def rotate(
    settings: Settings, environ: Mapping[str, str], who: Recipient, ledger: Ledger, on: dt.date
) -> Entry:
    """Begin a recipient's next epoch; the key before it is retired."""
    with keys_to_oneself(settings):
        return changes.rotate_recipient(settings, open_ring(settings, environ), who, ledger, on)


def retire(
    settings: Settings, environ: Mapping[str, str], key_id: str, ledger: Ledger, on: dt.date
) -> Entry:
    """Take a recipient's key out of use."""
    with keys_to_oneself(settings):
        return changes.retire(settings, open_ring(settings, environ), key_id, ledger, on)


def rotate_signing(
    settings: Settings, environ: Mapping[str, str], use: SigningUse, ledger: Ledger, on: dt.date
) -> Entry:
    """Give the house a new key to sign releases or its ledger with."""
    with keys_to_oneself(settings):
        return changes.rotate_signing(settings, open_ring(settings, environ), use, ledger, on)
