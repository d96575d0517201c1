"""What the referral-to-treatment records of `waiting_well` mean, and of which ICB they are."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

# Two ICBs of 2024 became one, and a third was divided between it and another.
PLACES = """
    area_code | parent_type | parent_code | parent_ods_code | valid_from | valid_to
    L1        | icb         | E54000001   | QAA             | 2024-04-01 | 2026-03-31
    L2        | icb         | E54000002   | QBB             | 2024-04-01 | 2026-03-31
    L3        | icb         | E54000003   | QCC             | 2024-04-01 | 2026-03-31
    L4        | icb         | E54000003   | QCC             | 2024-04-01 | 2026-03-31
    L1        | icb         | E54000057   | N1NNN           | 2026-04-01 |
    L2        | icb         | E54000057   | N1NNN           | 2026-04-01 |
    L3        | icb         | E54000058   | N2NNN           | 2026-04-01 |
    L4        | icb         | E54000059   | N3NNN           | 2026-04-01 |
"""
RESIDENTS = """
    area_code | area_type | source      | age_from | people
    L1        | lsoa21    | census_2021 | 0        | 300
    L2        | lsoa21    | census_2021 | 0        | 100
    L3        | lsoa21    | census_2021 | 0        | 600
    L4        | lsoa21    | census_2021 | 0        | 50
"""
HEADER = "area_code | period | category | indicator_id | count | source | area_type | category_type"


def published(*rows: str) -> str:
    """Rows as the agreement brings them: ICB, month, function, over 18 and over 52 weeks."""
    lines = [HEADER]
    for row in rows:
        icb, month, function, over_18, over_52 = (cell.strip() for cell in row.split("|"))
        of = "nhs_england_rtt | icb | treatment function"
        lines += [
            f"{icb} | {month} | {function} | rtt_over_{weeks}_weeks | {count} | {of}"
            for weeks, count in ((18, over_18), (52, over_52))
        ]
    return "\n".join(lines)


WAITS = published(
    "QAA | 2025-02 | Trauma and Orthopaedic Service | 400 | 40",
    "QAA | 2025-02 | Total | 900 | 90",
    "QBB | 2025-02 | Trauma and Orthopaedic Service | 200 | 10",
    "QBB | 2025-02 | Cardiology Service | 50 | 5",
    "QBB | 2025-02 | Total | 250 | 15",
    "QCC | 2025-02 | Total | 7000 | 700",
)


@pytest.fixture
def waits(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="waiting_well",
        geography=PLACES,
        population=RESIDENTS,
        health_indicator=WAITS,
    )


def test_icbs_that_became_one_are_added_up_under_the_code_of_the_function(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        expect="""
          category_type      | category                             | count
          all                | all                                  | 1150
          treatment_function | C_110 Trauma and Orthopaedic Service | 600
          treatment_function | C_320 Cardiology Service             | 50
        """,
    )


def test_records_over_52_weeks_are_a_share_of_those_over_18(waits: Measure) -> None:
    waits(
        indicator="rtt_over_52_of_over_18_weeks",
        expect="count | denominator\n105 | 1150",
    )


def test_an_icb_that_did_not_change_keeps_its_own(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_52_weeks",
        icb="E54000003",
        boundaries_on="2025-04-01",
        expect="count\n700",
    )


def test_an_icb_with_part_of_a_divided_one_has_no_records(waits: Measure) -> None:
    waits(indicator="rtt_records_over_18_weeks", icb="E54000058", expect="count")


def test_an_icb_with_part_of_a_divided_one_says_so(waits: Measure) -> None:
    waits(
        indicator="residents_with_rtt_records",
        icb="E54000058",
        expect="""
          count | denominator | providers_reporting | providers_expected
          0     | 600         | 0                   | 1
        """,
    )


def test_an_icb_of_which_a_part_is_divided_has_no_records(waits: Measure) -> None:
    """L4 joins L1 and L2: the sum of two ICBs would pass for the three."""
    waits(
        indicator="rtt_records_over_18_weeks",
        geography=PLACES.replace("E54000059   | N3NNN ", "E54000057   | N1NNN "),
        expect="count",
    )


def test_residents_of_whole_icbs_are_counted_beside_those_of_divided_ones(waits: Measure) -> None:
    waits(
        indicator="residents_with_rtt_records",
        geography=PLACES.replace("E54000059   | N3NNN ", "E54000057   | N1NNN "),
        expect="""
          count | denominator | providers_reporting | providers_expected
          400   | 450         | 2                   | 3
        """,
    )


def test_an_icb_that_is_not_in_the_table_leaves_the_sum_out(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published("QAA | 2025-02 | Total | 900 | 90"),
        expect="count",
    )


def test_only_the_newest_month_counts_and_it_is_named(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published(
            "QAA | 2025-01 | Total | 1 | 0",
            "QBB | 2025-01 | Total | 1 | 0",
            "QAA | 2025-02 | Total | 900 | 90",
            "QBB | 2025-02 | Total | 250 | 15",
        ),
        expect="""
          count | period_start | period_end
          1150  | 2025-02-01   | 2025-02-28
        """,
    )


@pytest.mark.parametrize(
    ("month", "last"),
    [("2024-04", "2024-04-30"), ("2024-12", "2024-12-31"), ("2025-02", "2025-02-28")],
)
def test_a_month_ends_on_its_last_day(waits: Measure, month: str, last: str) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published(
            f"QAA | {month} | Total | 900 | 90", f"QBB | {month} | Total | 250 | 15"
        ),
        expect=f"period_start | period_end\n{month}-01 | {last}",
    )


def test_a_leap_year_has_the_29th_of_february(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        geography=PLACES.replace("2024-04-01", "2020-04-01"),
        health_indicator=published(
            "QAA | 2024-02 | Total | 900 | 90", "QBB | 2024-02 | Total | 250 | 15"
        ),
        expect="period_end\n2024-02-29",
    )


def test_a_month_after_the_period_does_not_count(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published(
            "QAA | 2025-02 | Total | 900 | 90",
            "QBB | 2025-02 | Total | 250 | 15",
            "N1NNN | 2026-10 | Total | 7 | 0",
        ),
        expect="count | period_start\n1150 | 2025-02-01",
    )


def test_a_month_after_the_merger_is_of_the_merged_icb(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published("N1NNN | 2026-09 | Total | 1200 | 7"),
        expect="count | providers_reporting | providers_expected\n1200 | 1 | 1",
    )


def test_a_month_of_unknown_borders_gives_nothing(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published("QAA | 2023-02 | Total | 900 | 90"),
        expect="count",
    )


def test_a_function_that_has_no_code_keeps_its_name(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=published(
            "QAA | 2025-02 | Newly Named Service | 3 | 0",
            "QBB | 2025-02 | Newly Named Service | 4 | 0",
        ),
        expect="""
          category_type      | category            | count
          treatment_function | Newly Named Service | 7
        """,
    )


def test_other_published_indicators_are_no_records(waits: Measure) -> None:
    waits(
        indicator="rtt_records_over_18_weeks",
        health_indicator=f"{HEADER}\nQAA | 2025-02 | Total | 93015 | 5 | ohid | icb |",
        expect="count",
    )
