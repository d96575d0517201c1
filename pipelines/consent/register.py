"""The register: every consent event a provider ever sent, sealed in the red zone, never edited.

Each delivery adds one sealed file. Periods are worked out anew from all events.
"""

import io
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.contract import Contract
from pipelines.core.duck import fetch_table
from pipelines.core.errors import BadConsent
from pipelines.core.files import write_whole
from pipelines.core.ports import KeySource
from pipelines.core.settings import Settings
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Checked, Drop

UNREADABLE = "unreadable"
"""An event row that broke a rule. It closes every consent of that person from the day of intake."""


def add_events(
    checked: Checked,
    quarantine: pa.Table,
    as_of: str,
    engine: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: KeySource,
) -> None:
    """Add a delivery's events; the persons of its unreadable rows are shut out, not forgotten."""
    landed = checked.consented.landed
    _refuse_nameless(quarantine, landed.drop)
    schema = arrow_schema(landed.contract)
    names = ", ".join(f'"{name}"' for name in schema.names)
    events = fetch_table(engine, f"select {names} from {checked.relation}")
    events = pa.concat_tables(
        [events.cast(schema), _unreadable(quarantine, as_of, landed.contract)]
    )
    buffer = io.BytesIO()
    pq.write_table(events, buffer, compression="zstd")
    place = _place(landed.drop.provider, landed.drop.delivery_id)
    write_whole(settings.red / place, keys.seal(place, buffer.getvalue()))


def open_register(
    provider: str,
    contract: Contract,
    engine: duckdb.DuckDBPyConnection,
    settings: Settings,
    keys: KeySource,
) -> str:
    """All of a provider's events as the relation `consent_register`."""
    schema = arrow_schema(contract)
    tables = [
        pq.read_table(io.BytesIO(keys.unseal(_place(provider, path.stem), path.read_bytes())))
        for path in _files(settings, provider)
    ]
    if not tables:
        raise BadConsent(
            "consent-register-empty",
            f"there is no consent register of {provider}.",
            "Nothing was taken in. Ask the provider for a consent file.",
        )
    engine.register("register_events", pa.concat_tables(t.cast(schema) for t in tables))
    engine.execute("create table consent_register as select distinct * from register_events")
    engine.unregister("register_events")
    return "consent_register"


def make_periods(register: str, engine: duckdb.DuckDBPyConnection) -> str:
    """Days covered by consent, per person and purpose, as the relation `consent_periods`.

    A grant holds until it runs out or until the day before the next event that ends it; of a grant
    and an ending on one day, the ending wins.
    """
    engine.execute(
        f"""
        create table consent_periods as
        with ending as (
            select person_ref, purpose, event, happened_on from {register} where event <> 'granted'
        ),
        grant_and_end as (
            select g.person_ref, g.purpose, g.happened_on, g.expires_on, g.notice_version,
                min(e.happened_on) as ended_on
            from {register} g
            left join ending e
                on e.person_ref = g.person_ref
                and (e.purpose = g.purpose or e.event = '{UNREADABLE}')
                and e.happened_on >= g.happened_on
            where g.event = 'granted'
            group by all
        )
        select person_ref, purpose, happened_on as consented_from,
            least(expires_on, cast(ended_on - interval 1 day as date)) as consented_until,
            max(notice_version) as notice_version
        from grant_and_end
        where ended_on is null or ended_on > happened_on
        group by all
        """
    )
    return "consent_periods"


def _unreadable(quarantine: pa.Table, as_of: str, contract: Contract) -> pa.Table:
    schema = arrow_schema(contract)
    count = quarantine.num_rows
    constant = {
        "purpose": "any",
        "event": UNREADABLE,
        "happened_on": as_of,
        "notice_version": "none",
    }
    columns = [
        quarantine["person_ref"]
        if name == "person_ref"
        else pa.array([constant.get(name)] * count, pa.string())
        for name in schema.names
    ]
    return pa.table(columns, names=schema.names).cast(schema)


def _refuse_nameless(quarantine: pa.Table, drop: Drop) -> None:
    nameless = pc.sum(pc.equal(pc.fill_null(quarantine["person_ref"], ""), "")).as_py() or 0
    if nameless:
        raise BadConsent(
            "consent-nameless",
            f"{nameless} rows of the consent file of {drop.provider}/{drop.name} name no person.",
            "Whose consent they end cannot be known, so nothing was taken in. "
            "Ask for a correct file.",
        )


def _place(provider: str, delivery_id: str) -> str:
    return f"consent/{provider}/{delivery_id}.sealed"


def _files(settings: Settings, provider: str) -> list[Path]:
    return sorted((settings.red / "consent" / provider).glob("*.sealed"))
