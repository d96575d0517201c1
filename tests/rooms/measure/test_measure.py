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
from pipelines.measure.atoms import ATOMS
from tests.spec.tables import SCOPE

SUMS_OF_MEANS = ("total", "total_squares", "total_absolute", "largest", "second_largest")


class Answer:
    """An engine that has one answer to every measure, and knows of no areas."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def run(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        is_measure = sql.startswith("--") and bool(parameters)
        return self.table if is_measure else ATOMS.empty_table()


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture
def answer(contracts: Contracts) -> pa.Table:
    shape = contracts.shape("measured")
    row = {c.name: c.example for c in shape.columns if c.name not in SUMS_OF_MEANS}
    days = {"period_start": SCOPE.period_start, "period_end": SCOPE.period_end}
    return pa.Table.from_pylist([{**row, **days}], arrow_schema(shape))


def measured(
    contracts: Contracts, table: pa.Table, dataset: str = "inactive_population"
) -> Measured:
    contract, shape = contracts.output(dataset), contracts.shape("measured")
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


def test_a_mean_without_its_largest_contribution_is_refused(
    contracts: Contracts, answer: pa.Table
) -> None:
    mean = changed(answer, "indicator_id", ["change_in_weight_12_weeks"])
    with pytest.raises(BadContract, match="a mean without its sums"):
        measured(contracts, mean, "programme_outcomes")


def test_sums_of_an_indicator_that_is_no_mean_are_refused(
    contracts: Contracts, answer: pa.Table
) -> None:
    with pytest.raises(BadContract, match="is no mean"):
        measured(contracts, changed(answer, "total", [12.0]))


def with_rows(table: pa.Table, *rows: Mapping[str, object]) -> pa.Table:
    """The answer's one row, once for each mapping of what is different in it."""
    first = table.to_pylist()[0]
    return pa.Table.from_pylist([{**first, **row} for row in rows], table.schema)


MEMBERS = {"indicator_id": "members_low_attendance", "age_band": "all"}


@pytest.mark.parametrize(
    "cut",
    [
        {"area_type": "lsoa21", "area_code": "E01012392"},
        {"sex": "female", "category_type": "deprivation_quintile", "category": "2"},
        {"category_type": "provider", "category": "Alpha"},
        {"area_type": "ltla", "area_code": "E08000001", "age_band": "65+"},
    ],
)
def test_a_row_of_a_table_that_is_not_declared_is_refused(
    contracts: Contracts, answer: pa.Table, cut: Mapping[str, object]
) -> None:
    with pytest.raises(BadContract, match="measure-undeclared-table"):
        measured(contracts, with_rows(answer, {**MEMBERS, **cut}))


@pytest.mark.parametrize(
    "cut",
    [
        {"area_type": "ltla", "area_code": "E08000001", "sex": "male"},
        {"sex": "female", "age_band": "19-34"},
        {"category_type": "deprivation_quintile", "category": "2"},
    ],
)
def test_a_row_of_a_declared_table_is_kept(
    contracts: Contracts, answer: pa.Table, cut: Mapping[str, object]
) -> None:
    assert measured(contracts, with_rows(answer, {**MEMBERS, **cut})).table.num_rows == 1


def test_the_whole_population_of_an_indicator_is_a_total(
    contracts: Contracts, answer: pa.Table
) -> None:
    modelled = {"indicator_id": "modelled_inactive_adults", "age_band": "19+"}
    assert measured(contracts, with_rows(answer, modelled)).table.num_rows == 1


def programme(indicator: str, count: int, denominator: int | None) -> Mapping[str, object]:
    return {
        "indicator_id": indicator, "age_band": "all", "count": count, "denominator": denominator
    }  # fmt: skip


def test_one_number_in_two_rows_is_one_number(contracts: Contracts, answer: pa.Table) -> None:
    rows = [programme("referred", 40, None), programme("started_of_referred", 30, 40)]
    found = measured(contracts, with_rows(answer, *rows), "programme_outcomes")
    assert found.table.num_rows == 2


@pytest.mark.parametrize(
    "rows",
    [
        [programme("referred", 41, None), programme("started_of_referred", 30, 40)],
        [programme("started_of_referred", 30, 40), programme("adhered_of_started", 20, 31)],
        [programme("started_of_referred", 41, 40)],
        [programme("referred", 10, None), programme("completed_of_started", 9, 11)],
    ],
    ids=["count and denominator", "two steps", "more than all", "more than all elsewhere"],
)
def test_numbers_that_contradict_each_other_are_refused(
    contracts: Contracts, answer: pa.Table, rows: list[Mapping[str, object]]
) -> None:
    with pytest.raises(BadContract, match="measure-contradiction"):
        measured(contracts, with_rows(answer, *rows), "programme_outcomes")


def test_a_contradiction_does_not_quote_the_number(contracts: Contracts, answer: pa.Table) -> None:
    rows = [programme("referred", 98761, None), programme("started_of_referred", 3, 98765)]
    with pytest.raises(BadContract) as refusal:
        measured(contracts, with_rows(answer, *rows), "programme_outcomes")
    assert "9876" not in str(refusal.value)


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
