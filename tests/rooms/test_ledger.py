"""The ledger is append-only, and every kind of tampering is found."""

import datetime as dt
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.audit.checkpoint import check_signature, read_checkpoint, write_checkpoint
from pipelines.audit.ledger import FileLedger, check_ledger, verify_ledger
from pipelines.audit.log_file import line_of, lines_of
from pipelines.audit.tree import Edge, leaf_hash, root_from_inclusion
from pipelines.audit.verification import checkpoint_file, kept_checkpoints
from pipelines.core.errors import BadKey, BadRelease
from pipelines.pseudonymise.keys.signing import SigningKey

Lines = list[bytes]
KEY, OTHER = SigningKey(bytes(32)), SigningKey(b"\x01" * 32)


def at_noon() -> dt.datetime:
    return dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC)


def filled(path: Path, entries: int, signer: SigningKey | None = None) -> FileLedger:
    ledger = FileLedger(path, at_noon, signer)
    for number in range(entries):
        ledger.record("stored", provider="a", tables=number)
    return ledger


def rewritten(lines: Lines) -> bytes:
    """A whole ledger of these entries, as somebody writes it who knows how."""
    edge, written = Edge(), b""
    for line in lines:
        entry = json.loads(line)
        line = line_of(edge.size + 1, entry["at"], entry["event"], entry["facts"], edge)
        edge, written = edge.with_leaf(leaf_hash(line)), written + line + b"\n"
    return written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of five entries that nobody signed."""
    filled(tmp_path / "ledger.jsonl", 5)
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A ledger of five entries under a signed checkpoint."""
    filled(tmp_path / "signed" / "ledger.jsonl", 5, KEY)
    return tmp_path / "signed" / "ledger.jsonl"


def test_an_untouched_ledger_verifies(path: Path) -> None:
    assert verify_ledger(path) == 5


def test_a_ledger_that_was_never_begun_is_empty(tmp_path: Path) -> None:
    assert verify_ledger(tmp_path / "ledger.jsonl") == 0


def test_an_entry_is_known_by_its_number(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "ledger.jsonl", 2)
    assert ledger.record("stored", provider="a") == 3
    assert [entry["number"] for entry in ledger.entries()] == [1, 2, 3]


def edited(lines: Lines) -> Lines:
    return [*lines[:2], lines[2].replace(b'"tables":2', b'"tables":3'), *lines[3:]]


