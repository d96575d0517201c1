"""Every measure gives the same rows on engines that share no code, on a town of made-up people."""

import datetime as dt
import random
from collections.abc import Iterator

import pytest

from pipelines.core.contract import Contract, Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.measure import measure
from tests.parity.made_offers import ACTIVITY_CONCEPT, OFFERS
from tests.parity.made_scores import (
    MINIMAL_DIFFERENCE,
    OUTCOME_SCALE,
    SCORE_VALUE,
    score_rows,
)
from tests.spec.tables import ENGINES, SCOPE, Row, as_text, fill, stored

DAYS = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(640)]
DATASETS = [
    "condition_insight", "evaluation", "health_profile", "inactive_population", "inequalities",
    "member_activity", "programme_outcomes", "provider_coverage", "provision", "trends", "value",
    "waiting_well",
]  # fmt: skip
WHOLE = ("persons", "all", "19+")
PLACES = """
    area_code | area_type | parent_code | parent_type | parent_ods_code | parent_name | change_code
    L1        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L2        | lsoa21    | E54000057   | icb         | QOP             | Here        |
    L3        | lsoa21    | E54000013   | icb         | QJM             | There       |
    L1        | lsoa21    | D1          | ltla        |                 | Town        |
    L2        | lsoa21    | D2          | ltla        |                 | City        |
    L3        | lsoa21    | D2          | ltla        |                 | City        |
    L1        | lsoa11    | L1          | lsoa21      |                 |             | U
    L9        | lsoa11    | L2          | lsoa21      |                 |             | S
    L9        | lsoa11    | L3          | lsoa21      |                 |             | S
    L1        | lsoa21    | S1          | sub_icb     | 01A             | One         |
    L2        | lsoa21    | S1          | sub_icb     | 01A             | One         |
    P1        | gp_practice | S1        | sub_icb     | 01A             | One         |
"""
REFERRAL = (
    "provider | member_key | referral_key | condition | programme | referred_on | started_on"
    " | last_attended_on | completed_on"
)
PROGRAMMES = (
    "exercise_on_referral", "exercise_on_referral", "exercise_on_referral", "prehabilitation",
    "musculoskeletal",
)  # fmt: skip
VISIT = "provider | member_key | attended_on | day_kind | time_band | site | visits"
PARTS = (
    "weekday | morning | A", "weekday | afternoon | B", "weekday | evening | A",
    "weekend | morning | C", "weekday | unknown | A",
)  # fmt: skip
ACTIVITY = (
    "provider | member_key | attended_on | activity | intensity | minutes_source | minutes | visits"
)
ACTIVITIES = (
    "Swimming | moderate", "Indoor Cycling | vigorous", "Yoga | light", "unknown | unknown",
)  # fmt: skip
POPULATION = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 19       | 301
    L1        | lsoa11    | ons_mid_2020 | 35       | 202
    L1        | lsoa11    | ons_mid_2020 | 50       | 103
    L1        | lsoa11    | ons_mid_2020 | 70       | 171
    L9        | lsoa11    | ons_mid_2020 | 25       | 1001
    L1        | lsoa21    | census_2021  | 0        | 900
    L2        | lsoa21    | census_2021  | 0        | 613
    L3        | lsoa21    | census_2021  | 0        | 711
"""
BY_SEX = """
    D1 | ltla | census_2021_by_sex | 0 | 463 | female
    D1 | ltla | census_2021_by_sex | 0 | 437 | male
"""
GRADIENT = "LSOA11 deprivation deciles within area"
RATES = f"""
    area_code | area_type | sex | age_band | category_type | category | value | source | lower_ci_95 | upper_ci_95
    E92000001 | england | persons | 19+ yrs | {GRADIENT} | Most deprived decile | 35.35 | next | |
    E92000001 | england | persons | 19+ yrs | {GRADIENT} | Least deprived decile | 16.10 | next | |
    E92000001 | england | persons | 19-24 yrs | | | 17.69 | next | |
    E92000001 | england | persons | 65-74 yrs | | | 22.68 | next | |
    E92000001 | england | female | 19+ yrs | | | 23.99 | next | |
    E92000001 | england | male | 19+ yrs | | | 21.00 | next | |
    E92000001 | england | persons | 19+ yrs | Ethnic groups | Asian | 31.99 | next | |
    E92000001 | england | persons | 19+ yrs | Ethnic groups | White British | 20.79 | next | |
    E92000001 | england | persons | 19+ yrs | Disability | Disabled | 35.81 | next | |
    E92000001 | england | persons | 19+ yrs | Disability | Not disabled | 18.05 | next | |
    D1 | ltla | persons | 19+ yrs | | | 25.3 | district | 22.1 | 28.4
    D2 | ltla | persons | 19+ yrs | | | 19.7 | district | |
