"""The rows that an extract is made of: consented people of the named providers, still exact."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines import measure
from pipelines.core.plan import Area
from pipelines.core.ports import Engine
from pipelines.extract.columns import LEVELS_OF_AREA, Lookups
from pipelines.house import House
from pipelines.matching import match_people

SQL = Path(__file__).parent
PERSON = "person_key"

MEMBERS = """
select distinct provider, member_key, person_key
from person
where provider in (select unnest($providers))
order by provider, member_key
"""
PLACES = """
select area_type, area_code, parent_type, max(parent_code) as parent_code
from geography
where area_type = 'lsoa21' and parent_type in ('ltla', 'icb')
    and valid_from <= $boundaries_on and (valid_to is null or valid_to >= $boundaries_on)
group by area_type, area_code, parent_type
order by area_code, parent_type
"""


@dataclass(frozen=True)
class ExactRows:
    """One row a person, whose members they are, and in which areas every neighbourhood lies."""

    rows: pa.Table
    members: pa.Table
    lookups: Lookups


@dataclass(frozen=True)
class RowScope:
    """Whose rows, of which days."""

    extract: str
    purpose: str
    as_of: dt.date
    providers: Sequence[str]
    areas: Sequence[Area]
    boundaries_on: dt.date
    period_start: dt.date
    period_end: dt.date


def select_rows(house: House, scope: RowScope) -> ExactRows:
    """Everybody whom consent covers for the purpose and who lives in the areas."""
    parameters = {
        "icb_codes": [area.code for area in scope.areas],
        "providers": list(scope.providers),
        "boundaries_on": scope.boundaries_on,
        "period_start": scope.period_start,
        "period_end": scope.period_end,
    }
    with open_rows(house, scope.purpose, scope.as_of) as engine:
        rows = engine.run((SQL / f"{scope.extract}.sql").read_text("utf-8"), parameters)
        members = engine.run(MEMBERS, parameters)
        places = engine.run(PLACES, parameters).to_pylist()
    lookups = {
        level: {p["area_code"]: p["parent_code"] for p in places if p["parent_type"] == level}
        for level in LEVELS_OF_AREA
    }
    return ExactRows(rows, members, lookups)


@contextmanager
def open_rows(house: House, purpose: str, as_of: dt.date) -> Iterator[Engine]:
    """The store's tables, narrowed to people whose consent covers the purpose on the day."""
    people = match_people(house, purpose, as_of)
    with measure.open_measures(
        house.settings,
        house.contracts,
        house.agreements.values(),
        house.store,
        purpose=purpose,
        as_of=as_of,
        resolved=people.file,
    ) as engine:
        yield engine
