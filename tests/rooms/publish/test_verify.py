"""What somebody was sent is checked offline, by the command and by the one-file verifier alike."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipelines.core.envelope import canonical_json, seal
from pipelines.core.errors import BadRelease
from pipelines.pseudonymise.keys.signing import USES, public_lines
from pipelines.publish import Approval, Candidate, Publisher, publish, verifier, verify_folder
from pipelines.publish.verification import ADVICE
from tests.rooms.publish.conftest import Made
from tests.two_officers import KEYS, NOW, approvals_of, officers

Change = Callable[[Path], None]


def by_file(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the verifier that ships inside a release says; nothing else of ours is in its reach."""
    return subprocess.run(
        [sys.executable, "-I", verifier.__file__, str(folder), *arguments],
        capture_output=True, text=True, check=False, cwd=folder.parent,
    )  # fmt: skip


def both_say(folder: Path, *, trust: Path | None = None) -> tuple[str, str]:
    """The command's finding and the file's: the code and the sentence of each."""
    with pytest.raises(BadRelease) as refused:
        verify_folder(folder, trust)
    told = by_file(folder, *(["--trust", str(trust)] if trust else []))
    assert told.returncode == 1
    return f"{refused.value.code}: {refused.value.message}", told.stderr.strip()


def flipped(name: str) -> Change:
    """One bit in the middle of a file."""

    def change(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(bytes(data))

    return change


def removed(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def added(name: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).write_text("more")

    return change


def linked(folder: Path) -> None:
    """A file of the release is a link to its own content elsewhere."""
    place = folder / "QOP" / "disclosure.json"
    outside = folder.parent / "outside.json"
    place.rename(outside)
    place.symlink_to(outside)


def says(**facts: object) -> Change:
    """The manifest says something else."""

    def change(folder: Path) -> None:
        content = json.loads((folder / "manifest.json").read_bytes())
        (folder / "manifest.json").write_text(json.dumps({**content, **facts}))

    return change


def lists(name: str) -> Change:
    """The manifest lists one path more."""

    def change(folder: Path) -> None:
        content = json.loads((folder / "manifest.json").read_bytes())
        content["beside"][name] = {"sha256": "0" * 64}
        (folder / "manifest.json").write_text(json.dumps(content))

    return change


def without(key: str) -> Change:
    def change(folder: Path) -> None:
        content = json.loads((folder / "manifest.json").read_bytes())
        del content[key]
        (folder / "manifest.json").write_text(json.dumps(content))

    return change


def swapped_signature(folder: Path) -> None:
    """The attestation carries the signature of an approval."""
    place = folder / "attestation.dsse.json"
    other = json.loads((folder / "approvals" / "1.dsse.json").read_bytes())
    envelope = json.loads(place.read_bytes())
    place.write_text(json.dumps({**envelope, "signatures": other["signatures"]}))


def repeated_name(folder: Path) -> None:
    """A JSON object with a name twice, which readers take differently."""
    place = folder / "ledger" / "proof.json"
    text = place.read_text()
    place.write_text('{"tree_size":1,' + text.lstrip()[1:])


TAMPERED: Mapping[str, tuple[Change, str]] = {
    "extract": (flipped("QOP/provider_coverage.parquet"), "release-file-changed"),
    "extract-manifest": (flipped("QOP/manifest.json"), "release-file-changed"),
    "disclosure": (flipped("disclosure.json"), "release-file-changed"),
    "report": (flipped("report.html"), "release-file-changed"),
    "kit": (flipped("kit/dictionary.md"), "release-file-changed"),
    "crate": (flipped("ro-crate-metadata.json"), "release-file-changed"),
    "package": (flipped("datapackage.json"), "release-file-changed"),
    "verifier": (flipped("verify.py"), "release-file-changed"),
    "approved-manifest": (flipped("candidate.json"), "release-file-changed"),
    "approval": (flipped("approvals/1.dsse.json"), "release-file-changed"),
    "manifest-not-json": (flipped("manifest.json"), "release-"),
    "manifest-says-more": (says(as_of="2020-01-01"), "release-candidate"),
    "manifest-hides-demo": (says(published_at="2020-01-01"), "release-attestation"),
    "manifest-without-approvals": (without("approvals"), "release-attestation"),
    "manifest-without-files": (without("beside"), "release-manifest"),
    "manifest-other-format": (says(format="widebridge-release/9"), "release-manifest"),
    "attestation": (flipped("attestation.dsse.json"), "release-"),
    "signature": (swapped_signature, "release-signature"),
    "entry": (flipped("ledger/entry.json"), "release-ledger"),
    "checkpoint": (flipped("ledger/checkpoint.txt"), "release-checkpoint"),
    "proof": (flipped("ledger/proof.json"), "release-"),
    "name-twice": (repeated_name, "release-ledger"),
    "added": (added("QOP/exact.parquet"), "release-file-added"),
    "added-above": (added("notes.txt"), "release-file-added"),
    "removed": (removed("QOP/provider_coverage.parquet"), "release-file-missing"),
    "removed-attestation": (removed("attestation.dsse.json"), "release-file-missing"),
    "removed-entry": (removed("ledger/entry.json"), "release-file-missing"),
    "removed-approval": (removed("approvals/2.dsse.json"), "release-file-missing"),
    "removed-manifest": (removed("manifest.json"), "release-manifest"),
    "link": (linked, "release-path"),
    "path-up": (lists("../outside.json"), "release-path"),
    "path-absolute": (lists("/etc/hostname"), "release-path"),
    "path-backslash": (lists("..\\outside.json"), "release-path"),
    "path-empty": (lists("QOP//manifest.json"), "release-path"),
    "path-drive": (lists("C:outside.json"), "release-path"),
    "path-control": (lists("a\x1b[2Jb"), "release-path"),
    "path-reserved": (lists("attestation.dsse.json"), "release-path"),
}


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    """A copy that somebody was sent, under another name."""
    return Path(shutil.copytree(published, tmp_path / "sent"))


@pytest.fixture
def trust(made: Made, tmp_path: Path) -> Path:
    """The public keys of the house that published it, as `keys public` writes them."""
    place = tmp_path / "house.keys"
    place.write_bytes(public_lines({use: made.bench.house.keys.public_keys(use) for use in USES}))
    return place


def test_a_copy_verifies_anywhere(copy: Path) -> None:
    verdict = verify_folder(copy)
    assert by_file(copy).stdout.splitlines() == list(verdict.sentences)


def test_without_the_houses_keys_the_verdict_says_so(copy: Path) -> None:
    assert "compare it with the house's published key" in " ".join(verify_folder(copy).sentences)


def test_with_the_houses_keys_the_verdict_is_trusted(copy: Path, trust: Path) -> None:
    assert verify_folder(copy, trust).trusted
    assert "Signed by the house's key" in by_file(copy, "--trust", str(trust)).stdout


def test_the_shipped_verifier_is_the_one_the_command_uses(copy: Path) -> None:
    assert (copy / "verify.py").read_bytes() == Path(verifier.__file__).read_bytes()


def test_the_shipped_verifier_checks_the_folder_it_lies_in(copy: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(copy / "verify.py")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_verifier_needs_nothing_but_cryptography() -> None:
    text = Path(verifier.__file__).read_text()
    imported = {
        line.split()[1].split(".")[0]
        for line in text.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("kind", TAMPERED)
def test_tampering_is_found_by_both_with_one_message(copy: Path, kind: str) -> None:
    change, code = TAMPERED[kind]
    change(copy)
    command, file = both_say(copy)
    assert command == file
    assert command.startswith(code)


def test_every_byte_of_a_small_signed_file_counts(copy: Path) -> None:
    place = copy / "ledger" / "entry.json"
    good = place.read_bytes()
    passed = []
    for at in range(len(good)):
        place.write_bytes(good[:at] + bytes([good[at] ^ 4]) + good[at + 1 :])
        try:
            verify_folder(copy)
            passed.append(at)
        except BadRelease:
            continue
    assert (passed, len(good) > 100) == ([], True)


def resigned(folder: Path, signer_of_approvals: str = "") -> None:
    """A forger with a key of their own makes everything anew, but for what they cannot sign."""
    forger = KEYS["ada_officer"]
    content = json.loads((folder / "manifest.json").read_bytes())
    content["signing_keys"]["release"] = {
        "key_id": forger.key_id, "public_key": forger.public_key.hex(),
    }  # fmt: skip
    content["house_keys"] = [forger.public_key.hex()]
    (folder / "manifest.json").write_text(json.dumps(content))
    statement = json.loads(
        base64.b64decode(json.loads((folder / "attestation.dsse.json").read_bytes())["payload"])
    )
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    for subject in statement["subject"]:
        if subject["name"] == "manifest.json":
            subject["digest"]["sha256"] = digest
    kind = "application/vnd.in-toto+json"
    (folder / "attestation.dsse.json").write_bytes(seal(kind, canonical_json(statement), [forger]))


def test_a_forger_who_signs_anew_is_stopped_by_the_ledger(copy: Path) -> None:
    resigned(copy)
    command, file = both_say(copy)
    assert command == file
    assert command.startswith("release-ledger")


def test_keys_in_the_manifest_that_no_house_has_are_named(copy: Path, trust: Path) -> None:
    resigned(copy)
    command, file = both_say(copy, trust=trust)
    assert command == file


def test_another_houses_keys_are_named_as_such(copy: Path, trust: Path) -> None:
    key = base64.b64encode(KEYS["ada_officer"].public_key).decode()
    trust.write_text(f"release 0 {key}\nledger 0 {key}\n")
    command, file = both_say(copy, trust=trust)
    assert command == file
    assert command.startswith("release-stranger")


@pytest.mark.parametrize("content", ["release only-two\n", "release x not/base64!\n", "\xff\xfe"])
def test_an_unreadable_file_of_keys_is_refused(copy: Path, trust: Path, content: str) -> None:
    trust.write_text(content, "latin-1")
    command, file = both_say(copy, trust=trust)
    assert command == file
    assert command.startswith("trust-unreadable")


def test_an_empty_file_of_keys_trusts_nobody(copy: Path, trust: Path) -> None:
    trust.write_text("")
    assert both_say(copy, trust=trust)[0].startswith("release-stranger")


def test_every_finding_has_advice() -> None:
    text = Path(verifier.__file__).read_text()
    codes = {part.split('"')[1] for part in text.split("raise Wrong(")[1:] if part[0] == '"'}
    codes |= {"release-envelope", "release-ledger", "release-candidate"}
    assert codes == {code for code, _, _ in ADVICE}


def test_a_demonstration_is_called_one(candidate: Candidate, publisher: Publisher) -> None:
    generated = officers(demo=True)
    house = Publisher(publisher.releases, publisher.ledger, publisher.keys, generated, is_demo=True)
    release = publish(candidate, approvals_of(candidate, generated), house, NOW)
    assert verify_folder(release.folder).sentences[-1].startswith("DEMONSTRATION")


def test_the_manifest_carries_no_secret(copy: Path, approvals: Sequence[Approval]) -> None:
    content: dict[str, Any] = json.loads((copy / "manifest.json").read_bytes())
    assert set(content["signing_keys"]["release"]) == {"key_id", "public_key"}
