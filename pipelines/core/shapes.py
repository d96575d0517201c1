"""The Arrow and SQL shapes that a contract stands for."""

from collections.abc import Iterable

import pyarrow as pa

from pipelines.core.contract import Column, Contract, LogicalType

ARROW = {
    LogicalType.STRING: pa.string(),
    LogicalType.INTEGER: pa.int64(),
    LogicalType.NUMBER: pa.float64(),
    LogicalType.DATE: pa.date32(),
    LogicalType.TIMESTAMP: pa.timestamp("us"),
    LogicalType.BOOLEAN: pa.bool_(),
}
SQL = {
    LogicalType.STRING: "varchar",
    LogicalType.INTEGER: "bigint",
    LogicalType.NUMBER: "double",
    LogicalType.DATE: "date",
    LogicalType.TIMESTAMP: "timestamp",
    LogicalType.BOOLEAN: "boolean",
}


def arrow_schema(contract: Contract) -> pa.Schema:
    """The contract as an Arrow schema; each field carries its description and classification."""
    return pa.schema([_field(column) for column in contract.columns])


def _field(column: Column) -> pa.Field:
    metadata = {
        "description": column.description,
        "classification": column.classification.value,
    }
    if column.unit:
        metadata["unit"] = column.unit
    return pa.field(
        column.name, ARROW[column.type], nullable=not column.required, metadata=metadata
    )


def empty_table(contract: Contract) -> pa.Table:
    """No rows, every column: what SQL is bound against in tests."""
    return arrow_schema(contract).empty_table()


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def column_list(names: Iterable[str]) -> str:
    """Names as a comma-separated list of SQL identifiers."""
    return ", ".join(quoted(name) for name in names)
