"""What the indicators of `inequalities` that are of members mean."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

RESIDENTS = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 0        | 30
    L1        | lsoa11    | ons_mid_2020 | 15       | 10
    L1        | lsoa11    | ons_mid_2020 | 19       | 20
    L1        | lsoa11    | ons_mid_2020 | 65       | 40
    L1        | lsoa21    | census_2021  | 0        | 110
"""
PLACES = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
"""
GROUPS = """
    area_code | category_type | category | people
    L1        | ethnic_group  | Asian    | 40
    L1        | ethnic_group  | Black    | 20
    L1        | ethnic_group  | Mixed    | 15
    L1        | ethnic_group  | Other    | 10
    L1        | ethnic_group  | White    | 25
"""


@pytest.fixture
def inequalities(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="inequalities",
        population=RESIDENTS,
        geography=PLACES,
        population_group=GROUPS,
    )


@pytest.fixture
def members(inequalities: Measure) -> Measure:
    return partial(inequalities, indicator="members_per_1000_residents")


@pytest.fixture
def adult_members(inequalities: Measure) -> Measure:
    return partial(inequalities, indicator="members_per_1000_adults")


def test_members_of_any_age_are_of_all_residents_of_the_census(members: Measure) -> None:
    members(
        person="""
          person | birth_year
          a      | 1950
          b      | 2015
          c      |
        """,
        expect="""
          count | denominator
          3     | 110
        """,
    )


def test_an_adult_turns_19_in_the_year_in_which_the_period_ends(adult_members: Measure) -> None:
    adult_members(
        person="""
          person | birth_year
          a      | 2007
          b      | 2008
          c      |
        """,
        expect="""
          count | denominator
          1     | 60
        """,
    )


def test_guests_lapsed_members_and_referral_clients_are_no_members(members: Measure) -> None:
    members(
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | referral
        """,
        person="""
          provider | person | person_kind | member_status
          alpha    | a      | guest       | active
          alpha    | b      | member      | lapsed
          alpha    | c      | member      | frozen
          alpha    | d      | member      |
          beta     | e      | member      | active
        """,
        expect="""
          count | denominator
          1     | 110
        """,
    )


def test_consent_must_cover_all_of_the_last_28_days(members: Measure) -> None:
    members(
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
          1     | 110
        """,
    )


def test_a_member_of_two_providers_counts_once(members: Measure) -> None:
    members(
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          beta     | Beta          | attendance
        """,
        person="""
          provider | member_key | person_key
          alpha    | a1         | a
          beta     | b9         | a
        """,
        consent_period="""
          provider | member_key
          alpha    | a1
          beta     | b9
        """,
        expect="""
          count | denominator
          1     | 110
        """,
    )


def test_members_who_live_elsewhere_are_not_counted(members: Measure) -> None:
    members(
        person="""
          person | lsoa21_code
          a      | L1
          b      | L2
          c      |
        """,
        expect="""
          count | denominator
          1     | 110
        """,
    )


def test_every_tenth_with_adults_has_a_rate_and_one_without_members_a_nought(
    adult_members: Measure,
) -> None:
    adult_members(
        population=RESIDENTS
        + """
    L2        | lsoa11    | ons_mid_2020 | 19       | 70
    L2        | lsoa21    | census_2021  | 0        | 90""",
        geography=PLACES
        + """
    L2        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L2        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa11    | L2          | lsoa21      |                 |             | U""",
        deprivation="""
          area_code | decile
          L1        | 1
          L2        | 10
        """,
        person="""
          person
          a
        """,
        expect="""
          category_type      | category                | count | denominator
          all                | all                     | 1     | 130
          deprivation_decile | 01 most deprived tenth  | 1     | 60
          deprivation_decile | 10 least deprived tenth | 0     | 70
        """,
    )


@pytest.mark.parametrize(
    ("codes", "group"),
    [
        ("ABC", "White"),
        ("DEFG", "Mixed"),
        ("HJKLR", "Asian"),
        ("MNP", "Black"),
        ("S", "Other"),
    ],
)
def test_each_ethnic_category_lies_in_one_of_the_five_groups_of_the_census(
    members: Measure, codes: str, group: str
) -> None:
    """Chinese (R) is Asian in the census, though the NHS list of 2001 puts it under Other."""
    sizes = {"Asian": 40, "Black": 20, "Mixed": 15, "Other": 10, "White": 25}
    lines = [f"{name} | {len(codes) if name == group else 0} | {sizes[name]}" for name in sizes]
    members(
        person="person | ethnic_category\n" + "\n".join(f"p{code} | {code}" for code in codes),
        expect="\n".join(
            [
                "category_type | category | count | denominator",
                f"all | all | {len(codes)} | 110",
                *(f"ethnic_group | {line}" for line in lines),
            ]
        ),
    )


def test_not_stated_not_known_and_empty_are_in_no_ethnic_group(members: Measure) -> None:
    members(
        population_group="""
          area_code | category_type | category | people
          L1        | ethnic_group  | White    | 25
        """,
        person="""
          person | ethnic_category
          a      | A
          b      | Z
          c      | 99
          d      |
        """,
        expect="""
          category_type | category | count | denominator
          all           | all      | 4     | 110
          ethnic_group  | White    | 1     | 25
        """,
    )


@pytest.mark.parametrize(
    ("first", "second", "white"), [("Z", "A", 1), ("A", "B", 1), ("A", "M", 0)]
)
def test_a_group_that_one_provider_states_holds_unless_another_states_another(
    members: Measure, first: str, second: str, white: int
) -> None:
    members(
        population_group="""
          area_code | category_type | category | people
          L1        | ethnic_group  | White    | 25
        """,
        person=f"""
          provider | member_key | person_key | ethnic_category
          alpha    | a1         | a          | {first}
          beta     | b9         | a          | {second}
        """,
        consent_period="""
          provider | member_key
          alpha    | a1
          beta     | b9
        """,
        expect=f"""
          category_type | category | count   | denominator
          all           | all      | 1       | 110
          ethnic_group  | White    | {white} | 25
        """,
    )
