"""The only room that writes outward: Parquet, manifests and one all-or-nothing rename.

It takes only what `protect` made, publishes nothing that nobody signed, and never changes a
release that is out.
"""

from pipelines.publish.approvals import (
    Approval,
    Decided,
    Decision,
    Via,
    approve_in_airflow,
    approve_with_key,
    check_approval,
    check_approved,
    officer_of_login,
)
from pipelines.publish.candidate import Candidate, Pages, assemble, stage
from pipelines.publish.folder import Publisher
from pipelines.publish.made_by import made_by
from pipelines.publish.manifest import read_manifest
from pipelines.publish.parquet import write_dataset
from pipelines.publish.publication import publish, repair
from pipelines.publish.sign_off import SignOff, check_signed
from pipelines.publish.verification import verify_folder, verify_release
from pipelines.publish.waiting import Waiting

__all__ = [
    "Approval",
    "Candidate",
    "Decided",
    "Decision",
    "Pages",
    "Publisher",
    "SignOff",
    "Via",
    "Waiting",
    "approve_in_airflow",
    "approve_with_key",
    "assemble",
    "check_approval",
    "check_approved",
    "check_signed",
    "made_by",
    "officer_of_login",
    "publish",
    "read_manifest",
    "repair",
    "stage",
    "verify_folder",
    "verify_release",
    "write_dataset",
]
