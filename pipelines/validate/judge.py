"""Great Expectations judges a delivery and an output as a whole; only verdicts and counts come out.

Two suites: the contract's own half (columns of the good rows) and the half in `expectations/`
(volumes, shares, freshness), which is judged on a one-row profile, so memory stays bounded.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.core.agreement import FileAgreement
from pipelines.core.contract import Column, Contract, LogicalType
from pipelines.core.duck import fetch_batches, fetch_table
from pipelines.core.errors import BadContract, ExpectationFailed
from pipelines.core.shapes import quoted
from pipelines.core.stages import Checked

BATCH_ROWS = 250_000
STAND_INS = {"birth_date": "birth_year", "postcode": "lsoa21_code", "nhs_number": "nhs_token"}
"""What a sealed row has in place of an identifier; the same share of it may be missing."""


@dataclass(frozen=True)
class Verdict:
    """One expectation's result: what was expected of which column, how grave, whether it held."""

    expectation: str
    column: str
    critical: bool
    held: bool


def judge_delivery(
    checked: Checked, engine: duckdb.DuckDBPyConnection, expectations: Path
) -> list[str]:
    """What is worth a question about one table of a delivery.

    Raises `ExpectationFailed` when a critical expectation is not met.
    """
    contract = checked.contract
    verdicts = []
    names = ", ".join(quoted(c.name) for c in contract.columns)
    rows = f"select {names} from {checked.relation}"
    for batch in fetch_batches(engine, rows, BATCH_ROWS):
        verdicts += _run(contract_suite(contract), pa.Table.from_batches([batch]))
    landed = checked.consented.landed
    profile = _profile(checked, engine)
    if not landed.passed_over:
        verdicts += _run(_volume_suite(landed.kinds), profile)
    if landed.received:
        verdicts += _run(_stored_suite(expectations, contract.name), profile)
    drop = landed.drop
    _raise_if_critical(verdicts, f"{contract.name} of {drop.provider}/{drop.name}")
    return _named(v for v in verdicts if not v.held)


def check_output(table: pa.Table, contract: Contract, expectations: Path) -> list[Verdict]:
    """The verdicts on one dataset before it is published. Raises `ExpectationFailed`."""
    suite = [*contract_suite(contract), *_stored_suite(expectations, contract.name)]
    verdicts = _run(suite, table)
    _raise_if_critical(verdicts, f"the output {contract.name}")
    return verdicts


def contract_suite(contract: Contract) -> list[dict[str, Any]]:
    """The contract's half of the suite, as Great Expectations configurations."""
    suite = [
        _expect("expect_table_columns_to_match_set", column_set=[c.name for c in contract.columns])
    ]
    for column in contract.columns:
        suite += _column_suite(column)
    if contract.key:
        unique = "expect_compound_columns_to_be_unique"
        if len(contract.key) > 1 and contract.zone.value == "green":
            suite.append(_expect(unique, column_list=list(contract.key), ignore_row_if="never"))
    return suite


def _column_suite(column: Column) -> Iterator[dict[str, Any]]:
    name = column.name
    if column.required:
        yield _expect("expect_column_values_to_not_be_null", column=name)
    if column.allowed:
        yield _expect(
            "expect_column_values_to_be_in_set", column=name, value_set=list(column.allowed)
        )
    if column.pattern and column.type is LogicalType.STRING:
        yield _expect("expect_column_values_to_match_regex", column=name, regex=column.pattern)
    if column.minimum is not None or column.maximum is not None:
        yield _expect(
            "expect_column_values_to_be_between",
            column=name, min_value=column.minimum, max_value=column.maximum,
        )  # fmt: skip


def _volume_suite(kinds: Sequence[FileAgreement]) -> list[dict[str, Any]]:
    """The agreement's bounds: too few rows stop the delivery, too many are noted."""
    minimum = sum(kind.volume.min_rows for kind in kinds)
    maximum = sum(kind.volume.max_rows for kind in kinds)
    rows = {"column": "rows_received"}
    between = "expect_column_values_to_be_between"
    return [
        _expect(between, **rows, min_value=minimum),
        {**_expect(between, **rows, max_value=maximum), "severity": "warning"},
    ]


def _stored_suite(folder: Path, table: str) -> list[dict[str, Any]]:
    path = folder / f"{table}.json"
    if not path.exists():
        return []
    try:
        suite = json.loads(path.read_text("utf-8"))
    except ValueError:
        suite = None
    if not isinstance(suite, dict) or set(suite) != {"table", "about", "expectations"}:
        raise BadContract(
            "expectations-invalid",
            f"expectations/{path.name} is not a suite.",
            "Write a JSON object with table, about and expectations.",
        )
    return list(suite["expectations"])


def _expect(kind: str, **settings: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": settings, "severity": "critical"}


def _profile(checked: Checked, engine: duckdb.DuckDBPyConnection) -> pa.Table:
    """One row: how many came, how many were refused, put aside, kept; share missing by column."""
    landed = checked.consented.landed
    # Rows that a provider kept back when it sealed came as much as those put aside here.
    received = landed.received + landed.kept_back
    refused = sum(checked.consented.refused.values())
    aside = sum(checked.quarantined.values()) + landed.kept_back
    names = {c.name for c in checked.contract.columns}
    stand_ins = {of: by for of, by in STAND_INS.items() if landed.drop.sealed and by in names}
    shares = [
        f"coalesce(avg(case when {quoted(stand_ins.get(c.name, c.name))} is null "
        f"then 1.0 else 0.0 end), 0.0) as {quoted(c.name + '_missing_share')}"
        for c in checked.contract.columns
    ]
    missing = fetch_table(engine, f"select {', '.join(shares)} from {checked.relation}")
    facts: Mapping[str, float] = {
        "rows_received": received,
        "rows_kept": checked.kept,
        "refused_share": refused / max(received, 1),
        "quarantined_share": aside / max(received - refused, 1),
    }
    for name, value in facts.items():
        missing = missing.append_column(name, pa.array([value], pa.float64()))
    return missing


def _run(suite: list[dict[str, Any]], table: pa.Table) -> list[Verdict]:
    if not suite:
        return []
    from pipelines.validate.expectations import run_suite

    return [Verdict(*result) for result in run_suite(suite, table)]


def _raise_if_critical(verdicts: list[Verdict], where: str) -> None:
    failed = _named(v for v in verdicts if v.critical and not v.held)
    if failed:
        raise ExpectationFailed(
            "expectation-failed",
            f"{where} does not meet: {'; '.join(failed)}.",
            "It was stopped and nothing else was. Ask the provider, or change the expectation "
            "in expectations/ with a reason.",
        )


def _named(verdicts: Iterable[Verdict]) -> list[str]:
    return sorted({f"{v.expectation} of {v.column or 'the table'}" for v in verdicts})
