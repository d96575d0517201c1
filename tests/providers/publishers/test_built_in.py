"""The built-in reference set: the same files and headers as the real one, read the same way."""

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.core.agreement import load_agreements
from pipelines.core.settings import PROJECT
from pipelines.synthetic.places import read_neighbourhoods
from pipelines.synthetic.reference import write_reference
from tests.providers.publishers.conftest import SEED, Library

TABLES = [
    "fingertips/fingertipsnext_healthdata_2025-02-13.csv",
    "fingertips/trafforddatalab_inactive_adults.csv",
    "geography/icb_succession_2026.csv",
    "geography/lookup_lsoa11_lsoa21_ltla22.csv",
    "geography/lsoa21_icb24_icb26_DERIVED.csv",
    "geography/lsoa21_ltla24_england.csv",
    "geography/lsoa21_sicbl24_icb24.csv",
    "geography/ruc21_lsoa21.csv",
    "imd/imd2019_lsoa11.csv",
    "imd/imd2025_lsoa21.csv",
    "openactive/activity_list_concepts.csv",
    "population/census2021_lsoa21_england_disability.csv",
    "population/census2021_lsoa21_england_ethnic_group5.csv",
    "population/census2021_ltla21_age3_sex.csv",
    "population/ons_mid2020_lsoa11_england_agebands.csv",
    "proms/eq5d5l_uk_crosswalk_vanhout2012.csv",
    "proms/eq5d5l_value_set_coefficients_UK2026_England2018.csv",
    "proms/swemwbs_raw_to_metric.csv",
    "qof/MAPPING_NHS_GEOGRAPHIES_2021.csv",
    "qof/PREVALENCE_2021_v2.csv",
]
WAITS = "health/rtt_stp20_by_treatment_2020-04_2025-02.parquet"
METADATA = "fingertips/fingertipsnext_indicator_metadata.json"


