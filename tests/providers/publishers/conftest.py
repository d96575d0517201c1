"""The publishers' tables taken through the whole intake line, real ones and built-in ones."""

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.core.agreement import Kind
from pipelines.core.settings import settings_from
from pipelines.counts import IntakeSummary
from pipelines.house import House, open_house
from pipelines.intake import take_in
from pipelines.source import list_drops
from pipelines.synthetic.reference import write_reference

DAY = dt.date(2026, 11, 1)
SEED = 1


@dataclass(frozen=True)
class Library:
    """A house that has taken in every reference table of one folder."""

    house: House
    summaries: Mapping[str, IntakeSummary]

    def counts(self, provider: str) -> dict[str, tuple[int, int]]:
        """Received and kept, by table."""
        return {t.table: (t.received, t.kept) for t in self.summaries[provider].tables}

    def ask(self, table: str, sql: str) -> list[tuple[Any, ...]]:
        """Rows from one stored table, which the query calls `stored`."""
        files = [str(part) for part in self.house.store.parts(table)]
        with duckdb.connect() as engine:
            engine.read_parquet(files).create_view("stored")
            rows: list[tuple[Any, ...]] = engine.execute(sql).fetchall()
            return rows


def take_in_all(home: Path, reference: Path) -> Library:
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_REFERENCE": str(reference),
        "WIDEBRIDGE_ROOT_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    house = open_house(settings_from(environ), environ)
    summaries = {
        name: take_in(house, name, drop, as_of=DAY)
        for name, agreement in house.agreements.items()
        if agreement.kind is Kind.PUBLISHER and agreement.transport == "library"
        for drop in list_drops(house.settings, agreement)
    }
    return Library(house, summaries)


@pytest.fixture(scope="session")
def built_in_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built-in")
    write_reference(folder, SEED)
    return folder


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Library:
    return take_in_all(tmp_path_factory.mktemp("real-home"), reference)


@pytest.fixture(scope="session")
def built_in(tmp_path_factory: pytest.TempPathFactory, built_in_folder: Path) -> Library:
    return take_in_all(tmp_path_factory.mktemp("built-in-home"), built_in_folder)
