"""What earlier releases published: every number, or mark, under a name that no release changes.

Read from the release folders alone. A release that the ledger knows and no folder shows would be
forgotten by the audit, so it stops the next one.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.errors import BadRelease
from pipelines.core.files import sha256_of

MANIFEST = "manifest.json"
PLACE = ("area_code", "parent_area_code", "sex", "age_band", "category_type", "category")
"""With the population in front, what names a cell; neither period nor release is part of it."""
ALL_AGES = ("all", "19+")
NUMBERS = ("count", "denominator", "value", "lower_ci_95", "upper_ci_95")

Populations = Mapping[str, tuple[str, str | None]]
"""An indicator's population, and its denominator's where it has one."""


@dataclass(frozen=True)
class Published:
    """One number as a release gave it: `shown` is None where a mark stood.

    `value` and its limits are given for an indicator's row only, not for a population's cell.
    """

    release_id: str
    as_of: dt.date
    period_end: dt.date
    vintage: str
    cell: str
    shown: int | None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def age(self) -> tuple[dt.date, dt.date, str]:
        """Later releases have a greater one."""
        return self.as_of, self.period_end, self.release_id


def release_folders(releases: Path) -> list[Path]:
    """The folders of finished releases, by name. One still being written begins with a dot."""
    found = releases.iterdir() if releases.is_dir() else ()
    return sorted(p for p in found if p.is_dir() and not p.name.startswith("."))


def published_cells(
    folders: Sequence[Path],
    dataset: str,
    of_indicator: Populations,
    icb_ods_code: str | None = None,
) -> list[Published]:
    """Every population's number at every place, once for each release that gave it.

    A number that one row shows and another hides was shown.
    """
    found: dict[tuple[str, str], Published] = {}
    for facts, row in _rows(folders, dataset, icb_ods_code):
        counts, of = of_indicator.get(row["indicator_id"], (None, None))
        for population, name in ((counts, "count"), (of, "denominator")):
            if population is not None:
                number = Published(**facts, cell=_named(population, row), shown=row[name])
                known = found.get((number.release_id, number.cell))
                if known is None or known.shown is None:
                    found[number.release_id, number.cell] = number
    return sorted(found.values(), key=lambda number: (number.cell, number.age))


def published_values(
    folders: Sequence[Path], dataset: str, icb_ods_code: str | None = None
) -> list[Published]:
    """Every indicator's row with its value and limits; its name has the indicator in front."""
    found = [
        Published(
            **facts,
            cell=_named(row["indicator_id"], row),
            shown=row["count"],
            value=row["value"],
            lower=row["lower_ci_95"],
            upper=row["upper_ci_95"],
        )
        for facts, row in _rows(folders, dataset, icb_ods_code)
    ]
    return sorted(found, key=lambda number: (number.cell, number.age))


def newest(published: Iterable[Published]) -> dict[str, Published]:
    """The last number of each cell: that of the latest day of use, then period, then release."""
    last: dict[str, Published] = {}
    for number in published:
        if number.cell not in last or last[number.cell].age < number.age:
            last[number.cell] = number
    return last


def check_all_there(published: Mapping[str, str], folders: Iterable[Path]) -> None:
    """Raise `BadRelease` unless every release of the ledger is here as it was published.

    `published` is the SHA-256 of each release's manifest, by release id.
    """
    there = {folder.name: folder for folder in folders}
    for release_id, digest in sorted(published.items()):
        if release_id not in there:
            raise _forgotten(release_id, "its folder is missing")
        folder = there[release_id]
        if not _is_unaltered(folder, digest):
            raise _forgotten(release_id, "its folder is not as it was published")


def _is_unaltered(folder: Path, digest: str) -> bool:
    path = folder / MANIFEST
    if not path.is_file() or sha256_of(path) != digest:
        return False
    files = _manifest(folder)["files"]
    return all(
        (folder / name).is_file() and sha256_of(folder / name) == entry["sha256"]
        for name, entry in files.items()
    )


def _rows(
    folders: Sequence[Path], dataset: str, icb_ods_code: str | None
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every row of a dataset beside what its release says of itself."""
    for folder in sorted(folders):
        facts = _facts(folder)
        for path in sorted(folder.glob(f"{icb_ods_code or '*'}/{dataset}.parquet")):
            for row in _table(path, folder).to_pylist():
                yield facts, row


def _table(path: Path, folder: Path) -> pa.Table:
    try:
        return pq.read_table(path, columns=["indicator_id", *PLACE, *NUMBERS])
    except (pa.ArrowException, OSError):
        # `from None`: Arrow quotes what it read.
        raise _forgotten(folder.name, f"{path.name} cannot be read") from None


def _facts(folder: Path) -> dict[str, Any]:
    content = _manifest(folder)
    return {
        "release_id": content["release_id"],
        "as_of": dt.date.fromisoformat(content["as_of"]),
        "period_end": dt.date.fromisoformat(content["period"]["end"]),
        "vintage": content["geography_vintage"],
    }


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict) or "files" not in content:
        raise _forgotten(folder.name, "its manifest is missing or unreadable")
    return content


def _named(population: str, row: Mapping[str, Any]) -> str:
    """The name that `Cell.identity` gives, whichever word the release had for all ages."""
    place = {name: str(row[name]) for name in PLACE}
    if place["age_band"] in ALL_AGES:
        place["age_band"] = "all"
    return "|".join([population, *place.values()])


def _forgotten(release_id: str, problem: str) -> BadRelease:
    return BadRelease(
        "release-forgotten",
        f"the release {release_id} was published, and {problem}: what it told cannot be reckoned "
        "with.",
        "Put its folder back as it was published, then plan the release again.",
    )
