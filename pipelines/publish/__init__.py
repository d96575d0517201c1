"""The only room that writes outward: Parquet, manifests and one all-or-nothing rename.

It takes only what `protect` made, publishes nothing that nobody signed, and never changes a
release that is out.
"""

from pipelines.publish.candidate import Candidate, assemble, stage
from pipelines.publish.manifest import read_manifest
from pipelines.publish.parquet import write_dataset
from pipelines.publish.publication import Pages, publish, verify_release
from pipelines.publish.sign_off import SignOff, check_signed

__all__ = [
    "Candidate",
    "Pages",
    "SignOff",
    "assemble",
    "check_signed",
    "publish",
    "read_manifest",
    "stage",
    "verify_release",
    "write_dataset",
]
