"""The page about outcome measures shows the differences that are in use, each with its source."""

import csv
import re

import pytest

from pipelines.core.settings import PROJECT
from tests.docs.pages import pages

PAGE = pages()["docs/explanation/outcome-measures.md"]
TABLE = PAGE[PAGE.index("| scale | used |") : PAGE.index("There is none for the other scales")]
with (PROJECT / "schemas" / "facts" / "minimal_differences.csv").open(encoding="utf-8") as text:
    USED = [row for row in csv.DictReader(text) if row["is_used"] == "true"]


NAMES = {
    "swemwbs": "SWEMWBS", "weight_kg": "weight", "oxford_hip": "Oxford Hip Score",
    "oxford_knee": "Oxford Knee Score", "six_minute_walk_m": "six-minute walk",
}  # fmt: skip


@pytest.mark.parametrize("row", USED, ids=lambda row: f"{row['scale']} {row['condition']}")
def test_a_difference_in_use_is_on_the_page(row: dict[str, str]) -> None:
    condition = "" if row["condition"] == "all" else f", {row['condition']}"
    start = f"| {NAMES[row['scale']]}{condition} | {row['difference']} "
    assert [line for line in TABLE.splitlines() if line.startswith(start)] != []


def test_the_page_shows_no_other_difference_as_used() -> None:
    shown = re.findall(r"^\| (?!scale|--).+? \| ([\d.]+) ", TABLE, re.MULTILINE)
    assert sorted(map(float, shown)) == sorted(float(row["difference"]) for row in USED)