"""  # noqa: E501 - a text table cannot be broken
WAITS = "\n".join(
    f"    QOP | icb | persons | | treatment function | {function} | | nhs_england_rtt | | "
    f"| rtt_over_{weeks}_weeks | {count} | | | 2025-02"
    for function, over_18, over_52 in (
        ("Cardiology Service", 501, 40), ("Total", 1304, 91), ("New Service", 803, 51),
    )
    for weeks, count in ((18, over_18), (52, over_52))
)  # fmt: skip
REGISTERS = """
    P1 | gp_practice | persons | | | | | nhs_england_qof | | | qof_dm  | 70  | 1001 | 17OV
    P1 | gp_practice | persons | | | | | nhs_england_qof | | | qof_hyp | 140 | 1303 | TOTAL
"""
CLASSES = "area_code | class_code | class_name\nL1 | RSN1 | Smaller rural\nL2 | UN1 | Urban"
GROUPS = """
    area_code | category_type | category     | people
    L1        | ethnic_group  | Asian        | 300
    L1        | ethnic_group  | White        | 600
    L2        | ethnic_group  | White        | 613
    L1        | disability    | Disabled     | 200
    L1        | disability    | Not disabled | 700
    L3        | disability    | Not disabled | 711
"""


PROTOCOLS = """
    protocol | comparison           | condition | site  | opened_on  | recruited_from | recruited_to
    all/1    | referred_not_started | all       | all   |            | 2025-02-01     | 2026-05-31
    sites/1  | stepped_by_site      | all       | alpha | 2025-01-01 | 2025-02-01     | 2026-05-31
    sites/1  | stepped_by_site      | all       | beta  | 2026-04-01 | 2025-02-01     | 2026-05-31
    few/1    | referred_not_started | cardiac   | all   |            | 2026-01-01     | 2026-01-31
"""

COSTS = """
    programme_provider | programme            | icb_code  | period_start | period_end | cost_gbp
    alpha              | exercise_on_referral | E54000057 | 2025-01-01   | 2025-12-31 | 10000
    alpha              | exercise_on_referral | E54000057 | 2026-01-01   | 2026-12-31 | 12000
    beta               | exercise_on_referral | E54000057 | 2025-04-01   | 2027-03-31 | 15000.50
    gamma              | exercise_on_referral | E54000057 | 2025-04-01   | 2026-05-31 | 0
