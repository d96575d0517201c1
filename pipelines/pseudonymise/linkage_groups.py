"""Pairs to people: members joined by any chain of pairs, unless the chain joins what is apart.

A chain that brings two NHS numbers, or two records that the rule keeps apart, into one group is
taken apart: first only its strong pairs hold, and if that does not help, none does.
"""

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import (
    connected_components,
)

from pipelines.core.duck import fetch_count, fetch_table
from pipelines.pseudonymise.linkage_rule import STRONG


def group_members(engine: duckdb.DuckDBPyConnection) -> None:
    """`link_group` (id, component) of every member; `link_refused` of those taken apart."""
    _join_numbers(engine)
    engine.execute(
        "create or replace table link_edge as select left_id, right_id, points from link_pair "
        "where is_enough and not two_numbers"
    )
    engine.execute("create or replace table link_refused (id integer, component integer)")
    for least in (STRONG, None):
        _find_groups(engine)
        torn = _torn_groups(engine)
        if not fetch_count(engine, f"select count(*) from {torn}"):
            break
        if least is None:
            engine.execute(
                "insert into link_refused select id, component from link_group "
                f"where component in (select component from {torn})"
            )
        weak = "true" if least is None else f"points < {least}"
        engine.execute(
            f"delete from link_edge where {weak} and left_id in (select id from link_group "
            f"where component in (select component from {torn}))"
        )
    _find_groups(engine)
    engine.execute(
        "create or replace view link_kept as select left_id as id from link_edge "
        "union select right_id as id from link_edge"
    )


def _join_numbers(engine: duckdb.DuckDBPyConnection) -> None:
    """`link_number_edge`: members who share an NHS number, as a star around the first."""
    engine.execute(
        "create or replace table link_shared_number as select nhs_key from link_member "
        "where nhs_key is not null group by nhs_key having count(*) > 1"
    )
    engine.execute(
        """
        create or replace table link_number_edge as
        select min(id) over (partition by nhs_key) as left_id, id as right_id
        from link_member where nhs_key in (from link_shared_number)
        """
    )


def _find_groups(engine: duckdb.DuckDBPyConnection) -> None:
    """`link_group`: connected components, each named by its lowest member."""
    members = fetch_count(engine, "select count(*) from link_member")
    edges = fetch_table(
        engine,
        "select left_id, right_id from link_edge "
        "union all select left_id, right_id from link_number_edge",
    )
    left, right = (edges[name].to_numpy() for name in ("left_id", "right_id"))
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(members, members))
    _, component = connected_components(graph, directed=False)
    groups = pa.table({"id": np.arange(members, dtype=np.int32), "component": component})
    engine.register("found_groups", groups)
    engine.execute("create or replace table link_group as select * from found_groups")
    engine.unregister("found_groups")


def _torn_groups(engine: duckdb.DuckDBPyConnection) -> str:
    """`link_torn`: groups with two NHS numbers, or with two members whom the rule keeps apart."""
    engine.execute(
        """
        create or replace table link_torn as
        select component from link_group join link_member using (id)
        group by component having count(distinct nhs_key) > 1
        union
        select l.component from link_pair p
        join link_group l on l.id = p.left_id join link_group r on r.id = p.right_id
        where l.component = r.component and p.is_apart
            -- One NHS number is stronger than any doubt about names or dates.
            and not (p.both_numbered and not p.two_numbers)
        """
    )
    return "link_torn"
