"""`sealed.json`: what a provider's kit wrote about a sealed drop, and what must be true of it.

It names files and counts rows. It holds no hash of an identifier, and nothing of it is believed
before the provider's own kit is known to have written it.
"""

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.core.agreement import Agreement
from pipelines.core.errors import BadDelivery

SHEET = "sealed.json"
SCHEME = "widebridge-sealed/1"
SEALED_FILE = re.compile(r"^([a-z][a-z0-9_]*)-([1-9][0-9]{0,5})\.sealed$")


@dataclass(frozen=True)
class SealedFile:
    """One encrypted file: which of the agreement's files it was made from, and how many rows."""

    name: str
    table: str
    pattern: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class CoverSheet:
    """What `sealed.json` says, without its mark."""

    provider: str
    delivery: str
    agreement: str
    key_id: str
    token_key_id: str
    kit_made_on: str
    made_by: str
    files: tuple[SealedFile, ...]
    scheme: str = SCHEME

    @property
    def kit(self) -> tuple[str, str]:
        """Which kit wrote it: the id of the house's key, and the day the kit was made."""
        return self.key_id, self.kit_made_on

    def document(self) -> bytes:
        """The bytes that the mark stands for."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()

    def marked(self, mark: str) -> bytes:
        """The file's content."""
        return json.dumps({**asdict(self), "mark": mark}, indent=2).encode() + b"\n"


def sealed_place(delivery: str, name: str, pattern: str) -> tuple[str, ...]:
    """What a file's encryption is bound to: it opens at no other place."""
    return delivery, name, pattern


def read_sheet(data: bytes, where: str) -> tuple[CoverSheet, str]:
    """The sheet and its mark. Raises `BadDelivery` unless every field is there and no other."""
    sheet = None
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        sheet = _parsed(json.loads(data))
    if sheet is None:
        raise BadDelivery(
            "sealed-list",
            f"the {SHEET} of {where} is not one that this version of widebridge reads.",
            "Nothing of it was taken in. Ask which version of widebridge sealed it.",
        )
    return sheet


def check_sheet(
    sheet: CoverSheet, agreement: Agreement, name: str, digests: Mapping[str, str]
) -> None:
    """Raise `BadDelivery` unless the sheet is this delivery's and lists what lies there."""
    provider = agreement.provider
    where = f"the sealed delivery {provider}/{name}"
    _check_belongs(sheet, provider, name, where)
    _check_whole(sheet, digests, where)
    if any(file.pattern not in {f.pattern for f in agreement.files} for file in sheet.files):
        raise _refused(
            "sealed-other-agreement",
            f"{where} was sealed by another agreement than schemas/providers/{provider}.yaml.",
            "Give the provider the agreement that holds now.",
        )
    if sheet.kit_made_on < agreement.sealing.kits_since.isoformat():
        raise _refused(
            "sealed-kit-withdrawn",
            f"{where} was sealed with a kit older than the agreement allows.",
            "If the provider has its new kit, somebody else may be using the old one: ask.",
        )


def _check_belongs(sheet: CoverSheet, provider: str, name: str, where: str) -> None:
    if sheet.provider != provider:
        raise _refused(
            "sealed-other-provider",
            f"{where} was sealed for another provider.",
            "Find out who put it there.",
        )
    if sheet.delivery != name:
        raise _refused(
            "sealed-renamed",
            f"{where} was sealed under another name: it is an old delivery sent again, or its "
            "folder was renamed.",
            "Ask the provider to seal the day's own files under the day's own name.",
        )


def _check_whole(sheet: CoverSheet, digests: Mapping[str, str], where: str) -> None:
    listed = {file.name: file.sha256 for file in sheet.files}
    present = {n: digest for n, digest in digests.items() if n != SHEET}
    if any(not SEALED_FILE.match(n) for n in present):
        raise _refused(
            "sealed-mixed",
            f"{where} holds files that are not sealed.",
            "A delivery is sealed whole or not at all. Ask the provider to remove the open files.",
        )
    if listed != present:
        raise _refused(
            "sealed-incomplete",
            f"{where} does not hold exactly the files that were sealed.",
            "A file is missing, came from elsewhere or was changed: ask for the delivery again.",
        )


def _parsed(document: Any) -> tuple[CoverSheet, str]:
    mark = document.pop("mark")
    base64.b64decode(mark, validate=True)
    files = tuple(SealedFile(**file) for file in document.pop("files"))
    sheet = CoverSheet(files=files, **document)
    if sheet.scheme != SCHEME or not files or not all(map(_is_sound, files)):
        raise ValueError
    if not all(isinstance(v, str) for n, v in asdict(sheet).items() if n != "files"):
        raise TypeError
    return sheet, mark


def _is_sound(file: SealedFile) -> bool:
    match = SEALED_FILE.match(file.name)
    return (
        match is not None
        and match[1] == file.table
        and type(file.rows) is int
        and file.rows >= 0
        and isinstance(file.pattern, str)
        and re.fullmatch("[0-9a-f]{64}", file.sha256) is not None
    )


def _refused(code: str, problem: str, advice: str) -> BadDelivery:
    return BadDelivery(code, problem, f"Nothing of it was taken in. {advice}")
