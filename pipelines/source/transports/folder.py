"""Drops in a folder: `<inbox>/<provider>/<day>/`, finished by a SHA256SUMS file.

The list is what `sha256sum` writes. A drop without it is still being written.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from pipelines.core.agreement import Agreement
from pipelines.core.errors import BadDelivery
from pipelines.core.files import sha256_of
from pipelines.core.settings import Settings

LIST = "SHA256SUMS"
DROP_NAME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(-[0-9]{1,3})?$")
LINE = re.compile(r"^([0-9a-f]{64}) [ *]([^/\\\x00]{1,200})$")


def list_drops(settings: Settings, agreement: Agreement) -> list[str]:
    """Names of the drops that are finished, oldest first. A drop is named by its day."""
    return [f.name for f in _folders(settings, agreement) if (f / LIST).is_file()]


def list_unfinished(settings: Settings, agreement: Agreement) -> list[str]:
    """Names of the drops whose list is not there yet."""
    return [f.name for f in _folders(settings, agreement) if not (f / LIST).is_file()]


def open_drop(
    settings: Settings, agreement: Agreement, name: str
) -> tuple[Path, Mapping[str, str]]:
    """The drop's folder and the SHA-256 of each file. Raises `BadDelivery` unless it is whole."""
    check_name(name)
    folder = settings.inbox / agreement.provider / name
    where = f"the delivery {agreement.provider}/{name}"
    if not (folder / LIST).is_file():
        raise BadDelivery(
            "delivery-unfinished",
            f"{where} has no {LIST}, so it is missing or still being written.",
            f"Wait for it, or ask the provider to run: sha256sum * > {LIST}",
        )
    return folder, read_listed(folder, where)


def check_name(name: str) -> None:
    """Raise `BadDelivery` unless a delivery is named by its day."""
    if not DROP_NAME.match(name):
        raise BadDelivery(
            "delivery-name",
            "a delivery's folder is not named by its day.",
            "Name it like 2026-09-30, or 2026-09-30-2 for a second one.",
        )


def read_listed(folder: Path, where: str) -> Mapping[str, str]:
    """The SHA-256 of each file of a folder, all of them listed, present and unaltered."""
    listed = _read_list(folder / LIST, where)
    _check_present(folder, listed, where)
    for number, name in enumerate(sorted(listed), start=1):
        if sha256_of(folder / name) != listed[name]:
            raise BadDelivery(
                "delivery-altered",
                f"file {number} of {where} is not the file that its sender listed.",
                "It was cut short or changed on the way: ask the provider to send it again.",
            )
    return listed


def _folders(settings: Settings, agreement: Agreement) -> list[Path]:
    folders = (settings.inbox / agreement.provider).glob("*")
    return sorted((f for f in folders if DROP_NAME.match(f.name)), key=_day_and_part)


def _day_and_part(folder: Path) -> tuple[str, int]:
    return folder.name[:10], int(folder.name[11:] or 1)


def _read_list(path: Path, where: str) -> dict[str, str]:
    listed = {}
    lines = path.read_text("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        match = LINE.match(line)
        if match is None or match[2] in listed:
            raise BadDelivery(
                "delivery-list",
                f"line {number} of {LIST} of {where} cannot be read.",
                f"Write it with: sha256sum * > {LIST}",
            )
        listed[match[2]] = match[1]
    return listed


def _check_present(folder: Path, listed: Mapping[str, str], where: str) -> None:
    present = {f.name for f in folder.iterdir() if f.name != LIST}
    if missing := set(listed) - present:
        raise BadDelivery(
            "delivery-incomplete",
            f"{where} lacks {len(missing)} of {len(listed)} listed files.",
            "Ask the provider to send it again.",
        )
    if present - set(listed) or any((folder / f).is_symlink() for f in present):
        raise BadDelivery(
            "delivery-unlisted",
            f"{where} holds something that its {LIST} does not list.",
            "Ask the provider to list every file, and to send files, not links.",
        )
