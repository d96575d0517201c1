"""Parquet that analysts open, and that holds nothing but the table.

Rebuilt from plain values: a filtered dictionary, a schema's metadata or an index would carry rows
that were taken out. The same table gives the same bytes.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.contract import Contract
from pipelines.core.files import write_whole
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Indicated, Passed


def write_dataset(indicated: Indicated, folder: Path) -> Path:
    """Write one dataset of one extract, sorted by its key. Returns the file."""
    return _write(indicated.table, indicated.protected.contract, folder)


def write_directory(passed: Passed, folder: Path) -> Path:
    """Write one directory of one extract, sorted by its key. Returns the file."""
    return _write(passed.listed.table, passed.listed.contract, folder)


def _write(table: pa.Table, contract: Contract, folder: Path) -> Path:
    key = [(name, "ascending") for name in contract.key]
    schema = arrow_schema(contract).with_metadata({"contract": contract.label})
    rows = table.sort_by(key)
    plain = pa.table([pa.array(rows[f.name].to_pylist(), f.type) for f in schema], schema=schema)
    stream = pa.BufferOutputStream()
    # snappy, because it is what every tool that an analyst has can open.
    pq.write_table(plain, stream, compression="snappy", write_page_checksum=True)
    path = folder / f"{contract.name}.parquet"
    write_whole(path, stream.getvalue().to_pybytes())
    return path
