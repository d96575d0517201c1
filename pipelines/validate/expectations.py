"""The one module that imports Great Expectations, which takes seconds.

Runs BOOLEAN_ONLY, and lets nothing of a result through but the expectation's name, the column, its
severity and whether it held: result and exception texts can quote values.
"""

import logging
import os
import warnings
from functools import cache
from typing import Any

import pyarrow as pa

# Before the import, which alone logs some two hundred lines.
logging.getLogger("great_expectations").setLevel(logging.ERROR)
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import great_expectations as gx


def run_suite(
    expectations: list[dict[str, Any]], table: pa.Table
) -> list[tuple[str, str, bool, bool]]:
    """(expectation, column, critical, held) of each expectation, on one table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = _batch(table)
        suite = gx.ExpectationSuite(name="suite", expectations=expectations)
        outcome = batch.validate(suite, result_format="BOOLEAN_ONLY")
    return [_allowed(result) for result in outcome.results]


def _batch(table: pa.Table) -> Any:
    return _whole_table().get_batch({"dataframe": table.to_pandas(types_mapper=_text)})


@cache
def _whole_table() -> Any:
    """Made once a process: a context takes longer to make than most suites to run."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_pandas("delivery")
    return source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")


def _text(kind: pa.DataType) -> Any:
    import pandas as pd

    return pd.StringDtype() if pa.types.is_string(kind) else None


def _allowed(result: Any) -> tuple[str, str, bool, bool]:
    config = result.expectation_config
    severity = getattr(config.severity, "value", config.severity)
    column = config.kwargs.get("column", "")
    return str(config.type), str(column), severity == "critical", result.success is True
