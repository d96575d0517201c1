"""A release's folder as the report reads it: manifest, protection, extracts. Nothing from outside.

A candidate has no approvals yet and no keys' ages; whoever asks for them gets none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.errors import BadRelease

COVERAGE = "provider_coverage"
MANIFEST, DISCLOSURE, CHANGES = "manifest.json", "disclosure.json", "kit/changes.json"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What one release folder tells."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def icbs(self) -> Sequence[Mapping[str, str]]:
        """The ICBs that the release has an extract for."""
        icbs: Sequence[Mapping[str, str]] = self.manifest["icbs"]
        return icbs

    @property
    def datasets(self) -> list[str]:
        """Names of the published datasets."""
        return [dataset["name"] for dataset in self.manifest["datasets"]]

    @property
    def directories(self) -> list[str]:
        """Names of the published lists of things."""
        return [directory["name"] for directory in self.manifest.get("directories", [])]

    @property
    def approvals(self) -> Sequence[Mapping[str, Any]]:
        """Who approved it; nobody yet for a candidate."""
        approvals: Sequence[Mapping[str, Any]] = self.manifest.get("approvals", [])
        return approvals

    @property
    def processing(self) -> Sequence[Mapping[str, Any]]:
        """What each provider's agreement says and what is taken from its deliveries."""
        told: Sequence[Mapping[str, Any]] = self.manifest.get("processing", [])
        return told

    @cached_property
    def disclosure(self) -> Mapping[str, Any]:
        """How the release as a whole was protected."""
        return read_json(self.folder / DISCLOSURE)

    @cached_property
    def changes(self) -> Mapping[str, Any] | None:
        """What changed since the release before, if the candidate says."""
        path = self.folder / CHANGES
        return read_json(path) if path.is_file() else None

    def evidence(self, ods_code: str) -> Mapping[str, Mapping[str, Any]]:
        """How one ICB's datasets were protected."""
        told: Mapping[str, Mapping[str, Any]]
        told = read_json(self.folder / ods_code / DISCLOSURE)["datasets"]
        return told

    def extract(self, ods_code: str, dataset: str) -> pa.Table:
        """One dataset of one ICB. An empty table without columns where there is none."""
        path = self.folder / ods_code / f"{dataset}.parquet"
        if not path.is_file():
            return pa.table({})
        table: pa.Table = pq.read_table(path, page_checksum_verification=True)
        return table

    def rows(self, ods_code: str, dataset: str, **only: str) -> list[Row]:
        """An extract's rows where columns hold these values."""
        table = self.extract(ods_code, dataset)
        # Before they become Python's: an ICB has some ten thousand rows, and few are asked for.
        for name, text in only.items():
            if table.num_rows:
                table = table.filter(pc.equal(table[name], text))
        rows: list[Row] = table.to_pylist()
        return rows


def read_facts(folder: Path) -> Facts:
    """The facts of a release or a candidate. Raises `BadRelease` when the folder is neither."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict):
        raise BadRelease(
            "report-no-release",
            f"{folder.name} is not a release: it has no readable manifest.",
            "Name the folder of a release.",
        )
    return Facts(folder, manifest)


def read_json(path: Path) -> Mapping[str, Any]:
    """A JSON file of the folder."""
    content: Mapping[str, Any] = json.loads(path.read_bytes())
    return content
