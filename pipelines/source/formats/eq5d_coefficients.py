"""EQ-5D-5L value sets published as coefficients: one row of text for each of the 3,125 profiles.

A profile's value is the start value plus the coefficient of its level on each dimension, in
decimals, so that it is exactly the published one.
"""

import io
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import BinaryIO

import pyarrow as pa

from pipelines.core.errors import BadDelivery
from pipelines.source.formats import csv

DIMENSIONS = ("MO", "SC", "UA", "PD", "AD")
LEVELS = "12345"
START = "StartValue"
UNNAMED = b"term"
NO_PROBLEMS = Decimal(0)
"""The first level of a dimension takes nothing away, and some publishers leave it empty."""

Coefficients = Mapping[str, Decimal]


def read(stream: BinaryIO, options: Mapping[str, str]) -> Iterator[pa.Table]:
    """Yield `value_set`, `profile` and `value`: a table for each column of coefficients."""
    table = pa.concat_tables(csv.read(_with_a_first_name(stream), options))
    if table.num_columns < 2:
        raise _bad("has no column of coefficients")
    terms = table.column(0).to_pylist()
    for name in table.column_names[1:]:
        yield _valued(name, _coefficients(terms, table[name].to_pylist()))


def _with_a_first_name(stream: BinaryIO) -> BinaryIO:
    """The file; where its column of terms has no name, as published, with one."""
    content = stream.read()
    return io.BytesIO(UNNAMED + content if content.startswith(b",") else content)


def _coefficients(terms: list[str | None], texts: list[str | None]) -> Coefficients:
    given = dict(zip(terms, texts, strict=True))
    wanted = [START, *(d + level for d in DIMENSIONS for level in LEVELS)]
    if len(given) != len(terms) or set(given) != set(wanted):
        raise _bad("does not name every term once")
    return {term: _number(term, given[term]) for term in wanted}


def _number(term: str, text: str | None) -> Decimal:
    if text is None and term.endswith("1"):
        return NO_PROBLEMS
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        # Raised below, outside: a library's message may quote what it read.
        number = None
    if number is None or not number.is_finite():
        raise _bad("has a coefficient that is no number")
    return number


def _valued(name: str, coefficients: Coefficients) -> pa.Table:
    profiles = list(product(LEVELS, repeat=len(DIMENSIONS)))
    values = [coefficients[START] + _loss(coefficients, profile) for profile in profiles]
    return pa.table(
        {
            "value_set": pa.array([name] * len(profiles), pa.string()),
            "profile": pa.array(["".join(p) for p in profiles], pa.string()),
            "value": pa.array([str(v) for v in values], pa.string()),
        }
    )


def _loss(coefficients: Coefficients, profile: tuple[str, ...]) -> Decimal:
    levels = zip(DIMENSIONS, profile, strict=True)
    return sum((coefficients[dimension + level] for dimension, level in levels), NO_PROBLEMS)


def _bad(problem: str) -> BadDelivery:
    return BadDelivery(
        "delivery-header",
        f"the table of EQ-5D-5L coefficients {problem}.",
        "Give StartValue and MO1 to AD5, one row each, and a column for each value set.",
    )
