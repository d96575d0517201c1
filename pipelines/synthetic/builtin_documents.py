"""The two built-in tables that are no CSV: waiting times (Parquet) and metadata (JSON)."""

import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.synthetic.builtin_places import Board

# The names of treatment functions changed in April 2021: both kinds are in the real file.
BEFORE_2021 = ("Cardiology", "Trauma & Orthopaedics", "Other", "Total")
SINCE_2021 = (
    "Cardiology Service", "Trauma and Orthopaedic Service", "Other - Medical Services", "Total",
)  # fmt: skip
MONTHS = (
    (dt.date(2020, 4, 1), BEFORE_2021),
    (dt.date(2025, 1, 1), SINCE_2021),
    (dt.date(2025, 2, 1), SINCE_2021),
)
WAITS_SCHEMA = pa.schema(
    [
        ("stp20_nhs_code", pa.large_string()),
        ("stp20_name", pa.large_string()),
        ("date", pa.date32()),
        ("year", pa.float64()),
        ("month", pa.dictionary(pa.int8(), pa.string())),
        ("treatment", pa.large_string()),
        ("waits_over_18_weeks", pa.float64()),
        ("waits_over_52_weeks", pa.float64()),
    ]
)


def waits_parquet(boards: Sequence[Board], seed: int) -> bytes:
    """People waiting over 18 and over 52 weeks, by ICB of 2024, month and treatment function."""
    names = {b.ods24: b.name24.upper() for b in boards}
    columns = zip(*_waits(names, np.random.default_rng([seed, 4])), strict=True)
    arrays = [
        pa.array(values, pa.string()).dictionary_encode().cast(field.type)
        if pa.types.is_dictionary(field.type)
        else pa.array(values, field.type)
        for field, values in zip(WAITS_SCHEMA, columns, strict=True)
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=WAITS_SCHEMA), out)
    return out.getvalue()


def _waits(names: dict[str, str], rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for month, functions in MONTHS:
        for code, name in names.items():
            over_18 = [float(n) for n in rng.integers(400, 6_000, len(functions) - 1)]
            over_52 = [float(int(n * 0.08)) for n in over_18]
            both = zip([*over_18, sum(over_18)], [*over_52, sum(over_52)], strict=True)
            for function, waits in zip(functions, both, strict=True):
                yield code, name, month, float(month.year), f"{month:%b}", function, *waits


def metadata_json() -> bytes:
    """What 93015 means, in the fields of FingertipsNext and in our own words."""
    texts = dict.fromkeys(METADATA_EMPTY) | METADATA_TEXTS
    flags = dict.fromkeys(METADATA_FLAGS, False)
    return json.dumps([texts | flags | {"indicatorID": 93015}], indent=1).encode()


METADATA_EMPTY = (
    "standardPopulation", "copyright", "reuse", "rounding", "disclouseControl", "countSource",
    "denominatorSource",
)  # fmt: skip
METADATA_FLAGS = (
    "usedInPoc", "hasInequalities", "hideInSearch", "requiresGeoAggregation", "hasMultipleSexes",
    "hasMultipleAges", "hasMultipleDeprivation", "containsCumulativePeriodData",
)  # fmt: skip
METADATA_TEXTS = {
    "indicatorName": "Physically inactive in adults aged 19 years and over",
    "indicatorDefinition": "Adults who do under 30 equivalent minutes a week,<br/>of all asked.",
    "rationale": "Inactive people gain most from moving more.",
    "valueType": "Proportion",
    "unitLabel": "%",
    "unitValue": "100",
    "denominatorType": "Survey sample",
    "ciMethod": "Other method - see below",
    "ciMethodDetails": "Simulated from the unweighted sample and the weighted percentage.",
    "polarity": "Low is good",
    "method": "Count over sample &times; 100. Sport, fitness, walking, cycling, dance, gardening.",
    "countDefinition": "People asked who do under 30 minutes a week, weighted.",
    "denominatorDefinition": "People asked, weighted; as downloaded it is unweighted.",
    "caveats": "People report it themselves.",
    "notes": "The survey's own publication counts from 16 years and leaves gardening out.",
    "dataSource": "OHID, from a survey by Sport England",
    "benchmarkComparisonMethod": "Overlap of limits",
    "periodType": "Yearly",
    "frequency": "annually",
    "earliestDataPeriod": "01/11/2015",
    "latestDataPeriod": "01/11/2022",
    "lastUpdatedDate": "2024-04-25T00:00:00",
}
