"""The one package that holds key bytes. Nothing here returns, prints or stores them elsewhere."""

from pipelines.pseudonymise.keys.derivation import length_prefixed
from pipelines.pseudonymise.keys.making import Opening, make_demo_ring, make_ring, relock_ring
from pipelines.pseudonymise.keys.opening import (
    ENVIRONMENT,
    keys_to_oneself,
    open_key_source,
    open_ring,
    ring_file,
)
from pipelines.pseudonymise.keys.root_key import RootKey

__all__ = [
    "ENVIRONMENT",
    "Opening",
    "RootKey",
    "keys_to_oneself",
    "length_prefixed",
    "make_demo_ring",
    "make_ring",
    "open_key_source",
    "open_ring",
    "relock_ring",
    "ring_file",
]
