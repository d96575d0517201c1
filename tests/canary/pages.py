"""Every page of a Parquet file, unpacked: dictionaries too, which keep values that rows lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PAGE_V2 = 3
STOP, TRUE, FALSE, BYTE, I64, TEXT, STRUCT = 0, 1, 2, 3, 6, 8, 12
"""Types of Thrift's compact protocol that page headers use; 4 to 6 are whole numbers."""


def pages(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(column, bytes) of every page of a Parquet file, as they are once decompressed."""
    metadata = pq.ParquetFile(pa.BufferReader(data)).metadata
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            starts = [chunk.data_page_offset]
            if chunk.has_dictionary_page:
                starts.append(chunk.dictionary_page_offset)
            # A column without rows has no page of data: its offset is 0.
            first = min((start for start in starts if start), default=0)
            end = first + chunk.total_compressed_size
            for page in _pages_between(data, first, end if first else 0, chunk.compression):
                yield f"column {number + 1} of row group {group + 1}", page


def _pages_between(data: bytes, place: int, end: int, compression: str) -> Iterator[bytes]:
    while place < end:
        header = _Header(data, place)
        fields = header.struct()
        packed, whole = int(fields[3]), int(fields[2])
        body = data[header.place : header.place + packed]
        place = header.place + packed
        yield _unpacked(body, whole, fields, compression)


def _unpacked(body: bytes, whole: int, fields: dict[int, Any], compression: str) -> bytes:
    if compression == "UNCOMPRESSED":
        return body
    levels = 0
    if fields[1] == PAGE_V2:
        # Version 2 leaves the levels before the values as they are.
        levels = int(fields[8].get(5, 0)) + int(fields[8].get(6, 0))
        if fields[8].get(7) is False:
            return body
    values = pa.Codec(compression.lower()).decompress(body[levels:], whole - levels, asbytes=True)
    return body[:levels] + bytes(values)


@dataclass
class _Header:
    """A page header being read: Thrift's compact protocol, as far as Parquet uses it."""

    data: bytes
    place: int

    def struct(self) -> dict[int, Any]:
        """A struct's fields by number."""
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) & 0x0F != STOP:
            number = number + (head >> 4) if head >> 4 else self._whole()
            fields[number] = self._value(head & 0x0F)
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind == BYTE:
            return self._byte()
        if BYTE < kind <= I64:
            return self._whole()
        if kind == TEXT:
            length = self._variable()
            self.place += length
            return self.data[self.place - length : self.place]
        if kind == STRUCT:
            return self.struct()
        raise ValueError(f"a page header holds the unknown type {kind}")

    def _byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def _whole(self) -> int:
        coded = self._variable()
        return (coded >> 1) ^ -(coded & 1)

    def _variable(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift
