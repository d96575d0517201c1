"""Arrays of JSON records: what is taken, and what stops the file."""

import io
import json
from pathlib import Path

import pytest

from pipelines.core.errors import BadAgreement, BadDelivery
from pipelines.source.formats import json_records, legend

SECRET = "9990000018"


def read(text: str | bytes) -> list[dict[str, str | None]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [row for table in legend.read(io.BytesIO(data), {}) for row in table.to_pylist()]


def refusal(text: str | bytes) -> BadDelivery:
    with pytest.raises(BadDelivery) as refused:
        read(text)
    return refused.value


def test_every_value_becomes_text_and_null_stays_null() -> None:
    assert read('[{"a": 7, "b": "007", "c": true, "d": null, "e": "", "f": -0}]') == [
        {"a": "7", "b": "007", "c": "true", "d": None, "e": "", "f": "0"}
    ]


def test_keys_may_come_in_another_order() -> None:
    assert read('[{"a": 1, "b": 2}, {"b": 4, "a": 3}]') == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]


@pytest.mark.parametrize("text", ["[]", " [ ] ", "\ufeff[]\n"])
def test_an_empty_list_is_no_record(text: str) -> None:
    assert read(text) == []


def test_the_vendors_published_sample_is_read(reference: Path) -> None:
    sample = reference / "legend" / "UnprocessedMemberUsageExtended_sample.json"
    assert read(sample.read_bytes())[0]["EntryTime"] == "2025-04-25T14:13:50.6470065+01:00"


HOSTILE = [
    "", "{}", '"x"', "[", "[1]", "[[]]", f'[{{"a":"{SECRET}"}}', f'[{{"a":"{SECRET}', '[{"a":1},]',
    f'[{{"a":1}}] {SECRET}', '[{"a":1}{"a":1}]', "[{}]", '[{"":1}]',
    f'[{{"a":1,"a":"{SECRET}"}}]', f'[{{"a":1,"b":1}},{{"a":1,"a":"{SECRET}"}}]',
    '[{"a":NaN}]', '[{"a":Infinity}]', '[{"a":-Infinity}]', '[{"a":1.5}]', '[{"a":1e999}]',
    '[{"a":' + "9" * 5000 + "}]", f'[{{"a":{{"b":"{SECRET}"}}}}]', f'[{{"a":["{SECRET}"]}}]',
    "[" * 100_000, '[{"a":' + "[" * 100_000 + "}]", f'[{{"a":1}},{{"b":"{SECRET}"}}]',
    f'[{{"a":1,"b":2}},{{"a":"{SECRET}"}}]', f'[{{"a":1}},{{"a":1,"b":"{SECRET}"}}]',
    '[{"a":"\\ud800"}]', '[{"a":"x\\u0000"}]', '[{"a":"x\x01"}]', "[{'a':1}]", '[{"a":None}]',
    '[{"a":"' + "x" * 9_000_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_stops(text: str) -> None:
    assert refusal(text).code == "delivery-json"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_refusal_carries_a_value(text: str) -> None:
    refused = refusal(text)
    assert SECRET not in f"{refused} {refused.__context__!r} {refused.__cause__!r}"


def test_bytes_that_are_no_utf8_stop_the_file() -> None:
    assert refusal(b'[{"a":"\xff"}]').code == "delivery-encoding"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[{"a":1},{"a":1,"a":2}]', "record 2"),
        ('[{"a":1},{"a":2},{"b":3}]', "record 3"),
        ('[{"a":1,"b":2},{"a":1}]', "lacking those at place 2"),
        ('[{"a":1,"b":2},{"a":1,"b":[]}]', "record 2 cannot be taken: key 2"),
        ('[{"a":1},{"a":NaN}]', "record 2"),
    ],
)
def test_a_refusal_names_the_record_and_the_place(text: str, place: str) -> None:
    assert place in refusal(text).message


def test_records_longer_than_one_portion_of_the_file_are_read_whole() -> None:
    count = 3 * json_records.CHUNK_BYTES // 100
    text = json.dumps([{"Id": n, "Text": "é" * 20} for n in range(count)])
    tables = list(legend.read(io.BytesIO(text.encode()), {}))
    assert sum(t.num_rows for t in tables) == count


def test_options_are_refused() -> None:
    with pytest.raises(BadAgreement):
        list(legend.read(io.BytesIO(b"[]"), {"encoding": "cp1252"}))
