"""What `widebridge seal` begins and ends with: a provider's own files, and the drop made of them.

Nothing is landed and nothing is kept. A list of checksums is believed when there is one.
"""

import glob
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pipelines.core.agreement import Agreement, FileAgreement
from pipelines.core.errors import BadDelivery
from pipelines.core.files import make_private_folder, sha256_of, sync_folder, write_whole
from pipelines.core.stages import Drop
from pipelines.source.formats import find_reader
from pipelines.source.landing import check_files, delivery_id_of
from pipelines.source.transports.folder import DROP_NAME, LIST, check_name, read_listed


def find_exports(folder: Path) -> list[str]:
    """Days under `export/` that are whole (they have a list of checksums) and not sealed yet."""
    whole = {path.parent.name for path in (folder / "export").glob(f"*/{LIST}")}
    sealed = {path.parent.name for path in (folder / "sealed").glob(f"*/{LIST}")}
    return sorted(name for name in whole - sealed if DROP_NAME.match(name))


def open_folder(agreement: Agreement, folder: Path, name: str) -> Drop:
    """An export that lies on this machine, as the delivery of a day."""
    check_name(name)
    if not folder.is_dir():
        raise BadDelivery(
            "edge-folder-missing",
            "the folder to seal is not there.",
            "Name the folder that the export was written to.",
        )
    if (folder / LIST).is_file():
        digests = dict(read_listed(folder, "the folder to seal"))
    else:
        files = sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith("."))
        digests = {f.name: sha256_of(f) for f in files}
    check_files(agreement, name, digests)
    return Drop(agreement.provider, name, folder, digests, delivery_id_of(digests))


def write_drop(target: Path, contents: Mapping[str, bytes]) -> None:
    """A finished drop: the files and the list of their checksums, all of it or nothing."""
    lines = [f"{hashlib.sha256(data).hexdigest()}  {n}\n" for n, data in sorted(contents.items())]
    aside = target.with_name(f".{target.name}.part")
    # What a killed run left is made anew.
    shutil.rmtree(aside, ignore_errors=True)
    make_private_folder(aside)
    for name, data in contents.items():
        write_whole(aside / name, data)
    write_whole(aside / LIST, "".join(lines).encode())
    aside.rename(target)
    sync_folder(target.parent)


def open_directory(
    agreements: Iterable[Agreement], path: Path
) -> tuple[Drop, Agreement, FileAgreement]:
    """A postcode directory in one file, and the publisher's agreement that its header fits."""
    if path.is_file():
        for agreement in agreements:
            for file in agreement.files:
                if file.table == "postcode_directory" and _fits(path, file):
                    digests = {path.name: sha256_of(path)}
                    drop = Drop(agreement.provider, "directory", path.parent, digests, "")
                    return drop, agreement, replace(file, pattern=glob.escape(path.name))
    raise BadDelivery(
        "edge-postcodes",
        "the postcode directory is not there, or its columns fit no agreement.",
        "Give a CSV file with the columns postcode and lsoa21, or the publisher's own.",
    )


def _fits(path: Path, file: FileAgreement) -> bool:
    try:
        with path.open("rb") as stream:
            first = next(find_reader(file.format)(stream, file.options), None)
    except BadDelivery:
        return False
    names = set(first.column_names) if first is not None else set()
    return set(file.columns) <= names <= {*file.columns, *file.ignore}
