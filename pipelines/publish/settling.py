"""What a publication that died leaves behind is settled at the next start: out, or not out.

Each intent in the ledger gets its receipt. If the folder is there, the release is out: the pointer
is swapped and the receipt written. If it is not, nothing left, and the ledger says so.
"""

import shutil
from functools import partial
from pathlib import Path

from pipelines.core.errors import BadRelease
from pipelines.core.files import sha256_of
from pipelines.core.intents import RELEASE, Intent, Receipt, settle_intents
from pipelines.core.ports import Ledger
from pipelines.publish.manifest import NAME
from pipelines.publish.pointer import point_to

INTENDED = RELEASE.intent
PUBLISHED, FOUND, ABANDONED = RELEASE.receipts


def settle(releases: Path, ledger: Ledger) -> dict[str, str]:
    """Settle every release whose publication was begun and not ended: id to what was recorded.

    The caller holds the lock of the releases, so that no publication is under way.
    """
    for leftover in [*releases.glob(".*.part")]:
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    receipts = settle_intents(ledger, {INTENDED: partial(_became, releases)})
    return {str(facts["release"]): event for event, facts in receipts}


def _became(releases: Path, intent: Intent) -> Receipt:
    """What became of one release; where it is out, the pointer names it from now on."""
    release_id, digest = str(intent.facts["release"]), intent.facts["manifest_sha256"]
    facts = {"release": release_id, "manifest_sha256": digest}
    manifest = releases / release_id / NAME
    if not manifest.exists():
        return ABANDONED, facts
    if sha256_of(manifest) != digest:
        raise BadRelease(
            "release-unsettled",
            f"the release {release_id} is not the one that the ledger says was to leave.",
            "Put the folder aside, find out who wrote to it, then run the command again.",
        )
    point_to(releases, release_id)
    return FOUND, facts
