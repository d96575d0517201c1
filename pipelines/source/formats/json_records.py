"""A JSON array of flat objects, read strictly and piece by piece: memory holds a few records.

What a lenient parser would let pass stops the file: repeated keys, NaN, fractions where the
feed has whole numbers, nesting, records with other keys than the first. A refusal names the
number of the record and the place of the key, never a value.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.errors import BadAgreement, BadDelivery

CHUNK_BYTES = 4 * 1024 * 1024
MAX_RECORD_CHARACTERS = 1_000_000
BATCH_ROWS = 100_000
SPACE = re.compile(r"[ \t\r\n]*")
TEXT = frozenset({str, type(None)})
PLAIN = TEXT | {int, bool}

Pairs = tuple[tuple[str, Any], ...]


class _Odd(Exception):
    """What is wrong with a record, in words without values."""


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield the records as tables of text in batches; null stays null."""
    if options:
        raise BadAgreement(
            "format-options",
            "a file of JSON records takes no options.",
            "Remove them from the agreement.",
        )
    keys: tuple[str, ...] | None = None
    rows: list[tuple[Any, ...]] = []
    count = 0
    for count, pairs in enumerate(_records(_Characters(stream)), start=1):
        names, values = zip(*pairs, strict=True) if pairs else ((), ())
        if names != keys:
            keys = _first_keys(names) if keys is None else keys
            values = _in_order(keys, pairs, count)
        rows.append(values)
        if len(rows) == BATCH_ROWS:
            yield _table(keys or (), rows, count)
            rows = []
    if rows:
        yield _table(keys or (), rows, count)


class _Characters:
    """The text that was read and not yet parsed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.text = ""
        self.place = 0
        self.ended = False

    def more(self) -> bool:
        """Drop what was parsed and read on; whether there was more."""
        if self.ended:
            return False
        raw = self._stream.read(CHUNK_BYTES)
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError:
            text = None
        if text is None:
            raise BadDelivery(
                "delivery-encoding",
                "the file is not UTF-8.",
                "Ask the sender to write it again: JSON is always UTF-8.",
            )
        self.ended = not raw
        self.text = self.text[self.place :] + text
        self.place = 0
        return True

    def mark(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            self.place = SPACE.match(self.text, self.place).end()  # type: ignore[union-attr]  # matches always
            if self.place < len(self.text):
                return self.text[self.place]
            if not self.more():
                return ""

    def take(self, count: int, *allowed: str) -> str:
        """Step over the next mark. Refuses when it is none of those allowed."""
        mark = self.mark()
        if mark not in allowed:
            problem = "the file ends too early" if not mark else "it is no list of records"
            raise _refusal(count, problem)
        self.place += 1
        return mark


def _records(source: _Characters) -> Iterator[Pairs]:
    """Each record's keys and values, as they stand in the file."""
    source.take(0, "[")
    count = 0
    mark = ","
    if source.mark() == "]":
        mark = source.take(0, "]")
    while mark == ",":
        count += 1
        if source.mark() != "{":
            raise _refusal(count, "it is not an object, or the file ends too early")
        yield _record(source, count)
        mark = source.take(count, ",", "]")
    if source.mark():
        raise _refusal(count, "something follows the list")


def _record(source: _Characters, count: int) -> Pairs:
    """One object. A failure may mean that the text is not all there yet, so it reads on."""
    problem = None
    while problem is None:
        try:
            pairs, source.place = DECODER.raw_decode(source.text, source.place)
        except _Odd as odd:
            problem = str(odd)
        except RecursionError:
            problem = "it holds values inside values"
        except json.JSONDecodeError:
            too_long = len(source.text) - source.place > MAX_RECORD_CHARACTERS
            if too_long or not source.more():
                problem = "it is not valid JSON, or the file ends too early"
        except ValueError:
            problem = "it holds a number of thousands of digits"
        else:
            found: Pairs = pairs
            return found
    raise _refusal(count, problem)


def _no_constant(_: str) -> NoReturn:
    raise _Odd("it holds NaN or Infinity, which JSON does not have")


def _no_fraction(_: str) -> NoReturn:
    raise _Odd("it holds a number with a fraction or an exponent, where whole numbers belong")


DECODER = json.JSONDecoder(
    object_pairs_hook=tuple,
    parse_float=_no_fraction,
    parse_constant=_no_constant,
)


def _first_keys(names: Sequence[str]) -> tuple[str, ...]:
    if not names or not all(name.strip() for name in names):
        raise _refusal(1, "it has no keys, or an empty one")
    return tuple(names)


def _in_order(keys: tuple[str, ...], pairs: Pairs, count: int) -> tuple[Any, ...]:
    """The values in the order of the first record's keys."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _refusal(count, "it has a key twice")
    if set(values) != set(keys):
        missing = [str(n) for n, key in enumerate(keys, start=1) if key not in values]
        lacks = f", lacking those at place {', '.join(missing)}" if missing else ""
        raise _refusal(count, f"it has other keys than the first record{lacks}")
    return tuple(values[key] for key in keys)


def _table(keys: tuple[str, ...], rows: list[tuple[Any, ...]], last: int) -> pa.Table:
    columns = {}
    for place, (key, values) in enumerate(zip(keys, zip(*rows, strict=True), strict=True), start=1):
        kinds = set(map(type, values))
        if not kinds <= PLAIN:
            record = last - len(rows) + 1 + [type(v) in PLAIN for v in values].index(False)
            raise _refusal(record, f"key {place} holds values inside values")
        column = _text_column(values if kinds <= TEXT else [_text(v) for v in values])
        if column is None:
            raise _refusal(
                last, f"in it or in the {len(rows) - 1} before it key {place} holds no proper text"
            )
        columns[key] = column
    return pa.table(columns)


def _text_column(values: Sequence[str | None]) -> pa.Array | None:
    """The values as Arrow text, or None when half a character or a NUL is among them."""
    try:
        column = pa.array(values, pa.string())
    except UnicodeEncodeError:
        return None
    return None if pc.any(pc.match_substring(column, "\0")).as_py() else column


def _text(value: str | int | bool | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower()


def _refusal(record: int, problem: str) -> BadDelivery:
    subject = f"record {record}" if record else "the file"
    return BadDelivery(
        "delivery-json",
        f"{subject} cannot be taken: {problem}.",
        "Ask the sender for a complete export of flat records, all with the same keys.",
    )
