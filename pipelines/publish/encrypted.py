"""Parquet of single people, encrypted for one recipient and one release.

One key for every column and the footer (AES_GCM_V1), so that pandas and DuckDB both read it. The
release id is part of what every piece of the file is authenticated with: a file that is passed off
as another release's does not open.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.contract import Contract
from pipelines.core.errors import BadRelease
from pipelines.core.files import write_whole
from pipelines.core.ports import ExtractKey
from pipelines.core.shapes import arrow_schema

MAGIC = b"PARE"
TAIL = 8
"""The last bytes of an encrypted file: the length of its footer in four, and the magic."""
# Thrift's compact protocol: a struct in a struct, then its field 1 (or field 2) of type binary.
ALGORITHM = b"\x1c\x1c"
PREFIX_FIELD, UNIQUE_FIELD, UNIQUE_AS_FIRST = b"\x18", b"\x18", b"\x28"


def write_encrypted(
    rows: pa.Table, contract: Contract, key: ExtractKey, release_id: str, folder: Path
) -> Path:
    """Write an extract's rows as its contract has them, and read them back. Returns the file."""
    wanted = [field for field in arrow_schema(contract) if field.name in rows.column_names]
    schema = pa.schema(wanted, metadata={"contract": contract.label, "release_id": release_id})
    # Rebuilt from plain values: a filtered dictionary would carry rows that were taken out.
    plain = pa.table([pa.array(rows[f.name].to_pylist(), f.type) for f in schema], schema=schema)
    stream = pa.BufferOutputStream()
    pq.write_table(
        plain, stream, compression="snappy", write_statistics=False,
        encryption_properties=key.encryption(),
    )  # fmt: skip
    data = with_release_in_file(stream.getvalue().to_pybytes(), release_id)
    if not _reads_back(data, plain, key):
        raise BadRelease(
            "extract-unreadable",
            "the encrypted extract did not read back as it was written.",
            "Nothing left. Tell the maintainers which version of pyarrow is installed.",
        )
    path = folder / f"{contract.name}.parquet"
    write_whole(path, data)
    return path


def with_release_in_file(data: bytes, release_id: str) -> bytes:
    """The same file, whose additional data stands in one field in place of two.

    Arrow writes the release id as `aad_prefix` beside eight bytes of its own, `aad_file_unique`,
    and authenticates with both, one after the other. DuckDB 2.0 only knows the second field. Both
    together in that field are the same additional data, so that both readers open the file.
    """
    size = int.from_bytes(data[-TAIL:-4], "little")
    body, footer = data[: -TAIL - size], data[-TAIL - size : -TAIL]
    head = ALGORITHM + PREFIX_FIELD + _sized(release_id.encode()) + UNIQUE_FIELD
    if data[-4:] != MAGIC or not footer.startswith(head) or not 0 < footer[len(head)] < 128:
        raise BadRelease(
            "extract-footer",
            "the encrypted extract's footer is not as this version of widebridge expects.",
            "Nothing left. Tell the maintainers which version of pyarrow is installed.",
        )
    start = len(head) + 1
    end = start + footer[len(head)]
    both = release_id.encode() + footer[start:end]
    anew = ALGORITHM + UNIQUE_AS_FIRST + _sized(both) + footer[end:]
    return body + anew + len(anew).to_bytes(4, "little") + MAGIC


def _sized(data: bytes) -> bytes:
    """Bytes behind their length, seven bits a byte, the lowest first."""
    rest, length = len(data), bytearray()
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    return bytes([*length, rest]) + data


def _reads_back(data: bytes, plain: pa.Table, key: ExtractKey) -> bool:
    try:
        read = pq.read_table(pa.BufferReader(data), decryption_properties=key.decryption())
    except (OSError, pa.ArrowException):
        return False
    return bool(read.equals(plain))
