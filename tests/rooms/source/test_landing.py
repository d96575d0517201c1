"""A delivery is taken whole, unaltered, as its agreement says, or not at all."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.core.agreement import Agreement
from pipelines.core.errors import BadAgreement, BadDelivery, Refused
from pipelines.core.ports import KeySource
from pipelines.source import files_of, land, list_drops, open_drop
from pipelines.source.reading import match_columns
from tests.conftest import Bench
from tests.rooms.test_intake import movewell

PROVIDER, DROP = "movewell_referrals", "2026-09-30"


def agreement_of(bench: Bench) -> Agreement:
    return bench.house.agreements[PROVIDER]


def without_a_listed_file(folder: Path) -> None:
    (folder / "people_2026.csv").unlink()


def with_a_file_that_is_not_listed(folder: Path) -> None:
    (folder / "more.csv").write_text("a\n")


def with_a_link(folder: Path) -> None:
    target = (folder / "people_2026.csv").rename(folder.parent / "elsewhere.csv")
    (folder / "people_2026.csv").symlink_to(target)


def with_a_broken_list(folder: Path) -> None:
    with (folder / "SHA256SUMS").open("a") as stream:
        stream.write("no digest here\n")


def with_a_path_in_the_list(folder: Path) -> None:
    with (folder / "SHA256SUMS").open("a") as stream:
        stream.write("0" * 64 + "  ../../keys/root.key\n")


def cut_short(folder: Path) -> None:
    path = folder / "people_2026.csv"
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (without_a_listed_file, "delivery-incomplete"),
        (with_a_file_that_is_not_listed, "delivery-unlisted"),
        (with_a_link, "delivery-unlisted"),
        (with_a_broken_list, "delivery-list"),
        (with_a_path_in_the_list, "delivery-list"),
        (cut_short, "delivery-altered"),
    ],
)
def test_a_delivery_that_is_not_as_its_sender_listed_is_refused(
    bench: Bench, harm: Callable[[Path], None], code: str
) -> None:
    harm(bench.put(PROVIDER, DROP, movewell()))
    with pytest.raises(BadDelivery, match=code):
        open_drop(bench.house.settings, agreement_of(bench), DROP)


def test_a_file_that_the_agreement_does_not_name_is_refused(bench: Bench) -> None:
    bench.put(PROVIDER, DROP, {**movewell(), "salaries.csv": "a\n"})
    with pytest.raises(BadDelivery, match="delivery-unknown-file") as caught:
        open_drop(bench.house.settings, agreement_of(bench), DROP)
    assert "salaries" not in str(caught.value)


def test_deliveries_are_listed_by_their_day(bench: Bench) -> None:
    for name in ("2026-09-30-10", "2026-10-01", "2026-09-30", "2026-09-30-2", "not-a-day"):
        bench.put(PROVIDER, name, movewell())
    assert list_drops(bench.house.settings, agreement_of(bench)) == [
        "2026-09-30", "2026-09-30-2", "2026-09-30-10", "2026-10-01",
    ]  # fmt: skip


def test_the_same_content_is_the_same_delivery_whatever_it_is_called(bench: Bench) -> None:
    bench.put(PROVIDER, "2026-09-30", movewell())
    renamed = {name.replace("2026", "again"): text for name, text in movewell().items()}
    bench.put(PROVIDER, "2026-10-01", renamed)
    settings, agreement = bench.house.settings, agreement_of(bench)
    ids = {open_drop(settings, agreement, day).delivery_id for day in ("2026-09-30", "2026-10-01")}
    assert len(ids) == 1


def test_what_is_landed_is_sealed_and_its_name_tells_nothing(bench: Bench) -> None:
    bench.put(PROVIDER, DROP, movewell())
    drop = open_drop(bench.house.settings, agreement_of(bench), DROP)
    keys: KeySource = bench.house.keys
    land(drop, bench.house.settings, keys)
    landed = sorted((bench.house.settings.red / "landing" / PROVIDER).iterdir())
    assert (
        len(landed)
        == len(movewell())
        == sum(len(files_of(drop, kind)) for kind in agreement_of(bench).files)
    )
    assert {path.stat().st_mode & 0o777 for path in landed} == {0o600}
    assert not any(b"client_id" in path.read_bytes() or "people" in path.name for path in landed)


def test_a_file_that_changes_while_it_is_read_is_refused(bench: Bench) -> None:
    folder = bench.put(PROVIDER, DROP, movewell())
    drop = open_drop(bench.house.settings, agreement_of(bench), DROP)
    cut_short(folder)
    with pytest.raises(BadDelivery, match="delivery-altered"):
        land(drop, bench.house.settings, bench.house.keys)


@pytest.mark.parametrize("transport", ["pigeon", "os.path", ""])
def test_an_unknown_transport_is_refused(bench: Bench, transport: str) -> None:
    agreement = dataclasses.replace(agreement_of(bench), transport=transport)
    with pytest.raises(BadAgreement, match="transport-unknown"):
        list_drops(bench.house.settings, agreement)


@pytest.mark.parametrize(
    ("incoming", "code"),
    [
        (["client_id"], "columns-missing"),
        (["client_id", "Smith"], "columns-unknown"),
        ([*"ab"], "columns-unknown"),
    ],
)
def test_columns_are_matched_strictly(bench: Bench, incoming: list[str], code: str) -> None:
    file = next(f for f in agreement_of(bench).files if f.table == "outcome_measure")
    with pytest.raises(Refused, match=code) as caught:
        match_columns(incoming, file, "the file")
    assert "Smith" not in str(caught.value)


def test_either_name_of_a_renamed_column_serves_but_not_both(bench: Bench) -> None:
    file = next(
        f for f in bench.house.agreements["parkside_trust"].files if f.table == "attendance"
    )
    old = [c for c in (*file.columns, *file.ignore) if c != "VisitDate"]
    new = [c for c in (*file.columns, *file.ignore) if c != "Visit Date"]
    assert match_columns(old, file, "f")["entered_at"] == "Visit Date"
    assert match_columns(new, file, "f")["entered_at"] == "VisitDate"
    with pytest.raises(BadDelivery, match="columns-twice"):
        match_columns([*old, "VisitDate"], file, "f")
