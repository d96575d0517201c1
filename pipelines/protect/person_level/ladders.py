"""Ladders: how a column becomes coarser, rung by rung, from the value itself to hidden.

A rung says what is published in place of a value. Above the first rung everything is text, so that
a band can never be taken for a number. A missing value stays missing until it is hidden.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.core.errors import BadSettings
from pipelines.protect.person_level.columns import check_columns, plain

EXACT, HIDDEN, ALL = "exact", "hidden", "all"
UNKNOWN_AREA = "unknown"
YEARS = range(1880, 2101)
"""Whatever year a person was born or started in."""
AGES = range(131)
WIDTHS = (5, 10, 20)
VISIT_BANDS = (1, 4, 12)
"""A month without visits, up to three, about weekly, three times a week or more."""
ETHNIC_GROUPS: Mapping[str, str] = {
    code: group
    for group, codes in {
        "white": "ABC",
        "mixed": "DEFG",
        "asian": "HJKL",
        "black": "MNP",
        "other": "RS",
        "not stated": "Z9",
    }.items()
    for code in (*codes, *(("99",) if "9" in codes else ()))
}
"""The NHS Data Dictionary's ethnic categories under the headings that it lists them by."""


@dataclass(frozen=True)
class Rung:
    """One level of a ladder: `of` gives what is published for a value."""

    name: str
    of: Callable[[Any], object]


