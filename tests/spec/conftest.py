"""The `spec` fixture: a table in, a table out, once on every engine."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

import pytest

from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from tests.spec.tables import ENGINES, SCOPE, fill, parse, shown


@dataclass(frozen=True)
class Spec:
    """Checks what a measure makes of small tables."""

    contracts: Contracts
    engine: str

    def __call__(
        self,
        *,
        dataset: str,
        indicator: str,
        expect: str,
        icb: str = SCOPE.icb_code,
        as_of: str = "2026-11-22",
        period_end: str = "2026-09-30",
        boundaries_on: str = "2026-04-01",
        **tables: str,
    ) -> None:
        scope = dataclasses.replace(
            SCOPE,
            icb_code=icb,
            as_of=dt.date.fromisoformat(as_of),
            period_end=dt.date.fromisoformat(period_end),
            boundaries_on=dt.date.fromisoformat(boundaries_on),
        )
        stored = fill(self.contracts, tables)
        rows = ENGINES[self.engine](self.contracts, stored, dataset, scope)
        header = [name.strip() for name in expect.strip().splitlines()[0].split("|")]
        expected = sorted(list(row.values()) for row in parse(expect))
        assert shown(rows, indicator, header) == expected


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


@pytest.fixture(params=sorted(ENGINES))
def spec(request: pytest.FixtureRequest, contracts: Contracts) -> Spec:
    return Spec(contracts, request.param)
