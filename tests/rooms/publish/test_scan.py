"""Nothing that looks like an identifier leaves, whichever file it hides in."""

import base64
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import BadRelease
from pipelines.publish.scan import is_nhs_number, kinds_in, scan

MADE_UP = "9434765919"
"""From the range that the NHS keeps for examples."""


def in_text(folder: Path) -> str:
    (folder / "notes.md").write_text(f"Ask about {MADE_UP[:3]} {MADE_UP[3:6]} {MADE_UP[6:]}.")
    return "notes.md"


def in_column(folder: Path) -> str:
    pq.write_table(pa.table({"note": ["a", MADE_UP]}), folder / "table.parquet")
    return "table.parquet"


def in_dictionary(folder: Path) -> str:
    column = pa.array(["a", MADE_UP]).dictionary_encode()
    pq.write_table(pa.table({"note": column}), folder / "table.parquet")
    return "table.parquet"


def in_numbers(folder: Path) -> str:
    pq.write_table(pa.table({"count": [5, int(MADE_UP)]}), folder / "table.parquet")
    return "table.parquet"


def in_metadata(folder: Path) -> str:
    rows = pa.table({"count": [5]}).replace_schema_metadata({"note": MADE_UP})
    pq.write_table(rows, folder / "table.parquet")
    return "table.parquet"


def in_workbook(folder: Path) -> str:
    with zipfile.ZipFile(folder / "book.xlsx", "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<t>{MADE_UP}</t>")
    return "book.xlsx"


def in_envelope(folder: Path) -> str:
    payload = base64.b64encode(f'{{"reason": "{MADE_UP}"}}'.encode()).decode()
    (folder / "1.dsse.json").write_text(json.dumps({"payload": payload}))
    return "1.dsse.json"


@pytest.mark.parametrize(
    "hide",
    [in_text, in_column, in_dictionary, in_numbers, in_metadata, in_workbook, in_envelope],
)
def test_an_nhs_number_is_found_and_not_repeated(
    tmp_path: Path, hide: Callable[[Path], str]
) -> None:
    name = hide(tmp_path)
    with pytest.raises(BadRelease, match="scan-identifier") as refused:
        scan(tmp_path, [name])
    assert name in refused.value.message
    assert MADE_UP not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to jo.bloggs@gym.example please", ["an e-mail address"]),
        ("lives at XA1 1AA", ["a full postcode"]),
        (f"{MADE_UP}", ["an NHS number"]),
        (f"{MADE_UP[:3]}-{MADE_UP[3:6]}-{MADE_UP[6:]}", ["an NHS number"]),
        (f"{MADE_UP[:3]} {MADE_UP[3:6]} {MADE_UP[6:]}.", ["an NHS number"]),
        (f'{{"narrowest": {MADE_UP}, "pinned": 0}}', ["an NHS number"]),
        (f'{{"id": "{MADE_UP}"}}', ["an NHS number"]),
        (f"[0.5,{MADE_UP}]", ["an NHS number"]),
        ("9434765918", []),
        ("0.9434765919", []),
        (f"1{MADE_UP}", []),
        ("area E54000057 of QOP, 2026-09-30, M14", []),
        ("a9434765919f", []),
        (f'{{"share": 0.{MADE_UP}}}', []),
        (f'{{"share": 0.4010{MADE_UP}}}', []),
        (f'{{"share": {MADE_UP}.5}}', []),
        (f'{{"sha256": "{MADE_UP}{"0" * 53}f"}}', []),
        (f'{{"sha256": "{"c" * 54}{MADE_UP}"}}', []),
        (f"movewell_{MADE_UP}", []),
        ("@context and @id", []),
    ],
)
def test_what_looks_like_an_identifier(text: str, kinds: list[str]) -> None:
    assert kinds_in(text) == kinds


def test_a_postcode_without_its_space_is_found_in_a_column(tmp_path: Path) -> None:
    pq.write_table(pa.table({"place": ["XA11AA"]}), tmp_path / "table.parquet")
    with pytest.raises(BadRelease, match="column place"):
        scan(tmp_path, ["table.parquet"])


def test_the_check_digit_is_the_nhss_own() -> None:
    assert [is_nhs_number(n) for n in (MADE_UP, "9434765918", "0000000000", "123")] == [
        True, False, False, False,
    ]  # fmt: skip


def test_an_officers_own_login_may_stand_there(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"login": "ada@house.example"}')
    scan(tmp_path, ["a.json"], known={"ada@house.example"})
    with pytest.raises(BadRelease, match="scan-identifier"):
        scan(tmp_path, ["a.json"])


def test_a_file_that_nobody_can_look_through_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.bin").write_bytes(b"\x00")
    with pytest.raises(BadRelease, match="scan-unreadable"):
        scan(tmp_path, ["picture.bin"])
