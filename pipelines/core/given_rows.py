"""The rows that each recipient was given, under the store's keys: sealed, for the next attack.

An extract is attacked together with every extract that has left, and whether a link is right can
only be told with these. They never leave the amber zone. A withdrawal takes a person out of them.
"""

import dataclasses
import datetime as dt
import io
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.errors import BadRelease
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource, Recipient
from pipelines.core.settings import Settings

NOTE = b"widebridge.given"
MEMBER = ("provider", "member_key")
ROW = "row"
FACTS = ("release_id", "period_start", "period_end", "key_id")


@dataclass(frozen=True)
class GivenRows:
    """One extract's rows: `members` says whose each is (provider, member_key, row).

    `whose` is the recipient with the set of pseudonyms, `levels` gives each column's level,
    `key_id` is the root under which the member keys are.
    """

    release_id: str
    whose: Recipient
    period_start: dt.date
    period_end: dt.date
    key_id: str
    levels: Mapping[str, str]
    members: pa.Table
    rows: pa.Table


def keep_given(given: GivenRows, settings: Settings, keys: KeySource) -> None:
    """Seal the rows of one extract into the amber zone."""
    facts = {name: getattr(given, name) for name in FACTS}
    note = {**facts, "whose": dataclasses.asdict(given.whose), "levels": dict(given.levels)}
    rows = given.rows.replace_schema_metadata({NOTE: json.dumps(note, default=str).encode()})
    data = _joined(_parquet(given.members), _parquet(rows))
    sealed = keys.seal(_place(given.release_id), data)
    write_whole(_file(settings, given.release_id), sealed)


def given_to(release_id: str, settings: Settings, keys: KeySource) -> GivenRows:
    """The rows of an extract that left. Raises `BadRelease`: without them no attack is complete."""
    file = _file(settings, release_id)
    if not file.is_file():
        raise BadRelease(
            "extract-rows-missing",
            f"the rows that left with the extract {release_id} are not kept here any more.",
            "Restore the amber zone from its copy: no further extract is attacked without them.",
        )
    members, rows = _parted(keys.unseal(_place(release_id), file.read_bytes()))
    table = pq.read_table(io.BytesIO(rows))
    note = json.loads(table.schema.metadata[NOTE])
    return GivenRows(
        release_id=note["release_id"],
        whose=Recipient(**note["whose"]),
        period_start=dt.date.fromisoformat(note["period_start"]),
        period_end=dt.date.fromisoformat(note["period_end"]),
        key_id=note["key_id"],
        levels=note["levels"],
        members=pq.read_table(io.BytesIO(members)),
        rows=table.replace_schema_metadata(None),
    )


def kept_extracts(settings: Settings) -> list[str]:
    """Ids of the extracts whose rows are kept, also of one whose publication was cut off."""
    return sorted(path.stem for path in _folder(settings).glob("*.sealed"))


def forget_members(
    settings: Settings, keys: KeySource, provider: str, member_keys: Collection[str]
) -> None:
    """Take members out of all that is kept, and rows that are nobody's then."""
    if not member_keys:
        return
    for given in _all(settings, keys):
        of_provider = pc.equal(given.members["provider"], provider)
        named = pc.is_in(given.members["member_key"], pa.array(sorted(member_keys), pa.string()))
        gone = pc.and_(of_provider, named)
        if pc.any(gone).as_py():
            members = given.members.filter(pc.invert(gone))
            rows = given.rows.filter(pc.is_in(given.rows[ROW], members[ROW].combine_chunks()))
            keep_given(dataclasses.replace(given, members=members, rows=rows), settings, keys)


def pairs_of(left: pa.Table, right: pa.Table) -> pa.Table:
    """The truth: which rows of two extracts are of one person, by members of both."""
    both = left.rename_columns([*MEMBER, "left_id"]).join(
        right.rename_columns([*MEMBER, "right_id"]), keys=list(MEMBER), join_type="inner"
    )
    pairs = both.select(["left_id", "right_id"])
    return pairs.group_by(pairs.column_names).aggregate([]).sort_by(
        [("left_id", "ascending"), ("right_id", "ascending")]
    )  # fmt: skip


def _all(settings: Settings, keys: KeySource) -> Iterator[GivenRows]:
    for release_id in kept_extracts(settings):
        yield given_to(release_id, settings, keys)


def _parquet(table: pa.Table) -> bytes:
    stream = pa.BufferOutputStream()
    # No dictionaries: a filtered one would still hold the values of rows that were taken out.
    pq.write_table(table, stream, compression="zstd", use_dictionary=False)
    data: bytes = stream.getvalue().to_pybytes()
    return data


def _joined(first: bytes, second: bytes) -> bytes:
    return len(first).to_bytes(8, "big") + first + second


def _parted(data: bytes) -> tuple[bytes, bytes]:
    cut = 8 + int.from_bytes(data[:8], "big")
    return data[8:cut], data[cut:]


def _folder(settings: Settings) -> Path:
    return settings.amber / "extracts"


def _file(settings: Settings, release_id: str) -> Path:
    return _folder(settings) / f"{release_id}.sealed"


def _place(release_id: str) -> str:
    return f"extracts/{release_id}"
