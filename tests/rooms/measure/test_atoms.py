"""The places that no published area divides, for an ICB and whatever overlaps it."""

import pyarrow as pa
import pytest

from pipelines.core.contract import Contracts
from pipelines.core.contract_file import load_contracts
from pipelines.core.settings import PROJECT
from pipelines.core.stages import Measured
from pipelines.measure import area_atoms
from pipelines.measure.atoms import ATOMS
from pipelines.protect.places import TENTH
from tests.spec.tables import HERE, SCOPE, fill, stored

# L1 and L2 were in E54000057 and are now apart; L3 came in; L4 only ever lay elsewhere.
GEOGRAPHY = """
    area_code | parent_code | parent_type | valid_from | valid_to
    L1        | E54000057   | icb         | 2024-04-01 | 2026-03-31
    L1        | E54000057   | icb         | 2026-04-01 |
    L2        | E54000057   | icb         | 2024-04-01 | 2026-03-31
    L2        | E54000065   | icb         | 2026-04-01 |
    L3        | E54000056   | icb         | 2024-04-01 | 2026-03-31
    L3        | E54000057   | icb         | 2026-04-01 |
    L4        | E54000056   | icb         | 2024-04-01 | 2026-03-31
    L4        | E54000065   | icb         | 2026-04-01 |
    L5        | E54000013   | icb         | 2024-04-01 |
    L1        | D1          | ltla        | 2023-04-01 |
    L2        | D1          | ltla        | 2023-04-01 |
    L3        | D1          | ltla        | 2023-04-01 |
    L4        | D2          | ltla        | 2023-04-01 |
"""
DEPRIVATION = """
    area_code | decile
    L1        | 1
    L2        | 2
    L3        | 3
    L4        | 9
"""
POPULATION = """
    area_code | area_type | source      | sex     | age_from | people
    L1        | lsoa21    | census_2021 | persons | 0        | 40
    L1        | lsoa21    | census_2021 | persons | 16       | 60
    L1        | lsoa21    | census_2021 | female  | 0        | 55
    L2        | lsoa21    | census_2021 | persons | 0        | 200
    L3        | lsoa21    | census_2021 | persons | 0        | 300
    L4        | lsoa21    | census_2021 | persons | 0        | 400
"""


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return load_contracts(PROJECT / "schemas")


def atoms(contracts: Contracts, **changes: str) -> list[tuple[object, ...]]:
    texts = {
        "geography": GEOGRAPHY, "deprivation": DEPRIVATION, "population": POPULATION,
        "person": "person", **changes,
    }  # fmt: skip
    with stored(contracts, fill(contracts, texts), SCOPE) as engine:
        return [tuple(row.values()) for row in area_atoms(engine, SCOPE).drop([TENTH]).to_pylist()]


def tenths(contracts: Contracts) -> list[object]:
    texts = {
        "geography": GEOGRAPHY, "deprivation": DEPRIVATION, "population": POPULATION,
        "person": "person",
    }  # fmt: skip
    with stored(contracts, fill(contracts, texts), SCOPE) as engine:
        found: list[object] = area_atoms(engine, SCOPE)[TENTH].to_pylist()
    return found


def test_atoms_are_of_every_icb_that_overlaps(contracts: Contracts) -> None:
    assert atoms(contracts) == [
        ("D1", "1 most deprived fifth", HERE, HERE, 100),
        ("D1", "1 most deprived fifth", HERE, "E54000065", 200),
        ("D1", "2", "E54000056", HERE, 300),
        ("D2", "5 least deprived fifth", "E54000056", "E54000065", 400),
    ]


def test_an_atom_names_its_tenth_as_the_measures_do(contracts: Contracts) -> None:
    assert tenths(contracts) == ["01 most deprived tenth", "02", "03", "09"]


def test_neighbourhoods_that_nothing_divides_are_one_atom(contracts: Contracts) -> None:
    same = """
        area_code | parent_code | parent_type | valid_from
        L1        | E54000057   | icb         | 2024-04-01
        L2        | E54000057   | icb         | 2024-04-01
        L1        | D1          | ltla        | 2023-04-01
        L2        | D1          | ltla        | 2023-04-01
    """
    alike = """
        area_code | decile
        L1        | 1
        L2        | 1
    """
    found = atoms(contracts, geography=same, deprivation=alike)
    assert found == [("D1", "1 most deprived fifth", HERE, HERE, 300)]


def test_where_the_census_lacks_a_neighbourhood_no_bound_is_claimed(contracts: Contracts) -> None:
    without = "\n".join(line for line in POPULATION.splitlines() if "L4" not in line)
    found = {row[0]: row[-1] for row in atoms(contracts, population=without)}
    assert (found["D1"], found["D2"]) == (300, None)


def test_a_neighbourhood_without_district_or_quintile_is_an_atom_too(
    contracts: Contracts,
) -> None:
    bare = """
        area_code | parent_code | parent_type | valid_from
        L9        | E54000057   | icb         | 2026-04-01
    """
    assert atoms(contracts, geography=bare) == [(None, None, None, HERE, None)]


def test_a_measured_table_may_come_without_atoms(contracts: Contracts) -> None:
    contract = contracts.output("provider_coverage")
    assert Measured(SCOPE, contract, pa.table({})).atoms.num_rows == 0


def test_there_is_a_column_for_every_vintage() -> None:
    assert [name for name in ATOMS.names if name.startswith("icb_")] == ["icb_2024", "icb_2026"]
