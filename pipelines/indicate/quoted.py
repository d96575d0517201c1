"""Figures that somebody else published, quoted as rows of their own, each with its source.

They come from the contract and go into no sum, ratio or product: nothing here reads a local number.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from pipelines.core.contract import Contract, Indicator
from pipelines.core.stages import Scope


def with_quoted(contract: Contract, scope: Scope, release_id: str, table: pa.Table) -> pa.Table:
    """The published table with a row for every figure that its contract quotes."""
    rows = quoted_rows(contract, scope, release_id)
    if not rows:
        return table
    return pa.concat_tables([table, pa.Table.from_pylist(rows, table.schema)]).combine_chunks()


def quoted_rows(contract: Contract, scope: Scope, release_id: str) -> Sequence[dict[str, Any]]:
    """The rows of the quoted figures: the same in every extract but for whose extract it is."""
    return [
        {**_figure(indicator), **_extract(contract, scope, release_id)}
        for indicator in contract.indicators
        if indicator.quoted is not None
    ]


def _figure(indicator: Indicator) -> dict[str, Any]:
    figure = indicator.quoted
    if figure is None:
        return {}
    return {
        "indicator_id": indicator.id,
        "indicator_name": indicator.name,
        "area_code": figure.area_code,
        "area_name": figure.area_name,
        "area_type": "country",
        "value": figure.value,
        "unit": indicator.unit,
        "value_note": f"Quoted from: {indicator.source} {indicator.caveat}",
    }


def _extract(contract: Contract, scope: Scope, release_id: str) -> dict[str, Any]:
    return {
        "geography_vintage": scope.vintage,
        "parent_area_code": scope.icb_code,
        "period_start": scope.period_start,
        "period_end": scope.period_end,
        "sex": "persons",
        "age_band": "all",
        "category_type": "all",
        "category": "all",
        "ci_method": "none",
        "suppression_status": "none",
        "providers_reporting": 0,
        "providers_expected": 0,
        "contract_version": contract.label,
        "release_id": release_id,
    }
