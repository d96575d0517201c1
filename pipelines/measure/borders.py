"""Which ICBs of two vintages share neighbourhoods, and which are one and the same area."""

import datetime as dt
from dataclasses import dataclass

from pipelines.core.ports import Engine

OVERLAPS = """
with here as (
    select area_code as lsoa21_code, max(parent_code) as code
    from geography
    where area_type = 'lsoa21' and parent_type = 'icb'
        and valid_from <= $here and (valid_to is null or valid_to >= $here)
    group by area_code
),
there as (
    select area_code as lsoa21_code, max(parent_code) as code
    from geography
    where area_type = 'lsoa21' and parent_type = 'icb'
        and valid_from <= $there and (valid_to is null or valid_to >= $there)
    group by area_code
),
here_size as (select code, count(*) as neighbourhoods from here group by code),
there_size as (select code, count(*) as neighbourhoods from there group by code)
select here.code as here, there.code as there,
    count(*) = max(here_size.neighbourhoods) and count(*) = max(there_size.neighbourhoods) as same
from here
join there on there.lsoa21_code = here.lsoa21_code
join here_size on here_size.code = here.code
join there_size on there_size.code = there.code
group by here.code, there.code
order by here.code, there.code
"""


@dataclass(frozen=True)
class Overlap:
    """Two ICBs' ONS codes, as they stood on two days, that share at least one neighbourhood."""

    here: str
    there: str
    is_same: bool


def overlaps(engine: Engine, here: dt.date, there: dt.date) -> list[Overlap]:
    """Every pair of ICBs of two days that share a neighbourhood, and whether they share all."""
    found = engine.run(OVERLAPS, {"here": here, "there": there}).to_pylist()
    return [Overlap(row["here"], row["there"], bool(row["same"])) for row in found]