TAMPERING: dict[str, Callable[[Lines], Lines]] = {
    "edit": edited,
    "delete": lambda lines: [*lines[:2], *lines[3:]],
    "repeat": lambda lines: [*lines[:2], lines[2], lines[2], *lines[3:]],
    "swap": lambda lines: [lines[1], lines[0], *lines[2:]],
    "behead": lambda lines: lines[1:],
    "tear": lambda lines: [*lines[:4], lines[4][:-10]],
    "append": lambda lines: [*lines, b"{}"],
    "list": lambda lines: [*lines, b"[]"],
    "junk": lambda lines: [*lines[:4], b"not json"],
    "blank": lambda lines: [*lines, b""],
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_is_found(path: Path, kind: str) -> None:
    lines = TAMPERING[kind](path.read_bytes().splitlines())
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(BadRelease, match="ledger-broken"):
        verify_ledger(path)


def test_the_entry_after_a_changed_one_is_named(path: Path) -> None:
    path.write_bytes(b"\n".join(edited(path.read_bytes().splitlines())) + b"\n")
    with pytest.raises(BadRelease, match="entry 4 of the ledger was changed, or one before"):
        verify_ledger(path)


def last_changed(lines: Lines) -> bytes:
    return b"\n".join([*lines[:4], lines[4].replace(b'"tables":4', b'"tables":5')]) + b"\n"


FORGERIES: dict[str, tuple[Callable[[Lines], bytes], str]] = {
    "the last entry changed": (last_changed, "ledger-rewritten"),
    "all written anew": (lambda lines: rewritten(edited(lines)), "ledger-rewritten"),
    "an entry inserted": (
        lambda lines: rewritten([*lines[:3], lines[2], *lines[3:]]),
        "ledger-rewritten",
    ),
    "the last entry cut off": (lambda lines: b"\n".join(lines[:4]) + b"\n", "ledger-truncated"),
    "everything cut off": (lambda _: b"", "ledger-truncated"),
    "begun anew": (lambda lines: rewritten([lines[1], *lines[1:]]), "ledger-other"),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_checkpoint_shows_what_the_entries_alone_do_not(signed: Path, kind: str) -> None:
    forge, code = FORGERIES[kind]
    signed.write_bytes(forge(signed.read_bytes().splitlines()))
    with pytest.raises(BadRelease, match=code):
        check_ledger(signed, [KEY.public_key])


@pytest.mark.parametrize(
    "kind", ["the last entry changed", "the last entry cut off", "everything cut off"]
)
def test_nothing_is_appended_to_a_ledger_that_lost_what_was_signed(signed: Path, kind: str) -> None:
    signed.write_bytes(FORGERIES[kind][0](signed.read_bytes().splitlines()))
    with pytest.raises(BadRelease, match=r"ledger-(truncated|broken)"):
        FileLedger(signed).record("stored", provider="a")


def test_a_checkpoint_by_another_key_is_refused(signed: Path) -> None:
    place = checkpoint_file(signed)
    place.write_bytes(write_checkpoint(read_checkpoint(place.read_bytes()), OTHER))
    with pytest.raises(BadRelease, match="checkpoint-signature"):
        check_ledger(signed, [KEY.public_key])


def test_ledger_and_checkpoint_cut_off_together_are_found_by_one_that_was_kept(
    signed: Path,
) -> None:
    lines, older = signed.read_bytes().splitlines(), checkpoint_file(signed).read_bytes()
    FileLedger(signed, at_noon, KEY).record("stored", provider="a")
    kept = checkpoint_file(signed).read_bytes()
    signed.write_bytes(b"\n".join(lines) + b"\n")
    checkpoint_file(signed).write_bytes(older)
    assert check_ledger(signed, [KEY.public_key]).entries == 5
    with pytest.raises(BadRelease, match="holds 5 entries, and a checkpoint of it says 6"):
        check_ledger(signed, [KEY.public_key], [kept])


def test_a_checkpoint_of_the_past_still_fits(signed: Path) -> None:
    kept = checkpoint_file(signed).read_bytes()
    filled(signed, 3, KEY)
    found = check_ledger(signed, [KEY.public_key], [kept])
    assert (found.entries, found.signed, found.checkpoints, found.torn) == (8, 8, 2, 0)


def test_a_checkpoint_of_another_ledger_is_told_apart(signed: Path, tmp_path: Path) -> None:
    other = FileLedger(tmp_path / "other" / "ledger.jsonl", signer=KEY)
    other.record("stored", provider="b")
    with pytest.raises(BadRelease, match="ledger-other"):
        check_ledger(signed, [KEY.public_key], [other.checkpoint()])


def test_a_release_brings_its_checkpoint(signed: Path, tmp_path: Path) -> None:
    release = tmp_path / "release"
    (release / "ledger").mkdir(parents=True)
    note = checkpoint_file(signed).read_bytes()
    (release / "ledger" / "checkpoint.txt").write_bytes(note)
    assert kept_checkpoints([release, tmp_path / "another"]) == [note]
    with pytest.raises(BadRelease, match="checkpoint-missing"):
        kept_checkpoints([release, tmp_path / "another"], asked=[tmp_path / "another"])


def test_entries_after_the_newest_checkpoint_are_counted_as_unsigned(signed: Path) -> None:
    filled(signed, 2)
    found = check_ledger(signed, [KEY.public_key])
    assert (found.entries, found.signed) == (7, 5)


def test_every_entry_is_proved_to_be_in_the_signed_tree(signed: Path) -> None:
    ledger = FileLedger(signed, at_noon, KEY)
    lines = list(lines_of(signed))
    proofs = [ledger.proof(number) for number in range(1, 6)]
    assert [proof.entry for proof in proofs] == lines
    for index, proof in enumerate(proofs):
        check_signature(proof.checkpoint, [KEY.public_key])
        path = [bytes.fromhex(node) for node in proof.proof["hashes"]]
        root = root_from_inclusion(leaf_hash(proof.entry), index, 5, path)
        assert root == read_checkpoint(proof.checkpoint).root
        assert (proof.proof["leaf_index"], proof.proof["tree_size"]) == (index, 5)


@pytest.mark.parametrize("number", [0, -1, 6])
def test_what_is_not_there_is_not_proved(signed: Path, number: int) -> None:
    with pytest.raises(BadRelease, match="ledger-no-entry"):
        FileLedger(signed, at_noon, KEY).proof(number)


def test_an_empty_ledger_has_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="ledger-no-entry"):
        FileLedger(tmp_path / "ledger.jsonl", at_noon, KEY).checkpoint()


def test_without_a_key_nothing_is_signed(path: Path) -> None:
    with pytest.raises(BadKey, match="ledger-no-key"):
        FileLedger(path).proof(1)
    assert not checkpoint_file(path).exists()


def test_a_line_that_was_cut_off_is_removed_and_that_is_recorded(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])
    torn = check_ledger(path)
    assert (torn.entries, torn.torn > 0) == (4, True)
    assert [entry["number"] for entry in FileLedger(path).entries()] == [1, 2, 3, 4]
    assert FileLedger(path).record("stored", provider="a") == 6
    repaired = list(FileLedger(path).entries())[4]
    assert (repaired["event"], repaired["facts"]) == (
        "ledger_repaired", {"cut_off_bytes": torn.torn}
    )  # fmt: skip
    assert check_ledger(path).torn == 0


