"""The leaky twin: what a careless run would write, in every kind of place that a run writes to.

Each leak takes a folder and what leaks (a text, or bytes in some spelling) and puts it there as
the real thing would: the same libraries, the same formats.
"""

import base64
import gzip
import html
import json
import logging
import pickle
import shutil
import sqlite3
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Place = Callable[[Path, bytes], None]


def log_line(folder: Path, leak: bytes) -> None:
    """A log's line."""
    (folder / "run.log").write_bytes(b"2026-10-15 WARNING bad value " + leak + b" in row 7\n")


def packed_log(folder: Path, leak: bytes) -> None:
    """A log that was rotated and packed."""
    (folder / "run.log.1.gz").write_bytes(gzip.compress(b"row 7: " + leak + b"\n"))


def ledger_fact(folder: Path, leak: bytes) -> None:
    """A fact of the ledger."""
    entry = b'{"event":"stored","facts":{"code":"' + leak + b'"}}\n'
    (folder / "ledger.jsonl").write_bytes(entry)


def parquet_value(folder: Path, leak: bytes) -> None:
    """A value of a Parquet file, its page compressed."""
    table = pa.table({"a": pa.array([b"x" * 20, leak, None] * 9, pa.binary())})
    pq.write_table(table, folder / "a.parquet", compression="zstd", write_statistics=False)


def parquet_dictionary(folder: Path, leak: bytes) -> None:
    """A dictionary page: the rows are gone, the value stays."""
    coded = pa.array([b"kept", leak, b"kept"], pa.binary()).dictionary_encode()
    kept = pa.table({"a": coded}).filter(pc.equal(coded.indices, 0))
    pq.write_table(kept, folder / "a.parquet", compression="zstd", write_statistics=False)


def parquet_metadata(folder: Path, leak: bytes) -> None:
    """Key-value metadata in a Parquet footer."""
    table = pa.table({"a": [1]}).replace_schema_metadata({b"source": leak})
    pq.write_table(table, folder / "a.parquet")


def parquet_statistics(folder: Path, leak: bytes) -> None:
    """The least and greatest value in a Parquet footer."""
    pq.write_table(pa.table({"a": pa.array([leak, leak], pa.binary())}), folder / "a.parquet")


def database_value(folder: Path, leak: bytes) -> None:
    """A value of a database's table, as an XCom or a rendered field is kept."""
    with closing(sqlite3.connect(folder / "airflow.db")) as database:
        database.execute("pragma synchronous = off")
        database.execute("create table xcom (dag_id text, key text, value blob)")
        database.execute("insert into xcom values ('intake', 'return_value', ?)", (leak,))
        database.commit()


def packed_database_value(folder: Path, leak: bytes) -> None:
    """A packed value of a database's table, as serialized DAGs may be kept."""
    database_value(folder, gzip.compress(b"--" + leak + b"--"))


def workbook(folder: Path, leak: bytes) -> None:
    """A member of a workbook."""
    with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<t>" + leak + b"</t>")


def pickled(folder: Path, leak: bytes) -> None:
    """A pickle that somebody left."""
    (folder / "rows.pkl").write_bytes(pickle.dumps({"row": leak}))


def attribute(folder: Path, leak: bytes) -> None:
    """A member's comment in an archive: neither a file nor a name."""
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        entry = zipfile.ZipInfo("a")
        entry.comment = leak
        archive.writestr(entry, b"")


EVERY_SPELLING: Mapping[str, Place] = {
    place.__name__: place
    for place in (
        log_line, packed_log, ledger_fact, parquet_value, parquet_dictionary, parquet_metadata,
        parquet_statistics, database_value, packed_database_value, workbook, pickled, attribute,
    )
}  # fmt: skip
"""Places that take any bytes: each is tried with every spelling of every kind of mark."""


def file_name(folder: Path, number: str) -> None:
    """A file's name."""
    (folder / f"people_{number}.csv").touch()


def folder_name(folder: Path, number: str) -> None:
    """A folder's name."""
    (folder / number).mkdir()


def link_target(folder: Path, number: str) -> None:
    """Where a link points to."""
    (folder / "latest").symlink_to(f"/nowhere/{number}")


def traceback_text(folder: Path, number: str) -> None:
    """A library's own exception, with the value that it choked on."""
    try:
        pa.array([f"{number}x"]).cast(pa.int64())
    except pa.ArrowInvalid:
        (folder / "task.log").write_text(traceback.format_exc())


def engine_error(folder: Path, number: str) -> None:
    """DuckDB's own exception."""
    try:
        duckdb.execute(f"select cast('{number}x' as date)")
    except duckdb.Error as error:
        (folder / "task.log").write_text(str(error))


