"""Handing an extract's key over: wrapped under a passphrase, while the agreement is in force."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

from pipelines.core.errors import BadAgreement, BadRelease
from pipelines.core.log import NAME
from pipelines.core.ports import Recipient
from pipelines.core.recipient_agreement import check_recipient_in_force, load_recipient_agreements
from pipelines.core.settings import Settings
from pipelines.core.stages import Release
from pipelines.extract.history import extract_folder
from pipelines.house import House
from pipelines.publish.extract_folder import read_extract_manifest, verify_extract


def extracts_of(settings: Settings) -> list[dict[str, Any]]:
    """The manifests of all extracts that have left, by release id."""
    folder = extract_folder(settings, "none").parent
    return [read_extract_manifest(p.parent) for p in sorted(folder.glob("[!.]*/manifest.json"))]


def find_extract(settings: Settings, release_id: str) -> Release:
    """An extract that has left, checked. Raises `BadRelease`."""
    known = re.fullmatch(NAME, release_id) is not None
    if not known or not extract_folder(settings, release_id).is_dir():
        raise BadRelease(
            "extract-not-found",
            "there is no extract of that name here.",
            "List them with: widebridge extract list",
        )
    return verify_extract(extract_folder(settings, release_id))


def issue_extract_key(
    house: House, release_id: str, passphrase_file: Path, *, on: dt.date
) -> bytes:
    """The key of an extract for its recipient. Recorded before anybody has it."""
    release = find_extract(house.settings, release_id)
    manifest = read_extract_manifest(release.folder)
    code = manifest["recipient"]["code"]
    agreement = load_recipient_agreements(house.settings.schemas).get(code)
    if agreement is None:
        raise BadAgreement(
            "extract-agreement-gone",
            f"there is no agreement with {code} any more.",
            "Without one the key stays here.",
        )
    check_recipient_in_force(agreement, on)
    epoch = manifest["pseudonyms"]["epoch"]
    whose = Recipient(code, manifest["purpose"], manifest["opt_out"], epoch)
    key = house.keys.extract_key(whose, release_id)
    document = key.wrapped(code, passphrase_file)
    house.ledger.record("extract_key_issued", release=release_id, recipient=code, key=key.key_id)
    return document
