"""One module per format that a vendor or a publisher really serves, found by its name.

A reader takes a file's bytes and its options and yields tables of text, under the source's own
column names. It knows nothing of contracts; what a text means is decided in `validate`.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from pipelines.core.errors import BadAgreement

Reader = Callable[[BinaryIO, Mapping[str, str]], Iterator[pa.Table]]
"""Bytes and options in, tables of text columns out, in batches."""


def find_reader(name: str) -> Reader:
    """The reader of that format. Raises `BadAgreement` when there is no such module."""
    module = f"{__name__}.{name}"
    if not name.isidentifier() or importlib.util.find_spec(module) is None:
        raise BadAgreement(
            "format-unknown",
            f"there is no format '{name}'.",
            "Use the name of a module in pipelines/source/formats.",
        )
    reader: Reader = importlib.import_module(module).read
    return reader
