"""The dictionary names every indicator and every column, and opens without a network."""

import csv
import io
import re
from collections.abc import Mapping

from tests.kit.staged import DIRECTORIES, OUTPUTS


def rows(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"))))


def test_every_indicator_is_defined_once(files: Mapping[str, bytes]) -> None:
    named = [row["indicator_key"] for row in rows(files, "kit/indicators.csv")]
    assert sorted(named) == sorted(f"{c.name}/{i.id}" for c in OUTPUTS for i in c.indicators)


def test_every_definition_is_whole(files: Mapping[str, bytes]) -> None:
    whole = ("definition", "numerator", "denominator", "unit", "limits", "source", "caveat")
    lacking = [
        row["indicator_key"]
        for row in rows(files, "kit/indicators.csv")
        if not all(row[name] for name in whole)
    ]
    assert lacking == []


def test_every_column_is_explained(files: Mapping[str, bytes]) -> None:
    explained = {row["column"] for row in rows(files, "kit/columns.csv") if row["meaning"]}
    tables = (*OUTPUTS, *DIRECTORIES)
    assert explained == {column.name for contract in tables for column in contract.columns}


def test_every_table_of_the_page_has_a_caption_and_headings(files: Mapping[str, bytes]) -> None:
    page = files["kit/dictionary.html"].decode()
    assert page.count("<table>") == page.count("<caption>") == len(OUTPUTS) + 1
    assert '<th scope="col">' in page
    assert '<html lang="en-GB">' in page


def test_the_page_asks_for_nothing_from_outside(files: Mapping[str, bytes]) -> None:
    page = files["kit/dictionary.html"].decode()
    assert not re.search(r"<(script|img|link|iframe)\b|url\(|@import", page)