def first_line(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.readline().strip()


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_header_of_the_real_one(
    built_in_folder: Path, reference: Path, table: str
) -> None:
    assert first_line(built_in_folder / table) == first_line(reference / table)


def test_the_waits_have_the_schema_of_the_real_ones(built_in_folder: Path, reference: Path) -> None:
    ours, theirs = (
        pq.read_schema(f / WAITS).remove_metadata() for f in (built_in_folder, reference)
    )
    assert ours.equals(theirs)


def test_it_writes_nothing_else(built_in_folder: Path) -> None:
    files = [p for p in built_in_folder.rglob("*") if p.is_file()]
    found = sorted(p.relative_to(built_in_folder).as_posix() for p in files)
    assert found == sorted([*TABLES, WAITS, METADATA])


def test_the_same_seed_gives_the_same_bytes(built_in_folder: Path, tmp_path: Path) -> None:
    write_reference(tmp_path, SEED)
    assert {t: (tmp_path / t).read_bytes() for t in [*TABLES, WAITS, METADATA]} == {
        t: (built_in_folder / t).read_bytes() for t in [*TABLES, WAITS, METADATA]
    }


def test_another_seed_gives_other_people(built_in_folder: Path, tmp_path: Path) -> None:
    write_reference(tmp_path, SEED + 1)
    people = "population/census2021_ltla21_age3_sex.csv"
    assert (tmp_path / people).read_bytes() != (built_in_folder / people).read_bytes()


def test_every_required_library_file_is_there(built_in_folder: Path) -> None:
    required = {
        file.pattern
        for agreement in load_agreements(PROJECT / "schemas").values()
        if agreement.transport == "library"
        for file in agreement.files
        if file.required
    }
    assert (len(required) > 0, {p for p in required if not list(built_in_folder.glob(p))}) == (
        True,
        set(),
    )


def test_every_row_but_the_repeated_one_is_kept(built_in: Library) -> None:
    lost = {
        name: summary.quarantined
        for name, counts in built_in.summaries.items()
        for summary in counts.tables
        if summary.received != summary.kept
    }
    assert lost == {"ohid_fingertips": {"health_indicator.repeated_value": 1}}


@pytest.mark.parametrize(("day", "icbs"), [("2024-04-01", 42), ("2026-04-01", 36)])
def test_each_vintage_has_all_its_icbs_by_their_real_names(
    built_in: Library, real: Library, day: str, icbs: int
) -> None:
    names = (
        "select distinct parent_code, parent_ods_code, parent_name from stored "
        f"where area_type = 'lsoa21' and parent_type = 'icb' and valid_from = '{day}' order by 1"
    )
    ours = built_in.ask("geography", names)
    assert (len(ours), ours) == (icbs, real.ask("geography", names))


def test_the_succession_of_icbs_is_the_real_one(built_in: Library, real: Library) -> None:
    links = "select area_code, parent_code from stored where area_type = 'icb' order by all"
    assert built_in.ask("geography", links) == real.ask("geography", links)


def test_no_made_up_code_is_a_real_one(built_in: Library, real: Library) -> None:
    codes = (
        "select distinct area_code from stored where area_type <> 'icb' union "
        "select parent_code from stored where parent_type <> 'icb'"
    )
    assert set(built_in.ask("geography", codes)) & set(real.ask("geography", codes)) == set()


def test_it_has_a_split_a_merger_and_an_irregular_change(built_in: Library) -> None:
    assert built_in.ask(
        "geography",
        "select change_code, count(distinct area_code), count(distinct parent_code) from stored "
        "where area_type = 'lsoa11' and change_code <> 'U' group by 1 order by 1",
    ) == [("M", 2, 1), ("S", 1, 2), ("X", 2, 2)]


def test_a_district_straddles_two_icbs(built_in: Library) -> None:
    straddling = built_in.ask(
        "geography",
        "select district.parent_code from stored district join stored icb using (area_code) "
        "where district.parent_type = 'ltla' and icb.parent_type = 'icb' "
        "and icb.valid_from = '2024-04-01' and district.area_type = 'lsoa21' "
        "group by 1 having count(distinct icb.parent_code) > 1",
    )
    assert len(straddling) == 1


@pytest.mark.parametrize(
    "icb", ["E54000057", "E54000013", "E54000054", "E54000030", "E54000065", "E54000061"]
)
def test_a_developer_icb_has_room_for_small_area_work(built_in: Library, icb: str) -> None:
    found = built_in.ask(
        "geography",
        "select count(*) between 30 and 60 from stored where area_type = 'lsoa21' "
        f"and parent_code = '{icb}' and valid_from = '2026-04-01'",
    )
    assert found == [(True,)]


def test_a_tenth_of_the_neighbourhoods_is_in_each_decile(built_in: Library) -> None:
    deciles = "select distinct count(*) from stored where index_version = 'imd2025' group by decile"
    assert built_in.ask("deprivation", deciles) == [(40,)]


def test_the_two_populations_agree(built_in: Library) -> None:
    totals = "select source, sum(people) from stored group by source"
    people = dict(built_in.ask("population", totals))
    assert int(people["ons_mid_2020"]) == pytest.approx(int(people["census_2021"]), rel=0.001)


def test_englands_gradient_is_the_published_one(built_in: Library, real: Library) -> None:
    gradient = (
        "select category, value from stored where indicator_id = '93015' and period = '2022' "
        "and area_code = 'E92000001' and category_type like 'LSOA11%' order by value"
    )
    ours = built_in.ask("health_indicator", gradient)
    assert (len(ours), ours) == (10, real.ask("health_indicator", gradient))


def test_districts_lie_in_the_range_of_real_ones(built_in: Library, real: Library) -> None:
    bounds = (
        "select min(value), max(value) from stored "
        "where source = 'ohid_fingertips_93015' and period = '2024/25'"
    )
    [(low, high)], [(least, most)] = (x.ask("health_indicator", bounds) for x in (built_in, real))
    assert (low >= least, high <= most) == (True, True)


def test_synthetic_people_can_live_there(built_in_folder: Path) -> None:
    assert len(read_neighbourhoods(built_in_folder)) == 400


def test_the_waits_are_small(built_in_folder: Path) -> None:
    data = (built_in_folder / WAITS).read_bytes()
    assert pq.read_metadata(io.BytesIO(data)).num_rows == 42 * 4 * 3
