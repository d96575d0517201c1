"""What the indicators of `health_profile` that are of published figures mean."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

PLACES = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L2        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L3        | lsoa21    | E54000013   | icb         | QJM             | There       |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa21    | D2          | ltla        |                 | City        |
    L3        | lsoa21    | D2          | ltla        |                 | City        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
    L2        | lsoa11    | L2          | lsoa21      |                 |             | U
    L3        | lsoa11    | L3          | lsoa21      |                 |             | U
    L1        | lsoa21    | S1          | sub_icb     | 01A             | One         |
    L2        | lsoa21    | S2          | sub_icb     | 02A             | Two         |
    L3        | lsoa21    | S3          | sub_icb     | 03A             | Three       |
    P1        | gp_practice | S1        | sub_icb     | 01A             | One         |
    P2        | gp_practice | S9        | sub_icb     | 02A             | Two then    |
    P3        | gp_practice | S3        | sub_icb     | 03A             | Three       |
"""
RESIDENTS = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa21    | census_2021  | 0        | 300
    L2        | lsoa21    | census_2021  | 0        | 100
    L3        | lsoa21    | census_2021  | 0        | 600
    L1        | lsoa11    | ons_mid_2020 | 19       | 200
    L2        | lsoa11    | ons_mid_2020 | 19       | 80
    L3        | lsoa11    | ons_mid_2020 | 19       | 400
"""
DECILES = """
    area_code | decile
    L1        | 2
    L2        | 3
    L3        | 1
"""
CLASSES = """
    area_code | class_code | class_name
    L1        | RSN1       | Smaller rural: Nearer
    L2        | UN1        | Urban: Nearer
    L3        | UN1        | Urban: Nearer
"""
QOF = """
    indicator_id | area_code | area_type | source | period | list_type | count | denominator
    qof_dm  | P1 | gp_practice | nhs_england_qof | 2020/21 | 17OV  | 70  | 1000
    qof_dm  | P2 | gp_practice | nhs_england_qof | 2020/21 | 17OV  | 50  | 500
    qof_dm  | P3 | gp_practice | nhs_england_qof | 2020/21 | 17OV  | 99  | 100
    qof_hyp | P1 | gp_practice | nhs_england_qof | 2020/21 | TOTAL | 140 | 1300
"""
RATES = """
    area_code | area_type | value | age_band | category_type
    D1        | ltla      | 25    | 19+ yrs  |
    D2        | ltla      | 20    | 19+ yrs  |
