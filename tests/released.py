"""A house whose store already holds a few made-up people, for the release line's tests."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.commands.demo import make_demo_officers, sign_for_demo
from pipelines.core.contract import Contract
from pipelines.core.plan import Plan
from pipelines.core.shapes import arrow_schema
from pipelines.house import House
from pipelines.publish import Approval, Candidate
from tests.spec.tables import stored_rows

TODAY = dt.date(2026, 11, 22)
DELIVERED = "2026-11-20"
PERIOD_END = dt.date(2026, 9, 30)

GEOGRAPHY = """
    area_code | parent_code | parent_type | parent_ods_code | parent_name
    L1        | E54000057   | icb         | QOP             | Here & There
    L2        | E54000013   | icb         | QJM             | Elsewhere
    L1        | D1          | ltla        |                 | Town
    L2        | D2          | ltla        |                 | City
"""
OPEN_TABLES = {
    "geography": GEOGRAPHY
    + """
    L8        | E54000056   | icb         | QUE             | Gone
    """,
    "deprivation": """
        area_code | decile
        L1        | 1
        L2        | 10
    """,
}


def sign_as_two(house: House, plan: Plan, candidate: Candidate) -> list[Approval]:
    """Two generated officers approve: the house of a test is one of synthetic people."""
    make_demo_officers(house.settings)
    return sign_for_demo(house, plan, candidate)


SIGNED = sign_as_two


def text_table(header: str, rows: Sequence[str]) -> str:
    """A text table of ready rows."""
    return "\n".join([header, *rows])


def put_in_store(
    house: House,
    provider: str,
    delivery_id: str,
    tables: Mapping[str, str],
    day: str = DELIVERED,
) -> None:
    """A delivery of text tables, straight into the store."""
    contracts = {contract.name: contract for contract in house.contracts.store_tables()}
    ready = {
        name: (contracts[name], _reader(contracts[name], stored_rows(contracts[name], text)))
        for name, text in tables.items()
    }
    house.store.append(provider, day, delivery_id, ready, house.ledger)


def _reader(contract: Contract, rows: list[dict[str, Any]]) -> pa.RecordBatchReader:
    return pa.Table.from_pylist(rows, arrow_schema(contract)).to_reader()


def fill_store(house: House) -> None:
    """Places, and twenty people here and nine elsewhere who consent."""
    put_in_store(house, "ons_geography", "0" * 12, OPEN_TABLES)
    names = [f"here-{n} | L1" for n in range(20)] + [f"elsewhere-{n} | L2" for n in range(9)]
    put_in_store(
        house,
        "harbour_leisure",
        "1" * 12,
        {
            "person": text_table(
                "provider | person | lsoa21_code", [f"harbour_leisure | {n}" for n in names]
            ),
            "consent_period": text_table(
                "provider | person", [f"harbour_leisure | {n.split()[0]}" for n in names]
            ),
            "intake_count": f"""
                provider        | drop_name   | table_name    | fate    | code        | rows
                harbour_leisure | {DELIVERED} | consent_event | kept    |             | 29
                harbour_leisure | {DELIVERED} | attendance    | kept    |             | 120
                harbour_leisure | {DELIVERED} | attendance    | refused | withdrawn   | 3
                harbour_leisure | {DELIVERED} | attendance    | refused | never_asked | 12
            """,
        },
    )
