"""The house's signature over a release: an in-toto statement of every file, in a DSSE envelope."""

from collections.abc import Mapping
from typing import Any

from pipelines.core.envelope import canonical_json, seal
from pipelines.core.ports import Signer

NAME = "attestation.dsse.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:widebridge:release:2"


def attestation(files: Mapping[str, str], content: Mapping[str, Any], signer: Signer) -> bytes:
    """The signed statement that these files (path to SHA-256) are this release."""
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": n, "digest": {"sha256": d}} for n, d in sorted(files.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "release_id": content["release_id"],
            "candidate_sha256": content["candidate_sha256"],
            "published_at": content["published_at"],
            "made_by": content["made_by"],
            "demo": content["demo"],
            "approved_by": [a["officer"]["id"] for a in content["approvals"]],
        },
    }
    return seal(PAYLOAD_TYPE, canonical_json(statement), [signer])
