"""What `provision` means: what is open to referral, how it is divided, and how lists are graded."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

CONCEPTS = """
    concept_id | name     | broader_ids | other_names
    top        | Exercise |             |
    mid        | Mat work | top         |
    low        | Pilates  | mid         |
    other      | Dance    |             | Salsa
"""
NEED = {
    "geography": """
        area_code | area_type | parent_code | parent_type | parent_name | change_code
        L1        | lsoa21    | E54000057   | icb         | Here        |
        L2        | lsoa21    | E54000057   | icb         | Here        |
        L3        | lsoa21    | E54000013   | icb         | There       |
        L1        | lsoa21    | D1          | ltla        | Town        |
        L2        | lsoa21    | D2          | ltla        | City        |
        L3        | lsoa21    | D2          | ltla        | City        |
        L1        | lsoa11    | L1          | lsoa21      |             | U
    """,
    "population": """
        area_code | area_type | source       | age_from | people
        L1        | lsoa11    | ons_mid_2020 | 19       | 400
        L1        | lsoa21    | census_2021  | 0        | 500
    """,
    "health_indicator": """
        area_code | area_type | age_band | value
        D1        | ltla      | 19+ yrs  | 25
    """,
}  # fmt: skip


@pytest.fixture
def provision(spec: Spec) -> Measure:
    return partial(spec, dataset="provision", activity_concept=CONCEPTS)


def one(**cells: str) -> str:
    """One opportunity in the neighbourhood L1, open to anyone, with these cells besides."""
    given = {
        "opportunity_id": "1", "lsoa21_code": "L1", "access_criteria": "anyone", **cells,
    }  # fmt: skip
    return "\n".join([" | ".join(given), " | ".join(given.values())])


def open_programmes(measure: Measure, count: int, **cells: str) -> None:
    measure(
        indicator="open_programmes",
        placed_opportunity=one(**cells),
        expect=f"count\n{count}",
    )


@pytest.mark.parametrize(
    "access", ["referral", "self_referral", "anyone", "women_only", "men_only", ""]
)
def test_what_somebody_could_be_sent_to_is_open(provision: Measure, access: str) -> None:
    open_programmes(provision, 1, access_criteria=access)


def test_what_is_for_members_only_is_not_open(provision: Measure) -> None:
    open_programmes(provision, 0, access_criteria="members_only")


@pytest.mark.parametrize(("ends_on", "count"), [("2026-09-29", 0), ("2026-09-30", 1), ("", 1)])
def test_what_is_over_before_the_last_day_is_not_open(
    provision: Measure, ends_on: str, count: int
) -> None:
    open_programmes(provision, count, ends_on=ends_on)


def test_what_has_no_place_is_in_no_area(provision: Measure) -> None:
    open_programmes(provision, 0, lsoa21_code="")


def test_what_is_in_another_icb_does_not_count_here(provision: Measure) -> None:
    provision(
        indicator="open_programmes", **NEED,
        placed_opportunity=one(lsoa21_code="L3"), expect="count\n0",
    )  # fmt: skip


def test_a_district_has_what_is_inside_its_part_of_the_icb(provision: Measure) -> None:
    provision(
        indicator="open_programmes",
        geography=NEED["geography"],
        placed_opportunity="""
            opportunity_id | lsoa21_code
            1              | L1
            2              | L2
            3              | L3
        """,
        expect="""
            area_type | area_code | count
            icb       | E54000057 | 2
            ltla      | D1        | 1
            ltla      | D2        | 1
        """,
    )


def test_a_site_counts_once_whoever_lists_it_and_however_it_is_written(provision: Measure) -> None:
    provision(
        indicator="open_sites",
        geography=NEED["geography"],
        placed_opportunity="""
            provider | opportunity_id | site_name | lsoa21_code
            feed     | 1              | Town Pool | L1
            list     | 1              | town pool | L1
            list     | 2              | Town Hall | L1
            list     | 3              | Town Pool | L2
        """,
        expect="count\n3",
    )


OTHERWISE = {
    "activity_group": "unknown", "cost_band": "unknown", "access_criteria": "anyone",
    "accessibility": "unknown", "staff_qualification": "unknown", "all": "all",
}  # fmt: skip
"""Where a programme counts of which nothing is told but that anyone may come."""


def divided(measure: Measure, kind: str, cells: dict[str, str], expect: list[str]) -> None:
    """The categories of one kind in which a programme with these cells counts."""
    rows = [f"{kind} | {name}" for name in expect]
    rows += [f"{other} | {name}" for other, name in OTHERWISE.items() if other != kind]
    places = [f"{area} | {row} | 1" for area in ("icb", "ltla") for row in rows]
    measure(
        indicator="open_programmes",
        placed_opportunity=one(**cells),
        expect="\n".join(["area_type | category_type | category | count", *places]),
    )


@pytest.mark.parametrize(
    ("price", "band"),
    [
        ("", "unknown"),
        ("0", "free"),
        ("0.01", "under 3 pounds"),
        ("2.99", "under 3 pounds"),
        ("3", "3 to 5.99 pounds"),
        ("5.99", "3 to 5.99 pounds"),
        ("6", "6 pounds and more"),
    ],
)
def test_the_bands_of_cost(provision: Measure, price: str, band: str) -> None:
    divided(provision, "cost_band", {"price": price}, [band])


@pytest.mark.parametrize(
    ("cells", "group"),
    [
        ({"activity_id": "low"}, "Exercise"),
        ({"activity_id": "top"}, "Exercise"),
        ({"activity_id": "other", "activity_label": "Pilates"}, "Dance"),
        ({"activity_id": "strange", "activity_label": "Pilates"}, "unknown"),
        ({"activity_label": "pilates"}, "Exercise"),
        ({"activity_label": "SALSA"}, "Dance"),
        ({"activity_label": "Sals"}, "unknown"),
        ({}, "unknown"),
    ],
    ids=["a chain of three", "the top itself", "the concept before the name",
         "a concept that is in no list", "by its name", "by its other name", "part of a name",
         "nothing told"],
)  # fmt: skip
def test_an_activity_counts_in_its_outermost_group_and_is_never_guessed(
    provision: Measure, cells: dict[str, str], group: str
) -> None:
    divided(provision, "activity_group", cells, [group])


def test_a_programme_counts_under_each_impairment_that_it_supports(provision: Measure) -> None:
    divided(
        provision,
        "accessibility",
        {"accessibility": "hearing impairment; visual impairment"},
        ["hearing impairment", "visual impairment"],
    )


def test_staff_are_as_told(provision: Measure) -> None:
    divided(provision, "staff_qualification", {"staff_qualification": "volunteer"}, ["volunteer"])


PLACES = """
    opportunity_id | lsoa21_code | sessions_per_week | capacity
    1              | L1          | 2                 | 10
    2              | L1          | 0.5               | 9
    3              | L1          | 3                 |
    4              | L1          |                   | 20
