"""A release in our own hands is checked by the very program that ships inside it."""

from pathlib import Path

from pipelines.core.errors import BadRelease
from pipelines.core.stages import Release
from pipelines.publish.verifier import Verdict, Wrong, verify

AGAIN = "Take the release again from the house that published it, and tell it what you found."
ASK = "Do not use it. Ask the house that published it."
ADVICE = (
    ("release-manifest", "the manifest is missing, unreadable or lacks a part", AGAIN),
    ("release-path", "a path leads out of the folder, or a link stands in it", ASK),
    ("release-file-missing", "a listed file is missing", AGAIN),
    ("release-file-added", "a file is there that nobody listed", ASK),
    ("release-file-changed", "a file is not as it was published", AGAIN),
    ("release-candidate", "what was published is not what was approved", ASK),
    ("release-attestation", "the attestation is of other files", ASK),
    ("release-signature", "a signature is not good", ASK),
    ("release-envelope", "a signed document cannot be read", AGAIN),
    ("release-approval", "the approvals are not two people's for this release", ASK),
    ("release-ledger", "the ledger's entry does not lead to the signed checkpoint", ASK),
    ("release-checkpoint", "the ledger's checkpoint is not signed", ASK),
    ("release-stranger", "the key is none of those that the house published", ASK),
    ("trust-unreadable", "the house's public keys cannot be read", "Take the file from the house."),
)
"""What each finding means and what to do about it."""


def verify_folder(folder: Path, trust: Path | None = None) -> Verdict:
    """The verdict on a release's folder, ours or a copy. Raises `BadRelease`."""
    wrong: Wrong | None = None
    try:
        return verify(folder, trust)
    except Wrong as found:
        wrong = found
    advice = {code: text for code, _, text in ADVICE}
    raise BadRelease(wrong.code, wrong.message, advice[wrong.code])


def verify_release(folder: Path) -> Release:
    """The release in a folder. Raises `BadRelease` unless everything is as it was published."""
    verdict = verify_folder(folder)
    return Release(verdict.release_id, folder, verdict.files)