"""
OTHER_PROGRAMMES = "\n".join(
    f"{provider} | {programme} | E54000057 | 2024-01-01 | 2027-03-31 | 9000"
    for provider in ("alpha", "beta", "gamma")
    for programme in ("prehabilitation", "musculoskeletal")
)


def town(seed: int) -> dict[str, str]:
    """Six hundred people of three providers, some of them known to two."""
    chance = random.Random(seed)
    lines: dict[str, list[str]] = {
        "person": [
            "provider | member_key | person_key | sex | birth_year | lsoa21_code | ethnic_category"
        ],
        "consent_period": ["provider | member_key | purpose | consented_from | consented_until"],
        "person_day": ["provider | member_key | attended_on"],
        "person_activity": [ACTIVITY],
        "person_visit": [VISIT],
        "person_referral": [REFERRAL],
        "person_outcome": [
            "provider | member_key | referral_key | measure | timepoint | recorded_on | score"
        ],
    }
    for number in range(600):
        for name, rows in _person(number, chance).items():
            lines[name] += rows
    return {name: "\n".join(rows) for name, rows in lines.items()}


def _person(number: int, chance: random.Random) -> dict[str, list[str]]:
    who = f"{chance.choice(['alpha', 'beta', 'gamma'])} | m{number}"
    place, sex = chance.choice(["L1", "L2", "L3", ""]), chance.choice("129X")
    group = "ABDHMRSZ"[number % 8]
    end = chance.choice(["", "", "", chance.choice(DAYS).isoformat()])
    purpose = chance.choice(["service_evaluation"] * 9 + ["research"])
    days = sorted(chance.sample(DAYS[-60:], chance.randint(0, 12)))
    steps = sorted(chance.sample(DAYS, 4))
    reached = chance.randint(1, 4)
    dates = [d.isoformat() if n < reached else "" for n, d in enumerate(steps)]
    condition = chance.choice(["obesity", "cardiac"])
    return {
        "person": [f"{who} | p{number % 550} | {sex} | {1930 + number % 85} | {place} | {group}"],
        "consent_period": [f"{who} | {purpose} | {chance.choice(DAYS[:300])} | {end}"],
        "person_day": [f"{who} | {day}" for day in days],
        "person_activity": [f"{who} | {day} | {_visit(chance)}" for day in days],
        "person_visit": [f"{who} | {day} | {PARTS[day.day % 5]} | 1" for day in days],
        "person_referral": [
            f"{who} | r{number} | {condition} | {PROGRAMMES[number % 5]} | " + " | ".join(dates)
        ],
        "person_outcome": score_rows(f"{who} | r{number}", steps[1], chance),
    }


def _visit(chance: random.Random) -> str:
    source = chance.choice(["measured", "scheduled", "none"])
    minutes = "" if source == "none" else f"{chance.randint(500, 12000) / 100}"
    visits = chance.choice([1, 1, 1, 2])
    return f"{chance.choice(ACTIVITIES)} | {source} | {minutes} | {visits}"


def widened(text: str, names: str, cells: str) -> str:
    """A text table with the same further cells in each of its rows."""
    header, *rows = text.strip().splitlines()
    return "\n".join([f"{header} | {names}", *(f"{row} | {cells}" for row in rows), ""])


def everything(seed: int) -> dict[str, str]:
    providers = ["alpha", "beta", "gamma"]
    tables = ["attendance", "referral", "outcome_measure"]
    agreed = [f"{p} | {p.title()} | {t}" for p in providers for t in tables]
    return {
        **town(seed),
        "agreed_file": "\n".join(["provider | provider_name | table_name", *agreed]),
        "geography": PLACES,
        "population": widened(POPULATION, "sex", "persons") + BY_SEX,
        "population_group": GROUPS,
        "health_indicator": widened(
            widened(RATES, "indicator_id | count | denominator | list_type", "93015 | | |")
            + REGISTERS.lstrip(),
            "period",
            "2024/25",
        )
        + WAITS,
        "rural_urban": CLASSES,
        "placed_opportunity": OFFERS,
        "activity_concept": ACTIVITY_CONCEPT,
        "score_value": SCORE_VALUE,
        "outcome_scale": OUTCOME_SCALE,
        "minimal_difference": MINIMAL_DIFFERENCE,
        "programme_cost": COSTS + OTHER_PROGRAMMES,
        "deprivation": "area_code | decile\nL1 | 1\nL2 | 10\nL3 | 1",
        "protocol": PROTOCOLS,
    }


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


def as_lines(rows: list[Row]) -> list[list[str]]:
    return sorted([as_text(value) for value in row.values()] for row in rows)


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("dataset", DATASETS)
def test_a_measure_gives_the_same_rows_on_every_engine(
    contracts: Contracts, dataset: str, seed: int
) -> None:
    tables = fill(contracts, everything(seed))
    duck, lite = (as_lines(run(contracts, tables, dataset, SCOPE)) for run in ENGINES.values())
    assert (duck, len(duck) > 10) == (lite, True)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_table_that_a_contract_declares_is_measured(
    contracts: Contracts, dataset: str
) -> None:
    contract, shape = contracts.output(dataset), contracts.shape("measured")
    with stored(contracts, fill(contracts, everything(1)), SCOPE) as engine:
        table = measure(contract, shape, SCOPE, engine).table
    assert contract.disclosure is not None
    assert set(cuts(contract, table.to_pylist())) == {
        (frozenset(t.by), name) for t in contract.disclosure.tables for name in t.populations
    }


def cuts(contract: Contract, rows: list[Row]) -> Iterator[tuple[frozenset[str], str]]:
    """What each row is cut by, and each population that it counts."""
    assert contract.disclosure is not None
    for row in rows:
        divided = [name for name in ("sex", "age_band") if row[name] not in WHOLE]
        category = [row["category_type"]] if row["category_type"] != "all" else []
        for name in contract.disclosure.of_indicator[row["indicator_id"]]:
            if name is not None:
                yield frozenset([row["area_type"], *divided, *category]), name
