"""The register: every consent event a provider ever sent, sealed in the red zone, never edited.

It is bitemporal: each event has the day from which it holds and the day on which we recorded it.
A person is a keyed token in it. Each delivery adds one sealed file; periods are worked out anew.
"""

import datetime as dt
import io
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.consent.members import token_texts
from pipelines.core.contract import Contract
from pipelines.core.duck import fetch_table
from pipelines.core.errors import BadConsent
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings
from pipelines.core.shapes import arrow_schema, column_list
from pipelines.core.stages import Checked, Drop

UNREADABLE = "unreadable"
"""An event row that broke a rule. It closes every consent of that person from the day of intake."""
REGISTER, FILES = "consent_register", "consent_file"
DELIVERED_ON, RECORDED_ON = "delivered_on", "recorded_on"
RECORDED = (
    pa.field("recorded_on", pa.date32()),
    pa.field("delivered_on", pa.date32()),
    pa.field("delivery_id", pa.string()),
    pa.field("file_number", pa.int64()),
    pa.field("row_number", pa.int64()),
)
"""What the register adds to an event: when we learnt of it, and where in which delivery."""


def register_schema(contract: Contract) -> pa.Schema:
    """The columns of the register: an event's own, the person as a token, and its recording."""
    own = [field for field in arrow_schema(contract) if field.name != "person_ref"]
    return pa.schema([pa.field("member_token", pa.string()), *own, *RECORDED])


def add_events(
    checked: Checked,
    quarantine: pa.Table,
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: KeySource,
) -> None:
    """Add a delivery's events; the persons of its unreadable rows are shut out, not forgotten.

    A delivery that is there stays as it was recorded first.
    """
    landed = checked.consented.landed
    drop = landed.drop
    refuse_nameless(quarantine, drop)
    place = _place(drop.provider, drop.delivery_id)
    if (settings.red / place).exists():
        return
    names = [*arrow_schema(landed.contract).names, "file_number", "row_number"]
    good = fetch_table(engine, f"select {column_list(names)} from {checked.relation}")
    unreadable = _unreadable(quarantine, as_of, good.schema)
    events = _recorded(pa.concat_tables([good, unreadable]), landed.contract, drop, as_of, keys)
    buffer = io.BytesIO()
    # Kept beside the rows, for a file that was taken in before brings none and is still a file.
    days = {DELIVERED_ON: delivered_on(drop.name).isoformat(), RECORDED_ON: as_of.isoformat()}
    pq.write_table(events.replace_schema_metadata(days), buffer, compression="zstd")
    write_whole(settings.red / place, keys.seal(place, buffer.getvalue()))


def open_register(
    provider: str,
    contract: Contract,
    engine: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: KeySource,
    known_on: dt.date | None = None,
) -> str:
    """A provider's events as the relation `consent_register`: all, or those recorded by a day.

    Beside it `consent_file`: the day of each consent file that it was made from.
    """
    tables = [
        pq.read_table(io.BytesIO(keys.unseal(_place(provider, path.stem), path.read_bytes())))
        for path in _files(settings, provider)
    ]
    known = [t for t in tables if known_on is None or _day(t, RECORDED_ON) <= known_on]
    if not known:
        raise BadConsent(
            "consent-register-empty",
            f"there is no consent register of {provider}.",
            "Nothing was taken in. Ask the provider for a consent file.",
        )
    schema = register_schema(contract)
    _make_table(engine, REGISTER, pa.concat_tables(table.cast(schema) for table in known))
    days = pa.array([_day(table, DELIVERED_ON) for table in known], pa.date32())
    _make_table(engine, FILES, pa.table({DELIVERED_ON: days}))
    return REGISTER


def _day(table: pa.Table, name: str) -> dt.date:
    return dt.date.fromisoformat(table.schema.metadata[name.encode()].decode())


def _make_table(engine: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    engine.register("rows_of_register", rows)
    engine.execute(f"create or replace table {name} as select * from rows_of_register")
    engine.unregister("rows_of_register")


def has_register(provider: str, settings: Settings) -> bool:
    """Whether the provider ever sent a consent file."""
    return bool(_files(settings, provider))


def refuse_nameless(quarantine: pa.Table, drop: Drop) -> None:
    """Raise `BadConsent` when an unreadable event does not even say whose it is."""
    nameless = pc.sum(pc.equal(pc.fill_null(quarantine["person_ref"], ""), "")).as_py() or 0
    if nameless:
        raise BadConsent(
            "consent-nameless",
            f"{nameless} rows of the consent file of {drop.provider}/{drop.name} name no person.",
            "Whose consent they end cannot be known, so nothing was taken in. "
            "Ask for a correct file.",
        )


def _recorded(
    events: pa.Table, contract: Contract, drop: Drop, as_of: dt.date, keys: KeySource
) -> pa.Table:
    count = events.num_rows
    tokens = token_texts(events["person_ref"], drop, keys)
    facts = {
        "member_token": tokens,
        "recorded_on": pa.repeat(pa.scalar(as_of, pa.date32()), count),
        "delivered_on": pa.repeat(pa.scalar(delivered_on(drop.name), pa.date32()), count),
        "delivery_id": pa.repeat(pa.scalar(drop.delivery_id), count),
    }
    schema = register_schema(contract)
    columns = [facts[name] if name in facts else events[name] for name in schema.names]
    return pa.table(columns, names=schema.names).cast(schema)


def delivered_on(drop_name: str) -> dt.date:
    """The day that a delivery is named by."""
    return dt.date.fromisoformat(drop_name[:10])


def _unreadable(quarantine: pa.Table, as_of: dt.date, schema: pa.Schema) -> pa.Table:
    count = quarantine.num_rows
    constant = {
        "purpose": pa.scalar("any"),
        "event": pa.scalar(UNREADABLE),
        "happened_on": pa.scalar(as_of, pa.date32()),
        "notice_version": pa.scalar("none"),
    }
    columns = [_aside(quarantine, field, constant, count) for field in schema]
    return pa.table(columns, names=schema.names).cast(schema)


def _aside(
    quarantine: pa.Table, field: pa.Field, constant: dict[str, pa.Scalar], count: int
) -> pa.Array:
    if field.name in ("person_ref", "file_number", "row_number"):
        return quarantine[field.name]
    value = constant.get(field.name)
    return pa.nulls(count, field.type) if value is None else pa.repeat(value, count)


def _place(provider: str, delivery_id: str) -> str:
    return f"consent/{provider}/{delivery_id}.sealed"


def _files(settings: Settings, provider: str) -> list[Path]:
    return sorted((settings.red / "consent" / provider).glob("*.sealed"))
