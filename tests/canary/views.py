"""What a file holds once it is opened as a reader would: unpacked, unescaped, value by value."""

import bz2
import html
import io
import lzma
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import unquote_to_bytes

import pyarrow as pa
import pyarrow.parquet as pq

from tests.canary.pages import pages

View = tuple[str, bytes]
"""What is looked at (as in "values of ..."), and its bytes."""

PARQUET, SQLITE, ZIP, ARROW = b"PAR1", b"SQLite format 3\0", b"PK\x03\x04", b"ARROW1"
GZIP, BZIP, XZ, ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"
ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
JSON_ESCAPE = re.compile(rb"\\+u([0-9a-fA-F]{4})")
OCTAL_OR_HEX = re.compile(rb"\\+x([0-9a-fA-F]{2})")
DEEPEST = 6
"""Containers inside containers."""


def views(data: bytes, place: str, depth: int = 0) -> Iterator[View]:
    """The bytes themselves, and everything that can be unpacked from them."""
    yield place, data
    if unescaped := _unescaped(data):
        yield f"unescaped text of {place}", unescaped
    if depth < DEEPEST:
        for what, inner in _opened(data):
            yield from views(inner, f"{what} of {place}", depth + 1)


def _opened(data: bytes) -> Iterator[View]:
    if data.startswith(PARQUET) and data.endswith(PARQUET):
        yield from _parquet(data)
    elif data.startswith(SQLITE):
        yield from _database(data)
    elif data.startswith(ZIP):
        yield from _members(data)
    elif data.startswith(ARROW):
        with pa.ipc.open_file(pa.BufferReader(data)) as file:
            yield "values", _text(file.read_all())
    else:
        yield from _unpacked(data)


def _parquet(data: bytes) -> Iterator[View]:
    file = pq.ParquetFile(pa.BufferReader(data))
    schema = file.schema_arrow
    fields = [(field.name, field.metadata) for field in schema]
    yield "footer", str((file.metadata, file.metadata.metadata, schema.metadata, fields)).encode()
    groups = [file.metadata.row_group(i).to_dict() for i in range(file.num_row_groups)]
    yield "statistics", str(groups).encode()
    for column, page in pages(data):
        yield f"page of {column}", page
    for batch in file.iter_batches():
        yield "values", _text(pa.Table.from_batches([batch]))


def _text(table: pa.Table) -> bytes:
    """Every value as a reader prints it, a line each; column names first."""
    lines = list(map(str, table.column_names))
    for column in table.columns:
        lines += [value if isinstance(value, str) else str(value) for value in column.to_pylist()]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _database(data: bytes) -> Iterator[View]:
    """Every value of every table. The file's own bytes hold deleted rows as well."""
    # A database in WAL mode cannot be opened from memory; the header's two bytes say the mode.
    plain = data[:18] + b"\x01\x01" + data[20:]
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(plain)
        database.text_factory = bytes
        tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (name,) in tables:
            quoted = name.decode().replace('"', '""')
            texts: list[bytes] = []
            for row in database.execute(f'select * from "{quoted}"'):
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    texts.append(raw)
                    if any(True for _ in _opened(raw)):
                        yield f"packed value in table {name.decode()}", raw
            yield f"table {name.decode()}", b"\n".join(texts)


def _members(data: bytes) -> Iterator[View]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for number, member in enumerate(archive.infolist(), start=1):
            yield f"name of member {number}", member.filename.encode()
            yield f"comment of member {number}", member.comment
            yield f"member {number}", archive.read(member)


def _unpacked(data: bytes) -> Iterator[View]:
    openers: list[tuple[bytes, str, Any]] = [
        (GZIP, "gzip", lambda: zlib.decompressobj(31).decompress(data)),
        (BZIP, "bzip2", lambda: bz2.decompress(data)),
        (XZ, "xz", lambda: lzma.decompress(data)),
        (ZSTD, "zstd", lambda: pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()),
        *((magic, "zlib", lambda: zlib.decompressobj().decompress(data)) for magic in ZLIB),
    ]
    for magic, name, unpack in openers:
        if data.startswith(magic):
            # Two bytes may look like a packed file by chance; then there is nothing to open.
            try:
                inner = unpack()
            except (zlib.error, OSError, EOFError, lzma.LZMAError, pa.ArrowInvalid):
                continue
            yield f"{name} content", inner


def _unescaped(data: bytes) -> bytes:
    """The text with JSON, Python, URL and HTML escapes undone; empty when there are none."""
    text = data
    if b"\\u" in text:
        text = JSON_ESCAPE.sub(_character, text)
    if b"\\x" in text:
        text = OCTAL_OR_HEX.sub(lambda found: bytes([int(found[1], 16)]), text)
    if b"&#" in text or b"&amp;" in text:
        text = html.unescape(text.decode("utf-8", "surrogateescape")).encode("utf-8", "replace")
    if b"%" in text:
        text = unquote_to_bytes(text.replace(b"+", b" "))
    return b"" if text == data else text


def _character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16)).encode("utf-8", "replace")
