"""Which rows of a delivery may be used, and why the others may not."""

import datetime as dt
from collections.abc import Sequence

import duckdb

from pipelines.consent.members import name_members
from pipelines.consent.opt_out import REASONS_OF_OPT_OUT, AskOptOuts, apply_opt_outs
from pipelines.core.casts import activity_day, literal
from pipelines.core.ports import KeySource
from pipelines.core.stages import Consented, Landed

REASONS = {
    "no_person_reference": "the row names no person",
    "never_asked": "the register has no event of the person",
    "unreadable_event": "an event of the person could not be read",
    "other_purpose": "the person agreed to another purpose only",
    "withdrawn": "the person withdrew",
    "age_unknown": "the purpose has a rule about age, and the person's age is not known",
    "too_young": "the person is younger than the purpose allows",
    "parent_consent_missing": "a child agreed alone, without a person with parental responsibility",
    "expired": "the consent ran out",
    "not_yet": "the consent begins later than the day of use or of the activity",
    **REASONS_OF_OPT_OUT,
    "not_covered_then": "the consent covers today, but not the day of the activity",
}


def keep_consented(
    landed: Landed,
    purposes: Sequence[str],
    as_of: dt.date,
    engine: duckdb.DuckDBPyConnection,
    keys: KeySource,
    ask_opt_outs: AskOptOuts | None = None,
) -> Consented:
    """Rows whose person's consent covers the day of the activity and the day of use."""
    name_members(landed, engine, keys)
    _judge_persons(purposes, as_of, engine)
    if ask_opt_outs is not None:
        apply_opt_outs(landed, ask_opt_outs, engine)
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
            select distinct member_token from consent_periods
            where purpose in ({wanted}) and consented_from <= $as_of
                and (consented_until is null or consented_until >= $as_of)
        ),
        history as (
            {_histories(wanted)}
        ),
        age as (
            {_ages(wanted)}
        )
        select m.person_ref, h.member_token,
            case
                when t.member_token is not null then null
                when unreadable then 'unreadable_event'
                when not asked then 'other_purpose'
                when withdrew then 'withdrawn'
                when a.unknown then 'age_unknown'
                when a.too_young then 'too_young'
                when a.alone then 'parent_consent_missing'
                when granted then 'expired'
                else 'not_yet'
            end as refusal
        from history h
        join consent_member m on m.member_token = h.member_token
        left join today t on t.member_token = h.member_token
        left join age a on a.member_token = h.member_token
        """,
        {"as_of": as_of},
    )


def _histories(wanted: str) -> str:
    """What ever happened to each person's consent, up to the day of use."""
    return f"""select member_token,
        bool_or(event = 'unreadable') as unreadable,
        bool_or(purpose in ({wanted})) as asked,
        bool_or(event in ('withdrawn', 'narrowed') and purpose in ({wanted})
            and happened_on <= $as_of) as withdrew,
        bool_or(event = 'granted' and purpose in ({wanted})
            and happened_on <= $as_of) as granted
    from consent_register group by member_token"""


def _ages(wanted: str) -> str:
    """What rules about age say of each person's grants."""
    return f"""select member_token,
        bool_or(obstacle = 'age_unknown') as unknown,
        bool_and(old_enough_on > $as_of) as too_young,
        bool_or(obstacle = 'parent_consent_missing') as alone
    from consent_grant where purpose in ({wanted}) and happened_on <= $as_of
    group by member_token"""


def _judged_rows(landed: Landed, purposes: Sequence[str]) -> str:
    verdict = """
        case
            when r.person_ref is null then 'no_person_reference'
            when v.member_token is null then 'never_asked'
            when v.refusal is not null then v.refusal
    """
    persons = "left join consent_verdict v on v.person_ref = r.person_ref"
    day_column = landed.contract.activity_day
    if day_column is None:
        return f"select r.*, {verdict} end as refusal from {landed.relation} r {persons}"
    wanted = ", ".join(literal(p) for p in purposes)
    day = activity_day(landed.contract.column(day_column), landed.file)
    return f"""
        with dated as (select *, {day} as activity_day from {landed.relation}),
        first_day as (
            select member_token, min(consented_from) as first_day
            from consent_periods where purpose in ({wanted}) group by member_token
        )
        select r.* exclude (activity_day), {verdict}
            when r.activity_day is null then null
            when r.activity_day < f.first_day then 'not_yet'
            when not exists (
                select 1 from consent_periods p
                where p.member_token = v.member_token and p.purpose in ({wanted})
                    and p.consented_from <= r.activity_day
                    and (p.consented_until is null or p.consented_until >= r.activity_day)
            ) then 'not_covered_then'
            end as refusal
        from dated r {persons}
        left join first_day f on f.member_token = v.member_token
    """
