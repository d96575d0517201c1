"""Publishing is all or nothing, signed, recorded, and never changed afterwards."""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadRelease
from pipelines.core.plan import Plan
from pipelines.core.ports import Fact
from pipelines.core.stages import Release
from pipelines.publish import Candidate, publish, verify_release
from pipelines.release import assemble, plan_release, stage_icb
from tests.conftest import Bench
from tests.released import PERIOD_END, SIGNED, TODAY, fill_store


class BrokenLedger:
    """A ledger whose disk is full from one event on."""

    def __init__(self, event: str) -> None:
        self.event = event

    def record(self, event: str, **facts: Fact) -> None:
        if event == self.event and facts:
            raise OSError

    def entries(self) -> Iterator[Mapping[str, Any]]:
        return iter(())


@pytest.fixture
def plan(bench: Bench) -> Plan:
    fill_store(bench.house)
    return plan_release(
        bench.house, vintage="2026", period_end=PERIOD_END, as_of=TODAY, icbs=["QOP"]
    )


@pytest.fixture
def candidate(bench: Bench, plan: Plan) -> Candidate:
    stage_icb(bench.house, plan, "QOP")
    return assemble(bench.house, plan)


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl")


@pytest.fixture
def release(candidate: Candidate, releases: Path, ledger: FileLedger) -> Release:
    return publish(candidate, SIGNED, releases, ledger)


def names_in(releases: Path) -> set[str]:
    return {p.name for p in releases.iterdir()} - {".lock"}


def test_intent_is_recorded_before_receipt(release: Release, ledger: FileLedger) -> None:
    assert [e["event"] for e in ledger.entries()] == ["release_intended", "release_published"]


def test_without_a_record_of_intent_nothing_is_published(
    candidate: Candidate, releases: Path
) -> None:
    with pytest.raises(OSError):
        publish(candidate, SIGNED, releases, BrokenLedger("release_intended"))
    assert candidate.release_id not in names_in(releases)


def test_a_lost_receipt_is_made_good_by_publishing_again(
    candidate: Candidate, releases: Path, ledger: FileLedger
) -> None:
    with pytest.raises(OSError):
        publish(candidate, SIGNED, releases, BrokenLedger("release_published"))
    publish(candidate, SIGNED, releases, ledger)
    assert [e["event"] for e in ledger.entries()] == ["release_found_published"]


def test_what_an_interrupted_publication_left_is_cleared(
    candidate: Candidate, releases: Path, ledger: FileLedger
) -> None:
    left = releases / f".{candidate.release_id}.part"
    left.mkdir(parents=True)
    (left / "half").write_text("half")
    publish(candidate, SIGNED, releases, ledger)
    assert names_in(releases) == {candidate.release_id}


def test_another_content_under_the_same_id_is_refused(
    release: Release, candidate: Candidate, releases: Path, ledger: FileLedger
) -> None:
    other = dataclasses.replace(candidate, digest="0" * 64)
    with pytest.raises(BadRelease, match="release-differs"):
        publish(other, SIGNED, releases, ledger)


def test_a_candidate_changed_after_assembly_is_refused(
    candidate: Candidate, releases: Path, ledger: FileLedger
) -> None:
    path = candidate.folder / "QOP" / "provider_coverage.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(BadRelease, match="release-damaged"):
        publish(candidate, SIGNED, releases, ledger)


def test_a_candidate_with_a_file_more_is_refused(
    candidate: Candidate, releases: Path, ledger: FileLedger
) -> None:
    (candidate.folder / "QOP" / "exact_counts.parquet").write_bytes(b"x")
    with pytest.raises(BadRelease, match="release-damaged"):
        publish(candidate, SIGNED, releases, ledger)


def test_a_published_file_that_changed_is_found(release: Release) -> None:
    path = release.folder / "QOP" / "provider_coverage.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadRelease, match="release-damaged"):
        verify_release(release.folder)


def test_a_folder_without_a_manifest_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="manifest is missing"):
        verify_release(tmp_path)


def test_columns_carry_their_description(release: Release) -> None:
    schema = pq.read_schema(release.folder / "QOP" / "provider_coverage.parquet")
    assert schema.field("value").metadata[b"description"].startswith(b"The indicator's value")


def test_no_library_leaves_metadata_of_its_own(release: Release) -> None:
    schema = pq.read_schema(release.folder / "QOP" / "provider_coverage.parquet")
    assert schema.metadata == {b"contract": b"provider_coverage/2.0.0"}


def test_rows_are_sorted_by_their_key(bench: Bench, release: Release) -> None:
    contract = bench.house.contracts.output("inactive_population")
    table = pq.read_table(release.folder / "QOP" / "inactive_population.parquet")
    keys = [tuple(row.values()) for row in table.select(list(contract.key)).to_pylist()]
    assert (keys == sorted(keys), len(keys) > 0) == (True, True)
