"""The `indicators` of a contract's file, read strictly: what each number is and how it is made."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.core.contract import Derived, Index, Indicator, Quoted, Statistic
from pipelines.core.disclosure_file import COUNTED
from pipelines.core.indicator_families import spelled_out
from pipelines.core.strict_contract import bad, choice_of, refuse_unknown

DERIVED = ("from", "over", "index")
"""The keys of an indicator that is worked out from another one."""

QUOTED = ("value", "area_code", "area_name")
"""The keys of an indicator that is a figure published by somebody else."""

OPTIONAL = ("age_base", "multiplier")
ORDERED = ("deprivation_decile", "deprivation_quintile")
"""Categories that have an order, from the most deprived to the least."""

METHODS: Mapping[Statistic, Sequence[str]] = {
    Statistic.COUNT: ("none", "byars", "exact"),
    Statistic.PROPORTION: ("none", "wilson"),
    Statistic.MEAN: ("none", "student_t"),
    Statistic.RATE: ("none", "byars", "exact"),
    Statistic.COST: ("none", "byars", "exact"),
    Statistic.QUOTED: ("none",),
    Statistic.ESTIMATE: ("none", "sandwich"),
    Statistic.INDEX: ("none", "simulation"),
}
"""The limits that each statistic can have; `byars` is exact below a count of 10."""

Read = tuple[Indicator, Mapping[str, Any]]


def read_indicators(path: Path, entries: Sequence[Mapping[str, Any]]) -> list[Read]:
    """Each indicator beside its entry in the file. Raises `BadContract`."""
    read = [(_indicator(path, entry), entry) for entry in spelled_out(path, entries)]
    by_id = {indicator.id: indicator for indicator, _ in read}
    for indicator in by_id.values():
        if indicator.derived is not None:
            _check_derived(path, indicator.id, indicator.derived, by_id)
    return read


def _indicator(path: Path, entry: Mapping[str, Any]) -> Indicator:
    fields = [name for name in Indicator.__dataclass_fields__ if name not in ("derived", "quoted")]
    statistic = Statistic(
        choice_of(path, "statistic", entry.get("statistic"), [s.value for s in Statistic])
    )
    is_index, is_quoted = statistic is Statistic.INDEX, statistic is Statistic.QUOTED
    own = DERIVED if is_index else QUOTED if is_quoted else COUNTED
    refuse_unknown(path, "indicators", entry, [*fields, *own])
    missing = sorted(set(fields) - set(entry) - set(OPTIONAL))
    if missing:
        raise bad(path, f"has an indicator without {', '.join(missing)}.", "Add them.")
    place = f"indicators.{entry['id']}"
    choice_of(path, f"{place}.ci_method", entry["ci_method"], METHODS[statistic])
    plain = set(fields) - {"statistic", "multiplier"}
    return Indicator(
        statistic=statistic,
        multiplier=_multiplier(path, place, entry, statistic),
        derived=_derived(path, place, entry) if is_index else None,
        quoted=_quoted(path, place, entry) if is_quoted else None,
        **{name: str(value) for name, value in entry.items() if name in plain},
    )


def _multiplier(path: Path, place: str, entry: Mapping[str, Any], statistic: Statistic) -> float:
    """A rate is per so many; nothing else has a multiplier, and a percentage has its unit."""
    if ("multiplier" in entry) is not (statistic is Statistic.RATE):
        raise bad(path, f"has no valid {place}.multiplier.", "Rates, and only they, need it.")
    given = entry.get("multiplier", 1)
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not math.isfinite(given) or given <= 0:
        raise bad(path, f"has no valid {place}.multiplier.", "Write a number above 0.")
    return float(given)


def _quoted(path: Path, place: str, entry: Mapping[str, Any]) -> Quoted:
    # A family of figures hands each on as text.
    value = str(entry.get("value"))
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise bad(path, f"has no valid {place}.value.", "Write the published figure.")
    code, name = (str(entry.get(key, "")) for key in QUOTED[1:])
    if not re.fullmatch("E92000001|K0[234]000001|N92000002|S92000003|W92000004", code) or not name:
        raise bad(path, f"has no valid {place}.area_code or area_name.", "Name the country.")
    return Quoted(float(value), code, name)


def _derived(path: Path, place: str, entry: Mapping[str, Any]) -> Derived:
    index = Index(choice_of(path, f"{place}.index", entry.get("index"), [i.value for i in Index]))
    over = str(entry.get("over", ""))
    if index is Index.STANDARD_DEVIATION and over:
        raise bad(path, f"has no valid {place}.over.", "A standard deviation needs none.")
    if index is not Index.STANDARD_DEVIATION:
        choice_of(path, f"{place}.over", over, ORDERED)
    return Derived(index, str(entry.get("from", "")), over)


def _check_derived(path: Path, name: str, derived: Derived, by_id: Mapping[str, Indicator]) -> None:
    """An index of an index would hide how often a number was worked on."""
    of_mean = derived.index is Index.STANDARD_DEVIATION
    wanted = (
        (Statistic.MEAN,) if of_mean else (Statistic.PROPORTION, Statistic.RATE, Statistic.MEAN)
    )
    # Limits come from those of the categories: without them there is nothing to draw from.
    fitting = [i.id for i in by_id.values() if i.statistic in wanted and i.ci_method != "none"]
    choice_of(path, f"indicators.{name}.from", derived.of, fitting)
    has_limits = by_id[name].ci_method != "none"
    if of_mean and has_limits:
        raise bad(path, f"has no valid indicators.{name}.ci_method.", "Write none.")
