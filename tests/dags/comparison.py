"""Whether two releases are the same, and what must never be found in what Airflow keeps."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.core.files import sha256_of


def extracts_of(release: Path) -> dict[str, str]:
    """The SHA-256 of every published table, by its place in the release."""
    found = {str(p.relative_to(release)): sha256_of(p) for p in sorted(release.glob("*/*.parquet"))}
    assert found, "the release holds no table: a comparison would prove nothing"
    return found


def differing_tables(one: Path, other: Path) -> list[str]:
    """The tables of one release whose rows or schema are not those of the other's."""
    return [
        place
        for place in extracts_of(one)
        if not pq.read_table(one / place).equals(pq.read_table(other / place), check_metadata=True)
    ]


def approvals_of(release: Path) -> list[tuple[str, str, str, str]]:
    """Who approved, in which role, why and how, as the signed manifest says it."""
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    return [
        (a["officer"]["name"], a["officer"]["role"], a["reason"], a["via"])
        for a in manifest["approvals"]
    ]


def delivered_identifiers(inbox: Path) -> set[bytes]:
    """NHS numbers and postcodes of the people in the referral platform's deliveries."""
    found: set[bytes] = set()
    for path in inbox.glob("movewell_referrals/*/people_*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                found |= {row["nhs_number"].encode(), row["postcode"].encode()}
    long_enough = {text for text in found if len(text) >= 7}
    assert len(long_enough) > 100
    return long_enough


def found_in(folder: Path, texts: set[bytes]) -> list[str]:
    """The files of a folder that hold any of the texts."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, "nothing to search"
    return [path.name for path in files if _holds(path.read_bytes(), texts)]


def _holds(content: bytes, texts: set[bytes]) -> bool:
    return any(text in content for text in texts)
