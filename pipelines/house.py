"""The house as one value: settings, contracts, agreements and the ports, opened together.

The one place that decides which implementation stands behind a port.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.audit.ledger import FileLedger
from pipelines.core.agreement import Agreement, load_agreements
from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadKey
from pipelines.core.ports import KeySource, Ledger
from pipelines.core.protocol import Protocol
from pipelines.core.protocol_file import load_protocols
from pipelines.core.settings import Settings
from pipelines.core.store import LocalStore
from pipelines.core.thresholds import Thresholds, load_thresholds
from pipelines.pseudonymise.keys import open_key_source


@dataclass(frozen=True)
class House:
    """Everything that a line needs, and nothing that a stage changes."""

    settings: Settings
    contracts: Contracts
    agreements: Mapping[str, Agreement]
    store: LocalStore
    ledger: Ledger
    keys: KeySource
    thresholds: Thresholds
    protocols: tuple[Protocol, ...] = ()


def open_house(settings: Settings, environ: Mapping[str, str]) -> House:
    """Open the house. Raises `BadContract`, `BadAgreement` or `BadKey`."""
    keys = open_key_source(settings, environ)
    check_store_is_ours(settings, keys.key_id)
    return House(
        settings=settings,
        contracts=load_contracts(settings.schemas),
        agreements=load_agreements(settings.schemas),
        store=LocalStore(settings.amber / f"store-{keys.key_id}"),
        ledger=FileLedger(settings.ledger, signer=keys.signer("ledger")),
        keys=keys,
        thresholds=load_thresholds(settings.schemas),
        protocols=load_protocols(settings.schemas),
    )


def check_store_is_ours(settings: Settings, key_id: str) -> None:
    """Raise `BadKey` when the store is another root's: everybody in it would be somebody new."""
    stores = {folder.name for folder in settings.amber.glob("store-*")}
    if stores and f"store-{key_id}" not in stores:
        raise BadKey(
            "key-not-of-this-store",
            "the linked store was made under another root key.",
            "Give the key ring that belongs to it, or another home.",
        )
