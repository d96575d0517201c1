"""Queries that measures share keep the rules of measures, and need no translation for SQLite."""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines.core.settings import PROJECT
from pipelines.measure.views import shared_views

SHARED = sorted((PROJECT / "pipelines" / "measure" / "shared").glob("*.sql"))


def test_every_shared_query_becomes_a_view_of_its_name() -> None:
    names = [statement.split()[2] for statement in shared_views()]
    assert (len(names) > 0, names) == (True, [path.stem for path in SHARED])


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_a_shared_query_opens_with_its_definition(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert (first.startswith("-- "), first.endswith("."), len(first) > 60) == (True, True, True)


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_a_shared_query_casts_nothing_and_names_no_parameter(path: Path) -> None:
    tree = sqlglot.parse_one(path.read_text("utf-8"), read="duckdb")
    assert (list(tree.find_all(exp.Cast)), list(tree.find_all(exp.Parameter))) == ([], [])


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_a_shared_query_can_be_carried_to_spark(path: Path) -> None:
    carried = sqlglot.transpile(
        path.read_text("utf-8"),
        read="duckdb",
        write="spark",
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )
    assert len(carried) == 1