def test_a_line_that_was_cut_off_is_removed_on_asking(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])
    FileLedger(path, at_noon, KEY).repair()
    found = check_ledger(path, [KEY.public_key])
    assert (found.entries, found.signed, found.torn) == (5, 5, 0)


def test_a_line_that_was_signed_is_never_taken_for_one_cut_off(signed: Path) -> None:
    signed.write_bytes(signed.read_bytes()[:-5])
    with pytest.raises(BadRelease, match="ledger-truncated"):
        FileLedger(signed).record("stored", provider="a")


def test_the_first_line_of_all_may_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"at":"2026')
    assert FileLedger(path).record("stored", provider="a") == 2
    assert verify_ledger(path) == 2


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"{}",
        b"[]",
        b'{"size":1,"start":0,"hashes":[]}',
        b'{"size":1,"start":0,"hashes":["00"]}',
        b'{"size":0,"start":9999,"hashes":[]}',
        b'{"size":-1,"start":-1,"hashes":["00"]}',
    ],
)
def test_a_wrong_note_of_the_edge_does_no_harm(path: Path, note: bytes) -> None:
    path.with_name("edge.json").write_bytes(note)
    assert FileLedger(path).record("stored", provider="a") == 6
    assert verify_ledger(path) == 6


def test_the_note_of_an_older_state_is_caught_up_with(path: Path) -> None:
    older = path.with_name("edge.json").read_bytes()
    filled(path, 3)
    path.with_name("edge.json").write_bytes(older)
    assert FileLedger(path).record("stored", provider="a") == 9
    assert verify_ledger(path) == 9


def test_a_ledger_of_an_earlier_version_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"at":"","before":"00","event":"stored","facts":{},"hash":"00","number":1}\n')
    with pytest.raises(BadRelease, match="ledger-old-format"):
        verify_ledger(path)
    with pytest.raises(BadRelease, match="ledger-old-format"):
        FileLedger(path).record("stored", provider="a")


def append_many(path: Path, entries: int, name: str) -> None:
    ledger = FileLedger(path, signer=KEY)
    for number in range(entries):
        ledger.record("stored", provider=name, tables=number)


def test_processes_that_append_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=append_many, args=(path, 500, n)) for n in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert check_ledger(path, [KEY.public_key]).signed == 1000
    written = [(e["facts"]["provider"], e["facts"]["tables"]) for e in FileLedger(path).entries()]
    assert [n for name, n in written if name == "a"] == list(range(500))
    assert [n for name, n in written if name == "b"] == list(range(500))
