"""The `disclosure` of a contract's file, read strictly: populations, tables and what counts which.

Whatever is declared and never counted, or counted and never declared, is refused.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.core.contract import Contract, Indicator, Statistic
from pipelines.core.disclosure import Crosstab, Disclosure, Population, Profile, ancestry
from pipelines.core.strict_contract import bad, choice_of, refuse_unknown

KEYS = ("profile", "populations", "tables", "disjoint", "partitions")
COUNTED = ("counts", "of")
"""The keys of an indicator that name its population and its denominator's."""

FLAGS = ("of_people", "public", "everywhere", "one_at_a_time")
DIVIDING = (Statistic.PROPORTION, Statistic.RATE, Statistic.COST, Statistic.ESTIMATE)
"""Statistics of two numbers."""
LEVELS = "area_type"
CATEGORIES = "category_type"
OTHERS = ("sex", "age_band")
NO_CATEGORY = "all"


def read_disclosure(
    path: Path,
    entry: Any,
    counted: Sequence[tuple[Indicator, Mapping[str, Any]]],
    shape: Contract | None,
) -> Disclosure | None:
    """What an output declares; None where there is nothing to declare. Raises `BadContract`."""
    if entry is None and not counted:
        return None
    if entry is None or shape is None:
        raise bad(path, "has indicators and no disclosure or shape.", "Declare its tables.")
    document = _mapping(path, "disclosure", entry, KEYS, ("profile", "populations", "tables"))
    populations = _populations(path, document["populations"])
    within = {p.id: p.within for p in populations}
    partitions = _sets(path, "disclosure.partitions", document.get("partitions", []), within)
    disclosure = Disclosure(
        profile=Profile(
            choice_of(path, "disclosure.profile", document["profile"], [p.value for p in Profile])
        ),
        populations=populations,
        tables=_tables(path, document["tables"], within, shape),
        disjoint=(
            *_sets(path, "disclosure.disjoint", document.get("disjoint", []), within),
            *partitions,
        ),
        partitions=partitions,
        of_indicator={
            i.id: _counted(path, i, given, within) for i, given in counted if i.is_counted
        },
    )
    _check_partitions(path, partitions, within)
    _check_used(path, disclosure)
    _check_one_at_a_time(path, disclosure)
    _check_public(path, disclosure)
    return disclosure


def _populations(path: Path, entries: Any) -> tuple[Population, ...]:
    place = "disclosure.populations"
    found = tuple(_population(path, e) for e in _list(path, place, entries))
    within = {p.id: p.within for p in found}
    if len(within) != len(found):
        raise bad(path, f"names a population twice in {place}.", "Give each another id.")
    for population in found:
        if population.within is not None:
            choice_of(path, f"{place}.{population.id}.within", population.within, list(within))
        outermost = ancestry(within, population.id)[-1]
        if within[outermost] is not None:
            raise bad(path, f"has a circle in {place}: '{population.id}'.", "Correct `within`.")
    return found


def _population(path: Path, entry: Any) -> Population:
    place = "disclosure.populations"
    given = _mapping(path, place, entry, ("id", "within", *FLAGS), ("id",))
    if not re.fullmatch("[a-z][a-z0-9_]*", str(given["id"])):
        raise bad(path, f"has no valid {place}.id.", "Write one lower-case word.")
    for flag in FLAGS:
        if not isinstance(given.get(flag, True), bool):
            raise bad(path, f"has no valid {place}.{flag}.", "Write true or false.")
    return Population(**given)


def _tables(
    path: Path, entries: Any, within: Mapping[str, str | None], shape: Contract
) -> tuple[Crosstab, ...]:
    levels = shape.column(LEVELS).allowed
    others = [*OTHERS, *(c for c in shape.column(CATEGORIES).allowed if c != NO_CATEGORY)]
    found = []
    for entry in _list(path, "disclosure.tables", entries):
        given = _mapping(path, "disclosure.tables", entry, ("by", "populations"))
        by = _words(path, "disclosure.tables.by", given["by"])
        choice_of(path, "area first in disclosure.tables.by", by[0], levels)
        for dimension in by[1:]:
            choice_of(path, "dimension in disclosure.tables.by", dimension, others)
        if len(set(by) - set(OTHERS)) > 2:
            raise bad(path, "crosses two categories in disclosure.tables.by.", "Name one.")
        counted = _words(path, "disclosure.tables.populations", given["populations"])
        for name in counted:
            choice_of(path, "population in disclosure.tables", name, list(within))
        found.append(Crosstab(by, counted))
    cells = [(frozenset(t.by), name) for t in found for name in t.populations]
    if len(set(cells)) != len(cells):
        raise bad(path, "declares one table twice in disclosure.tables.", "Name it once.")
    return tuple(found)


