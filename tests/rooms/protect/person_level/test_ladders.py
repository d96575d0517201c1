"""Ladders: what is published for a value on each rung."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.core.errors import BadSettings
from pipelines.protect.person_level import generalise, standard_ladders
from pipelines.protect.person_level.ladders import HIDDEN, ages, areas, visits

LSOA = "E01000001"
AREAS = {"ltla": {LSOA: "E08000001"}, "icb": {LSOA: "E54000001"}}
LADDERS = standard_ladders(AREAS)


def on(column: str, value: object, level: str) -> object:
    made = generalise(pa.table({column: [value]}), {column: level}, LADDERS)
    return made[column][0].as_py()


@pytest.mark.parametrize(
    ("column", "value", "level", "published"),
    [
        ("birth_year", 1961, "exact", 1961),
        ("birth_year", 1961, "5-year", "1960-1964"),
        ("birth_year", 1961, "10-year", "1960-1969"),
        ("birth_year", 1959, "20-year", "1940-1959"),
        ("birth_year", 1960, "20-year", "1960-1979"),
        ("birth_year", 1961, "hidden", "all"),
        ("started_on", dt.date(2025, 3, 31), "month", "2025-03"),
        ("started_on", dt.date(2025, 3, 31), "quarter", "2025-Q1"),
        ("started_on", dt.date(2025, 4, 1), "quarter", "2025-Q2"),
        ("started_on", dt.date(2025, 12, 1), "quarter", "2025-Q4"),
        ("started_on", dt.date(2025, 4, 1), "year", "2025"),
        ("visits", 0, "band", "0"),
        ("visits", 1, "band", "1-3"),
        ("visits", 3, "band", "1-3"),
        ("visits", 4, "band", "4-11"),
        ("visits", 12, "band", "12+"),
        ("visits", 0, "any", "none"),
        ("visits", 31, "any", "any"),
        ("ethnic_category", "D", "group", "mixed"),
        ("ethnic_category", "99", "group", "not stated"),
        ("ethnic_category", "?", "group", "not stated"),
        ("lsoa21_code", LSOA, "ltla", "E08000001"),
        ("lsoa21_code", LSOA, "icb", "E54000001"),
        ("sex", "2", "exact", "2"),
        ("sex", "2", "hidden", "all"),
    ],
)
def test_a_value_is_published_as_its_level_says(
    column: str, value: object, level: str, published: object
) -> None:
    assert on(column, value, level) == published


@pytest.mark.parametrize("column", sorted(LADDERS))
def test_every_ladder_ends_in_one_word_for_everybody(column: str) -> None:
    assert LADDERS[column].names[-1] == HIDDEN


@pytest.mark.parametrize("column", sorted(LADDERS))
def test_every_ladder_begins_with_the_value_itself(column: str) -> None:
    assert LADDERS[column].rungs[0].of("value") == "value"


def test_what_is_missing_stays_missing_in_a_band() -> None:
    table = pa.table({"birth_year": pa.array([None, 1961])})
    assert generalise(table, {"birth_year": "10-year"}, LADDERS)["birth_year"].to_pylist() == [
        None,
        "1960-1969",
    ]


def test_what_is_missing_does_not_show_in_a_hidden_column() -> None:
    table = pa.table({"birth_year": pa.array([None, 1961])})
    made = generalise(table, {"birth_year": "hidden"}, LADDERS)
    assert made["birth_year"].to_pylist() == ["all", "all"]


def test_a_neighbourhood_that_no_lookup_knows_is_not_published_as_itself() -> None:
    assert on("lsoa21_code", "E01999999", "ltla") == "unknown"


def test_columns_without_a_level_and_the_order_of_columns_stay() -> None:
    table = pa.table({"a": [1], "visits": [5], "b": ["x"]})
    assert generalise(table, {"visits": "band"}, LADDERS).to_pylist() == [
        {"a": 1, "visits": "4-11", "b": "x"}
    ]


def test_a_dictionary_column_climbs_as_any_other() -> None:
    codes = pa.chunked_array([pa.array(["A", None, "N"]).dictionary_encode()])
    made = generalise(pa.table({"ethnic_category": codes}), {"ethnic_category": "group"}, LADDERS)
    assert made["ethnic_category"].to_pylist() == ["white", None, "black"]


def test_a_column_in_several_pieces_keeps_its_rows_in_order() -> None:
    column = pa.chunked_array([[1, 20], [5]])
    made = generalise(pa.table({"visits": column}), {"visits": "band"}, LADDERS)
    assert made["visits"].to_pylist() == ["1-3", "12+", "4-11"]


def test_an_empty_table_climbs() -> None:
    empty = pa.table({"visits": pa.array([], pa.int64())})
    assert generalise(empty, {"visits": "band"}, LADDERS).num_rows == 0


def test_ages_climb_in_bands_of_their_own() -> None:
    made = ages().climb(pa.chunked_array([[0, 19, 20]]), "20-year")
    assert made.to_pylist() == ["0-19", "0-19", "20-39"]


def test_a_band_of_a_single_number_is_written_as_the_number() -> None:
    made = visits((1, 2, 5)).climb(pa.chunked_array([[0, 1, 2, 5]]), "band")
    assert made.to_pylist() == ["0", "1", "2-4", "5+"]


def test_a_level_that_a_ladder_lacks_is_refused() -> None:
    with pytest.raises(BadSettings, match="extract-level"):
        on("birth_year", 1961, "7-year")


def test_a_column_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(BadSettings, match="extract-column"):
        generalise(pa.table({"sex": ["1"]}), {"visits": "band"}, LADDERS)


def test_a_column_without_a_ladder_is_refused() -> None:
    with pytest.raises(BadSettings, match="extract-ladder"):
        generalise(pa.table({"name": ["x"]}), {"name": "hidden"}, LADDERS)


@pytest.mark.parametrize(
    ("column", "published", "at", "to", "expected"),
    [
        ("birth_year", "1960-1964", "5-year", "20-year", "1960-1979"),
        ("birth_year", 1961, "exact", "5-year", "1960-1964"),
        ("birth_year", "1960-1964", "5-year", "5-year", "1960-1964"),
        ("birth_year", "1960-1964", "5-year", "hidden", "all"),
        ("started_on", "2025-03", "month", "quarter", "2025-Q1"),
        ("visits", "12+", "band", "any", "any"),
        ("visits", "0", "band", "any", "none"),
        ("lsoa21_code", "E08000001", "ltla", "icb", "E54000001"),
    ],
)
def test_a_published_band_can_be_made_coarser_by_anyone(
    column: str, published: object, at: str, to: str, expected: str
) -> None:
    made = LADDERS[column].climb_on(pa.chunked_array([[published]]), at, to)
    assert made is not None
    assert made.to_pylist() == [expected]


def test_a_district_in_two_icbs_does_not_tell_which() -> None:
    crossing = areas({
        "ltla": {"E01000001": "E07000001", "E01000002": "E07000001"},
        "icb": {"E01000001": "E54000001", "E01000002": "E54000002"},
    })  # fmt: skip
    assert crossing.climb_on(pa.chunked_array([["E07000001"]]), "ltla", "icb") is None
