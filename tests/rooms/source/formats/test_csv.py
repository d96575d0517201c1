"""Comma-separated text: what is kept as it was, and what stops the file."""

import io
from collections.abc import Iterable

import pyarrow as pa
import pytest

from pipelines.core.errors import BadAgreement, BadDelivery
from pipelines.source.formats import csv

SECRET = "9990000018"


def read(data: bytes, **options: str) -> list[dict[str, str | None]]:
    return [row for table in csv.read(io.BytesIO(data), options) for row in table.to_pylist()]


def refusal(data: bytes, **options: str) -> BadDelivery:
    with pytest.raises(BadDelivery) as refused:
        read(data, **options)
    return refused.value


@pytest.mark.parametrize(
    "text", ["00123", "12E5", "NA", "null", "nan", "1234567890123456789", "true", "2025-01-01", "="]
)
def test_a_value_stays_the_text_that_it_was(text: str) -> None:
    assert read(f"id,other\n{text},1\n".encode()) == [{"id": text, "other": "1"}]


@pytest.mark.parametrize("empty", ["", '""'])
def test_an_empty_field_is_null(empty: str) -> None:
    assert read(f"id,other\n{empty},1\n".encode()) == [{"id": None, "other": "1"}]


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (b"a,b\n1,2\n3,4\n", {}),
        (b"a,b\n1,2\n3,4", {}),
        (b"\xef\xbb\xbfa,b\n1,2\n3,4\n", {}),
        (b"a,b\r\n1,2\r\n3,4\r\n", {}),
        (b"a,b\r1,2\r3,4\r", {}),
        (b"a,b\n1,2\n\n3,4\n\n", {}),
        (b"a;b\n1;2\n3;4\n", {"delimiter": ";"}),
        (b'"a",b\n"1","2"\n3,4\n', {}),
        ("a,b\n1,2\n3,4\n".encode("utf-16"), {"encoding": "utf-16"}),
    ],
)
def test_the_same_rows_come_from_every_way_of_writing_them(
    data: bytes, options: dict[str, str]
) -> None:
    assert read(data, **options) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_windows_text_is_read_when_it_is_agreed() -> None:
    assert read("a\n£é\n".encode("cp1252"), encoding="cp1252") == [{"a": "£é"}]


def test_a_quoted_value_may_hold_the_delimiter_a_quote_and_a_line_break() -> None:
    assert read(b'a,b\n"x, ""y""\nz",1\n') == [{"a": 'x, "y"\nz', "b": "1"}]


@pytest.mark.parametrize("data", [b"a,b", b"a,b\n"])
def test_a_header_alone_gives_its_columns_and_no_row(data: bytes) -> None:
    tables = list(csv.read(io.BytesIO(data), {}))
    assert [(t.column_names, t.num_rows) for t in tables] == [(["a", "b"], 0)]


HOSTILE = [
    (b"", {}, "delivery-empty"),
    (b"\n\n", {}, "delivery-empty"),
    (b"a,b\n1,2\n" + SECRET.encode() + b"\n", {}, "delivery-ragged"),
    (b"a,b\n1,2\n1,2," + SECRET.encode() + b"\n", {}, "delivery-ragged"),
    (b"a,b\n1,2\n1," + SECRET.encode() + b"\xff\n", {}, "delivery-encoding"),
    (b"a,b\n1," + SECRET.encode() + b"\x81\n", {"encoding": "cp1252"}, "delivery-encoding"),
    ("a,b\n1,2\n".encode("utf-16"), {}, "delivery-encoding"),
    (b"\xef\xbb\xbfa,b\n1,2\n", {"encoding": "cp1252"}, "delivery-encoding"),
    (b"a,b\n1," + SECRET.encode() + b"\x00\n", {}, "delivery-nul"),
    (b"a,b\n1,2\n1,\"" + SECRET.encode() + b"\n1,2\n", {}, "delivery-quote-open"),
    (b"a,b\n1,\"" + SECRET.encode(), {}, "delivery-quote-open"),
    (b"a,,c\n1,2,3\n", {}, "delivery-header"),
    (b"a,b, \n1,2,3\n", {}, "delivery-header"),
    (SECRET.encode() + b",b," + SECRET.encode() + b"\n1,2,3\n", {}, "delivery-header"),
    (b",".join(b"c%d" % i for i in range(1001)) + b"\n", {}, "delivery-header"),
    (b"a\n\"" + b"x" * 20_000_000 + b"\n", {}, "delivery-unreadable"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "options", "code"), HOSTILE)
def test_a_hostile_file_stops_under_its_code(
    data: bytes, options: dict[str, str], code: str
) -> None:
    assert refusal(data, **options).code == code


@pytest.mark.parametrize(("data", "options", "code"), HOSTILE)
def test_no_refusal_carries_a_value(data: bytes, options: dict[str, str], code: str) -> None:
    refused = refusal(data, **options)
    assert SECRET not in f"{refused} {refused.__context__!r} {refused.__cause__!r}"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a,b\n1,2\n1\n", "row 3 has 1 fields where the header has 2"),
        (b"a,b\n" + b"1,2\n" * 3_000_000 + b"1\n", "row 3000002 has 1 fields"),
        (b"a,b\n1,2\n1,\xff\n", "row 3, column 2"),
        (b"a,b\n1,2\n1,\x00\n", "near line 3"),
        (b"a,b,a\n", "names column 3 as it names column 1"),
        (b"a,,b\n", "no name to column 2"),
    ],
)
def test_a_refusal_names_the_place_as_a_person_counts(data: bytes, place: str) -> None:
    assert place in refusal(data).message


@pytest.mark.parametrize(
    "options", [{"encoding": "latin-1"}, {"delimiter": "||"}, {"delimiter": ""}, {"header": "no"}]
)
def test_an_option_that_is_not_known_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(BadAgreement):
        read(b"a\n1\n", **options)


def batches(rows: int) -> Iterable[pa.Table]:
    return csv.read(io.BytesIO(b"a,b\n" + b"1,2\n" * rows), {})


def test_batches_are_bounded_and_lose_no_row() -> None:
    sizes = [t.num_rows for t in batches(2_500_000)]
    assert (max(sizes) <= csv.BATCH_ROWS, sum(sizes)) == (True, 2_500_000)


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, in the middle of characters and rows."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 3))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_bytes_may_arrive_in_any_portions(encoding: str) -> None:
    stream = Trickle("naïve,b\n€,2\n".encode(encoding))
    tables = list(csv.read(stream, {"encoding": encoding}))  # type: ignore[arg-type]  # reads only
    assert tables[0].to_pylist() == [{"naïve": "€", "b": "2"}]