@dataclass(frozen=True)
class Ladder:
    """Rungs from the finest to the coarsest.

    `known` are the values that anyone knows to exist, from which an attacker works out what a
    published band becomes on a coarser rung.
    """

    rungs: tuple[Rung, ...]
    known: tuple[object, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The rungs' names, the finest first."""
        return tuple(rung.name for rung in self.rungs)

    def index(self, name: str) -> int:
        """Where a rung stands. Raises `BadSettings` when there is none of that name."""
        if name not in self.names:
            raise BadSettings(
                "extract-level",
                "a column of an extract has no such level.",
                f"Choose one of {', '.join(self.names)}.",
            )
        return self.names.index(name)

    def from_rung(self, name: str) -> "Ladder":
        """The ladder without the rungs that are finer than this one."""
        return Ladder(self.rungs[self.index(name) :], self.known)

    def climb(self, column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
        """The column on that rung: worked out once for each distinct value."""
        rung = self.rungs[self.index(name)]
        if rung.name == EXACT:
            return column
        return _each(column, rung.of)

    def climb_on(self, column: pa.ChunkedArray, at: str, to: str) -> pa.ChunkedArray | None:
        """A published column on a coarser rung; nothing when what is published does not say it."""
        if at == to:
            return column
        if at == EXACT:
            return self.climb(column, to)
        if to == HIDDEN:
            return _each(column, _all)
        of, coarser = self.rungs[self.index(at)].of, self.rungs[self.index(to)].of
        steps = {(of(value), coarser(value)) for value in self.known}
        if len(steps) > len({published for published, _ in steps}):
            return None
        return _each(column, dict(steps).get)


Ladders = Mapping[str, Ladder]


def as_is(*coarser: Rung, known: Iterable[object] = ()) -> Ladder:
    """The value itself, the rungs given, and hidden at the top."""
    return Ladder((Rung(EXACT, _same), *coarser, Rung(HIDDEN, _all)), tuple(known))


def years(widths: Sequence[int] = WIDTHS) -> Ladder:
    """A year, then bands that begin at a multiple of their width: 1940-1959."""
    return _in_bands(widths, YEARS)


def ages(widths: Sequence[int] = WIDTHS) -> Ladder:
    """An age, then bands that begin at a multiple of their width: 20-39."""
    return _in_bands(widths, AGES)


def days() -> Ladder:
    """A day, its month, its quarter, its year."""
    return as_is(
        Rung("month", _unless_missing(lambda day: f"{day:%Y-%m}")),
        Rung("quarter", _unless_missing(_quarter)),
        Rung("year", _unless_missing(lambda day: f"{day:%Y}")),
        known=(dt.date(year, month, 1) for year in YEARS for month in range(1, 13)),
    )


def visits(bands: Sequence[int] = VISIT_BANDS) -> Ladder:
    """A number of visits, its band (0, 1-3, 4-11, 12+), whether there was any."""
    return as_is(
        Rung("band", _unless_missing(_band(bands))),
        Rung("any", _unless_missing(lambda count: "any" if count else "none")),
        known=range(bands[-1] + 1),
    )


def ethnicities(groups: Mapping[str, str] = ETHNIC_GROUPS) -> Ladder:
    """An ethnic category, then its group; a code without a group is not stated."""
    group = _unless_missing(lambda code: groups.get(code, "not stated"))
    return as_is(Rung("group", group), known=groups)


def areas(lookups: Mapping[str, Mapping[str, str]]) -> Ladder:
    """A neighbourhood, then the areas that hold it: level name -> neighbourhood -> area."""
    rungs = (Rung(name, _unless_missing(_within(lookup))) for name, lookup in lookups.items())
    return as_is(*rungs, known=sorted({code for lookup in lookups.values() for code in lookup}))


def standard_ladders(lookups: Mapping[str, Mapping[str, str]]) -> Ladders:
    """The ladders of the columns that the linked store keeps of a person."""
    return {
        "birth_year": years(),
        "ethnic_category": ethnicities(),
        "lsoa21_code": areas(lookups),
        "sex": as_is(),
        "started_on": days(),
        "visits": visits(),
    }


def generalise(table: pa.Table, levels: Mapping[str, str], ladders: Ladders) -> pa.Table:
    """The table with each named column on its level. Columns without a level stay as they are."""
    check_columns(table, levels)
    check_columns_have_ladders(levels, ladders)
    for name, level in levels.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, ladders[name].climb(table[name], level))
    return table


def check_columns_have_ladders(
    names: Mapping[str, object] | Sequence[str], ladders: Ladders
) -> None:
    """Raise `BadSettings` when there is a column that nobody has said how to make coarser."""
    if set(names) - set(ladders):
        raise BadSettings(
            "extract-ladder",
            "a column of an extract has no ladder.",
            "Say how the column becomes coarser, if only by being hidden.",
        )


def _each(column: pa.ChunkedArray, of: Callable[[Any], object]) -> pa.ChunkedArray:
    column = plain(column)
    distinct = pc.unique(column)
    published = pa.array([of(value) for value in distinct.to_pylist()], pa.string())
    return pa.chunked_array([pc.take(published, pc.index_in(column, distinct).combine_chunks())])


def _in_bands(widths: Sequence[int], known: Iterable[int]) -> Ladder:
    bands = (Rung(f"{width}-year", _unless_missing(_years_from(width))) for width in widths)
    return as_is(*bands, known=known)


def _same(value: object) -> object:
    return value


def _all(_value: object) -> str:
    return ALL


def _unless_missing(of: Callable[[Any], str]) -> Callable[[Any], str | None]:
    return lambda value: None if value is None else of(value)


def _years_from(width: int) -> Callable[[int], str]:
    return lambda year: f"{year - year % width}-{year - year % width + width - 1}"


def _quarter(day: dt.date) -> str:
    return f"{day:%Y}-Q{(day.month + 2) // 3}"


def _band(starts: Sequence[int]) -> Callable[[int], str]:
    edges = [0, *starts]

    def band(count: int) -> str:
        place = sum(count >= edge for edge in starts)
        if place == len(starts):
            return f"{edges[place]}+"
        last = edges[place + 1] - 1
        return str(last) if last == edges[place] else f"{edges[place]}-{last}"

    return band


def _within(lookup: Mapping[str, str]) -> Callable[[str], str]:
    # A code that the lookup lacks must not pass as itself: it would be finer than its level.
    return lambda code: lookup.get(code, UNKNOWN_AREA)
