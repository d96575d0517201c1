"""A measure's rows against what its contract declares: the tables that protection knows of.

A number in no declared table would be published unprotected, and two numbers for one cell would
let the attacker work with whichever is wrong.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipelines.core.contract import Contract
from pipelines.core.disclosure import Disclosure
from pipelines.core.errors import BadContract

Cell = tuple[str, frozenset[tuple[str, str]]]


def check_declared(contract: Contract, table: pa.Table) -> None:
    """Raise `BadContract` for a row of no declared table, or a cell with two numbers."""
    if contract.disclosure is None:
        raise _undeclared(contract, "anything")
    numbers: dict[Cell, int] = {}
    for cell, number in _numbers(contract, contract.disclosure, table):
        if numbers.setdefault(cell, number) != number:
            raise _contradiction(contract, f"two numbers for one cell of '{cell[0]}'")
    within = {p.id: p.within for p in contract.disclosure.populations if not p.public}
    for (population, place), number in numbers.items():
        whole = within.get(population)
        if whole is not None and number > numbers.get((whole, place), number):
            raise _contradiction(contract, f"more '{population}' than '{whole}'")


def _numbers(
    contract: Contract, disclosure: Disclosure, table: pa.Table
) -> Iterator[tuple[Cell, int]]:
    age_bases = {indicator.id: indicator.age_base for indicator in contract.indicators}
    for row in table.to_pylist():
        place = _place(row, age_bases[row["indicator_id"]])
        counts, of = disclosure.of_indicator[row["indicator_id"]]
        for population, number in ((counts, row["count"]), (of, row["denominator"])):
            if population is None or number is None:
                continue
            if not disclosure.is_declared(population, place):
                raise _undeclared(contract, f"'{population}' by {', '.join(place)}")
            yield (population, frozenset(place.items())), number


def _place(row: Mapping[str, Any], age_base: str) -> dict[str, str]:
    """Where a row's cell lies: the kind of area and every dimension that is not at its total.

    The age group of the indicator's whole population is a total, like 'all'.
    """
    place = {row["area_type"]: row["area_code"]}
    if row["sex"] != "persons":
        place["sex"] = row["sex"]
    if row["age_band"] not in ("all", age_base):
        place["age_band"] = row["age_band"]
    if row["category_type"] != "all":
        place[row["category_type"]] = row["category"]
    return place


def _undeclared(contract: Contract, what: str) -> BadContract:
    return BadContract(
        "measure-undeclared-table",
        f"the measure of {contract.name} counts {what}, which its contract does not declare.",
        "Declare the table under disclosure, or stop counting it.",
    )


def _contradiction(contract: Contract, what: str) -> BadContract:
    return BadContract(
        "measure-contradiction",
        f"the measure of {contract.name} gives {what}.",
        f"Correct pipelines/measure/sql/{contract.name}.sql.",
    )
