"""A protocol that a release has named is never replaced: another text is another version."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.core.errors import BadRelease
from pipelines.core.protocol import Protocol


def check_unchanged(protocols: Iterable[Protocol], manifests: Iterable[Mapping[str, Any]]) -> None:
    """Raise `BadRelease` unless each protocol is there as an earlier release's manifest has it."""
    now = {protocol.label: protocol.sha256 for protocol in protocols}
    before = {
        entry["protocol"]: entry["sha256"]
        for manifest in manifests
        for entry in manifest.get("protocols", [])
    }
    changed = sorted(name for name, digest in before.items() if now.get(name) != digest)
    if changed:
        raise BadRelease(
            "protocol-changed",
            f"the protocol {changed[0]} is not as it was when a release named it.",
            "Restore its file in schemas/protocols, and register what is new under a new version.",
        )
