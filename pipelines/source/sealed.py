"""The rows of a sealed drop: canonical text under tokens, read as strictly as any vendor's file.

A sealed file may hold the columns of its canonical contract that identify nobody, and tokens where
identifiers were; nothing else.
"""

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.agreement import FileAgreement
from pipelines.core.contract import Classification, Contract
from pipelines.core.errors import BadDelivery

SOURCE_DIGEST, KEPT_BACK = b"source_sha256", b"kept_back"
TOKENS = {"person_ref": "m1t", "referral_id": "r1t", "nhs_token": "n1t"}
LINK_TOKENS = "link_tokens"
CODE = r"\.[0-9a-f]{8}\.[a-z2-7]{32}"
ISO_DATE = "%Y-%m-%d"


@dataclass(frozen=True)
class SealedRows:
    """One sealed file's rows, the SHA-256 of the provider's file that they were made from, and how
    many rows of it stayed behind.
    """

    table: pa.Table
    source_sha256: str
    kept_back: int


def sealed_columns(contract: Contract) -> tuple[str, ...]:
    """The columns that a sealed file of a table has: none identifies, but by a token."""
    return tuple(
        column.name
        for column in contract.columns
        if column.classification is not Classification.IDENTIFIER or column.name in TOKENS
    )


def as_sealed(file: FileAgreement) -> FileAgreement:
    """The agreement of a file as it reads once sealed: ISO days, and times in UTC."""
    return replace(file, date_format=ISO_DATE, timestamp_format="iso", timezone="UTC")


def write_sealed_rows(rows: SealedRows) -> bytes:
    """The rows as Parquet, with the digest of their source beside them."""
    buffer = io.BytesIO()
    metadata = {
        SOURCE_DIGEST: rows.source_sha256.encode(),
        KEPT_BACK: str(rows.kept_back).encode(),
    }
    pq.write_table(rows.table.replace_schema_metadata(metadata), buffer, compression="zstd")
    return buffer.getvalue()


def read_sealed_rows(data: bytes, contract: Contract, label: str) -> SealedRows:
    """The rows again. Raises `BadDelivery` for any other column, type or form of token."""
    table = None
    with suppress(pa.ArrowInvalid, OSError):
        table = pq.read_table(io.BytesIO(data))
    if table is None:
        raise _not_canonical(label, "is not Parquet")
    metadata: Mapping[bytes, bytes] = table.schema.metadata or {}
    source = metadata.get(SOURCE_DIGEST, b"").decode("ascii", "replace")
    kept_back = metadata.get(KEPT_BACK, b"").decode("ascii", "replace")
    if not re.fullmatch("[0-9a-f]{64}", source) or not re.fullmatch("[0-9]{1,12}", kept_back):
        raise _not_canonical(label, "does not say which file it was made from")
    wanted = sealed_columns(contract)
    if sorted(table.column_names) != sorted(wanted):
        raise _not_canonical(label, f"has other columns than {contract.label} allows")
    if any(field.type != pa.string() for field in table.schema):
        raise _not_canonical(label, "has a column that is not text")
    _check_tokens(table, label)
    return SealedRows(table.select(list(wanted)), source, int(kept_back))


def _check_tokens(table: pa.Table, label: str) -> None:
    forms = {name: f"^{kind}{CODE}$" for name, kind in TOKENS.items()}
    forms[LINK_TOKENS] = f"^([a-z0-9_]+:l1t{CODE})( [a-z0-9_]+:l1t{CODE})*$"
    for name, form in forms.items():
        if name not in table.column_names:
            continue
        formed = pc.match_substring_regex(table[name], form)
        if pc.all(formed).as_py() is False:
            raise BadDelivery(
                "sealed-not-tokens",
                f"{label} holds something else than tokens in the column {name}.",
                "Nothing of it was taken in. Identifiers may have been sent: tell whoever answers "
                "for data protection, and have the provider seal the delivery again.",
            )


def _not_canonical(label: str, problem: str) -> BadDelivery:
    return BadDelivery(
        "sealed-not-canonical",
        f"{label} {problem}.",
        "Nothing of it was taken in. Have the provider seal it with this version of widebridge.",
    )
