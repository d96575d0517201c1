"""Every SQL file keeps the house rules, and every published dataset has one."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.shapes import arrow_schema
from tests.spec.tables import SCOPE, fill, run_in_duckdb

SQL = PROJECT / "pipelines" / "measure" / "sql"
FILES = sorted(SQL.glob("*.sql"))
OUTPUTS = {contract.name for contract in load_contracts(PROJECT / "schemas").outputs}


def test_there_is_one_measure_for_each_published_dataset() -> None:
    assert {path.stem for path in FILES} == OUTPUTS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measure_has_a_spec(path: Path) -> None:
    assert (Path(__file__).parent / f"test_{path.stem}.py").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measure_opens_with_its_definition(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert (first.startswith("-- "), first.endswith("."), len(first) > 60) == (True, True, True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measure_binds_against_empty_tables(path: Path, contracts: Contracts) -> None:
    nothing = "provider | provider_name | table_name"
    tables = fill(contracts, {"agreed_file": nothing, "person": "person"})
    tables = {name: [] for name in tables}
    rows = run_in_duckdb(contracts, tables, path.stem, SCOPE)
    assert [row["count"] for row in rows if row["count"]] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measure_returns_the_shape_measured(path: Path, contracts: Contracts) -> None:
    tree = sqlglot.parse_one(path.read_text("utf-8"), read="duckdb")
    assert tree.named_selects == arrow_schema(contracts.shape("measured")).names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measure_casts_nothing(path: Path) -> None:
    tree = sqlglot.parse_one(path.read_text("utf-8"), read="duckdb")
    assert list(tree.find_all(exp.Cast)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_measure_can_be_carried_to_spark(path: Path) -> None:
    carried = sqlglot.transpile(
        path.read_text("utf-8"),
        read="duckdb",
        write="spark",
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )
    assert len(carried) == 1
