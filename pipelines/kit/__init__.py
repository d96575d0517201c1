"""The analyst's kit of a release: what opens its tables in Excel, Power BI, Python, R and SQL.

It is made of the staged folder, the contracts and the release before it, and of nothing else:
the same folder gives the same files, byte for byte.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.core.contract import Contract
from pipelines.kit import changes, dictionary, lessons, power_bi, workbook
from pipelines.kit.contents import contents
from pipelines.kit.staged import read_staged

FOLDER = "kit"

__all__ = ["FOLDER", "make"]


def make(
    folder: Path,
    outputs: Sequence[Contract],
    directories: Sequence[Contract] = (),
    previous: Path | None = None,
) -> Mapping[str, bytes]:
    """The kit's files, by their path inside the release.

    `previous` is the newest release before this one; without one, the change page says so.
    """
    staged = read_staged(folder, outputs, directories)
    files = {
        **dictionary.files(staged),
        **changes.files(staged, previous),
        **lessons.files(staged),
        **power_bi.files(staged),
        **workbook.files(staged),
    }
    files["README.md"] = contents(staged)
    return {f"{FOLDER}/{name}": data for name, data in sorted(files.items())}
