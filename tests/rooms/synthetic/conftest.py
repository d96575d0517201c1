"""One small synthetic delivery with all its dirt, and one without any, read back as text."""

import csv
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.core.agreement import Agreement, FileAgreement, load_agreements
from pipelines.core.settings import PROJECT
from pipelines.synthetic import (
    Neighbourhood,
    Sidecar,
    age_rules_of,
    read_neighbourhoods,
    write_deliveries,
    write_postcode_directory,
    write_reference,
)

THROUGH = dt.date(2026, 9, 30)
SEED = 1
PEOPLE = 4000

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Written:
    """Deliveries as written, with their truth."""

    inbox: Path
    places: list[Neighbourhood]
    sidecar: Sidecar

    def files(self, provider: str, start: str) -> list[Path]:
        """A provider's files whose name begins so, in all its drops; copies left out."""
        found = sorted((self.inbox / provider).glob(f"*/{start}*"))
        return [f for f in found if "_resent" not in f.name]

    def rows(self, provider: str, start: str) -> Rows:
        """All rows of these files, as text, an empty text for nothing."""
        return [row for file in self.files(provider, start) for row in read_rows(file)]


def read_rows(file: Path) -> Rows:
    """One file's rows, read without any code of the project."""
    if file.suffix == ".json":
        records = json.loads(file.read_text("utf-8"))
        return [{k: "" if v is None else str(v) for k, v in r.items()} for r in records]
    encoding = "cp1252" if "parkside" in str(file) else "utf-8-sig"
    with file.open(encoding=encoding, newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [{("Visit Date" if k == "VisitDate" else k): v for k, v in r.items()} for r in rows]


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> list[Neighbourhood]:
    folder = tmp_path_factory.mktemp("reference")
    write_reference(folder, SEED)
    return read_neighbourhoods(folder)


@pytest.fixture(scope="session")
def dirty(tmp_path_factory: pytest.TempPathFactory, places: list[Neighbourhood]) -> Written:
    inbox = tmp_path_factory.mktemp("dirty") / "inbox"
    write_postcode_directory(inbox / "synthetic_postcodes" / "2026-09-30", places, SEED)
    rules = age_rules_of(load_agreements(PROJECT / "schemas"))
    sidecar = write_deliveries(
        inbox, places, people=PEOPLE, seed=SEED, through=THROUGH, age_rules=rules
    )
    return Written(inbox, places, sidecar)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory, places: list[Neighbourhood]) -> Written:
    inbox = tmp_path_factory.mktemp("clean") / "inbox"
    sidecar = write_deliveries(inbox, places, people=PEOPLE, seed=SEED, through=THROUGH, dirt=())
    return Written(inbox, places, sidecar)


@pytest.fixture(scope="session")
def agreements() -> dict[str, Agreement]:
    return load_agreements(PROJECT / "schemas")


def agreed_files(agreements: dict[str, Agreement], provider: str) -> Sequence[FileAgreement]:
    """What the agreement says of a provider's files."""
    return agreements[provider].files