def _counted(
    path: Path, indicator: Indicator, given: Mapping[str, Any], within: Mapping[str, str | None]
) -> tuple[str, str | None]:
    place = f"indicators.{indicator.id}"
    counts = choice_of(path, f"{place}.counts", given.get("counts"), list(within))
    of = given.get("of")
    divides = indicator.statistic in DIVIDING
    if (of is not None) is not divides:
        raise bad(
            path,
            f"has no valid {place}.of.",
            "Proportions, rates, costs and estimates (no others) need it.",
        )
    if of is None:
        return counts, None
    is_part = indicator.statistic is Statistic.PROPORTION
    wholes = ancestry(within, counts)[1:] if is_part else [n for n in within if n != counts]
    return counts, choice_of(path, f"{place}.of", of, wholes)


def _sets(
    path: Path, place: str, entries: Any, within: Mapping[str, str | None]
) -> tuple[tuple[str, ...], ...]:
    found = []
    for entry in _list(path, place, entries, may_be_empty=True):
        names = _words(path, place, entry)
        for name in names:
            choice_of(path, f"population in {place}", name, list(within))
            if set(ancestry(within, name)[1:]) & set(names):
                raise bad(path, f"sets a population apart from its own in {place}.", "Correct it.")
        found.append(names)
    return tuple(found)


def _check_partitions(
    path: Path, partitions: Sequence[Sequence[str]], within: Mapping[str, str | None]
) -> None:
    for names in partitions:
        if len({within[name] for name in names}) != 1 or within[names[0]] is None:
            raise bad(
                path,
                "has a set in disclosure.partitions that does not lie within one population.",
                "Name populations with the same `within`.",
            )


def _check_used(path: Path, disclosure: Disclosure) -> None:
    """What is declared is counted and published, or the declaration says something untrue."""
    declared = {p.id for p in disclosure.populations}
    counted = {name for pair in disclosure.of_indicator.values() for name in pair if name}
    shown = {name for table in disclosure.tables for name in table.populations}
    for place, used in (("indicator", counted), ("table", shown)):
        if declared - used:
            names = ", ".join(sorted(declared - used))
            raise bad(path, f"has populations in no {place}: {names}.", "Use them or remove them.")


def _check_one_at_a_time(path: Path, disclosure: Disclosure) -> None:
    """Only numbers that are hidden one by one stay safe when more of them are hidden."""
    branches = {p.id for p in disclosure.populations if p.one_at_a_time}
    nested = [n for n in branches if branches & set(disclosure.ancestry(n)[1:])]
    roots = [p.id for p in disclosure.populations if p.id in branches and p.within is None]
    if branches and (nested or roots or disclosure.profile is not Profile.NHS):
        raise bad(
            path,
            "has no valid disclosure.populations.one_at_a_time.",
            "Use it with the profile nhs, within another population, and not twice in one line.",
        )


def _check_public(path: Path, disclosure: Disclosure) -> None:
    """Nothing is hidden under the profile public, so no number may be of people who are not."""
    private = [p.id for p in disclosure.populations if not p.public or p.of_people]
    if disclosure.profile is Profile.PUBLIC and private:
        raise bad(
            path,
            f"has the profile public and populations that are not: {', '.join(private)}.",
            "Use another profile, or state public: true and of_people: false where it is so.",
        )


def _mapping(
    path: Path, place: str, entry: Any, known: Sequence[str], required: Sequence[str] | None = None
) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise bad(path, f"has no mapping at {place}.", "Write keys and values.")
    refuse_unknown(path, place, entry, known)
    missing = [key for key in (known if required is None else required) if key not in entry]
    if missing:
        raise bad(path, f"lacks {', '.join(missing)} in {place}.", "Add it.")
    return entry


def _list(path: Path, place: str, entries: Any, *, may_be_empty: bool = False) -> list[Any]:
    if not isinstance(entries, list) or not (entries or may_be_empty):
        raise bad(path, f"has no list at {place}.", "List at least one.")
    return entries


def _words(path: Path, place: str, entry: Any) -> tuple[str, ...]:
    words = _list(path, place, entry)
    if len(set(map(str, words))) != len(words) or not all(isinstance(w, str) for w in words):
        raise bad(path, f"has no valid list of words at {place}.", "Name each once.")
    return tuple(words)
