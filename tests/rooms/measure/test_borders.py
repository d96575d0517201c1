"""Which ICBs of two days share neighbourhoods, and which did not change."""

import datetime as dt

import pytest

from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.measure import Overlap, overlaps
from tests.spec.tables import SCOPE, fill, stored

# A lost a neighbourhood to B, C took another code, and D stayed as it was.
GEOGRAPHY = """
    area_code | parent_code | parent_type | valid_from | valid_to
    L1        | A           | icb         | 2024-04-01 |
    L2        | A           | icb         | 2024-04-01 | 2026-03-31
    L2        | B           | icb         | 2026-04-01 |
    L3        | B           | icb         | 2024-04-01 |
    L4        | C           | icb         | 2024-04-01 | 2026-03-31
    L4        | C2          | icb         | 2026-04-01 |
    L5        | D           | icb         | 2024-04-01 |
"""
NEW, OLD = dt.date(2026, 9, 30), dt.date(2025, 9, 30)


@pytest.fixture(scope="module")
def pairs() -> list[Overlap]:
    contracts = load_contracts(PROJECT / "schemas")
    texts = {"geography": GEOGRAPHY, "person": "person"}
    with stored(contracts, fill(contracts, texts), SCOPE) as engine:
        return overlaps(engine, NEW, OLD)


def test_icbs_that_share_a_neighbourhood_are_named(pairs: list[Overlap]) -> None:
    found = [(pair.here, pair.there) for pair in pairs]
    assert found == [("A", "A"), ("B", "A"), ("B", "B"), ("C2", "C"), ("D", "D")]


def test_an_icb_that_lost_or_gained_a_neighbourhood_is_not_the_same(pairs: list[Overlap]) -> None:
    assert [p.is_same for p in pairs if p.here in ("A", "B")] == [False, False, False]


def test_another_code_for_the_same_neighbourhoods_is_the_same_area(pairs: list[Overlap]) -> None:
    assert [p.is_same for p in pairs if p.here in ("C2", "D")] == [True, True]
