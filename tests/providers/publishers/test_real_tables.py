"""What the publishers' real tables become."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.providers.publishers.conftest import Library


@pytest.mark.parametrize(
    ("provider", "counts"),
    [
        ("mhclg_deprivation", {"deprivation": (66_599, 66_599)}),
        (
            "nhs_england_qof",
            # 70 practices are 'Unallocated' to a network, which has no code.
            {"health_indicator": (137_991, 137_991), "geography": (19_713, 19_643)},
        ),
        ("nhs_england_rtt", {"health_indicator": (110_546, 110_546)}),
        (
            "ohid_fingertips",
            # 3,107 rows repeat a value, as delivered.
            {"health_indicator": (47_541, 44_434), "indicator_metadata": (35, 35)},
        ),
        (
            "ons_geography",
            {"geography": (168_892, 168_892), "rural_urban": (35_672, 35_672)},
        ),
        (
            "ons_population",
            {"population": (659_777, 659_777), "population_group": (236_285, 236_285)},
        ),
        ("ons_postcodes", {"postcode_directory": (11_264, 11_264)}),
    ],
)
def test_every_row_is_kept_or_counted(
    real: Library, provider: str, counts: dict[str, tuple[int, int]]
) -> None:
    assert real.counts(provider) == counts


def test_the_neighbourhood_that_the_lookup_misplaces_is_in_west_northamptonshire(
    real: Library,
) -> None:
    assert real.ask(
        "geography",
        "select parent_code, parent_name from stored "
        "where area_code = 'E01027305' and area_type = 'lsoa21' and parent_type = 'ltla'",
    ) == [("E06000062", "West Northamptonshire")]


def test_nothing_else_is_corrected(real: Library, reference: Path) -> None:
    with (reference / "geography" / "lsoa21_ltla24_england.csv").open(encoding="utf-8") as stream:
        published = Counter(row["ltla24_code"] for row in csv.DictReader(stream))
    stored = dict(
        real.ask(
            "geography",
            "select parent_code, count(*) from stored "
            "where area_type = 'lsoa21' and parent_type = 'ltla' group by parent_code",
        )
    )
    assert {c: stored[c] - n for c, n in published.items() if stored[c] != n} == {
        "E07000177": -1,
        "E06000062": 1,
    }


@pytest.mark.parametrize(
    ("day", "icbs", "neighbourhoods"),
    [("2024-04-01", 42, 33_755), ("2026-03-31", 42, 33_755), ("2026-04-01", 36, 33_755)],
)
def test_each_day_has_its_icbs_and_every_neighbourhood_once(
    real: Library, day: str, icbs: int, neighbourhoods: int
) -> None:
    assert real.ask(
        "geography",
        f"select count(distinct parent_code), count(*) from stored where area_type = 'lsoa21' "
        f"and parent_type = 'icb' and '{day}' between valid_from and "
        f"coalesce(valid_to, date '9999-12-31')",
    ) == [(icbs, neighbourhoods)]


@pytest.mark.parametrize(
    ("code", "day", "neighbourhoods"),
    [
        ("E54000057", "2024-04-01", 1_702), ("E54000057", "2026-04-01", 1_702),
        ("E54000013", "2026-04-01", 435), ("E54000054", "2026-04-01", 1_434),
        ("E54000030", "2026-04-01", 1_040), ("E54000061", "2026-04-01", 860),
        ("E54000056", "2024-04-01", 527), ("E54000056", "2026-04-01", 0),
        ("E54000065", "2026-04-01", 1_816),
    ],
)  # fmt: skip
def test_the_developer_icbs_have_their_published_neighbourhoods(
    real: Library, code: str, day: str, neighbourhoods: int
) -> None:
    assert real.ask(
        "geography",
        f"select count(*) from stored where area_type = 'lsoa21' and parent_code = '{code}' "
        f"and '{day}' between valid_from and coalesce(valid_to, date '9999-12-31')",
    ) == [(neighbourhoods,)]


def test_neighbourhoods_of_2011_keep_how_they_changed(real: Library) -> None:
    assert real.ask(
        "geography",
        "select change_code, count(*) from stored where area_type = 'lsoa11' "
        "group by change_code order by change_code",
    ) == [("M", 194), ("S", 1_842), ("U", 31_810), ("X", 9)]


def test_a_treatment_function_has_one_name_in_every_month(real: Library) -> None:
    assert real.ask(
        "health_indicator",
        "select count(distinct period) from stored "
        "where source = 'nhs_england_rtt' and category = 'Cardiology Service'",
    ) == [(59,)]


def test_every_treatment_function_is_agreed(real: Library) -> None:
    assert real.ask(
        "health_indicator",
        "select count(distinct category) from stored where source = 'nhs_england_rtt'",
    ) == [(25,)]


def test_a_register_keeps_the_list_that_is_its_denominator(real: Library) -> None:
    assert real.ask(
        "health_indicator",
        "select count, denominator, list_type from stored "
        "where indicator_id = 'qof_ob' and area_code = 'A81001'",
    ) == [(195.0, 3_249.0, "18OV")]


def test_the_inactive_of_trafford_are_as_published(real: Library, reference: Path) -> None:
    path = reference / "fingertips" / "trafforddatalab_inactive_adults.csv"
    with path.open(encoding="utf-8") as stream:
        published = [
            (row["period"], float(row["value"]))
            for row in csv.DictReader(stream)
            if row["area_code"] == "E08000009"
        ]
    assert published == real.ask(
        "health_indicator",
        "select period, value from stored where indicator_id = '93015' "
        "and area_code = 'E08000009' and source = 'ohid_fingertips_93015' order by period",
    )


def test_metadata_says_that_93015_is_no_wilson(real: Library) -> None:
    assert real.ask(
        "indicator_metadata",
        "select ci_method, polarity, age_base, gardening_counted from stored "
        "where indicator_id = '93015'",
    ) == [("Other method - see below", "low_is_good", "19+", True)]
