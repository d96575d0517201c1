"""A made-up dataset with one indicator of every kind, and protected rows of it."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.core.contract_file import load_contracts, read_contract
from pipelines.core.settings import PROJECT
from pipelines.core.stages import Indicated, Protected, Scope
from pipelines.indicate import indicate

SHAPES = load_contracts(PROJECT / "schemas").by_group["shapes"]
WORDS = "name: N, definition: D, numerator: X, denominator: Y, polarity: P, source: S, caveat: C"
TEXT = f"""\
apiVersion: v3.1.0
kind: DataContract
id: made
name: made
version: 1.0.0
status: active
customProperties:
  - {{property: zone, value: green}}
  - {{property: person_level, value: false}}
  - {{property: shape, value: indicator}}
  - property: disclosure
    value:
      profile: nhs
      populations:
        - id: people
        - {{id: active, within: people}}
        - {{id: paired, within: people}}
        - {{id: visits, of_people: false}}
      tables:
        - {{by: [icb, deprivation_quintile], populations: [people, active, paired, visits]}}
  - property: indicators
    value:
      - {{id: visits, statistic: count, counts: visits, unit: visits, ci_method: byars, {WORDS}}}
      - {{id: share, statistic: proportion, counts: active, of: people, unit: '%',
         ci_method: wilson, {WORDS}}}
      - {{id: visit_rate, statistic: rate, counts: visits, of: people, multiplier: 1000,
         unit: visits per 1000 people, ci_method: byars, {WORDS}}}
      - {{id: exact_rate, statistic: rate, counts: visits, of: people, multiplier: 1000,
         unit: visits per 1000 people, ci_method: exact, {WORDS}}}
      - {{id: change, statistic: mean, counts: paired, unit: minutes,
         ci_method: student_t, {WORDS}}}
      - {{id: spread, statistic: index, index: standard_deviation, from: change, unit: minutes,
         ci_method: none, {WORDS}}}
      - {{id: slope, statistic: index, index: sii, from: share, over: deprivation_quintile,
         unit: percentage points, ci_method: simulation, {WORDS}}}
      - {{id: ratio, statistic: index, index: rii, from: share, over: deprivation_quintile,
         unit: times, ci_method: none, {WORDS}}}
      - {{id: rate_slope, statistic: index, index: sii, from: visit_rate,
         over: deprivation_quintile, unit: visits, ci_method: simulation, {WORDS}}}
      - {{id: mean_slope, statistic: index, index: sii, from: change, over: deprivation_quintile,
         unit: minutes, ci_method: simulation, {WORDS}}}
schema:
  - name: made
    physicalType: table
    description: A made-up dataset.
"""

SCOPE = Scope(
    icb_code="E54000057", icb_ods_code="QOP", icb_name="ICB", vintage="2026",
    boundaries_on=dt.date(2026, 4, 1), period_start=dt.date(2025, 10, 1),
    period_end=dt.date(2026, 9, 30), as_of=dt.date(2026, 10, 1), purpose="service_evaluation",
)  # fmt: skip
FIFTHS = ("1 most deprived fifth", "2", "3", "4", "5 least deprived fifth")


def made_contract(folder: Path, text: str = TEXT) -> Contract:
    """The contract, or what its text was changed to."""
    path = folder / "made.yaml"
    path.write_text(text)
    return read_contract(path, SHAPES)


def row(indicator: str, count: int | None, **others: Any) -> dict[str, Any]:
    """A protected row of the whole ICB; a count of None is hidden."""
    return {
        "indicator_id": indicator, "area_code": "E54000057", "area_ods_code": "QOP",
        "area_name": "ICB", "area_type": "icb", "parent_area_code": "E54000057",
        "period_start": SCOPE.period_start, "period_end": SCOPE.period_end, "sex": "persons",
        "age_band": "all", "category_type": "all", "category": "all", "count": count,
        "denominator": None, "total": None, "total_squares": None, "providers_reporting": 2,
        "providers_expected": 2, "suppression_status": "hidden" if count is None else "rounded",
        **others,
    }  # fmt: skip


def by_fifth(
    indicator: str, counts: Sequence[int | None], denominator: int = 100, **others: Any
) -> list[dict[str, Any]]:
    """A row for each fifth of deprivation."""
    return [
        row(
            indicator, count, denominator=denominator, category_type="deprivation_quintile",
            category=fifth, **others,
        )
        for fifth, count in zip(FIFTHS, counts, strict=True)
    ]  # fmt: skip


def indicated(contract: Contract, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The published rows that these protected ones become."""
    numbers = {"denominator": pa.int64(), "total": pa.float64(), "total_squares": pa.float64()}
    table = pa.Table.from_pylist(list(rows))
    for name, kind in {**numbers, "count": pa.int64()}.items():
        table = table.set_column(
            table.column_names.index(name), name, table[name].cast(kind, safe=False)
        )
    table = table.append_column("holds", pa.array([False] * len(rows)))
    for name in ("held_value", "held_lower", "held_upper"):
        table = table.append_column(name, pa.nulls(len(rows), pa.float64()))
    found: Indicated = indicate(Protected(SCOPE, contract, table, "rule", 6, {}, None), "release")
    return [dict(r) for r in found.table.to_pylist()]
