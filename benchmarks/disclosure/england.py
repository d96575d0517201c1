"""A house with England's published tables and made-up people in every ICB."""

import base64
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from benchmarks.disclosure.people import PERIOD_END, make_people, read_places
from pipelines import measure
from pipelines.core.plan import Area, boundaries_of
from pipelines.core.ports import Engine
from pipelines.core.settings import settings_from
from pipelines.core.shapes import arrow_schema
from pipelines.core.stages import Scope
from pipelines.house import House, open_house
from pipelines.intake import take_in_all
from pipelines.measure.areas import known_areas
from pipelines.release import PURPOSE

KEY = base64.b64encode(bytes(range(32))).decode()
AS_OF = dt.date(2026, 10, 15)
PUBLISHERS = ("ons_geography", "mhclg_deprivation", "ons_population", "ohid_fingertips")


def open_england(home: Path, reference: Path, people: int, seed: int) -> House:
    """Take the published tables in, and put the people straight into the store."""
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": KEY,
        "WIDEBRIDGE_REFERENCE": str(reference),
    }
    house = open_house(settings_from(environ), environ)
    begun = time.process_time()
    _, refusals = take_in_all(house, PUBLISHERS, as_of=AS_OF, progress=lambda _: None)
    if refusals:
        raise SystemExit(str(refusals[0]))
    print(f"published tables taken in: {time.process_time() - begun:.0f} s CPU")
    made = make_people(read_places(reference), people, seed)
    linked = {contract.name: contract for contract in house.contracts.store_tables()}
    for number, (provider, tables) in enumerate(sorted(made.items())):
        rows = {
            name: (linked[name], _batches(table, arrow_schema(linked[name])))
            for name, table in tables.items()
        }
        house.store.append(provider, "2026-10-01", f"{number:012x}", rows, house.ledger)
    return house


def _batches(table: pa.Table, schema: pa.Schema) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(
        schema, table.select(schema.names).cast(schema).to_batches()
    )


@contextmanager
def measures(house: House) -> Iterator[Engine]:
    """An engine over the house's store."""
    with measure.open_measures(
        house.settings, house.contracts, house.agreements.values(), house.store,
        purpose=PURPOSE, as_of=AS_OF,
    ) as engine:  # fmt: skip
        yield engine


def areas_of(engine: Engine, vintage: str) -> list[Area]:
    """Every ICB of a vintage."""
    return known_areas(engine, boundaries_of(vintage))


def scope_of(area: Area, vintage: str) -> Scope:
    """What one ICB's extract covers."""
    return Scope(
        icb_code=area.code,
        icb_ods_code=area.ods_code,
        icb_name=area.name,
        vintage=vintage,
        boundaries_on=boundaries_of(vintage),
        period_start=measure.twelve_months_to(PERIOD_END),
        period_end=PERIOD_END,
        as_of=AS_OF,
        purpose=PURPOSE,
    )
