"""A house whose numbers stand on every border: one person more or less would show."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipelines.core.settings import settings_from
from pipelines.core.stages import Release
from pipelines.house import House, open_house
from pipelines.release import make_release, plan_release
from tests.conftest import TEST_KEY
from tests.released import OPEN_TABLES, PERIOD_END, SIGNED, put_in_store, text_table

PROVIDER = "harbour_leisure"
MEN, WOMEN = 1137, 6
"""Exact numbers that no reader may find; together 1,143."""
FIRST_DAY, SECOND_DAY = dt.date(2026, 11, 22), dt.date(2026, 12, 22)
Numbers = dict[tuple[Any, ...], int | None]
NUMBER_COLUMNS = {"count", "denominator"}


def a_house(home: Path) -> House:
    """A house that has not taken anything in."""
    environ = {
        "WIDEBRIDGE_HOME": str(home),
        "WIDEBRIDGE_ROOT_KEY": TEST_KEY,
        "WIDEBRIDGE_EXPECTATIONS": str(home / "no-expectations"),
    }
    return open_house(settings_from(environ), environ)


def take_members(house: House, men: int = MEN, women: int = WOMEN) -> None:
    """Places, and members of one provider who consent."""
    people = _members(men, women)
    put_in_store(house, "ons_geography", "0" * 12, OPEN_TABLES)
    put_in_store(
        house,
        PROVIDER,
        "1" * 12,
        {
            "person": text_table(
                "provider | person | lsoa21_code | sex",
                [f"{PROVIDER} | {name} | L1 | {sex}" for name, sex in people.items()],
            ),
            **_consents(people, "2026-11-20"),
        },
    )


def withdraw(house: House, *left: str, men: int = MEN, women: int = WOMEN) -> None:
    """The register a month later, in which these members stand no more."""
    people = {name: sex for name, sex in _members(men, women).items() if name not in left}
    day = "2026-12-20"
    put_in_store(house, PROVIDER, "2" * 12, _consents(people, day, rows=1), day)


def _members(men: int, women: int) -> Mapping[str, str]:
    return {f"man-{n}": "1" for n in range(men)} | {f"woman-{n}": "2" for n in range(women)}


def _consents(people: Mapping[str, str], day: str, rows: int = 9000) -> dict[str, str]:
    return {
        "consent_period": text_table(
            "provider | person", [f"{PROVIDER} | {name}" for name in people]
        ),
        "intake_count": f"""
            provider   | drop_name | table_name    | fate | code | rows
            {PROVIDER} | {day}     | consent_event | kept |      | {rows}
            {PROVIDER} | {day}     | attendance    | kept |      | {rows}
        """,
    }


def release(house: House, day: dt.date = FIRST_DAY, vintage: str = "2026") -> Release:
    """What the house publishes on a day."""
    plan = plan_release(house, vintage=vintage, period_end=PERIOD_END, as_of=day)
    return make_release(house, plan, SIGNED)


def numbers_of(released: Release) -> Numbers:
    """Every number that a release tells, by dataset and row; a directory's rows count nothing."""
    found: Numbers = {}
    for path in sorted(released.folder.glob("*/*.parquet")):
        table = pq.read_table(path)
        if NUMBER_COLUMNS.isdisjoint(table.column_names):
            continue
        for row in table.to_pylist():
            at = (path.stem, row["indicator_id"], row["area_code"], row["sex"], row["age_band"],
                  row["category"])  # fmt: skip
            found[*at, "count"], found[*at, "denominator"] = row["count"], row["denominator"]
    return found
