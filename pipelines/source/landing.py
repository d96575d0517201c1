"""Find deliveries, check them whole, and keep every byte, sealed, before anything is read."""

import fnmatch
import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.errors import BadAgreement, BadConsent, BadDelivery
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings
from pipelines.core.stages import Drop
from pipelines.source.cover_sheet import SEALED_FILE, SHEET, check_sheet, read_sheet

LARGEST_FILE = 1 << 30
"""Bytes. A file is sealed in one piece, so it must fit in memory twice."""


def list_drops(settings: Settings, agreement: Agreement) -> list[str]:
    """Names of the deliveries that lie ready, oldest first."""
    names: list[str] = _transport(agreement).list_drops(settings, agreement)
    return names


def list_unfinished(settings: Settings, agreement: Agreement) -> list[str]:
    """Names of the deliveries that their sender has not finished."""
    names: list[str] = _transport(agreement).list_unfinished(settings, agreement)
    return names


def open_drop(settings: Settings, agreement: Agreement, name: str) -> Drop:
    """One delivery, whole and unaltered, with a file for each that the agreement requires."""
    folder, digests = _transport(agreement).open_drop(settings, agreement, name)
    patterns = _sealed_patterns(agreement, name, folder, digests)
    if patterns:
        _check_required(agreement, name, lambda f: f.pattern in patterns.values())
    else:
        check_files(agreement, name, digests)
    drop_id = delivery_id_of(digests)
    return Drop(agreement.provider, name, folder, dict(digests), drop_id, bool(patterns), patterns)


def land(drop: Drop, settings: Settings, keys: KeySource) -> None:
    """Seal a copy of every file into the landing folder, named by its content alone."""
    if drop.sealed:
        sheet, mark = read_sheet(read_checked(drop, SHEET), f"{drop.provider}/{drop.name}")
        keys.edge(drop.provider).check_mark(sheet.kit, sheet.document(), mark)
    for name, digest in drop.digests.items():
        place = landing_place(drop, digest)
        target = settings.red / place
        if not target.exists():
            write_whole(target, keys.seal(place, read_checked(drop, name)))


def landing_place(drop: Drop, digest: str) -> str:
    """Where a landed file is kept, relative to the red zone; also what its seal is bound to."""
    return f"landing/{drop.provider}/{digest[:32]}.sealed"


def landed_bytes(drop: Drop, digest: str, settings: Settings, keys: KeySource) -> bytes:
    """A landed file's bytes."""
    place = landing_place(drop, digest)
    return keys.unseal(place, (settings.red / place).read_bytes())


def files_of(drop: Drop, file: FileAgreement) -> list[str]:
    """The drop's files of one kind, by name; of a sealed drop, in the order they were sealed in."""
    if drop.sealed:
        names = (n for n, pattern in drop.patterns.items() if pattern == file.pattern)
        numbered = ((SEALED_FILE.match(name), name) for name in names)
        return [
            n for _, n in sorted((int(m[2]), n) for m, n in numbered if m and m[1] == file.table)
        ]
    return sorted(name for name in drop.digests if fnmatch.fnmatchcase(name, file.pattern))


def file_label(drop: Drop, file: FileAgreement, number: int) -> str:
    """How a message names a file: by the agreement's pattern, for a real name may name a person."""
    count = len(files_of(drop, file))
    which = f" ({number} of {count})" if count > 1 else ""
    return f"the file {file.pattern}{which} of {drop.provider}/{drop.name}"


def read_checked(drop: Drop, name: str) -> bytes:
    """A file's bytes as they were listed. Raises `BadDelivery` when they are not any more."""
    path = drop.folder / name
    if path.stat().st_size > LARGEST_FILE:
        raise BadDelivery(
            "delivery-too-large",
            f"a file of {drop.provider}/{drop.name} is larger than {LARGEST_FILE >> 20} MB.",
            "Ask the provider to split it by month.",
        )
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != drop.digests[name]:
        raise BadDelivery(
            "delivery-altered",
            f"a file of {drop.provider}/{drop.name} changed while it was being read.",
            "Wait until the provider has finished, then run the command again.",
        )
    return data


def _sealed_patterns(
    agreement: Agreement, name: str, folder: Path, digests: Mapping[str, str]
) -> Mapping[str, str]:
    """Of a sealed drop, what each file was made from; of an open one, nothing."""
    if SHEET not in digests:
        if any(SEALED_FILE.match(n) for n in digests):
            raise BadDelivery(
                "sealed-list-missing",
                f"the delivery {agreement.provider}/{name} has sealed files and no {SHEET}.",
                "Nothing of it was taken in. Ask the provider to send it complete.",
            )
        if agreement.sealing.required:
            raise BadDelivery(
                "sealed-required",
                f"the delivery {agreement.provider}/{name} is open, and it was agreed to seal.",
                "Nothing of it was read. Remove it, and tell whoever answers for data protection.",
            )
        return {}
    sheet, _ = read_sheet((folder / SHEET).read_bytes(), f"{agreement.provider}/{name}")
    check_sheet(sheet, agreement, name, digests)
    return {file.name: file.pattern for file in sheet.files}


def delivery_id_of(digests: Mapping[str, str]) -> str:
    """A delivery's id: the same content has the same one under any name."""
    content = "\n".join(sorted({*digests.values()}))
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _check_required(
    agreement: Agreement, drop_name: str, is_there: Callable[[FileAgreement], bool]
) -> None:
    where = f"{agreement.provider}/{drop_name}"
    missing = [f for f in agreement.files if f.required and not is_there(f)]
    advice = "Nothing of it was taken in. Ask the provider to send the delivery complete."
    for file in missing:
        problem = f"the delivery {where} has no file {file.pattern}."
        if file.table == "consent_event":
            raise BadConsent("consent-missing", problem, advice)
        raise BadDelivery("delivery-file-missing", problem, advice)


def check_files(agreement: Agreement, drop_name: str, digests: Mapping[str, str]) -> None:
    """Raise unless each required file of the agreement is there, and none that it does not name."""
    _check_required(agreement, drop_name, lambda f: bool(fnmatch.filter(digests, f.pattern)))
    where = f"{agreement.provider}/{drop_name}"
    patterns = [file.pattern for file in agreement.files]
    unknown = [n for n in digests if not any(fnmatch.fnmatchcase(n, p) for p in patterns)]
    if unknown:
        raise BadDelivery(
            "delivery-unknown-file",
            f"the delivery {where} holds {len(unknown)} files that the agreement does not name.",
            f"Add them to schemas/providers/{agreement.provider}.yaml or have them left out.",
        )


def _transport(agreement: Agreement) -> ModuleType:
    module = f"pipelines.source.transports.{agreement.transport}"
    if not agreement.transport.isidentifier() or importlib.util.find_spec(module) is None:
        raise BadAgreement(
            "transport-unknown",
            f"there is no transport '{agreement.transport}'.",
            "Use the name of a module in pipelines/source/transports.",
        )
    return importlib.import_module(module)
