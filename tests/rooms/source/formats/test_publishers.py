"""Formats that publishers serve, on the real tables and on small hostile ones."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.core.errors import BadDelivery
from pipelines.source.area_codes import area_types
from pipelines.source.formats import find_reader

NEXT = "fingertips/fingertipsnext_healthdata_2025-02-13.csv"
METADATA = "fingertips/fingertipsnext_indicator_metadata.json"
BANDS = "population/ons_mid2020_lsoa11_england_agebands.csv"
SEXES = "population/census2021_ltla21_age3_sex.csv"
CHANGES = "geography/lookup_lsoa11_lsoa21_ltla22.csv"
WAITS = "health/rtt_stp20_by_treatment_2020-04_2025-02.parquet"


def read(name: str, data: bytes) -> pa.Table:
    return pa.concat_tables(find_reader(name)(io.BytesIO(data), {}))


def read_real(name: str, folder: Path, path: str) -> pa.Table:
    return read(name, (folder / path).read_bytes())


@pytest.mark.parametrize(
    ("name", "path", "rows"),
    [
        ("fingertips_next", NEXT, 44_452),
        ("fingertips_metadata", METADATA, 35),
        ("ons_age_bands", BANDS, 32_844 * 19),
        ("ons_age_sex", SEXES, 331 * 6),
        ("ons_lsoa_changes", CHANGES, 33_855),
        ("rtt", WAITS, 55_273 * 2),
        ("csv", "imd/imd2025_lsoa21.csv", 33_755),
        ("csv", "qof/PREVALENCE_2021_v2.csv", 137_991),
        ("csv", "postcodes/trafford_postcodes.csv", 11_264),
    ],
)
def test_every_row_of_the_real_table_is_read_as_text(
    reference: Path, name: str, path: str, rows: int
) -> None:
    table = read_real(name, reference, path)
    assert (table.num_rows, set(table.schema.types)) == (rows, {pa.string()})


def test_fingertips_next_says_what_kind_of_area_each_row_is(reference: Path) -> None:
    kinds = read_real("fingertips_next", reference, NEXT)["AreaType"].value_counts().to_pylist()
    assert {k["values"]: k["counts"] for k in kinds} == {
        "england": 4_716, "gp_practice": 7_660, "ltla": 22_585, "utla": 666, "sub_icb": 7_159,
        "icb": 976, "pcn": 690,
    }  # fmt: skip


def test_fingertips_next_loses_the_quotes_inside_category_names(reference: Path) -> None:
    kinds = read_real("fingertips_next", reference, NEXT)["CategoryType"]
    assert not pc.any(pc.match_substring(kinds, '"')).as_py()


def test_the_most_deprived_tenth_of_england_is_read_as_published(reference: Path) -> None:
    rows = read_real("fingertips_next", reference, NEXT).to_pylist()
    found = [
        r["Value"]
        for r in rows
        if (r["IndicatorId"], r["Year"], r["AreaCode"], r["Category"])
        == ("93015", "2022", "E92000001", "Most deprived decile")
    ]
    assert found == ["35.34939"]


def test_metadata_is_plain_text_with_age_base_and_gardening(reference: Path) -> None:
    rows = read_real("fingertips_metadata", reference, METADATA).to_pylist()
    inactive = next(r for r in rows if r["indicatorID"] == "93015")
    assert (inactive["ageBase"], inactive["gardeningCounted"], inactive["ciMethod"]) == (
        "19+", "true", "Other method - see below",
    )  # fmt: skip


def test_no_html_is_left_in_metadata(reference: Path) -> None:
    table = read_real("fingertips_metadata", reference, METADATA)
    text = " ".join(value or "" for column in table.columns for value in column.to_pylist())
    assert not [mark for mark in ("&nbsp;", "&ldquo;", "<p", "<br", "\r") if mark in text]


def test_age_bands_add_up_to_englands_published_population(reference: Path) -> None:
    people = read_real("ons_age_bands", reference, BANDS)["people"]
    assert pc.sum(people.cast(pa.int64())).as_py() == 56_550_138


def test_the_oldest_band_is_open_ended() -> None:
    table = read("ons_age_bands", b"lsoa11_code,0-4,90+\nE01900001,3,4\n")
    assert table.to_pylist() == [
        {"lsoa11_code": "E01900001", "age_from": "0", "age_to": "4", "people": "3"},
        {"lsoa11_code": "E01900001", "age_from": "90", "age_to": "120", "people": "4"},
    ]


def test_only_english_neighbourhoods_are_taken_from_the_lookup(reference: Path) -> None:
    codes = read_real("ons_lsoa_changes", reference, CHANGES)["lsoa21_code"]
    assert pc.count_distinct(codes).as_py() == 33_755


def test_waits_are_two_rows_a_month_and_whole_numbers(reference: Path) -> None:
    rows = read_real("rtt", reference, WAITS).to_pylist()
    found = {
        r["measure"]: r["patients"]
        for r in rows
        if (r["stp20_nhs_code"], r["period"], r["treatment"]) == ("QOP", "2025-02", "Total")
    }
    assert found == {"waits_over_18_weeks": "309750", "waits_over_52_weeks": "34701"}


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def waits(rows: int, name: str) -> pa.Table:
    return pa.table(
        {
            "stp20_nhs_code": ["QOP"] * rows,
            "stp20_name": pa.array([name]).dictionary_encode().take(pa.array([0] * rows)),
            "treatment": ["Total"] * rows,
            "date": pa.array([18_000] * rows, pa.date32()),
            "waits_over_18_weeks": [1.0] * rows,
            "waits_over_52_weeks": [0.0] * rows,
        }
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PAR1",
        b"stp20_nhs_code,date\nQOP,2025-02-01\n",
        parquet(waits(2, "X"))[:-5],
        parquet(pa.table({"stp20_nhs_code": ["QOP"]})),
        parquet(waits(2, "X").set_column(4, "waits_over_18_weeks", pa.array(["1", "2"]))),
        # Some hundred kilobytes that would unpack to ten gigabytes of text.
        parquet(waits(100_000, "X" * 100_000)),
    ],
    ids=["empty", "stub", "csv", "cut", "columns", "types", "bomb"],
)
def test_a_parquet_that_is_no_table_of_waits_stops(data: bytes) -> None:
    with pytest.raises(BadDelivery, match="delivery-parquet"):
        read("rtt", data)


API_HEADER = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,Area Name,Area Type,Sex,Age,"
    "Category Type,Category,Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,"
    "Lower CI 99.8 limit,Upper CI 99.8 limit,Count,Denominator,Value note,Recent Trend,"
    "Compared to England value or percentiles,{parent},Time period Sortable,New data,"
    "Compared to goal{more}"
)
API_ROW = (
    "93015,Inactive,E92000001,England,E08000009,Trafford,Districts,Persons,19+ yrs,,,2021/22,"
    "19.5,16.4,22.9,,,,512,,,Similar,Similar,20210000,,{more}"
)


def api(parent: str, more: str = "", value: str = "") -> bytes:
    return f"{API_HEADER.format(parent=parent, more=more)}\n{API_ROW.format(more=value)}\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        api("Compared to Region value or percentiles"),
        api("Compared to ICBs value or percentiles"),
        api("Compared to Region value or percentiles", ",Time period range", ",1y"),
    ],
)
def test_the_api_gives_one_header_whatever_the_parent(data: bytes) -> None:
    assert read("fingertips_api", data).column_names[22:] == [
        "Compared to parent value or percentiles", "Time period Sortable", "New data",
        "Compared to goal", "Time period range", "Area Kind",
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"a,b\n1,2\n", api("Value of region")])
def test_another_header_than_the_apis_stops(data: bytes) -> None:
    with pytest.raises(BadDelivery, match="delivery-header"):
        read("fingertips_api", data)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("E92000001", "england"), ("E54000057", "icb"), ("E38000262", "sub_icb"),
        ("E06000062", "ltla"), ("E07000177", "ltla"), ("E08000009", "ltla"), ("E09000001", "ltla"),
        ("E10000017", "utla"), ("E12000002", "region"), ("E40000009", "region"),
        ("A82003", "gp_practice"), ("E82001", "gp_practice"), ("U89141", "pcn"),
        ("E01000001", "other"), ("S12000005", "other"), (None, None),
    ],
)  # fmt: skip
def test_the_form_of_a_code_says_what_kind_of_area_it_is(
    code: str | None, kind: str | None
) -> None:
    assert area_types(pa.chunked_array([pa.array([code], pa.string())])).to_pylist() == [kind]


SEX_HEADER = (
    "ltla21_code,total_females,total_males,younger_females,younger_males,working_age_females,"
    "working_age_males"
)


def test_residents_by_sex_add_up_to_the_total(reference: Path) -> None:
    table = read_real("ons_age_sex", reference, SEXES)
    england = pc.starts_with(table["ltla21_code"], "E")
    people = table.filter(england)["people"].cast(pa.int64())
    assert pc.sum(people).as_py() == 56_490_040


def test_whoever_is_in_no_younger_group_is_65_or_over() -> None:
    table = read(
        "ons_age_sex", f"{SEX_HEADER}\nE06000001,100.0,90.0,20.0,21.0,60.0,50.0\n".encode()
    )
    older = [r for r in table.to_pylist() if r["age_from"] == "65"]
    assert [(r["sex"], r["age_to"], r["people"]) for r in older] == [
        ("female", "120", "20"), ("male", "120", "19"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"ltla21_code,total_females\nE06000001,1\n", "delivery-header"),
        (f"{SEX_HEADER}\nE06000001,x,9,2,2,6,5\n".encode(), "delivery-number"),
        (f"{SEX_HEADER}\nE06000001,10.5,9,2,2,6,5\n".encode(), "delivery-number"),
    ],
    ids=["a column is missing", "no number", "no whole number"],
)
def test_residents_by_sex_are_read_strictly(data: bytes, code: str) -> None:
    with pytest.raises(BadDelivery) as refusal:
        read("ons_age_sex", data)
    assert refusal.value.code == code
