"""Marked identifiers in every field of every file: none may be found in anything a run writes."""

import csv
import dataclasses
import datetime as dt
import io
import logging
from pathlib import Path

import pytest

from pipelines.core.duck import open_engine
from pipelines.core.errors import Refused
from pipelines.intake import take_in
from tests.canary.search import search
from tests.canary.twin import keep_spill
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


def test_an_engine_that_spills_writes_no_mark(bench: Bench) -> None:
    settings = dataclasses.replace(bench.house.settings, memory_limit="40MB", threads=1)
    with open_engine(settings) as engine:
        keep_spill(engine, settings.red, NHS_NUMBER)
        kept = sum(path.stat().st_size for path in settings.red.glob("kept-*"))
        assert kept > 1_000_000, "nothing was spilled: this test would prove nothing"
        assert search(settings.red, [NHS_NUMBER]) == set()
