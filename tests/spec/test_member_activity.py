"""What `member_activity` means: the minutes of a visit, the bands, and who is counted."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]
HEADER = "person | attended_on | activity | intensity | minutes_source | minutes | visits"
ONE = """
    person
    a
"""


def visits(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def stays(minutes: list[int], activity: str = "Swimming", person: str = "z") -> list[str]:
    """Measured stays of somebody who lives elsewhere, from which usual stays are learnt."""
    return [f"{person} | 2026-09-20 | {activity} | moderate | measured | {m} | 1" for m in minutes]


@pytest.fixture
def activity(spec: Spec) -> Measure:
    return partial(spec, dataset="member_activity")


@pytest.fixture
def bands(activity: Measure) -> Callable[[str, str], None]:
    """Which band one member with these visits is in."""

    def check(person_activity: str, band: str) -> None:
        for name in ("under_30", "30_to_149", "150_and_more", "not_told"):
            activity(
                indicator=f"recorded_{name}",
                person=ONE,
                person_activity=person_activity,
                expect=f"count | denominator\n{int(name == band)} | 1",
            )

    return check


Bands = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("in_four_weeks", "band"),
    [
        ("119.96", "under_30"),  # 29.99 a week
        ("120", "30_to_149"),  # 30
        ("599.96", "30_to_149"),  # 149.99
        ("600", "150_and_more"),  # 150
    ],
)
def test_the_bands_begin_at_30_and_at_150_minutes_a_week(
    bands: Bands, in_four_weeks: str, band: str
) -> None:
    bands(
        visits(f"a | 2026-09-10 | Swimming | moderate | scheduled | {in_four_weeks} | 1"),
        band,
    )


def test_a_sum_of_fractions_does_not_miss_a_boundary(bands: Bands) -> None:
    """33.3, 33.4, 26.65 and 26.65 are 120, though added as binary fractions they fall short."""
    bands(
        visits(
            "a | 2026-09-10 | Swimming | moderate | scheduled | 33.3 | 1",
            "a | 2026-09-11 | Swimming | moderate | scheduled | 33.4 | 1",
            "a | 2026-09-12 | Swimming | moderate | scheduled | 26.6 | 2",
            "a | 2026-09-13 | Swimming | moderate | scheduled | 0.1 | 1",
        ),
        "under_30",
    )
    bands(
        visits(
            "a | 2026-09-10 | Swimming | moderate | scheduled | 33.3 | 1",
            "a | 2026-09-11 | Swimming | moderate | scheduled | 33.4 | 1",
            "a | 2026-09-12 | Swimming | moderate | scheduled | 26.65 | 2",
        ),
        "30_to_149",
    )


def test_nobody_without_a_visit_is_missing(bands: Bands) -> None:
    bands(HEADER, "under_30")


def test_vigorous_minutes_count_double(bands: Bands) -> None:
    bands(visits("a | 2026-09-10 | Spin | vigorous | scheduled | 60 | 1"), "30_to_149")
    bands(visits("a | 2026-09-10 | Spin | vigorous | scheduled | 59.9 | 1"), "under_30")


def test_light_minutes_do_not_count(bands: Bands) -> None:
    bands(visits("a | 2026-09-10 | Yoga | light | scheduled | 600 | 1"), "under_30")


@pytest.mark.parametrize(("minutes", "band"), [("9.99", "under_30"), ("10", "30_to_149")])
def test_less_than_ten_minutes_at_a_time_do_not_count(
    bands: Bands, minutes: str, band: str
) -> None:
    bands(visits(f"a | 2026-09-10 | Swimming | moderate | scheduled | {minutes} | 12"), band)


@pytest.mark.parametrize(
    ("day", "band"),
    [
        ("2026-09-02", "under_30"),
        ("2026-09-03", "30_to_149"),
        ("2026-09-30", "30_to_149"),
        ("2026-10-01", "under_30"),
    ],
)
def test_only_the_last_28_days_count(bands: Bands, day: str, band: str) -> None:
    bands(visits(f"a | {day} | Swimming | moderate | scheduled | 120 | 1"), band)


def test_a_visit_of_unknown_activity_leaves_the_band_open(bands: Bands) -> None:
    bands(visits("a | 2026-09-10 | unknown | unknown | measured | 60 | 1"), "not_told")


def test_a_visit_of_unknown_length_leaves_the_band_open(bands: Bands) -> None:
    bands(visits("a | 2026-09-10 | Swimming | moderate | none | | 1"), "not_told")


def test_who_reaches_150_does_so_whatever_else_is_unknown(bands: Bands) -> None:
    bands(
        visits(
            "a | 2026-09-10 | Swimming | moderate | scheduled | 600 | 1",
            "a | 2026-09-11 | Swimming | moderate | none | | 1",
        ),
        "150_and_more",
    )


def test_visits_of_which_the_store_has_the_days_alone_are_not_told(activity: Measure) -> None:
    """Deliveries that came in before activities were kept."""
    activity(
        indicator="recorded_not_told",
        person=ONE,
        person_day="""
          person | attended_on | visits
          a      | 2026-09-10  | 2
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_an_exit_gives_the_minutes_and_is_called_measured(activity: Measure) -> None:
    activity(
        indicator="active_minutes_measured",
        person=ONE,
        person_activity=visits("a | 2026-09-10 | Swimming | moderate | measured | 44 | 1"),
        expect="""
          count | total | total_squares | total_absolute | largest | second_largest
          1     | 11    | 121           | 11             | 11      |
        """,
    )


