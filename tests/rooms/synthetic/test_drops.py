"""A drop is whole, listed last, private, and the same for the same seed."""

import hashlib
from pathlib import Path

import pytest

from pipelines.core.agreement import Agreement
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.synthetic import Neighbourhood, write_deliveries
from pipelines.synthetic.drops import csv_pieces, json_pieces, open_drop
from tests.rooms.synthetic.conftest import THROUGH, Written, agreed_files, read_rows
from tests.rooms.synthetic.recounts import HARBOUR, MOVEWELL, PARKSIDE


def contents(inbox: Path) -> dict[str, bytes]:
    return {str(p.relative_to(inbox)): p.read_bytes() for p in inbox.rglob("*") if p.is_file()}


def listed(drop: Path) -> dict[str, str]:
    lines = (drop / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_the_same_seed_gives_the_same_bytes(places: list[Neighbourhood], tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_deliveries(tmp_path / name / "inbox", places, people=300, seed=5, through=THROUGH)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_gives_other_people(places: list[Neighbourhood], tmp_path: Path) -> None:
    for seed in (5, 6):
        write_deliveries(
            tmp_path / str(seed) / "inbox", places, people=300, seed=seed, through=THROUGH
        )
    one, two = contents(tmp_path / "5" / "inbox"), contents(tmp_path / "6" / "inbox")
    assert [name for name in one if one[name] == two.get(name)] == []


def test_every_drop_lists_all_its_files_with_their_digests(dirty: Written) -> None:
    drops = sorted(dirty.inbox.glob("*/*"))
    real = {
        drop: {
            f.name: hashlib.sha256(f.read_bytes()).hexdigest()
            for f in drop.iterdir()
            if f.name != "SHA256SUMS"
        }
        for drop in drops
    }
    assert {drop: listed(drop) for drop in drops} == real


def test_there_are_seven_drops(dirty: Written) -> None:
    assert sorted(str(d.relative_to(dirty.inbox)) for d in dirty.inbox.glob("*/*")) == [
        "harbour_leisure/2026-09-30",
        "harbour_leisure/2026-10-07",
        "harbour_leisure/2026-10-12",
        "movewell_referrals/2026-09-30",
        "parkside_trust/2026-09-30",
        "parkside_trust/2026-10-12",
        "synthetic_postcodes/2026-09-30",
    ]


def test_a_drop_that_is_written_again_is_unfinished_at_once(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("as before")
    (tmp_path / "old.csv").write_text("as before")
    open_drop(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_a_file(dirty: Written) -> None:
    files = [p for p in dirty.inbox.rglob("*") if p.is_file()]
    assert {p.stat().st_mode & 0o777 for p in files} == {0o600}


def test_a_byte_order_mark_stands_before_the_header_only() -> None:
    rows = [("a",)] * 20_001
    data = b"".join(csv_pieces(["h"], rows, "utf-8-sig"))
    assert (data[:3], data.count(b"\xef\xbb\xbf")) == (b"\xef\xbb\xbf", 1)


def test_json_without_rows_is_an_empty_array() -> None:
    assert b"".join(json_pieces(["h"], [])) == b"[\n]\n"


@pytest.mark.parametrize("provider", [HARBOUR, MOVEWELL, PARKSIDE])
def test_columns_are_those_of_the_agreement(
    dirty: Written, agreements: dict[str, Agreement], provider: str
) -> None:
    written, agreed = {}, {}
    for file in agreed_files(agreements, provider):
        start = file.pattern.split("*")[0]
        written[file.table] = {c for f in dirty.files(provider, start) for c in read_rows(f)[0]}
        agreed[file.table] = (set(file.columns) | set(file.ignore)) - {"VisitDate"}
    assert written == agreed


@pytest.mark.parametrize("provider", [HARBOUR, MOVEWELL, PARKSIDE])
def test_clean_words_are_those_of_the_agreement(
    clean: Written, agreements: dict[str, Agreement], provider: str
) -> None:
    contracts = load_contracts(PROJECT / "schemas")
    strange = set()
    for file in agreed_files(agreements, provider):
        rows = clean.rows(provider, file.pattern.split("*")[0])
        for source, column in file.columns.items():
            known = (
                file.values.get(column) or contracts.delivered(file.table).column(column).allowed
            )
            if known and source in rows[0]:
                strange |= {
                    (source, r[source]) for r in rows if r[source] and r[source] not in known
                }
    assert strange == set()


def test_legend_records_have_the_fields_of_the_vendors_sample(
    dirty: Written, reference: Path
) -> None:
    sample = reference / "legend" / "UnprocessedMemberUsageExtended_sample.json"
    assert set(read_rows(sample)[0]) == set(dirty.rows(HARBOUR, "usage_")[0])
