"""Our statistics against the published test vectors of the public health methods package.

`python -m benchmarks.statistics [folder]` reads `../shared/data/phe` (or the given folder), and
prints, file by file, how many numbers agree to 1e-9 and the largest error.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines import indicate

TOLERANCE = 1e-9
FOLDER = Path(__file__).parents[2] / "shared" / "data" / "phe"
LEVELS: Mapping[str, float] = {"95%": 95, "99.8%": 99.8}
PAIRS = ((95, "lower95_0cl", "upper95_0cl"), (99.8, "lower99_8cl", "upper99_8cl"))
NO_INPUTS = "testdata_nonind"
"""Results of repeated events, whose inputs are not in the folder."""

PUBLISHED_WRONG = "testdata_1976"
"""Its 99.8 % limits are ten times too large as published."""


class Vector(NamedTuple):
    """One published number and ours; both may be none."""

    file: str
    case: str
    column: str
    expected: float
    found: float

    @property
    def error(self) -> float:
        """The relative error; nought where both are none, endless where one is."""
        if np.isnan(self.expected) or np.isnan(self.found):
            return 0.0 if np.isnan(self.expected) and np.isnan(self.found) else np.inf
        return abs(self.found - self.expected) / max(abs(self.expected), 1e-300)


def vectors(folder: Path) -> Iterator[Vector]:
    """Every published number of the folder that has its inputs there, beside ours."""
    yield from _limits(folder, "Byars_Wilson__testdata_B_W.csv")
    for name in ("Proportion__testdata_Prop.csv", "Proportion__testdata_Prop_g.csv"):
        yield from _of_counts(folder, name)
    for name in ("Rate__testdata_Rate.csv", "Rate__testdata_Rate_g.csv"):
        yield from _of_counts(folder, name)
    yield from _means(folder, "Mean__testdata_Mean_results.csv")
    yield from _standardised(folder, "DSR_ISR__testresults_DSR.csv")
    standard = pd.read_csv(folder / "esp2013.csv")["esp2013"]
    for i, (expected, found) in enumerate(zip(standard, indicate.ESP2013, strict=True)):
        yield Vector("esp2013.csv", str(i), "esp2013", expected, found)


def _limits(folder: Path, name: str) -> Iterator[Vector]:
    for i, row in pd.read_csv(folder / name).iterrows():
        level = LEVELS[row["confidence"]]
        if row["method"] == "Wilson":
            lower, upper = indicate.wilson(row["x"], row["n"], level)
        else:
            lower, upper = indicate.byars(row["x"], level)
        yield Vector(name, str(i), "lowercl", row["lowercl"], float(lower))
        yield Vector(name, str(i), "uppercl", row["uppercl"], float(upper))


def _of_counts(folder: Path, name: str) -> Iterator[Vector]:
    statistic = indicate.proportion if name.startswith("Proportion") else indicate.rate
    for i, row in pd.read_csv(folder / name).iterrows():
        case = f"{i} {row['Area']}"
        given = (row["Numerator"], row["Denominator"], row["multiplier"])
        pairs: Iterable[tuple[float, str, str]] = (
            PAIRS if "lower95_0cl" in row else [(LEVELS[row["confidence"]], "lowercl", "uppercl")]
        )
        for level, low, high in pairs:
            found = statistic(*given, level)
            columns = _columns(low, high)
            yield from _three(name, case, row, columns, found)


def _means(folder: Path, name: str) -> Iterator[Vector]:
    given = pd.read_csv(folder / "Mean__testdata_Mean.csv")
    for _, row in pd.read_csv(folder / name).iterrows():
        here = given if row["area"] == "No grouping" else given[given.area == row["area"]]
        values = here["values"].to_numpy()
        for level, low, high in PAIRS:
            found = indicate.mean(values, level)
            columns = _columns(low, high)
            yield from _three(name, row["area"], row, columns, found)


def _standardised(folder: Path, name: str) -> Iterator[Vector]:
    areas = pd.read_csv(folder / "DSR_ISR__testdata_multiarea.csv")
    old = pd.read_csv(folder / "DSR_ISR__testdata_1976.csv")
    for i, row in pd.read_csv(folder / name).iterrows():
        area = row["area"]
        if area.startswith(NO_INPUTS):
            continue
        is_old = area == PUBLISHED_WRONG
        here = old if is_old else areas[areas.area == area]
        standard = old["esp1976"] if is_old else indicate.ESP2013
        # A row without a result does not name its multiplier, and needs none.
        said = row["statistic"].rsplit(" ", 1)[-1]
        multiplier = float(said) if row["statistic"].startswith("dsr per") else 1.0
        for level, low, high in PAIRS[:1] if is_old else PAIRS:
            found = indicate.dsr(here["count"], here["pop"], standard, multiplier, level)
            columns = _columns(low, high)
            yield from _three(name, f"{i} {area}", row, columns, found)


def _columns(low: str, high: str) -> tuple[str, ...]:
    """A value stands beside two pairs of limits, and is one number."""
    return ("" if low == PAIRS[1][1] else "value", low, high)


def _three(
    file: str, case: str, row: pd.Series, columns: tuple[str, ...], found: indicate.Estimate
) -> Iterator[Vector]:
    for column, number in zip(columns, found, strict=True):
        if column:
            yield Vector(file, case, column, float(row[column]), float(number))


def main() -> int:
    """Print the table; fail when a number differs."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    found = pd.DataFrame([{**v._asdict(), "error": v.error} for v in vectors(folder)])
    found["passes"] = found.error <= TOLERANCE
    table = found.groupby("file").agg(
        numbers=("passes", "size"), passed=("passes", "sum"), largest_error=("error", "max")
    )
    table.loc["all"] = [len(found), found.passes.sum(), found.error.max()]
    for name, row in table.iterrows():
        print(f"{name!s:36} {row.passed:4.0f} / {row.numbers:4.0f}   {row.largest_error:.1e}")
    return 0 if bool(found.passes.all()) else 1


if __name__ == "__main__":
    sys.exit(main())