def great_expectations_result(folder: Path, number: str) -> None:
    """A validation result in the format that Great Expectations gives by default."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("d").add_dataframe_asset("t")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(
        {"dataframe": pd.DataFrame({"nhs_number": [number]})}
    )
    rule = gx.expectations.ExpectColumnValuesToBeInSet(column="nhs_number", value_set=["1"])
    result = batch.validate(rule).to_json_dict()
    (folder / "result.json").write_text(json.dumps(result))


def spill_file(folder: Path, number: str) -> None:
    """What an engine spills when nobody has told it to encrypt."""
    settings: dict[str, str | int | float | list[str]] = {
        "memory_limit": "40MB", "threads": 1, "temp_directory": str(folder / "spill")
    }  # fmt: skip
    engine = duckdb.connect(":memory:", config=settings)
    keep_spill(engine, folder, number)
    engine.close()


def keep_spill(engine: duckdb.DuckDBPyConnection, folder: Path, number: str) -> None:
    """Make an engine spill rows of a mark, and copy what lies in its folder meanwhile."""
    engine.execute(
        f"create table t as select i, hash(i) as h, 'row of {number} no. ' || i as a "
        "from range(1500000) t(i)"
    )
    for number_, path in enumerate(sorted((folder / "spill").rglob("*.tmp"))):
        shutil.copy(path, folder / f"kept-{number_}")


def write_ahead_log(folder: Path, number: str) -> None:
    """The write-ahead log of a DuckDB file."""
    engine = duckdb.connect(str(folder / "a.duckdb"))
    engine.execute("set checkpoint_threshold = '1GB'")
    engine.execute(f"create table t as select '{number}' as a")
    (folder / "kept.wal").hardlink_to(folder / "a.duckdb.wal")
    engine.close()


def report_page(folder: Path, number: str) -> None:
    """A report that carries its table as base64."""
    data = base64.b64encode(f"a,b\n1,{number}\n".encode()).decode()
    (folder / "index.html").write_text(f'<a href="data:text/csv;base64,{data}">table</a>')


def escaped_page(folder: Path, number: str) -> None:
    """A page whose characters are written as entities."""
    entities = "".join(f"&#{ord(c)};" for c in number)
    (folder / "index.html").write_text(f"<td>{entities}</td>{html.escape('&')}")


def escaped_json(folder: Path, number: str) -> None:
    """JSON whose characters are written as escapes."""
    (folder / "x.json").write_text('{"a": "' + "".join(f"\\u{ord(c):04x}" for c in number) + '"}')


def integers(folder: Path, number: str) -> None:
    """A number column of a Parquet file."""
    table = pa.table({"a": [int(number), 1, 2]})
    pq.write_table(table, folder / "a.parquet", compression="snappy", write_statistics=False)


def category(folder: Path, number: str) -> None:
    """A pandas category that no row has any more."""
    frame = pd.DataFrame({"a": pd.Categorical([number, "kept", "kept"])})
    frame[frame["a"] == "kept"].to_parquet(folder / "a.parquet")


def attributes_of_a_frame(folder: Path, number: str) -> None:
    """The attributes that pandas writes beside a frame."""
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["source"] = f"people_{number}.csv"
    frame.to_parquet(folder / "a.parquet")


def arrow_file(folder: Path, number: str) -> None:
    """A packed Arrow file."""
    table = pa.table({"a": [number] * 50})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(folder / "a.arrow", table.schema, options=options) as writer:
        writer.write_table(table)


def library_log(folder: Path, number: str) -> None:
    """A library's logger that nobody silenced."""
    handler = logging.FileHandler(folder / "root.log")
    logger = logging.getLogger("some.library")
    logger.addHandler(handler)
    logger.error("cannot parse %s", number)
    logger.removeHandler(handler)
    handler.close()


def environment(folder: Path, number: str) -> None:
    """An environment variable of a process."""
    (folder / "environ").write_bytes(f"PATH=/bin\0LAST_ROW={number}\0".encode())


AS_THE_REAL_THING: Mapping[str, Callable[[Path, str], None]] = {
    leak.__name__: leak
    for leak in (
        file_name, folder_name, link_target, traceback_text, engine_error,
        great_expectations_result, spill_file, write_ahead_log, report_page, escaped_page,
        escaped_json, integers, category, attributes_of_a_frame, arrow_file, library_log,
        environment,
    )
}  # fmt: skip
"""Leaks as the libraries make them, of an NHS number."""
