"""Members of all providers to people: NHS number first, then the rule on linkage tokens.

Two different NHS numbers are never one person. A group that would hold two, or two records that
the rule keeps apart, is taken apart again. The same store gives the same people, in any order.
"""

import datetime as dt

import duckdb
import pyarrow as pa

from pipelines.core.consented import STORED, covered, use_of_data
from pipelines.core.contract import Contracts
from pipelines.core.duck import fetch_count, fetch_table, open_engine
from pipelines.core.linkage_quality import LinkageQuality
from pipelines.core.settings import Settings
from pipelines.core.store import LocalStore, bind_tables
from pipelines.pseudonymise.linkage_groups import group_members
from pipelines.pseudonymise.linkage_pairs import Linking, number_members, pair_up

TABLES = ("person", "person_token", "consent_period")


def resolve_people(
    settings: Settings, contracts: Contracts, store: LocalStore, *, purpose: str, as_of: dt.date
) -> tuple[pa.Table, LinkageQuality]:
    """(provider, member_key, person_key, rule) of everybody whose consent covers the use."""
    with open_engine(settings, readable=[settings.amber]) as engine:
        bind_tables(engine, [contracts.linked(name) for name in TABLES], store, prefix=STORED)
        engine.register("use_of_data", use_of_data(purpose, as_of))
        engine.execute(
            f"create view consented_person as select * from {STORED}person "
            f"where {covered('person', 'use_of_data.as_of')}"
        )
        linking = Linking("consented_person", f"{STORED}person_token")
        resolved = link_people(engine, linking)
        rows = f"select * from {resolved} order by provider, member_key"
        return fetch_table(engine, rows), linkage_quality(engine)


def link_people(engine: duckdb.DuckDBPyConnection, linking: Linking) -> str:
    """The relation `resolved` (provider, member_key, person_key, rule), one row a member."""
    number_members(engine, linking)
    pair_up(engine, linking.rule)
    group_members(engine)
    engine.execute(
        """
        create or replace table resolved as
        select provider, member_key,
            coalesce(max(nhs_key) over same, min(person_key) over same) as person_key,
            case when nhs_key is not null then 'nhs_number'
                when count(*) over same > 1 then 'tokens' else 'alone' end as rule
        from link_group join link_member using (id)
        window same as (partition by component)
        """
    )
    return "resolved"


def linkage_quality(engine: duckdb.DuckDBPyConnection) -> LinkageQuality:
    """How well the members were joined; to be asked after `link_people`, in the same engine."""

    def count(sql: str) -> int:
        return fetch_count(engine, f"select count(*) {sql}")

    return LinkageQuality(
        members=count("from resolved"),
        people=count("from (select distinct person_key from resolved)"),
        linked_by_nhs=count("from link_member where nhs_key in (from link_shared_number)"),
        linked_by_rule=count(
            "from (select id from link_kept group by id) join link_member using (id)"
        ),
        members_without_tokens=count("from link_member where not has_tokens"),
        refused_components=count("from (select distinct component from link_refused)"),
        passed_over_tokens=count("from link_common"),
        true_pairs=fetch_count(
            engine,
            "select coalesce(sum(n * (n - 1) // 2), 0)::bigint from (select count(*) as n "
            "from link_member where nhs_key is not null group by nhs_key)",
        ),
        found_pairs=count("from link_pair where is_enough and both_numbered"),
        agreed_pairs=count("from link_pair where is_enough and both_numbered and not two_numbers"),
    )
