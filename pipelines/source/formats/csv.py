"""Comma-separated text, read strictly: every value stays the text that it was.

Nothing is guessed: neither the encoding nor a type. A row that does not fit its header, a byte
that does not fit the agreed encoding or a quote that never closes stops the file, named by row
and column numbers and never by value.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.core.errors import BadAgreement, BadDelivery

BLOCK_BYTES = 8 * 1024 * 1024
BATCH_ROWS = 100_000
MAX_COLUMNS = 1_000
OPTIONS = frozenset({"encoding", "delimiter"})
ENCODINGS = {"utf-8": "utf-8-sig", "cp1252": "cp1252", "utf-16": "utf-16"}
# What a file opens with when it is in another encoding than agreed.
FOREIGN_MARKS = {
    "utf-8": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "cp1252": (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-16": (codecs.BOM_UTF8,),
}
COUNTING = "The header is row 1; blank lines are not counted."


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the file as tables of text in batches; an empty field is null."""
    encoding, delimiter = _checked_options(options)
    text = _CheckedText(stream, encoding)
    names: list[str] | None = None
    last: pa.RecordBatch | None = None
    for batch in _parse(text, delimiter):
        rows = batch
        if names is None:
            names = _header(batch)
            rows = batch.slice(1)
        table = pa.Table.from_batches([rows]).rename_columns(names)
        for start in range(0, max(len(table), 1), BATCH_ROWS):
            yield table.slice(start, BATCH_ROWS)
        last = batch
    if last is not None and text.quotes % 2 and _ends_inside_a_quote(last):
        raise BadDelivery(
            "delivery-quote-open",
            "a quoted value never ends, so the rest of the file was taken into it.",
            "Ask the sender whether the file was cut off.",
        )


def _checked_options(options: Mapping[str, str]) -> tuple[str, str]:
    encoding, delimiter = options.get("encoding", "utf-8"), options.get("delimiter", ",")
    if set(options) - OPTIONS or encoding not in ENCODINGS or len(delimiter) != 1:
        raise BadAgreement(
            "format-options",
            "the options of a csv file are not all known.",
            f"Give encoding ({', '.join(ENCODINGS)}) and delimiter (one character).",
        )
    return encoding, delimiter


class _CheckedText:
    """A file's bytes as UTF-8 for the parser, refusing what is not the agreed text."""

    closed = False

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        # The parser checks UTF-8 itself, and then knows the row and the column.
        known = ENCODINGS[encoding]
        self._decoder = codecs.getincrementaldecoder(known)() if encoding != "utf-8" else None
        self._begun = self._ended = False
        self._lines = 1
        self.quotes = 0

    def read(self, size: int) -> bytes:
        """The next bytes, as many as asked for; the last line ends with a line break."""
        text = b""
        while len(text) < size and not self._ended:
            raw = self._stream.read(size - len(text))
            self._ended = not raw
            text += self._checked(raw)
        if self._ended and text and not text.endswith((b"\n", b"\r")):
            text += b"\n"
        return text

    def close(self) -> None:
        """Nothing to do: whoever opened the file closes it."""

    def _checked(self, raw: bytes) -> bytes:
        if not self._begun and raw.startswith(FOREIGN_MARKS[self._encoding]):
            raise BadDelivery(
                "delivery-encoding",
                f"the file is not in {self._encoding}, which the agreement names.",
                "Ask the sender for the agreed encoding, or change the agreement.",
            )
        text, wrong = self._decode(raw)
        if text is None:
            raise self._refusal("delivery-encoding", f"is not {self._encoding}", raw, wrong)
        if (nul := text.find(b"\0")) >= 0:
            raise self._refusal("delivery-nul", "holds a NUL character", text, nul)
        self._begun = True
        self._lines += text.count(b"\n")
        self.quotes += text.count(b'"')
        return text

    def _decode(self, raw: bytes) -> tuple[bytes | None, int]:
        if self._decoder is None:
            return raw, 0
        try:
            return self._decoder.decode(raw, final=not raw).encode(), 0
        except UnicodeDecodeError as error:
            return None, error.start

    def _refusal(self, code: str, problem: str, text: bytes, place: int) -> BadDelivery:
        line = self._lines + text.count(b"\n", 0, place)
        return BadDelivery(
            code, f"the text {problem} near line {line}.", "Ask the sender to write it again."
        )


def _parse(text: _CheckedText, delimiter: str) -> Iterator[pa.RecordBatch]:
    """The parser's batches. Its errors quote values, so only their numbers are kept."""
    reader = None
    while True:
        refusal = None
        try:
            reader = reader or _open(text, delimiter)
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except pa.ArrowInvalid as error:
            refusal = _refusal_of(str(error))
        if refusal:
            raise refusal
        yield batch


def _open(text: _CheckedText, delimiter: str) -> arrow_csv.CSVStreamingReader:
    names = [f"f{i}" for i in range(MAX_COLUMNS)]
    return arrow_csv.open_csv(
        pa.PythonFile(text, mode="r"),
        # One thread: only then does the parser number its rows. The header is parsed as a row,
        # so that it is row 1 and a row is compared with it.
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=BLOCK_BYTES, autogenerate_column_names=True
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _refusal_of(message: str) -> BadDelivery:
    row = _number(r"Row #(\d+)", message)
    if ragged := re.search(r"Expected (\d+) columns, got (\d+)", message):
        return BadDelivery(
            "delivery-ragged",
            f"row {row} has {ragged[2]} fields where the header has {ragged[1]}. {COUNTING}",
            "Ask the sender whether the file was cut off or a value holds the delimiter.",
        )
    if "UTF8" in message:
        column = int(_number(r"CSV column #(\d+)", message) or 0) + 1
        return BadDelivery(
            "delivery-encoding",
            f"row {row}, column {column} is not utf-8, which the agreement names. {COUNTING}",
            "Ask the sender for the agreed encoding, or change the agreement.",
        )
    if "mpty" in message:
        return BadDelivery(
            "delivery-empty",
            "the file has not even a header.",
            "Ask the sender whether the export ran.",
        )
    return BadDelivery(
        "delivery-unreadable",
        "the file cannot be parsed: a row is longer than any real one.",
        "Ask the sender whether a quote was left open.",
    )


def _number(pattern: str, message: str) -> str | None:
    found = re.search(pattern, message)
    return found[1] if found else None


def _header(batch: pa.RecordBatch) -> list[str]:
    """The first row as names. A refusal gives column numbers: a 'name' may be a value."""
    if batch.num_columns > MAX_COLUMNS:
        raise _bad_header(f"has more than {MAX_COLUMNS} columns")
    names = [(column[0].as_py() or "").strip() for column in batch.columns]
    for number, name in enumerate(names, start=1):
        if not name:
            raise _bad_header(f"gives no name to column {number}")
        if name in names[: number - 1]:
            raise _bad_header(f"names column {number} as it names column {names.index(name) + 1}")
    return names


def _bad_header(problem: str) -> BadDelivery:
    return BadDelivery(
        "delivery-header",
        f"the header {problem}.",
        "Ask the sender for a file with one name for each column.",
    )


def _ends_inside_a_quote(batch: pa.RecordBatch) -> bool:
    """Whether the last value swallowed the line break that ends the file."""
    last = batch.columns[-1][-1].as_py()
    return last is not None and last.endswith(("\n", "\r"))
