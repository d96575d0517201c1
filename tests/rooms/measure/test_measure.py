"""A measure's result is held to its shape, and its days follow from the scope."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

import pyarrow as pa
import pytest

from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.errors import BadContract
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Measured
from pipelines.measure import measure, measure_sql, parameters_of, twelve_months_to
from tests.spec.tables import SCOPE


class Answer:
    """An engine that has one answer to every question."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def run(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        return self.table if sql and parameters else None


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture
def answer(contracts: Contracts) -> pa.Table:
    shape = contracts.shape("measured")
    row = {c.name: c.example for c in shape.columns}
    days = {"period_start": SCOPE.period_start, "period_end": SCOPE.period_end}
    return pa.Table.from_pylist([{**row, **days}], arrow_schema(shape))


def measured(contracts: Contracts, table: pa.Table) -> Measured:
    contract, shape = contracts.output("inactive_population"), contracts.shape("measured")
    return measure(contract, shape, SCOPE, Answer(table))


def changed(table: pa.Table, name: str, values: list[object]) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def test_a_result_in_shape_is_kept(contracts: Contracts, answer: pa.Table) -> None:
    assert measured(contracts, answer).table.num_rows == 1


def test_a_column_less_is_refused(contracts: Contracts, answer: pa.Table) -> None:
    with pytest.raises(BadContract, match="columns of the shape"):
        measured(contracts, answer.drop_columns(["count"]))


@pytest.mark.parametrize("count", [1.5, None])
def test_a_count_that_is_no_whole_number_is_refused(
    contracts: Contracts, answer: pa.Table, count: float | None
) -> None:
    with pytest.raises(BadContract, match="does not allow"):
        measured(contracts, changed(answer, "count", [count]))


def test_the_refusal_does_not_quote_the_value(contracts: Contracts, answer: pa.Table) -> None:
    with pytest.raises(BadContract) as refusal:
        measured(contracts, changed(answer, "count", [987654.25]))
    assert (refusal.value.__context__, "987654" in str(refusal.value)) == (None, False)


def test_an_indicator_that_no_contract_defines_is_refused(
    contracts: Contracts, answer: pa.Table
) -> None:
    with pytest.raises(BadContract, match="does not define"):
        measured(contracts, changed(answer, "indicator_id", ["other"]))


def test_two_rows_of_one_key_are_refused(contracts: Contracts, answer: pa.Table) -> None:
    with pytest.raises(BadContract, match="two rows of one key"):
        measured(contracts, pa.concat_tables([answer, answer]))


def test_a_dataset_without_a_measure_is_refused() -> None:
    with pytest.raises(BadContract, match="measure-missing"):
        measure_sql("other")


@pytest.mark.parametrize(
    ("last", "first"),
    [
        (dt.date(2026, 9, 30), dt.date(2025, 10, 1)),
        (dt.date(2024, 2, 28), dt.date(2023, 3, 1)),
        (dt.date(2024, 2, 29), dt.date(2023, 3, 1)),
        (dt.date(2025, 2, 28), dt.date(2024, 3, 1)),
        (dt.date(2025, 12, 31), dt.date(2025, 1, 1)),
    ],
)
def test_twelve_months_end_on_their_last_day(last: dt.date, first: dt.date) -> None:
    assert twelve_months_to(last) == first


def test_the_last_28_days_are_28() -> None:
    found = parameters_of(SCOPE)
    assert found["last_28_days_from"] == SCOPE.period_end - dt.timedelta(days=27)


def test_the_cohort_moves_with_the_period() -> None:
    earlier = dataclasses.replace(SCOPE, period_end=dt.date(2026, 6, 30))
    found = parameters_of(earlier)
    assert (found["cohort_from"], found["cohort_to"]) == (
        dt.date(2024, 12, 31),
        dt.date(2025, 12, 30),
    )