"""


@pytest.fixture
def profile(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="health_profile",
        geography=PLACES,
        population=RESIDENTS,
        deprivation=DECILES,
        rural_urban=CLASSES,
        health_indicator=QOF,
    )


@pytest.fixture
def registers(profile: Measure) -> Measure:
    return partial(profile, indicator="registered_with_disease")


def test_a_register_is_of_the_list_that_it_names(registers: Measure) -> None:
    """Diabetes is of patients aged 17 and over, hypertension of all: never one list for both."""
    registers(
        expect="""
          category_type | category     | age_band | count | denominator
          condition     | Diabetes     | 17+      | 120   | 1500
          condition     | Hypertension | all      | 140   | 1300
        """,
    )


def test_a_practice_counts_where_the_location_of_its_ods_code_lies_today(
    registers: Measure,
) -> None:
    """P2's location had another ONS code that year; P3's lies in another ICB."""
    registers(
        icb="E54000013",
        expect="""
          category_type | category | age_band | count | denominator
          condition     | Diabetes | 17+      | 99    | 100
        """,
    )


def test_an_icb_with_part_of_a_location_has_no_figure(registers: Measure) -> None:
    registers(
        geography=PLACES.replace(
            "S3          | sub_icb     | 03A", "S2          | sub_icb     | 02A"
        ),
        expect="""
          category_type | category | age_band | count | denominator
        """,
    )


def test_only_the_newest_year_of_registers_counts(registers: Measure) -> None:
    registers(
        health_indicator=QOF
        + "qof_dm | P1 | gp_practice | nhs_england_qof | 2019/20 | 17OV | 1 | 2000",
        expect="""
          category_type | category     | age_band | count | denominator
          condition     | Diabetes     | 17+      | 120   | 1500
          condition     | Hypertension | all      | 140   | 1300
        """,
    )


def test_the_period_of_a_register_is_the_year_of_its_practices(registers: Measure) -> None:
    registers(
        geography="""
          area_code | area_type | parent_code | parent_type | parent_ods_code|valid_from | valid_to
          L1 | lsoa21      | E54000057 | icb     | QOP | 2026-04-01 |
          L1 | lsoa21      | S1        | sub_icb | 01A | 2024-04-01 | 2026-03-31
          P1 | gp_practice | S1        | sub_icb | 01A | 2020-04-01 | 2021-03-31
        """,
        expect="""
          period_start | period_end | category_type | category     | age_band | count
          2020-04-01   | 2021-03-31 | condition     | Diabetes     | 17+      | 70
          2020-04-01   | 2021-03-31 | condition     | Hypertension | all      | 140
        """,
    )


def test_inactive_adults_have_the_published_percentage_of_their_district(
    profile: Measure,
) -> None:
    """D2 lies in two ICBs: it is matched whole, and the part here is shown."""
    profile(
        indicator="inactive_adults",
        health_indicator=RATES,
        expect="""
          area_type | area_code | count | denominator
          lsoa21    | L1        | 50    | 200
          lsoa21    | L2        | 16    | 80
          ltla      | D1        | 50    | 200
          ltla      | D2        | 16    | 80
          icb       | E54000057 | 66    | 280
        """,
    )


def test_a_district_without_a_published_percentage_is_left_out(profile: Measure) -> None:
    profile(
        indicator="inactive_adults",
        health_indicator=RATES.replace("D2        | ltla      | 20", "D2        | ltla      |"),
        expect="""
          area_type | area_code | count | denominator
          lsoa21    | L1        | 50    | 200
          ltla      | D1        | 50    | 200
          icb       | E54000057 | 50    | 200
        """,
    )


def test_the_mean_decile_is_of_residents(profile: Measure) -> None:
    """300 people of decile 2 and 100 of decile 3: 900 in all, squares 2,100."""
    profile(
        indicator="mean_deprivation_decile",
        expect="""
          area_type | area_code | count | total | total_squares | total_absolute | largest
          ltla      | D1        | 300   | 600   | 1200          | 600            | 2
          ltla      | D2        | 100   | 300   | 900           | 300            | 3
          icb       | E54000057 | 400   | 900   | 2100          | 900            | 3
        """,
    )


def test_the_most_deprived_fifth_are_deciles_1_and_2(profile: Measure) -> None:
    profile(
        indicator="residents_in_most_deprived_fifth",
        expect="""
          area_type | area_code | count | denominator
          ltla      | D1        | 300   | 300
          ltla      | D2        | 0     | 100
          icb       | E54000057 | 300   | 400
        """,
    )


def test_rural_are_the_classes_that_begin_with_r(profile: Measure) -> None:
    profile(
        indicator="residents_in_rural_areas",
        expect="""
          area_type | area_code | count | denominator
          ltla      | D1        | 300   | 300
          ltla      | D2        | 0     | 100
          icb       | E54000057 | 300   | 400
        """,
    )


def test_a_neighbourhood_without_a_class_is_in_no_share(profile: Measure) -> None:
    profile(
        indicator="residents_in_rural_areas",
        rural_urban="\n".join(CLASSES.strip().splitlines()[:2]),
        expect="""
          area_type | area_code | count | denominator
          ltla      | D1        | 300   | 300
          icb       | E54000057 | 300   | 300
        """,
    )


def test_a_neighbourhood_shows_its_class_by_its_residents(profile: Measure) -> None:
    profile(
        indicator="residents",
        expect="""
          area_type | area_code | category_type      | category              | count
          lsoa21    | L1        | deprivation_decile | 02                    | 300
          lsoa21    | L2        | deprivation_decile | 03                    | 100
          ltla      | D1        | deprivation_decile | 02                    | 300
          ltla      | D2        | deprivation_decile | 03                    | 100
          icb       | E54000057 | deprivation_decile | 02                    | 300
          icb       | E54000057 | deprivation_decile | 03                    | 100
          lsoa21    | L1        | rural_urban        | Smaller rural: Nearer | 300
          lsoa21    | L2        | rural_urban        | Urban: Nearer         | 100
          ltla      | D1        | rural_urban        | Smaller rural: Nearer | 300
          ltla      | D2        | rural_urban        | Urban: Nearer         | 100
          icb       | E54000057 | rural_urban        | Smaller rural: Nearer | 300
          icb       | E54000057 | rural_urban        | Urban: Nearer         | 100
        """,
    )
