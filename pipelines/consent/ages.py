"""When people were born, as far as a delivery or the linked store says: for rules about age only.

Where only the year is known, the last day of it counts: nobody is taken for older than they are.
"""

import datetime as dt

import duckdb

from pipelines.core.casts import typed
from pipelines.core.stages import Landed

BORN_IN = "make_date(cast({year} as integer), 12, 31)"


def learn_ages(
    landed: Landed | None, provider: str, as_of: dt.date, engine: duckdb.DuckDBPyConnection
) -> str:
    """The relation `member_birth`: of the delivery's people, then of those in the store.

    A birth after the day of use is a mistake, so that age is unknown.
    """
    delivered = _delivered(landed) if landed else "select null, null where false"
    engine.execute(
        f"""
        create or replace table member_birth as
        with delivered(member_token, born_on) as ({delivered}),
        stored as (
            select k.member_token, max({BORN_IN.format(year="p.birth_year")}) as born_on
            from person p join consent_key k on k.member_key = p.member_key
            where p.provider = $provider and p.birth_year is not null
            group by k.member_token
        )
        select coalesce(d.member_token, s.member_token) as member_token,
            coalesce(d.born_on, s.born_on) as born_on
        from (select * from delivered where born_on is null or born_on <= $as_of) d
        full join stored s on s.member_token = d.member_token
        """,
        {"provider": provider, "as_of": as_of},
    )
    return "member_birth"


def _delivered(landed: Landed) -> str:
    birth_date = typed(landed.contract.column("birth_date"), landed.file)
    year = typed(landed.contract.column("birth_year"), landed.file)
    return (
        f"select m.member_token, max(coalesce({birth_date}, {BORN_IN.format(year=year)})) "
        f"from {landed.relation} r join consent_member m on m.person_ref = r.person_ref "
        "group by m.member_token"
    )
