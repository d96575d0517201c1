"""A checkpoint is a signed note as C2SP has it: read by hand here, and against a published one."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pipelines.audit.checkpoint import (
    Checkpoint,
    check_signature,
    key_hash,
    origin_of,
    read_checkpoint,
    verifier_key,
    write_checkpoint,
)
from pipelines.core.envelope import is_signed
from pipelines.core.errors import BadRelease
from pipelines.pseudonymise.keys.signing import SigningKey

KEY, OTHER = SigningKey(bytes(32)), SigningKey(b"\x01" * 32)
CHECKPOINT = Checkpoint(origin_of(b"\xab" * 32), 7, hashlib.sha256(b"seven").digest())
NOTE = write_checkpoint(CHECKPOINT, KEY)


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    check_signature(NOTE, [OTHER.public_key, KEY.public_key])
    assert read_checkpoint(NOTE) == CHECKPOINT


def test_its_lines_are_those_of_the_format() -> None:
    origin, size, root, blank, signature, end = NOTE.decode().split("\n")
    assert (origin, size, blank, end) == ("widebridge-ledger/abababababababab", "7", "", "")
    assert base64.b64decode(root) == CHECKPOINT.root
    assert signature.startswith("\N{EM DASH} widebridge-ledger/abababababababab ")


def test_its_signature_is_good_when_it_is_read_by_hand() -> None:
    text, signature_line = NOTE.split(b"\n\n")
    _, name, encoded = signature_line.decode().split()
    raw = base64.b64decode(encoded)
    assert len(raw) == 4 + 64
    assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x01" + KEY.public_key).digest()[:4]
    Ed25519PublicKey.from_public_bytes(KEY.public_key).verify(raw[4:], text + b"\n")


def test_the_published_example_of_a_signed_note_is_understood() -> None:
    """The key and the note that the documentation of Go's package sumdb/note shows."""
    name, hashed = "PeterNeumann", "c74f20a3"
    key = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    public = base64.b64decode(key)[1:]
    text = (
        b"If you think cryptography is the answer to your problem,\n"
        b"then you don't know what your problem is.\n"
    )
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJ"
        "nAM="
    )
    assert key_hash(name, public).hex() == hashed == signature[:4].hex()
    assert is_signed(public, signature[4:], text)
    assert verifier_key(name, public) == f"{name}+{hashed}+{key}"


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace(b"\n7\n", b"\n8\n"),
        NOTE.replace(b"abab", b"abcd"),
        NOTE[:-4] + b"AA=\n",
        write_checkpoint(CHECKPOINT, OTHER),
    ],
    ids=["size", "name", "signature", "key"],
)
def test_a_changed_or_strange_checkpoint_is_refused(note: bytes) -> None:
    with pytest.raises(BadRelease, match=r"checkpoint-(signature|form)"):
        check_signature(note, [KEY.public_key])


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n\n",
        NOTE[:40],
        NOTE.replace(b"\n7\n", b"\n07\n"),
        NOTE.replace(b"\n7\n", b"\n-7\n"),
        NOTE.replace(b"\n7\n", b"\nseven\n"),
        NOTE.replace("\N{EM DASH}".encode(), b"-"),
        NOTE[:-1],
        b"\xff" + NOTE,
    ],
)
def test_what_is_no_checkpoint_is_refused(note: bytes) -> None:
    with pytest.raises(BadRelease, match="checkpoint-form"):
        read_checkpoint(note)
