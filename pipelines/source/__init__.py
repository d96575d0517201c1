"""Bring bytes in and land them sealed, then read them as text under canonical names.

Nothing is read before the whole delivery is there and every byte is as the sender listed it.
"""

from pipelines.source.landing import files_of, land, list_drops, list_unfinished, open_drop
from pipelines.source.reading import Landing, read_landed

__all__ = [
    "Landing",
    "files_of",
    "land",
    "list_drops",
    "list_unfinished",
    "open_drop",
    "read_landed",
]
