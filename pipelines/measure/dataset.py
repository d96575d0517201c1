"""From a dataset's SQL file to its exact counts, held to the shape `measured`."""

from pathlib import Path

import pyarrow as pa

from pipelines.core.contract import Contract, Statistic
from pipelines.core.errors import BadContract
from pipelines.core.ports import Engine
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Measured, Scope
from pipelines.measure.atoms import area_atoms
from pipelines.measure.declared import check_declared
from pipelines.measure.scope import parameters_of

SQL = Path(__file__).parent / "sql"
SUMS = ("total", "total_squares", "total_absolute", "largest")


def measure_sql(dataset: str) -> str:
    """The SQL file of a dataset. Raises `BadContract` when there is none."""
    path = SQL / f"{dataset}.sql"
    if not path.is_file():
        raise BadContract(
            "measure-missing",
            f"the dataset {dataset} has a contract and no measure.",
            f"Write pipelines/measure/sql/{dataset}.sql.",
        )
    return path.read_text("utf-8")


def measure(contract: Contract, shape: Contract, scope: Scope, engine: Engine) -> Measured:
    """Run a dataset's measure for one scope.

    Raises `BadContract` on a result of another shape, or in no table that the contract declares.
    """
    result = engine.run(measure_sql(contract.name), parameters_of(scope))
    table = _in_shape(contract, shape, result)
    _check_indicators(contract, table)
    _check_key(contract, shape, table)
    _check_sums(contract, table)
    check_declared(contract, table)
    return Measured(scope, contract, table, area_atoms(engine, scope))


def _in_shape(contract: Contract, shape: Contract, result: pa.Table) -> pa.Table:
    schema = arrow_schema(shape)
    if result.column_names != schema.names:
        raise _bad(contract, "does not return the columns of the shape 'measured', in order.")
    table = None
    try:
        table = result.cast(schema).combine_chunks()
        table.validate(full=True)
    except (pa.ArrowInvalid, ValueError):
        # Raised below: Arrow quotes the value that it choked on.
        table = None
    if table is None or _lacks_values(schema, table):
        raise _bad(contract, "returns a value that the shape 'measured' does not allow.")
    return table.sort_by([(name, "ascending") for name in shape.key])


def _lacks_values(schema: pa.Schema, table: pa.Table) -> bool:
    return any(not field.nullable and table[field.name].null_count for field in schema)


def _check_indicators(contract: Contract, table: pa.Table) -> None:
    # An index is worked out from published numbers, and a quoted one is one: nothing counts them.
    known = {indicator.id for indicator in contract.indicators if indicator.is_counted}
    if not set(table["indicator_id"].to_pylist()) <= known:
        raise _bad(contract, "returns an indicator that the contract does not define.")


def _check_key(contract: Contract, shape: Contract, table: pa.Table) -> None:
    if table.group_by(list(shape.key)).aggregate([]).num_rows != table.num_rows:
        raise _bad(contract, "returns two rows of one key.")


def _check_sums(contract: Contract, table: pa.Table) -> None:
    """Without every sum behind a mean, nobody could tell that one person makes most of it."""
    means = {i.id for i in contract.indicators if i.statistic is Statistic.MEAN}
    for row in table.select(["indicator_id", "count", *SUMS]).to_pylist():
        given = [row[name] is not None for name in SUMS]
        if row["indicator_id"] not in means and any(given):
            raise _bad(contract, "gives sums for an indicator that is no mean.")
        if row["indicator_id"] in means and row["count"] and not all(given):
            raise _bad(contract, "gives a mean without its sums.")


def _bad(contract: Contract, problem: str) -> BadContract:
    return BadContract(
        "measure-shape",
        f"the measure of {contract.name} {problem}",
        f"Correct pipelines/measure/sql/{contract.name}.sql.",
    )
