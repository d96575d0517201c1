"""Marked identifiers in every field of every file: none may be found in anything a run writes."""

import base64
import csv
import datetime as dt
import io
import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import Refused
from pipelines.intake import take_in
from tests.canary.search import Find, search, spellings
from tests.conftest import Bench
from tests.rooms.test_intake import CONSENTS, OUTCOMES, PEOPLE, REFERRALS, movewell

DAY = dt.date(2026, 10, 1)
NHS_NUMBER = "9998887770"
"""In nobody's range: its check digit is wrong, so it is a bad row wherever it stands."""
GOOD_NHS_NUMBER = "9997654323"
MARKS = (NHS_NUMBER, GOOD_NHS_NUMBER, "Zxquhrst", "zx@canary.example", "M77canary", "XQ7 7ZX")


def with_marks(text: str) -> str:
    """The file with one more row for each column and mark: a good row, but for that one field."""
    rows = list(csv.reader(io.StringIO(text)))
    header, good = rows[0], rows[1]
    for mark in MARKS:
        rows += [[*good[:i], mark, *good[i + 1 :]] for i in range(len(header))]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def marked_delivery() -> dict[str, str]:
    consents = CONSENTS + "".join(
        f"{mark},service_evaluation,granted,2025-01-01,,PN-1,{mark}\n" for mark in MARKS
    )
    return movewell(
        **{
            "consents_2026.csv": consents,
            "people_2026.csv": with_marks(PEOPLE),
            "referrals_2026.csv": with_marks(REFERRALS),
            "outcomes_2026.csv": with_marks(OUTCOMES),
        }
    )


def test_no_mark_is_found_in_anything_that_an_intake_writes(
    bench: Bench,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench.know_postcodes()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    bench.put("movewell_referrals", "2026-09-30", marked_delivery())
    with caplog.at_level(logging.DEBUG):
        summary = take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    aside = sum(sum(t.quarantined.values()) for t in summary.tables)
    assert aside > len(MARKS) * 10, "the marks made no bad rows: this test would prove nothing"
    printed = capfd.readouterr()
    texts = [caplog.text, printed.out, printed.err, repr(summary), repr(bench.house)]
    assert search(bench.house.settings.home / "red", MARKS) == set()
    assert search(bench.house.settings.amber, MARKS, texts) == set()
    assert search(bench.house.settings.ledger.parent, MARKS) == set()
    assert search(temporary, MARKS) == set()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people_2026.csv", f"client_id,{NHS_NUMBER}\nC1,x\n"),
        ("people_2026.csv", f"client_id\n{NHS_NUMBER},{NHS_NUMBER}\n"),
        ("people_2026.csv", PEOPLE + f'"{NHS_NUMBER}\n'),
        ("people_2026.csv", PEOPLE.replace("nhs_number", f"nhs_number,{NHS_NUMBER}")),
        (f"people_{NHS_NUMBER}.csv", f"client_id,{NHS_NUMBER}\nC1,x\n"),
        (f"{NHS_NUMBER}.csv", PEOPLE),
        ("consents_2026.csv", CONSENTS + f",{NHS_NUMBER},withdrawn,{NHS_NUMBER},,,\n"),
        ("outcomes_2026.csv", "".join(f"{NHS_NUMBER}\n" for _ in range(3))),
    ],
)
def test_no_refusal_quotes_a_mark(bench: Bench, name: str, content: str) -> None:
    bench.know_postcodes()
    files = {k: v for k, v in movewell().items() if k.split("_")[0] != name.split("_")[0]}
    bench.put("movewell_referrals", "2026-09-30", {**files, name: content})
    with pytest.raises(Refused) as caught:
        take_in(bench.house, "movewell_referrals", "2026-09-30", as_of=DAY)
    chain = [caught.value, caught.value.__context__, caught.value.__cause__]
    texts = [repr(link) for link in chain] + [str(caught.getrepr(chain=True, showlocals=False))]
    ledger = bench.house.settings.ledger.parent
    assert search(ledger, [NHS_NUMBER], [t for t in texts if t]) == set()


def leak_raw(folder: Path) -> None:
    (folder / "log.txt").write_text(f"bad value {NHS_NUMBER}")


def leak_name(folder: Path) -> None:
    (folder / f"{NHS_NUMBER}.txt").touch()


def leak_value(folder: Path) -> None:
    pq.write_table(pa.table({"a": [NHS_NUMBER] * 50}), folder / "a.parquet", compression="zstd")


def leak_footer(folder: Path) -> None:
    table = pa.table({"a": [1]}).replace_schema_metadata({"from": NHS_NUMBER})
    pq.write_table(table, folder / "a.parquet")


def leak_column_name(folder: Path) -> None:
    pq.write_table(pa.table({NHS_NUMBER: [1]}), folder / "a.parquet")


def leak_as_number(folder: Path) -> None:
    pq.write_table(pa.table({"a": [int(NHS_NUMBER)]}), folder / "a.parquet", compression="zstd")


def leak_in_base64(folder: Path) -> None:
    (folder / "b").write_bytes(base64.b64encode(b"x" + NHS_NUMBER.encode() + b"yz"))


PLANTED = [
    leak_raw, leak_name, leak_value, leak_footer, leak_column_name, leak_as_number, leak_in_base64,
]  # fmt: skip


@pytest.mark.parametrize("leak", PLANTED, ids=lambda leak: leak.__name__)
def test_the_search_finds_a_leak_put_there_on_purpose(tmp_path: Path, leak: object) -> None:
    assert callable(leak)
    leak(tmp_path)
    assert search(tmp_path, MARKS)


@pytest.mark.parametrize("spelling", sorted(spellings(NHS_NUMBER)))
def test_the_search_finds_every_spelling(tmp_path: Path, spelling: str) -> None:
    (tmp_path / "log").write_bytes(b"before " + spellings(NHS_NUMBER)[spelling] + b" after")
    assert Find("log", spelling) in search(tmp_path, MARKS)
