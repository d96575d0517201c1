"""Every measure gives the same rows on engines that share no code, on a town of made-up people."""

import datetime as dt
import random
from collections.abc import Iterator

import pytest

from pipelines.core.contract import Contract, Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.measure import measure
from tests.spec.tables import ENGINES, SCOPE, Row, as_text, fill, stored

DAYS = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(640)]
DATASETS = ["inactive_population", "programme_outcomes", "provider_coverage"]
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
"""
REFERRAL = (
    "provider | member_key | referral_key | condition | referred_on | started_on"
    " | last_attended_on | completed_on"
)
POPULATION = """
    area_code | area_type | source       | age_from | people
    L1        | lsoa11    | ons_mid_2020 | 19       | 777
    L9        | lsoa11    | ons_mid_2020 | 19       | 1001
    L1        | lsoa21    | census_2021  | 0        | 900
    L2        | lsoa21    | census_2021  | 0        | 613
    L3        | lsoa21    | census_2021  | 0        | 711
"""
GRADIENT = "LSOA11 deprivation deciles within area"
RATES = f"""
    area_code | area_type | category_type | category              | value | source
    E92000001 | england   | {GRADIENT}    | Most deprived decile  | 35.35 | next
    E92000001 | england   | {GRADIENT}    | Least deprived decile | 16.10 | next
    D1        | ltla      |               |                       | 25.3  | district
    D2        | ltla      |               |                       | 19.7  | district
"""


def town(seed: int) -> dict[str, str]:
    """Six hundred people of three providers, some of them known to two."""
    chance = random.Random(seed)
    lines: dict[str, list[str]] = {
        "person": ["provider | member_key | person_key | sex | birth_year | lsoa21_code"],
        "consent_period": ["provider | member_key | purpose | consented_from | consented_until"],
        "person_day": ["provider | member_key | attended_on"],
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
    end = chance.choice(["", "", "", chance.choice(DAYS).isoformat()])
    purpose = chance.choice(["service_evaluation"] * 9 + ["research"])
    days = sorted(chance.sample(DAYS[-60:], chance.randint(0, 12)))
    steps = sorted(chance.sample(DAYS, 4))
    reached = chance.randint(1, 4)
    dates = [d.isoformat() if n < reached else "" for n, d in enumerate(steps)]
    scores = [("baseline", steps[1]), ("12_weeks", steps[1] + dt.timedelta(days=84))]
    measures = ["active_minutes_week", "weight_kg", "swemwbs_raw"]
    condition = chance.choice(["obesity", "cardiac"])
    return {
        "person": [f"{who} | p{number % 550} | {sex} | {1930 + number % 85} | {place}"],
        "consent_period": [f"{who} | {purpose} | {chance.choice(DAYS[:300])} | {end}"],
        "person_day": [f"{who} | {day}" for day in days],
        "person_referral": [f"{who} | r{number} | {condition} | " + " | ".join(dates)],
        "person_outcome": [
            f"{who} | r{number} | {measure} | {when} | {on} | {chance.randint(0, 120)}"
            for measure in measures
            for when, on in scores
            if chance.random() < 0.7
        ],
    }


def everything(seed: int) -> dict[str, str]:
    providers = ["alpha", "beta", "gamma"]
    tables = ["attendance", "referral", "outcome_measure"]
    agreed = [f"{p} | {p.title()} | {t}" for p in providers for t in tables]
    return {
        **town(seed),
        "agreed_file": "\n".join(["provider | provider_name | table_name", *agreed]),
        "geography": PLACES,
        "population": POPULATION,
        "health_indicator": RATES,
        "deprivation": "area_code | decile\nL1 | 1\nL2 | 10\nL3 | 1",
    }


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


def as_lines(rows: list[Row]) -> list[list[str]]:
    return sorted([as_text(value) for value in row.values()] for row in rows)


@pytest.mark.parametrize("seed", [1, 2])
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
