"""The last look before anything leaves: does a file hold what looks like an identifier?

NHS numbers (ten digits that pass modulus 11), e-mail addresses and full postcodes, in text, in
Parquet columns, in workbooks and in signed envelopes. A file that cannot be read is refused, not
passed over. A refusal names the file and the column, never what stood there.
"""

import base64
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.errors import BadRelease

TEN_DIGITS = re.compile(r"(?<![\w.+/-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w+/-]|\.\d)")
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
POSTCODE = re.compile(r"(?<![\w+/=-])[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?![\w+/=-])")
TIGHT_POSTCODE = re.compile(r"^[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}$", re.IGNORECASE)
WEIGHTS = range(10, 1, -1)
TEXT = {
    ".json", ".html", ".txt", ".md", ".csv", ".py", ".sql", ".r", ".ipynb", ".svg", ".css", ".xml",
    ".yaml", ".yml", ".tmdl", ".pbip", ".pbir", ".pbism", ".rmd", ".toml", ".platform",
}  # fmt: skip
ZIPPED = {".xlsx", ".zip"}
LARGEST = 500_000_000
"""Bytes of one file, unpacked: larger ones are refused, since nobody can look through them."""
Found = tuple[str, str]
"""What kind of identifier, and the column or member where it stands."""


def scan(folder: Path, names: Iterable[str], *, known: Collection[str] = ()) -> None:
    """Raise `BadRelease` when a file holds what looks like an identifier.

    `known` are addresses that may stand there, such as an officer's login.
    """
    for name in sorted(names):
        for kind, place in _found(folder / name, frozenset(known)):
            where = f"{name} ({place})" if place else name
            raise BadRelease(
                "scan-identifier",
                f"what looks like {kind} stands in {where}.",
                "Nothing left. Find out how it came there; do not edit the file by hand.",
            )


def _found(path: Path, known: frozenset[str]) -> Iterator[Found]:
    suffix = path.suffix.lower() or path.name.lower()
    if path.stat().st_size > LARGEST:
        raise _unreadable(path)
    if suffix == ".parquet":
        yield from _in_table(path, known)
    elif suffix in ZIPPED:
        yield from _in_members(path, known)
    elif suffix in TEXT:
        yield from ((kind, "") for kind in kinds_in(_text(path), known))
    else:
        raise _unreadable(path)


def kinds_in(text: str, known: Collection[str] = ()) -> list[str]:
    """The kinds of identifier that a text seems to hold."""
    kinds = []
    if any(is_nhs_number(match[0]) for match in TEN_DIGITS.finditer(text)):
        kinds.append("an NHS number")
    if any(match[0] not in known for match in EMAIL.finditer(text)):
        kinds.append("an e-mail address")
    if POSTCODE.search(text):
        kinds.append("a full postcode")
    return kinds


def is_nhs_number(text: str) -> bool:
    """Whether ten digits pass the check of NHS numbers (modulus 11)."""
    digits = [int(c) for c in text if c.isdecimal()]
    rest = sum(w * d for w, d in zip(WEIGHTS, digits, strict=False)) % 11
    return len(digits) == 10 and len(set(digits)) > 1 and (11 - rest) % 11 == digits[9]


def _in_table(path: Path, known: Collection[str]) -> Iterator[Found]:
    table = pq.read_table(path)
    yield from ((kind, "its metadata") for kind in kinds_in(str(table.schema), known))
    for field in table.schema:
        for value in _distinct(table[field.name]):
            kinds = kinds_in(value, known)
            if TIGHT_POSTCODE.match(value):
                kinds.append("a full postcode")
            yield from ((kind, f"column {field.name}") for kind in kinds)


def _distinct(column: pa.ChunkedArray) -> list[str]:
    """A column's values that could hold an identifier, each once, as text."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(kind):
        return [str(v) for v in pc.unique(column).to_pylist() if v is not None and v >= 10**9]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return [v for v in pc.unique(column).to_pylist() if v is not None]
    return []


def _in_members(path: Path, known: Collection[str]) -> Iterator[Found]:
    with zipfile.ZipFile(path) as pack:
        if sum(member.file_size for member in pack.infolist()) > LARGEST:
            raise _unreadable(path)
        for member in pack.infolist():
            text = re.sub(r"<[^>]*>", " ", pack.read(member).decode("utf-8", "replace"))
            yield from ((kind, member.filename) for kind in kinds_in(text, known))


def _text(path: Path) -> str:
    """A text file, and what an envelope holds in place of its base64."""
    text = path.read_text("utf-8", "replace")
    if path.name.endswith(".dsse.json"):
        text += base64.b64decode(json.loads(text)["payload"]).decode("utf-8", "replace")
    return text


def _unreadable(path: Path) -> BadRelease:
    return BadRelease(
        "scan-unreadable",
        f"{path.name} cannot be looked through for identifiers.",
        "Leave it out, or teach pipelines/publish/scan.py to read its kind.",
    )
