"""Bring bytes in and land them sealed, then read them as text under canonical names.

Nothing is read before the whole delivery is there and every byte is as the sender listed it.
"""

from pipelines.source.cover_sheet import SHEET, CoverSheet, SealedFile, sealed_place
from pipelines.source.in_place import find_exports, open_directory, open_folder, write_drop
from pipelines.source.landing import files_of, land, list_drops, list_unfinished, open_drop
from pipelines.source.reading import Landing, read_in_place, read_landed
from pipelines.source.sealed import SealedRows, sealed_columns, write_sealed_rows

__all__ = [
    "SHEET",
    "CoverSheet",
    "Landing",
    "SealedFile",
    "SealedRows",
    "files_of",
    "find_exports",
    "land",
    "list_drops",
    "list_unfinished",
    "open_directory",
    "open_drop",
    "open_folder",
    "read_in_place",
    "read_landed",
    "sealed_columns",
    "sealed_place",
    "write_drop",
    "write_sealed_rows",
]
