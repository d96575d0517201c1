"""Directories: lists of things that are no people, from an engine that holds no table of people.

A directory's SQL cannot name a person, because there is none where it is run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from pipelines.core.contract import Contract, Contracts
from pipelines.core.duck import open_engine
from pipelines.core.errors import BadContract
from pipelines.core.ports import Engine
from pipelines.core.settings import Settings
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Listed, Scope
from pipelines.core.store import LocalStore, bind_tables
from pipelines.measure.engine import DuckDBEngine
from pipelines.measure.scope import parameters_of
from pipelines.measure.views import shared_view

DIRECTORIES = Path(__file__).parent / "directories"
OPEN_QUERIES = ("listed_opportunity",)
"""Shared queries that read open tables only."""


@contextmanager
def open_directories(
    settings: Settings, contracts: Contracts, store: LocalStore
) -> Iterator[DuckDBEngine]:
    """An engine over the store's open tables alone."""
    with open_engine(settings, readable=[settings.amber]) as connection:
        bind_tables(connection, contracts.open_tables(), store)
        for name in OPEN_QUERIES:
            connection.execute(shared_view(name))
        yield DuckDBEngine(connection)


def directory_sql(name: str) -> str:
    """The SQL file of a directory. Raises `BadContract` when there is none."""
    path = DIRECTORIES / f"{name}.sql"
    if not path.is_file():
        raise BadContract(
            "measure-missing",
            f"the directory {name} has a contract and no SQL.",
            f"Write pipelines/measure/directories/{name}.sql.",
        )
    return path.read_text("utf-8")


def list_directory(contract: Contract, scope: Scope, engine: Engine, release_id: str) -> Listed:
    """A directory's rows for one scope. Raises `BadContract` on rows of another shape."""
    found = engine.run(directory_sql(contract.name), parameters_of(scope))
    for name, value in (("contract_version", contract.label), ("release_id", release_id)):
        found = found.append_column(name, pa.array([value] * found.num_rows, pa.string()))
    schema = arrow_schema(contract)
    table = None
    if found.column_names == schema.names:
        try:
            table = found.cast(schema).combine_chunks()
            table.validate(full=True)
        except (pa.ArrowInvalid, ValueError):
            # Raised below: Arrow quotes the value that it choked on.
            table = None
    if table is None:
        raise BadContract(
            "measure-shape",
            f"the SQL of the directory {contract.name} does not return its contract's columns.",
            f"Correct pipelines/measure/directories/{contract.name}.sql.",
        )
    return Listed(scope, contract, table.sort_by([(name, "ascending") for name in contract.key]))
