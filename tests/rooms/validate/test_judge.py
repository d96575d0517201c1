"""Great Expectations judges; what comes out of it names columns and verdicts, never a value."""

import json
import logging
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.core.contract import Contract
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadContract, ExpectationFailed
from pipelines.core.settings import PROJECT
from pipelines.validate.expectations import run_suite
from pipelines.validate.judge import check_output, contract_suite
from tests.canary.search import search

CONTRACTS = load_contracts(PROJECT / "schemas")
MARK = "9998887770"


def expectation(kind: str, **settings: object) -> dict[str, object]:
    return {"type": kind, "kwargs": settings, "severity": "critical"}


LEAKY = [
    expectation("expect_column_values_to_be_in_set", column="a", value_set=["x"]),
    expectation("expect_column_values_to_match_regex", column="a", regex="^x$"),
    expectation("expect_column_values_to_be_between", column="a", min_value=1, max_value=2),
    expectation("expect_column_max_to_be_between", column="a", max_value=2),
    expectation("expect_column_distinct_values_to_be_in_set", column="a", value_set=["x"]),
    expectation("expect_column_most_common_value_to_be_in_set", column="a", value_set=["x"]),
    expectation("expect_column_mean_to_be_between", column="a", max_value=2),
    expectation("expect_column_values_to_be_unique", column="a"),
    expectation("expect_column_values_to_be_unique", column="absent"),
]
"""Expectations that quote values in their results, or in the text of the error they end in."""


def test_no_result_and_no_log_line_quotes_a_value(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = pa.table({"a": [MARK, MARK, f"{MARK} as text"]})
    with caplog.at_level(logging.DEBUG):
        verdicts = run_suite(LEAKY, table)
    assert len(verdicts) == len(LEAKY)
    assert not any(held for _, _, _, held in verdicts)
    printed = capfd.readouterr()
    assert search(tmp_path, [MARK], [repr(verdicts), caplog.text, *printed]) == set()


@pytest.mark.parametrize("contract", list(CONTRACTS), ids=lambda contract: contract.name)
def test_every_contract_makes_a_suite(contract: Contract) -> None:
    suite = contract_suite(contract)
    assert len(suite) >= 2
    assert len(json.dumps(suite)) > 100


def test_a_table_with_another_shape_is_not_published() -> None:
    contract = CONTRACTS.output("inactive_population")
    with pytest.raises(ExpectationFailed, match="expect_table_columns_to_match_set"):
        check_output(pa.table({"a": [1]}), contract, PROJECT / "none")


def test_a_suite_that_cannot_be_read_stops_the_release(tmp_path: Path) -> None:
    contract = CONTRACTS.output("inactive_population")
    (tmp_path / "inactive_population.json").write_text("[]")
    with pytest.raises(BadContract, match="expectations-invalid"):
        check_output(pa.table({"a": [1]}), contract, tmp_path)
