"""Find deliveries, check them whole, and keep every byte, sealed, before anything is read."""

import fnmatch
import hashlib
import importlib
import importlib.util
from collections.abc import Mapping
from types import ModuleType

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.errors import BadAgreement, BadConsent, BadDelivery
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings
from pipelines.core.stages import Drop

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
    _check_files(agreement, name, digests)
    content = "\n".join(sorted({*digests.values()}))
    delivery_id = hashlib.sha256(content.encode()).hexdigest()[:12]
    return Drop(agreement.provider, name, folder, dict(digests), delivery_id)


def land(drop: Drop, settings: Settings, keys: KeySource) -> None:
    """Seal a copy of every file into the landing folder, named by its content alone."""
    for name, digest in drop.digests.items():
        place = landing_place(drop, digest)
        target = settings.red / place
        if not target.exists():
            write_whole(target, keys.seal(place, _read_checked(drop, name)))


def landing_place(drop: Drop, digest: str) -> str:
    """Where a landed file is kept, relative to the red zone; also what its seal is bound to."""
    return f"landing/{drop.provider}/{digest[:32]}.sealed"


def landed_bytes(drop: Drop, digest: str, settings: Settings, keys: KeySource) -> bytes:
    """A landed file's bytes."""
    place = landing_place(drop, digest)
    return keys.unseal(place, (settings.red / place).read_bytes())


def files_of(drop: Drop, file: FileAgreement) -> list[str]:
    """The drop's files of one kind, by name."""
    return sorted(name for name in drop.digests if fnmatch.fnmatchcase(name, file.pattern))


def file_label(drop: Drop, file: FileAgreement, number: int) -> str:
    """How a message names a file: by the agreement's pattern, for a real name may name a person."""
    count = len(files_of(drop, file))
    which = f" ({number} of {count})" if count > 1 else ""
    return f"the file {file.pattern}{which} of {drop.provider}/{drop.name}"


def _read_checked(drop: Drop, name: str) -> bytes:
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


def _check_files(agreement: Agreement, drop_name: str, digests: Mapping[str, str]) -> None:
    where = f"{agreement.provider}/{drop_name}"
    missing = [f for f in agreement.files if f.required and not fnmatch.filter(digests, f.pattern)]
    advice = "Nothing of it was taken in. Ask the provider to send the delivery complete."
    for file in missing:
        problem = f"the delivery {where} has no file {file.pattern}."
        if file.table == "consent_event":
            raise BadConsent("consent-missing", problem, advice)
        raise BadDelivery("delivery-file-missing", problem, advice)
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
