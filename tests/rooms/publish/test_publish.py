"""Publishing is all or nothing, signed, recorded, and never changed afterwards."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.audit.ledger import FileLedger
from pipelines.core.errors import BadRelease, NotSignedOff
from pipelines.core.ports import Fact, Ledger, LedgerProof, Signer
from pipelines.core.stages import Release
from pipelines.publish import Approval, Candidate, Publisher, publish, repair, verify_release
from pipelines.publish.pointer import current
from tests.rooms.publish.conftest import Made
from tests.two_officers import NOW, approvals_of, officers


class BrokenLedger:
    """A ledger whose disk is full from one event on."""

    def __init__(self, ledger: FileLedger, event: str) -> None:
        self.ledger, self.event = ledger, event

    def record(self, event: str, **facts: Fact) -> int:
        if event == self.event:
            raise OSError
        return self.ledger.record(event, **facts)

    def entries(self) -> Iterator[Mapping[str, Any]]:
        return self.ledger.entries()

    def proof(self, number: int) -> LedgerProof:
        return self.ledger.proof(number)

    def signed_by(self, signer: Signer) -> Ledger:
        return self.ledger.signed_by(signer)


def with_broken(publisher: Publisher, event: str) -> Publisher:
    ledger = publisher.ledger
    assert isinstance(ledger, FileLedger)
    return dataclasses.replace(publisher, ledger=BrokenLedger(ledger, event))


def events(ledger: FileLedger) -> list[str]:
    return [entry["event"] for entry in ledger.entries()]


def names_in(releases: Path) -> set[str]:
    return {p.name for p in releases.iterdir()} - {".lock", "CURRENT"}


def test_intent_is_recorded_before_receipt(release: Release, ledger: FileLedger) -> None:
    assert events(ledger) == ["release_intended", "release_published"]


def test_the_pointer_names_the_newest_release(release: Release, releases: Path) -> None:
    assert current(releases) == release.release_id


def test_before_the_first_release_the_pointer_names_none(releases: Path) -> None:
    assert current(releases) is None


def test_without_a_record_of_intent_nothing_is_published(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> None:
    with pytest.raises(OSError):
        publish(candidate, approvals, with_broken(publisher, "release_intended"), NOW)
    assert candidate.release_id not in names_in(publisher.releases)


def test_a_lost_receipt_is_made_good_at_the_next_start(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher, ledger: FileLedger
) -> None:
    with pytest.raises(OSError):
        publish(candidate, approvals, with_broken(publisher, "release_published"), NOW)
    repair(publisher.releases, ledger)
    assert events(ledger) == ["release_intended", "release_found_published"]


def test_an_intent_that_came_to_nothing_is_settled_as_abandoned(
    publisher: Publisher, ledger: FileLedger
) -> None:
    publisher.releases.mkdir()
    ledger.record("release_intended", release="2026-q3", manifest_sha256="0" * 64)
    repair(publisher.releases, ledger)
    assert events(ledger) == ["release_intended", "release_abandoned"]


def test_a_pointer_that_was_not_swapped_is_swapped_at_the_next_start(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher, ledger: FileLedger
) -> None:
    with pytest.raises(OSError):
        publish(candidate, approvals, with_broken(publisher, "release_published"), NOW)
    (publisher.releases / "CURRENT").unlink()
    repair(publisher.releases, ledger)
    assert current(publisher.releases) == candidate.release_id


def test_a_repair_of_what_is_in_order_records_nothing(
    release: Release, publisher: Publisher, ledger: FileLedger
) -> None:
    before = events(ledger)
    repair(publisher.releases, ledger)
    assert events(ledger) == before


def test_another_folder_under_an_intended_id_is_refused(
    release: Release, publisher: Publisher, ledger: FileLedger
) -> None:
    ledger.record("release_intended", release=release.release_id, manifest_sha256="0" * 64)
    with pytest.raises(BadRelease, match="release-unsettled"):
        repair(publisher.releases, ledger)


def test_what_an_interrupted_publication_left_is_cleared(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> None:
    left = publisher.releases / ".2026-q1.part"
    left.mkdir(parents=True)
    (left / "half").write_text("half")
    publish(candidate, approvals, publisher, NOW)
    assert names_in(publisher.releases) == {candidate.release_id}


def test_publishing_again_changes_no_byte(
    release: Release, candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> None:
    before = (release.folder / "manifest.json").read_bytes()
    publish(candidate, approvals, publisher, NOW + dt.timedelta(days=1))
    assert (release.folder / "manifest.json").read_bytes() == before


def test_another_content_under_the_same_id_is_refused(
    release: Release, candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> None:
    other = dataclasses.replace(candidate, digest="0" * 64)
    with pytest.raises(BadRelease, match="release-differs"):
        publish(other, approvals, publisher, NOW)


@pytest.mark.parametrize("count", [0, 1])
def test_with_fewer_than_two_approvals_nothing_is_published(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher, count: int
) -> None:
    with pytest.raises(NotSignedOff):
        publish(candidate, approvals[:count], publisher, NOW)
    assert names_in(publisher.releases) == set()


def test_generated_officers_sign_in_a_demonstration_only(
    candidate: Candidate, publisher: Publisher
) -> None:
    demo = officers(demo=True)
    with pytest.raises(NotSignedOff):
        publish(candidate, approvals_of(candidate, demo), dataclasses.replace(
            publisher, officers=demo), NOW)  # fmt: skip


def test_a_refusal_at_the_last_look_leaves_nothing_behind(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher, ledger: FileLedger
) -> None:
    def refuse() -> None:
        raise BadRelease("plan-stale", "the store has changed.", "Plan again.")

    with pytest.raises(BadRelease, match="plan-stale"):
        publish(candidate, approvals, publisher, NOW, last_look=refuse)
    assert (names_in(publisher.releases), events(ledger)) == (set(), [])


def test_an_identifier_in_a_page_stops_it_and_leaves_nothing_behind(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher, ledger: FileLedger
) -> None:
    leaking = dataclasses.replace(publisher, pages=lambda _: {"report.html": b"lives at XA1 1AA"})
    with pytest.raises(BadRelease, match="scan-identifier"):
        publish(candidate, approvals, leaking, NOW)
    assert (names_in(publisher.releases), events(ledger)) == (set(), [])


def test_a_candidate_changed_after_assembly_is_refused(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> None:
    path = candidate.folder / "QOP" / "provider_coverage.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(BadRelease, match="release-damaged"):
        publish(candidate, approvals, publisher, NOW)


def test_a_candidate_with_a_file_more_is_refused(
    candidate: Candidate, approvals: Sequence[Approval], publisher: Publisher
) -> None:
    (candidate.folder / "QOP" / "exact_counts.parquet").write_bytes(b"x")
    with pytest.raises(BadRelease, match="release-damaged"):
        publish(candidate, approvals, publisher, NOW)


def test_extracts_and_id_do_not_depend_on_approvals_or_times(
    release: Release, candidate: Candidate, publisher: Publisher, tmp_path: Path
) -> None:
    later = NOW + dt.timedelta(days=3)
    elsewhere = dataclasses.replace(publisher, releases=tmp_path / "elsewhere")
    again = publish(candidate, approvals_of(candidate, officers(), later), elsewhere, later)
    same = {name for name, digest in release.files.items() if again.files.get(name) == digest}
    assert set(release.files) - same == {
        "manifest.json", "approvals/1.dsse.json", "approvals/2.dsse.json", "ro-crate-metadata.json",
    }  # fmt: skip


def test_a_published_file_that_changed_is_found(release: Release) -> None:
    path = release.folder / "QOP" / "provider_coverage.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadRelease, match="release-file-changed"):
        verify_release(release.folder)


def test_a_folder_without_a_manifest_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="json is missing"):
        verify_release(tmp_path)


def test_columns_carry_their_description(release: Release) -> None:
    schema = pq.read_schema(release.folder / "QOP" / "provider_coverage.parquet")
    assert schema.field("value").metadata[b"description"].startswith(b"The indicator's value")


def test_no_library_leaves_metadata_of_its_own(release: Release) -> None:
    schema = pq.read_schema(release.folder / "QOP" / "provider_coverage.parquet")
    assert schema.metadata == {b"contract": b"provider_coverage/2.0.0"}


def test_rows_are_sorted_by_their_key(made: Made, release: Release) -> None:
    contract = made.bench.house.contracts.output("inactive_population")
    table = pq.read_table(release.folder / "QOP" / "inactive_population.parquet")
    keys = [tuple(row.values()) for row in table.select(list(contract.key)).to_pylist()]
    assert (keys == sorted(keys), len(keys) > 0) == (True, True)
