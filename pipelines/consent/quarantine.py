"""Taking people out of the quarantine: rows that broke a rule, sealed, with the reference in them.

A file in which nobody is left is removed.
"""

import io
from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.consent.members import MEMBER
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings


def quarantined_tokens(provider: str, settings: Settings, keys: KeySource) -> set[str]:
    """The tokens of everyone with a row in the provider's quarantine."""
    return {
        token
        for path in _files(provider, settings)
        for token in _tokens(_read(path, settings, keys), provider, keys).to_pylist()
        if token is not None
    }


def take_out_of_quarantine(
    provider: str, tokens: Collection[str], settings: Settings, keys: KeySource, delivery: str = ""
) -> None:
    """Remove the rows of these people, from one delivery's files or from all of the provider's."""
    wanted = pa.array(sorted(tokens), pa.string())
    for path in _files(provider, settings, delivery):
        rows = _read(path, settings, keys)
        theirs = pc.is_in(_tokens(rows, provider, keys), value_set=wanted)
        kept = rows.filter(pc.invert(theirs))
        if kept.num_rows == 0:
            path.unlink()
        elif kept.num_rows < rows.num_rows:
            _write(path, kept, settings, keys)


def _tokens(rows: pa.Table, provider: str, keys: KeySource) -> pa.Array:
    hashed = keys.tokens(MEMBER, (provider,))
    [prefix] = hashed([""])
    # A sealed delivery's references are tokens already.
    stem = prefix.rsplit(".", 1)[0] + "."
    references = rows["person_ref"].to_pylist()
    return pa.array(
        [
            None if text is None else text if text.startswith(stem) else hashed([text.strip()])[0]
            for text in references
        ],
        pa.string(),
    )


def _files(provider: str, settings: Settings, delivery: str = "") -> Iterator[Path]:
    yield from sorted((settings.red / "quarantine" / provider).glob(f"{delivery}*.sealed"))


def _place(path: Path, settings: Settings) -> str:
    return path.relative_to(settings.red).as_posix()


def _read(path: Path, settings: Settings, keys: KeySource) -> pa.Table:
    data = keys.unseal(_place(path, settings), path.read_bytes())
    table = pq.read_table(io.BytesIO(data))
    names = table.column_names
    return (
        table if "person_ref" in names else table.append_column("person_ref", pa.nulls(len(table)))
    )


def _write(path: Path, rows: pa.Table, settings: Settings, keys: KeySource) -> None:
    buffer = io.BytesIO()
    pq.write_table(rows, buffer, compression="zstd")
    write_whole(path, keys.seal(_place(path, settings), buffer.getvalue()))