"""


def test_weekly_places_are_places_times_sessions_where_both_are_told(provision: Measure) -> None:
    """20, and half of 9: 24.5, rounded up."""
    provision(indicator="weekly_places", placed_opportunity=PLACES, expect="count\n25")


def test_the_share_whose_places_are_told_stands_beside_them(provision: Measure) -> None:
    provision(
        indicator="programmes_with_places_told",
        placed_opportunity=PLACES,
        expect="count | denominator\n2 | 4",
    )


def test_weekly_sessions_are_added_up_and_then_rounded(provision: Measure) -> None:
    """2, 0.5 and 3."""
    provision(indicator="weekly_sessions", placed_opportunity=PLACES, expect="count\n6")


@pytest.mark.parametrize(
    ("updated_on", "fresh"), [("2026-07-01", 0), ("2026-07-02", 1), ("2026-11-01", 1), ("", 0)]
)
def test_stale_is_what_nobody_changed_for_more_than_90_days(
    provision: Measure, updated_on: str, fresh: int
) -> None:
    provision(
        indicator="programmes_updated_in_90_days",
        placed_opportunity=one(updated_on=updated_on),
        expect=f"count | denominator\n{fresh} | 1",
    )


@pytest.mark.parametrize(
    ("indicator", "count"),
    [
        ("sites_per_1000_modelled_inactive", 1),
        ("programmes_per_1000_modelled_inactive", 2),
        ("weekly_places_per_1000_modelled_inactive", 20),
    ],
)
def test_supply_stands_beside_the_modelled_inactive_adults(
    provision: Measure, indicator: str, count: int
) -> None:
    """A quarter of 400 adults."""
    provision(
        indicator=indicator,
        **NEED,
        placed_opportunity="""
            opportunity_id | lsoa21_code | site_name | sessions_per_week | capacity
            1              | L1          | Pool      | 2                 | 10
            2              | L1          | Pool      |                   |
        """,
        expect=f"count | denominator\n{count} | 100",
    )


def test_an_area_where_nothing_is_listed_has_noughts(provision: Measure) -> None:
    provision(
        indicator="programmes_per_1000_modelled_inactive",
        **NEED,
        placed_opportunity="opportunity_id",
        expect="count | denominator\n0 | 100",
    )


LISTINGS = """
    provider | opportunity_id | lsoa21_code | starts_on  | sessions_per_week | activity_id
    feed     | 1              | L1          | 2026-01-01 |                   | low
    feed     | 2              | L9          |            | 1                 | strange
    feed     | 3              |             |            |                   |
    list     | 1              | L1          |            |                   | low
"""


@pytest.mark.parametrize(
    ("what", "of_feed", "of_list"), [("location", 2, 1), ("start", 2, 0), ("activity", 1, 1)]
)
def test_a_list_is_graded_whole_wherever_its_entries_are(
    provision: Measure, what: str, of_feed: int, of_list: int
) -> None:
    provision(
        indicator=f"listings_with_{what}",
        placed_opportunity=LISTINGS,
        expect=f"""
            category_type | category | count     | denominator
            provider      | feed     | {of_feed} | 3
            provider      | list     | {of_list} | 1
        """,
    )


def test_coverage_counts_the_lists_that_arrived_with_anything_in_them(provision: Measure) -> None:
    provision(
        indicator="open_programmes",
        placed_opportunity=one(),
        intake_count="""
            provider | table_name  | fate        | rows
            feed     | opportunity | kept        | 1
            list     | opportunity | kept        | 0
            list     | opportunity | quarantined | 3
            other    | attendance  | kept        | 1
        """,
        expect="providers_reporting | providers_expected\n1 | 2",
    )
