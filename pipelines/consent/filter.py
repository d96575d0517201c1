"""Which rows of a delivery may be used, and why the others may not."""

import datetime as dt
from collections.abc import Sequence

import duckdb

from pipelines.core.casts import activity_day, literal
from pipelines.core.stages import Consented, Landed

REASONS = {
    "no_person_reference": "the row names no person",
    "never_asked": "the register has no event of the person",
    "unreadable_event": "an event of the person could not be read",
    "other_purpose": "the person agreed to another purpose only",
    "withdrawn": "the person withdrew",
    "expired": "the consent ran out",
    "not_yet": "the consent begins later than the day of use or of the activity",
    "not_covered_then": "the consent covers today, but not the day of the activity",
}


def keep_consented(
    landed: Landed,
    purposes: Sequence[str],
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
) -> Consented:
    """Rows whose person's consent covers the day of the activity and the day of use."""
    _judge_persons(purposes, as_of, engine)
    relation = f"consented_{landed.contract.name}"
    judged = _judged_rows(landed, purposes)
    engine.execute(f"create table judged as {judged}")
    engine.execute(
        f"create table {relation} as select * exclude (refusal) from judged where refusal is null"
    )
    rows = engine.execute(
        "select refusal, count(*) from judged where refusal is not null group by all order by all"
    ).fetchall()
    engine.execute("drop table judged")
    return Consented(landed, relation, {str(reason): int(count) for reason, count in rows})


def pass_open_table(landed: Landed) -> Consented:
    """A table without people has nobody to ask."""
    return Consented(landed, landed.relation, {})


def _judge_persons(
    purposes: Sequence[str], as_of: dt.date, engine: duckdb.DuckDBPyConnection
) -> None:
    """One verdict a person for the day of use: null when it is covered."""
    wanted = ", ".join(literal(p) for p in purposes)
    engine.execute(
        f"""
        create or replace table consent_verdict as
        with today as (
            select distinct person_ref from consent_periods
            where purpose in ({wanted}) and consented_from <= $as_of
                and (consented_until is null or consented_until >= $as_of)
        ),
        history as (
            select person_ref,
                bool_or(event = 'unreadable') as unreadable,
                bool_or(purpose in ({wanted})) as asked,
                bool_or(event in ('withdrawn', 'narrowed') and purpose in ({wanted})
                    and happened_on <= $as_of) as withdrew,
                bool_or(event = 'granted' and purpose in ({wanted})
                    and happened_on <= $as_of) as granted
            from consent_register group by person_ref
        )
        select h.person_ref,
            case
                when t.person_ref is not null then null
                when unreadable then 'unreadable_event'
                when not asked then 'other_purpose'
                when withdrew then 'withdrawn'
                when granted then 'expired'
                else 'not_yet'
            end as refusal
        from history h left join today t on t.person_ref = h.person_ref
        """,
        {"as_of": as_of},
    )


def _judged_rows(landed: Landed, purposes: Sequence[str]) -> str:
    verdict = """
        case
            when r.person_ref is null then 'no_person_reference'
            when v.person_ref is null then 'never_asked'
            when v.refusal is not null then v.refusal
    """
    day_column = landed.contract.activity_day
    if day_column is None:
        return f"""select r.*, {verdict} end as refusal from {landed.relation} r
            left join consent_verdict v on v.person_ref = r.person_ref"""
    wanted = ", ".join(literal(p) for p in purposes)
    day = activity_day(landed.contract.column(day_column), landed.file)
    return f"""
        with dated as (select *, {day} as activity_day from {landed.relation}),
        first_day as (
            select person_ref, min(consented_from) as first_day
            from consent_periods where purpose in ({wanted}) group by person_ref
        )
        select r.* exclude (activity_day), {verdict}
            when r.activity_day is null then null
            when r.activity_day < f.first_day then 'not_yet'
            when not exists (
                select 1 from consent_periods p
                where p.person_ref = r.person_ref and p.purpose in ({wanted})
                    and p.consented_from <= r.activity_day
                    and (p.consented_until is null or p.consented_until >= r.activity_day)
            ) then 'not_covered_then'
            end as refusal
        from dated r
        left join consent_verdict v on v.person_ref = r.person_ref
        left join first_day f on f.person_ref = r.person_ref
    """
