"""A staged release as the kit sees it: its facts, its ICBs, its contracts and its tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.contract import Contract

COVERAGE = "provider_coverage"
"""What the other numbers rest on: it stands first wherever datasets are listed."""


@dataclass(frozen=True)
class Icb:
    """One ICB of the release; its ODS code names its folder."""

    code: str
    ods_code: str
    name: str


@dataclass(frozen=True)
class Staged:
    """What the kit is made of."""

    folder: Path
    facts: Mapping[str, Any]
    icbs: tuple[Icb, ...]
    outputs: tuple[Contract, ...]
    directories: tuple[Contract, ...] = ()

    @property
    def release_id(self) -> str:
        """The release's id."""
        return str(self.facts["release_id"])

    @property
    def period(self) -> str:
        """The release's period, in words."""
        return f"{self.facts['period']['start']} to {self.facts['period']['end']}"

    def table(self, icb: Icb, dataset: str) -> pa.Table:
        """One dataset of one ICB, as it will be published."""
        return pq.read_table(self.folder / icb.ods_code / f"{dataset}.parquet")


def read_staged(
    folder: Path, outputs: Sequence[Contract], directories: Sequence[Contract] = ()
) -> Staged:
    """The staged release of a folder; coverage comes first among its datasets."""
    facts = json.loads((folder / "manifest.json").read_bytes())
    icbs = tuple(Icb(**icb) for icb in facts["icbs"])
    ordered = sorted(outputs, key=lambda contract: (contract.name != COVERAGE, contract.name))
    return Staged(folder, facts, icbs, tuple(ordered), tuple(directories))
