"""Who has withdrawn: nothing covers them any more, and it was their own decision.

Consent that ran out, or an event that nobody could read, keeps a person from being used and is no
withdrawal.
"""

import datetime as dt
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from pipelines.core.casts import literal
from pipelines.core.duck import fetch_table


def withdrawn_people(
    purposes: Sequence[str], as_of: dt.date, engine: duckdb.DuckDBPyConnection
) -> pa.Table:
    """Token, day of withdrawal, and the delivery, file and row that told us; in order of token."""
    wanted = ", ".join(literal(p) for p in purposes)
    return fetch_table(
        engine,
        f"""
        with decided as (
            select *, row_number() over (
                partition by member_token, purpose
                order by happened_on desc, event = 'granted', recorded_on, delivery_id,
                    file_number, row_number
            ) as place
            from consent_register
            where purpose in ({wanted}) and event in ('granted', 'narrowed', 'withdrawn')
                and happened_on <= $as_of
        ),
        told as (
            select *, row_number() over (
                partition by member_token
                order by happened_on desc, recorded_on, delivery_id, file_number, row_number
            ) as telling
            from decided d
            where place = 1 and event <> 'granted' and not exists (
                select 1 from consent_periods p
                where p.member_token = d.member_token and p.purpose in ({wanted})
                    and p.consented_from <= $as_of
                    and (p.consented_until is null or p.consented_until >= $as_of)
            )
        )
        select member_token, happened_on as withdrawn_on, delivery_id, file_number, row_number
        from told where telling = 1 order by member_token
        """,
        {"as_of": as_of},
    )
