"""What a protocol asks for, worked out: differences, means, balance and sensitivity, or the reason
why there is none.

Everything here is exact. Whether it may leave is for `protect` to say.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.core.contract import Statistic
from pipelines.core.ports import Engine
from pipelines.core.protocol import COVARIATES, Method, Protocol
from pipelines.core.stages import ESTIMATES, Measured
from pipelines.evaluate.difference import (
    Difference,
    difference,
    e_values,
    effective,
    imbalance,
    pooled_deviation,
    weighted_mean,
)
from pipelines.evaluate.people import Compared, compared, design_of, people_of
from pipelines.evaluate.propensity import Floats, propensity, weights_of

NO_OVERLAP = "Not given: the two groups have too little in common to be compared."
TOO_FEW = "Not given: the protocol asks for larger groups."
MADE_BY_FEW = "Not given: one or two people make up nearly all minutes of a group."
ALL_ALIKE = "Not given: everybody in a group has the same minutes."


@dataclass(frozen=True)
class Result:
    """The figures of one protocol by indicator, or why there are none."""

    figures: Mapping[str, Difference | float]
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """Two groups made alike: the difference, and what each person counted for."""

    difference: Difference
    weight: Floats


def evaluated(
    measured: Measured, protocols: Iterable[Protocol], engine: Engine, dominance_percent: int
) -> Measured:
    """The same counts with what each protocol estimates from the people behind them."""
    if all(i.statistic is not Statistic.ESTIMATE for i in measured.contract.indicators):
        return measured
    people = people_of(engine, measured.scope)
    rows = [
        row
        for protocol in protocols
        for row in _rows(
            protocol, result_of(protocol, compared(people, protocol.label), dominance_percent)
        )
    ]
    return dataclasses.replace(measured, estimates=pa.Table.from_pylist(rows, ESTIMATES))


def result_of(protocol: Protocol, people: Compared, dominance_percent: int) -> Result:
    """What a protocol's method makes of its people. No figure below its smallest group."""
    groups = (people.started, ~people.started)
    if min(int(group.sum()) for group in groups) < protocol.smallest_group:
        return Result({}, TOO_FEW)
    times = (people.before, people.after)
    if any(np.ptp(values[group]) == 0 for group in groups for values in times):
        return Result({}, ALL_ALIKE)
    comparison = compare(people, protocol.covariates, protocol.method)
    if comparison is None:
        return Result({}, NO_OVERLAP)
    found, weight = comparison.difference, comparison.weight
    if any(
        _made_by_two((weight * values)[group], dominance_percent)
        for group in groups
        for values in times
    ):
        return Result({}, MADE_BY_FEW)
    sensitivity = e_values(found, pooled_deviation(people.after, people.started))
    return Result(
        {
            "difference_in_recorded_minutes": found,
            "difference_unweighted": difference(people.change, people.started),
            "e_value": sensitivity.of_estimate,
            "e_value_of_limit": sensitivity.of_limit,
            **_means(people, weight),
            **dict(_balance(people, weight)),
        }
    )


def compare(people: Compared, covariates: Sequence[str], method: Method) -> Comparison | None:
    """The weighted difference of two groups; none where they have too little in common."""
    fit = propensity(design_of(people, covariates), people.started)
    if fit is None:
        return None
    weights = weights_of(fit, people.started, method)
    return Comparison(difference(people.change, people.started, weights, fit), weights.weight)


def _means(people: Compared, weight: Floats) -> dict[str, float]:
    made = {}
    for name, group in (("starters", people.started), ("comparators", ~people.started)):
        own = weight[group]
        made[f"{name}_minutes_before"] = weighted_mean(people.before[group], own)
        made[f"{name}_minutes_after"] = weighted_mean(people.after[group], own)
        # A share, because where all weights are alike the number itself would be the exact count.
        made[f"effective_share_of_{name}"] = 100 * effective(own) / len(own)
    return made


def _balance(people: Compared, weight: Floats) -> Iterator[tuple[str, float]]:
    """The largest imbalance among a covariate's levels, before weighting and after."""
    alike = np.ones(len(weight))
    for name in COVARIATES:
        columns = people.columns_of(name).T
        for time, counts in (("before", alike), ("after", weight)):
            yield (
                f"imbalance_{time}_{name}",
                max(imbalance(column, people.started, counts) for column in columns),
            )


def _made_by_two(contributions: Floats, percent: int) -> bool:
    """The p per cent rule: the second largest could work out the largest."""
    *rest, _, largest = np.sort(np.abs(contributions))
    return bool(largest > 0 and sum(rest) < percent / 100 * largest)


def _rows(protocol: Protocol, result: Result) -> Iterator[dict[str, str | float | None]]:
    for name in (*ALWAYS, *FIGURES):
        figure = result.figures.get(name)
        yield {
            "indicator_id": name,
            "category": protocol.label,
            "value": figure.value if isinstance(figure, Difference) else figure,
            "lower": figure.lower if isinstance(figure, Difference) else None,
            "upper": figure.upper if isinstance(figure, Difference) else None,
            "smallest_group": protocol.smallest_group,
            "reason": result.note if name in FIGURES else "",
            "protocol_sha256": protocol.sha256,
        }


ALWAYS = ("evaluated_starters", "evaluated_comparators")
ARMS = ("starters", "comparators")
FIGURES = (
    "difference_in_recorded_minutes",
    "difference_unweighted",
    *(f"{arm}_minutes_{time}" for arm in ARMS for time in ("before", "after")),
    "e_value",
    "e_value_of_limit",
    *(f"effective_share_of_{arm}" for arm in ARMS),
    *(f"imbalance_{time}_{name}" for name in COVARIATES for time in ("before", "after")),
)
