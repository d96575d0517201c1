"""What `provider_coverage` says of each provider."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.spec.conftest import Spec

Measure = Callable[..., None]

FATES = """
    provider | table_name  | fate        | code        | rows
    alpha    | participant | kept        |             | 90
    alpha    | attendance  | kept        |             | 800
    alpha    | attendance  | noted       | midnight    | 70
    alpha    | attendance  | refused     | withdrawn   | 60
    alpha    | attendance  | quarantined | denied      | 50
"""


@pytest.fixture
def coverage(spec: Spec) -> Measure:
    return partial(
        spec,
        dataset="provider_coverage",
        agreed_file="""
          provider | provider_name | table_name
          alpha    | Alpha         | attendance
          alpha    | Alpha         | participant
          beta     | Beta          | referral
        """,
        intake_count=FATES,
    )


def test_people_are_those_who_live_here_and_consent(coverage: Measure) -> None:
    coverage(
        indicator="people_contributing",
        person="""
          provider | person | lsoa21_code
          alpha    | a      | L1
          alpha    | b      | L1
          alpha    | c      | L2
          beta     | d      | L1
        """,
        consent_period="""
          provider | person
          alpha    | a
          alpha    | c
          beta     | d
        """,
        expect="""
          category_type | category | count | providers_reporting | providers_expected
          provider      | Alpha    | 1     | 1                   | 1
          provider      | Beta     | 1     | 0                   | 1
        """,
    )


def test_days_are_of_residents_in_the_period_at_providers_of_visits(coverage: Measure) -> None:
    coverage(
        indicator="days_with_a_visit",
        person="""
          person
          a
          b
        """,
        person_day="""
          person | attended_on
          a      | 2025-10-01
          b      | 2025-10-01
          b      | 2026-09-30
          b      | 2025-09-30
        """,
        expect="""
          category_type | category | count | denominator
          provider      | Alpha    | 2     | 365
        """,
    )


@pytest.mark.parametrize(
    ("indicator", "count", "denominator"),
    [
        ("rows_kept", "890", "1000"),
        ("rows_refused_for_consent", "60", ""),
        ("rows_quarantined", "50", ""),
    ],
)
def test_rows_received_are_kept_refused_or_quarantined(
    coverage: Measure, indicator: str, count: str, denominator: str
) -> None:
    none = "0" if denominator else ""
    coverage(
        indicator=indicator,
        expect=f"""
          category_type | category | count | denominator
          provider      | Alpha    | {count} | {denominator}
          provider      | Beta     | 0     | {none}
        """,
    )
