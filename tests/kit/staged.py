"""A staged release of two ICBs, written straight from the contracts' own examples."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.contract import Column, Contract, LogicalType
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema

CONTRACTS = load_contracts(PROJECT / "schemas")
OUTPUTS, DIRECTORIES = CONTRACTS.outputs, CONTRACTS.directories
RELEASE = "2026-09-30-v2026-3f9a1c2b"
ICBS = {"QOP": "E54000057", "QJM": "E54000013"}
HOSTILE = '=HYPERLINK("#x","open")'

Row = dict[str, Any]
Changed = Mapping[str, Any]


def row(contract: Contract, changed: Changed | None = None) -> Row:
    """One row: the examples of the contract's columns, its first indicator, and what differs."""
    told = {column.name: _example(column) for column in contract.columns}
    told["indicator_id"] = contract.indicators[0].id
    return {**told, "contract_version": contract.label, "release_id": RELEASE, **(changed or {})}


def _example(column: Column) -> object:
    if column.type is LogicalType.DATE:
        return dt.date.fromisoformat(str(column.example))
    return column.example


def write_release(
    folder: Path, rows: Mapping[str, list[Row]], facts: Mapping[str, Any] | None = None
) -> Path:
    """A folder of extracts: the same rows of each dataset for both ICBs."""
    for ods_code, code in ICBS.items():
        (folder / ods_code).mkdir(parents=True)
        for contract in OUTPUTS:
            own = [
                {**told, "parent_area_code": code, "area_code": code, "area_ods_code": ods_code}
                for told in rows.get(contract.name, [row(contract)])
            ]
            table = pa.Table.from_pylist(own, arrow_schema(contract))
            pq.write_table(table, folder / ods_code / f"{contract.name}.parquet")
        for contract in DIRECTORIES:
            listed = {column.name: _example(column) for column in contract.columns}
            table = pa.Table.from_pylist([{**listed, "ends_on": None}], arrow_schema(contract))
            pq.write_table(table, folder / ods_code / f"{contract.name}.parquet")
    (folder / "manifest.json").write_text(json.dumps({**manifest(), **(facts or {})}))
    return folder


def manifest() -> dict[str, Any]:
    """What the kit reads of a manifest."""
    return {
        "release_id": RELEASE,
        "geography_vintage": "2026",
        "period": {"start": "2025-10-01", "end": "2026-09-30"},
        "as_of": "2026-10-15",
        "protection": {"limits": {"hide_up_to": 7, "round_to": 5}},
        "icbs": [
            {"code": code, "ods_code": ods_code, "name": f"NHS {ods_code}"}
            for ods_code, code in ICBS.items()
        ],
        "datasets": [
            {
                "name": contract.name,
                "contract": contract.label,
                "indicators": [
                    {**asdict(i), "statistic": i.statistic.value} for i in contract.indicators
                ],
            }
            for contract in OUTPUTS
        ],
    }
