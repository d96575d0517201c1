"""From events to the days that consent covers, per person and purpose.

A grant holds until it runs out or until the day before the next event that ends it; of a grant and
an ending on one day, the ending wins. The order in which events arrive plays no part.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from pipelines.consent.register import UNREADABLE
from pipelines.core.agreement_terms import AgeRule

PARENT = "parent:"
"""How evidence begins when a person with parental responsibility gave the consent."""
AGE_RULE = pa.schema(
    [
        ("purpose", pa.string()),
        ("minimum_age", pa.int64()),
        ("own_consent_from", pa.int64()),
        ("unknown_age_used", pa.bool_()),
    ]
)
NOBODYS_AGE = "create table if not exists member_birth (member_token varchar, born_on date)"


def make_periods(
    register: str, engine: duckdb.DuckDBPyConnection, age_rules: Sequence[AgeRule] = ()
) -> str:
    """Days covered by consent as the relation `consent_periods`, ages (`member_birth`) minded."""
    _settle_grants(register, engine, age_rules)
    engine.execute(
        f"""
        create or replace table consent_periods as
        with ending as (
            select member_token, purpose, event, happened_on
            from {register} where event <> 'granted'
        ),
        grant_and_end as (
            select g.member_token, g.purpose, g.happened_on, g.first_day, g.last_day,
                g.notice_version, min(e.happened_on) as ended_on
            from consent_grant g
            left join ending e
                on e.member_token = g.member_token
                and (e.purpose = g.purpose or e.event = '{UNREADABLE}')
                and e.happened_on >= g.happened_on
            where g.obstacle is null
            group by all
        ),
        period as (
            select member_token, purpose, first_day, notice_version, happened_on,
                least(last_day, cast(ended_on - interval 1 day as date)) as final_day
            from grant_and_end
        )
        select member_token, purpose, first_day as consented_from,
            case when bool_or(final_day is null) then null else max(final_day) end
                as consented_until,
            max(notice_version) as notice_version
        from period
        where final_day is null or final_day >= first_day
        group by member_token, purpose, first_day
        """
    )
    return "consent_periods"


def _settle_grants(
    register: str, engine: duckdb.DuckDBPyConnection, age_rules: Sequence[AgeRule]
) -> None:
    """Every grant with the days that it may cover at most, and what keeps it from counting."""
    engine.execute(NOBODYS_AGE)
    rules = [{name: getattr(rule, name) for name in AGE_RULE.names} for rule in age_rules]
    engine.register("age_rule", pa.Table.from_pylist(rules, AGE_RULE))
    engine.execute(
        f"""
        create or replace table consent_grant as
        with aged as (
            select g.member_token, g.purpose, g.happened_on, g.expires_on, g.notice_version,
                coalesce(g.evidence, '') like '{PARENT}%' as by_parent,
                a.purpose is not null and b.born_on is null and not a.unknown_age_used as ageless,
                cast(b.born_on + to_years(a.minimum_age) as date) as old_enough_on,
                cast(b.born_on + to_years(a.own_consent_from) as date) as own_from
            from {register} g
            left join age_rule a on a.purpose = g.purpose
            left join member_birth b on b.member_token = g.member_token
            where g.event = 'granted'
        )
        select member_token, purpose, happened_on, notice_version, old_enough_on,
            greatest(happened_on, old_enough_on) as first_day,
            case when happened_on < own_from
                then least(expires_on, cast(own_from - interval 1 day as date))
                else expires_on end as last_day,
            case when ageless then 'age_unknown'
                when happened_on < own_from and not by_parent then 'parent_consent_missing'
            end as obstacle
        from aged
        """
    )
    engine.unregister("age_rule")
