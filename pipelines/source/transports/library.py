"""Open tables that somebody downloaded into the reference folder, as the publisher serves them.

They come without a list of checksums; the delivery is named by the newest file's day.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from pipelines.core.agreement import Agreement
from pipelines.core.errors import BadDelivery
from pipelines.core.files import sha256_of
from pipelines.core.settings import Settings


def list_drops(settings: Settings, agreement: Agreement) -> list[str]:
    """One drop, when the reference folder holds any file that the agreement names."""
    found = _found(settings, agreement)
    if not found:
        return []
    newest = max((settings.reference / name).stat().st_mtime for name in found)
    return [dt.datetime.fromtimestamp(newest, dt.UTC).date().isoformat()]


def list_unfinished(settings: Settings, agreement: Agreement) -> list[str]:  # noqa: ARG001 (port)
    """None: a downloaded table is whole when it is there."""
    return []


def open_drop(
    settings: Settings, agreement: Agreement, name: str
) -> tuple[Path, Mapping[str, str]]:
    """The reference folder and the SHA-256 of each file that the agreement names."""
    found = _found(settings, agreement)
    if name not in list_drops(settings, agreement):
        raise BadDelivery(
            "reference-missing",
            f"the reference folder holds no table of {agreement.provider} of that day.",
            "See docs/reference/reference-data.md for where to download it.",
        )
    return settings.reference, {f: sha256_of(settings.reference / f) for f in found}


def _found(settings: Settings, agreement: Agreement) -> list[str]:
    patterns = sorted({file.pattern for file in agreement.files})
    return sorted(
        {
            str(path.relative_to(settings.reference))
            for pattern in patterns
            for path in settings.reference.glob(pattern)
            if path.is_file()
        }
    )
