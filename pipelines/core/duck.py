"""The embedded engine, locked down: no network, no extensions, no file outside given folders."""

import fcntl
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from pipelines.core.errors import BadSettings
from pipelines.core.files import make_private_folder
from pipelines.core.settings import Settings

LOCK = ".lock"
"""Held while a run uses its spill folder, so that another run leaves it alone."""


@contextmanager
def open_engine(
    settings: Settings, readable: Sequence[Path] = ()
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory engine that spills into a folder of the red zone and leaves nothing there."""
    with _spill_folder(make_private_folder(settings.red / "spill")) as spill:
        try:
            engine = duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": settings.memory_limit,
                    "threads": settings.threads,
                    "temp_directory": spill,
                    "temp_file_encryption": True,
                    # The wheel cannot spill otherwise. Its random numbers are weak, so this only
                    # scrambles: the red zone belongs on an encrypted disk.
                    "force_mbedtls_unsafe": True,
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "allow_community_extensions": False,
                },
            )
        except duckdb.Error:
            engine = None
        if engine is None:
            raise BadSettings(
                "settings-memory",
                "the engine did not start with WIDEBRIDGE_MEMORY and WIDEBRIDGE_THREADS as set.",
                "Write the memory as 2GB or 500MB.",
            )
        try:
            folders = ", ".join("'" + str(f).replace("'", "''") + "/'" for f in [*readable, spill])
            engine.execute(f"set allowed_directories = [{folders}]")
            engine.execute("set enable_external_access = false")
            engine.execute("set TimeZone = 'UTC'")
            engine.execute("set lock_configuration = true")
            yield engine
        finally:
            engine.close()


@contextmanager
def _spill_folder(spills: Path) -> Iterator[str]:
    """A folder of this run's own. What a killed run left behind is removed first."""
    with ExitStack() as held:
        with (spills / LOCK).open("w") as gate:
            # One run at a time here, or a folder could be swept before its owner has locked it.
            fcntl.flock(gate, fcntl.LOCK_EX)
            _sweep(spills)
            spill = held.enter_context(TemporaryDirectory(dir=spills))
            lock = held.enter_context((Path(spill) / LOCK).open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield spill


def _sweep(spills: Path) -> None:
    for folder in (f for f in spills.iterdir() if f.is_dir()):
        with suppress(OSError), (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def fetch_table(
    engine: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> pa.Table:
    """A query's result as an Arrow table."""
    relation = engine.sql(sql, params=dict(parameters)) if parameters else engine.sql(sql)
    return relation.to_arrow_table()


def fetch_batches(
    engine: duckdb.DuckDBPyConnection, sql: str, rows: int
) -> Iterator[pa.RecordBatch]:
    """A query's result in batches, through a cursor of its own, so that others may run between."""
    with engine.cursor() as cursor:
        yield from cursor.sql(sql).to_arrow_reader(rows)


def fetch_count(
    engine: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> int:
    """The single whole number that a query gives."""
    # fetchall, for a result that is not read to its end blocks the connection.
    return int(engine.execute(sql, dict(parameters or {})).fetchall()[0][0])
