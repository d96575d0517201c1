"""Census tables with a column for each group, on the real tables and on small ones."""

import io
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.core.errors import BadDelivery
from pipelines.source.formats import find_reader

ETHNIC = "population/census2021_lsoa21_england_ethnic_group5.csv"
DISABILITY = "population/census2021_lsoa21_england_disability.csv"
WITH_TOTAL = {"area": "lsoa21_code", "total": "total_residents"}


def read(data: bytes, options: Mapping[str, str]) -> pa.Table:
    return pa.concat_tables(find_reader("ons_groups")(io.BytesIO(data), options))


def test_a_row_becomes_one_row_for_each_group() -> None:
    table = read(b"lsoa21_code,White,Asian,total_residents\nE01900001,7,3,10\n", WITH_TOTAL)
    assert table.to_pylist() == [
        {"lsoa21_code": "E01900001", "group": "White", "people": "7"},
        {"lsoa21_code": "E01900001", "group": "Asian", "people": "3"},
    ]


def test_a_table_without_its_area_stops() -> None:
    with pytest.raises(BadDelivery, match="delivery-header"):
        read(b"area,White\nE01900001,7\n", WITH_TOTAL)


@pytest.mark.parametrize(
    ("path", "options", "rows"),
    [
        (ETHNIC, WITH_TOTAL, 33_755 * 5),
        (DISABILITY, {"area": "lsoa21_code"}, 33_755 * 2),
    ],
)
def test_every_group_of_the_real_table_is_read_as_text(
    reference: Path, path: str, options: dict[str, str], rows: int
) -> None:
    table = read((reference / path).read_bytes(), options)
    assert (table.num_rows, set(table.schema.types)) == (rows, {pa.string()})


def test_ethnic_groups_add_up_to_the_residents_of_england(reference: Path) -> None:
    table = read((reference / ETHNIC).read_bytes(), WITH_TOTAL)
    assert pc.sum(table["people"].cast(pa.int64())).as_py() == 56_490_108
