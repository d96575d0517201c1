"""The metadata of FingertipsNext: what each indicator means, in words.

The publisher's texts hold HTML; what is yielded is plain text. Adds `ageBase` and
`gardeningCounted`, which the texts say and no field does.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from pipelines.source.formats import json_records

TAG = re.compile(r"<[^<>]*>")
AGED = re.compile(r"\bage[ds]?\s+(\d+)\s*(?:years\s*)?(?:\+|and\s+over|or\s+over)", re.IGNORECASE)
AGE_RANGE = re.compile(r"\bage[ds]?\s+(\d+)\s*(?:to|-|and)\s*(\d+)", re.IGNORECASE)


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield one row of plain text for each indicator."""
    for table in json_records.read(stream, options):
        plain = {name: [_plain(v) for v in table[name].to_pylist()] for name in table.column_names}
        names = plain.get("indicatorName", [None] * len(table))
        methods = plain.get("method", [None] * len(table))
        plain["ageBase"] = [_age_base(name) for name in names]
        plain["gardeningCounted"] = [_gardening_counted(method) for method in methods]
        yield pa.table({name: pa.array(texts, pa.string()) for name, texts in plain.items()})


def _plain(text: str | None) -> str | None:
    """Without tags, entities and runs of white space; nothing at all is null."""
    if text is None:
        return None
    return " ".join(html.unescape(TAG.sub(" ", text)).split()) or None


def _age_base(name: str | None) -> str | None:
    """'19+' or '40-74', when the indicator's name says so."""
    if name is None:
        return None
    if open_ended := AGED.search(name):
        return f"{open_ended[1]}+"
    if closed := AGE_RANGE.search(name):
        return f"{closed[1]}-{closed[2]}"
    return None


def _gardening_counted(method: str | None) -> str | None:
    """Said only where the method lists gardening: Sport England's own figure leaves it out."""
    if method is None or "gardening" not in method.lower():
        return None
    return "false" if re.search(r"exclud\w*[^.]*gardening", method, re.IGNORECASE) else "true"
