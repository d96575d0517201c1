"""The places that no published area divides: a district's part in a tenth and in an ICB.

An attacker adds and subtracts areas, also those of two vintages of ICBs, so protection must know
what they are made of.
"""

import datetime as dt

import pyarrow as pa

from pipelines.core.plan import VINTAGES
from pipelines.core.ports import Engine
from pipelines.core.stages import Scope

ATOMS = pa.schema(
    [
        ("ltla_code", pa.string()),
        ("deprivation_quintile", pa.string()),
        *((f"icb_{vintage}", pa.string()) for vintage in sorted(VINTAGES)),
        ("residents", pa.int64()),
        ("deprivation_decile", pa.string()),
    ]
)
"""`residents` is empty when the census counts nobody in one of the neighbourhoods."""

KNOWN_OF_NEIGHBOURHOODS = """quintile as (
    select area_code as lsoa21_code,
        case
            when decile <= 2 then '1 most deprived fifth'
            when decile <= 4 then '2'
            when decile <= 6 then '3'
            when decile <= 8 then '4'
            else '5 least deprived fifth'
        end as quintile,
        case decile
            when 1 then '01 most deprived tenth'
            when 10 then '10 least deprived tenth'
            else '0' || cast(decile as varchar)
        end as tenth
    from deprivation
    where index_version = 'imd2025'
),
census as (
    select area_code as lsoa21_code, sum(people) as residents
    from population
    where area_type = 'lsoa21' and source = 'census_2021' and sex = 'persons'
    group by area_code
)"""
"""Queries by name: the fifth and tenth of deprivation, and the residents, of a neighbourhood."""


def area_atoms(engine: Engine, scope: Scope) -> pa.Table:
    """What the ICB, and every ICB of any vintage that overlaps it, is made of.

    Residents are published by the census: no count of people who live there can be larger.
    """
    days: dict[str, dt.date] = {f"borders_{name}": day for name, day in VINTAGES.items()}
    return engine.run(
        _sql(), {"icb_code": scope.icb_code, "boundaries_on": scope.boundaries_on, **days}
    ).cast(ATOMS)


def _sql() -> str:
    names = sorted(VINTAGES)
    codes = ", ".join(f"icb_{name}.code" for name in names)
    named = ", ".join(f"icb_{name}.code as icb_{name}" for name in names)
    joins = "\n".join(
        f"left join icb_{name} on icb_{name}.lsoa21_code = near.lsoa21_code" for name in names
    )
    near = "\n    union\n".join(_overlapping(name) for name in names)
    return f"""
with
{_parents("here", "icb", "boundaries_on", "and parent_code = $icb_code")},
{", ".join(_parents(f"icb_{name}", "icb", f"borders_{name}") for name in names)},
{_parents("district", "ltla", "boundaries_on")},
near as (
    select lsoa21_code from here
    union
{near}
),
{KNOWN_OF_NEIGHBOURHOODS}
select district.code as ltla_code, quintile.quintile as deprivation_quintile, {named},
    case when count(census.residents) = count(*) then sum(census.residents) end as residents,
    quintile.tenth as deprivation_decile
from near
{joins}
left join district on district.lsoa21_code = near.lsoa21_code
left join quintile on quintile.lsoa21_code = near.lsoa21_code
left join census on census.lsoa21_code = near.lsoa21_code
group by district.code, quintile.quintile, quintile.tenth, {codes}
order by district.code, quintile.quintile, quintile.tenth, {codes}
"""


def _parents(name: str, kind: str, day: str, where: str = "") -> str:
    """A query by name: the area of one kind in which each neighbourhood lies on a day."""
    return f"""{name} as (
    select area_code as lsoa21_code, max(parent_code) as code
    from geography
    where area_type = 'lsoa21' and parent_type = '{kind}' {where}
        and valid_from <= ${day} and (valid_to is null or valid_to >= ${day})
    group by area_code
)"""


def _overlapping(vintage: str) -> str:
    """The neighbourhoods of a vintage's ICBs that share one with the ICB of the scope."""
    icb = f"icb_{vintage}"
    return f"""    select lsoa21_code from {icb} where code in (
        select {icb}.code from here join {icb} on {icb}.lsoa21_code = here.lsoa21_code
    )"""