def test_the_length_of_a_class_is_called_scheduled(activity: Measure) -> None:
    activity(
        indicator="active_minutes_scheduled",
        person=ONE,
        person_activity=visits("a | 2026-09-10 | Spin | vigorous | scheduled | 40 | 2"),
        expect="""
          count | total
          1     | 40
        """,
    )


def imputed(activity: Measure, others: list[int], total: str, mine: str = "none | ") -> None:
    activity(
        indicator="active_minutes_imputed",
        person="""
          person | lsoa21_code
          a      | L1
          z      | L2
        """,
        person_activity=visits(
            f"a | 2026-09-10 | Swimming | moderate | {mine} | 1", *stays(others)
        ),
        expect=f"count | total\n1 | {total}",
    )


def test_a_missing_length_is_the_median_of_the_activity(activity: Measure) -> None:
    """Of 21 stays the median is the 11th: 48 minutes, 12 a week."""
    imputed(activity, [20] * 10 + [48] + [100] * 10, "12")


def test_fewer_than_20_stays_impute_nothing(activity: Measure) -> None:
    imputed(activity, [48] * 19, "0")


def test_20_stays_impute(activity: Measure) -> None:
    imputed(activity, [48] * 20, "12")


def test_a_stay_longer_than_19_in_20_is_cut_and_called_imputed(activity: Measure) -> None:
    """With this one there are 20 stays; the 19th, of 60 minutes, is the 95th percentile."""
    imputed(activity, [48] * 18 + [60], "15", mine="measured | 480")


def test_a_stay_at_the_95th_percentile_stays_measured(activity: Measure) -> None:
    imputed(activity, [48] * 18 + [60], "0", mine="measured | 60")


def test_the_stays_of_another_activity_do_not_impute(activity: Measure) -> None:
    activity(
        indicator="active_minutes_imputed",
        person=ONE,
        person_activity=visits(
            "a | 2026-09-10 | Tennis | vigorous | none | | 1", *stays([48] * 30, person="a")
        ),
        expect="""
          count | total
          1     | 0
        """,
    )


def test_stays_of_people_who_never_consented_impute_nothing(activity: Measure) -> None:
    activity(
        indicator="active_minutes_imputed",
        person="""
          person
          a
          z
        """,
        consent_period="""
          person
          a
        """,
        person_activity=visits(
            "a | 2026-09-10 | Swimming | moderate | none | | 1", *stays([48] * 30)
        ),
        expect="""
          count | total
          1     | 0
        """,
    )


def test_visits_are_counted_beside_those_of_which_nothing_is_told(activity: Measure) -> None:
    told = visits(
        "a | 2026-09-10 | Swimming | moderate | scheduled | 45 | 3",
        "a | 2026-09-11 | Swimming | moderate | none | | 1",
        "a | 2026-09-12 | unknown | unknown | scheduled | 45 | 1",
    )
    for indicator, total in (("visits", 5), ("visits_not_told", 2)):
        activity(
            indicator=indicator,
            person=ONE,
            person_activity=told,
            expect=f"count | total\n1 | {total}",
        )


def test_a_member_of_two_providers_counts_once_with_all_minutes(activity: Measure) -> None:
    activity(
        indicator="recorded_30_to_149",
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | attendance
        """,
        person="""
          provider | member_key | person_key
          alpha    | m1         | p
          beta     | m2         | p
        """,
        person_activity="""
          provider | member_key | attended_on | minutes_source | minutes | intensity | visits
          alpha    | m1         | 2026-09-04  | scheduled      | 60      | moderate  | 1
          beta     | m2         | 2026-09-05  | scheduled      | 60      | moderate  | 1
        """,
        expect="""
          count | denominator | providers_reporting | providers_expected
          1     | 1           | 1                   | 2
        """,
    )


def test_guests_and_cancelled_members_are_not_members(activity: Measure) -> None:
    activity(
        indicator="recorded_under_30",
        person="""
          person | person_kind | member_status
          a      | member      | active
          b      | member      |
          c      | member      | cancelled
          d      | guest       | active
        """,
        expect="""
          count | denominator
          2     | 2
        """,
    )


def test_the_bands_are_of_adults_so_under_19_and_unknown_ages_are_left_out(
    activity: Measure,
) -> None:
    activity(
        indicator="recorded_under_30",
        person="""
          person | birth_year
          a      | 2007
          b      | 2008
          c      |
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_consent_must_cover_all_28_days(activity: Measure) -> None:
    activity(
        indicator="recorded_under_30",
        person="""
          person
          a
          b
        """,
        consent_period="""
          person | consented_from
          a      | 2026-09-03
          b      | 2026-09-04
        """,
        expect="""
          count | denominator
          1     | 1
        """,
    )


def test_members_are_cut_as_the_contract_declares(activity: Measure) -> None:
    activity(
        indicator="recorded_under_30",
        person="""
          person | sex | birth_year
          a      | 1   | 2007
          b      | 2   | 1960
          c      | 9   | 1985
        """,
        expect="""
area_type | sex | age_band | category_type | category | denominator
          icb | persons | all | all | all | 3
          icb | male | all | all | all | 1
          icb | female | all | all | all | 1
          icb | persons | 19-34 | all | all | 1
          icb | persons | 35-49 | all | all | 1
          icb | persons | 65+ | all | all | 1
          icb | persons | all | deprivation_quintile | 1 most deprived fifth | 3
          ltla | persons | all | all | all | 3
        """,
    )


def test_the_period_is_the_28_days(activity: Measure) -> None:
    activity(
        indicator="visits",
        person=ONE,
        expect="""
          period_start | period_end | total
          2026-09-03   | 2026-09-30 | 0
        """,
    )
