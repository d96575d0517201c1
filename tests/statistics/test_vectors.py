"""Every published number of the public health methods package that has its inputs beside it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.statistics import TOLERANCE, Vector, vectors
from pipelines import indicate

NUMBERS = {
    "Byars_Wilson__testdata_B_W.csv": 26,
    "DSR_ISR__testresults_DSR.csv": 36,
    "Mean__testdata_Mean_results.csv": 15,
    "Proportion__testdata_Prop.csv": 95,
    "Proportion__testdata_Prop_g.csv": 33,
    "Rate__testdata_Rate.csv": 100,
    "Rate__testdata_Rate_g.csv": 36,
    "esp2013.csv": 19,
}
WITHOUT_RESULTS = {
    "DSR_ISR__refdata.csv", "DSR_ISR__testdata_1976.csv", "DSR_ISR__testdata_multiarea.csv",
    "DSR_data.csv", "Mean__testdata_Mean.csv",
}  # fmt: skip
"""Inputs alone."""


@pytest.fixture(scope="module")
def published(reference: Path) -> list[Vector]:
    return list(vectors(reference / "phe"))


def test_no_file_is_passed_over(reference: Path) -> None:
    assert {p.name for p in (reference / "phe").iterdir()} == set(NUMBERS) | WITHOUT_RESULTS


@pytest.mark.parametrize("file", sorted(NUMBERS))
def test_every_number_of_the_file_is_compared(published: list[Vector], file: str) -> None:
    assert sum(v.file == file for v in published) == NUMBERS[file]


@pytest.mark.parametrize("file", sorted(NUMBERS))
def test_every_number_of_the_file_is_ours(published: list[Vector], file: str) -> None:
    assert [v for v in published if v.file == file and not v.error <= TOLERANCE] == []


@pytest.mark.parametrize(("limit", "column"), [(1, "lower99_8cl"), (2, "upper99_8cl")])
def test_the_limits_of_1976_that_are_passed_over_are_ten_times_ours(
    reference: Path, limit: int, column: str
) -> None:
    given = pd.read_csv(reference / "phe/DSR_ISR__testdata_1976.csv")
    results = pd.read_csv(reference / "phe/DSR_ISR__testresults_DSR.csv")
    (told,) = results[(results.area == "testdata_1976") & (results.value < 1000)][column]
    ours = indicate.dsr(given["count"], given["pop"], given["esp1976"], 10_000, 99.8)[limit]
    np.testing.assert_allclose(told, 10 * ours, rtol=TOLERANCE)


@pytest.mark.parametrize(("area", "limits"), [("Area1", [95, 99.8]), ("Area2", [95, 99.8])])
def test_limits_of_means_are_the_same_from_sums(
    reference: Path, area: str, limits: list[float]
) -> None:
    given = pd.read_csv(reference / "phe/Mean__testdata_Mean.csv")
    values = given[given.area == area]["values"].to_numpy()
    for level in limits:
        found = indicate.mean_limits(values.sum(), (values**2).sum(), len(values), level)
        expected = indicate.mean_limits(values, confidence=level)
        np.testing.assert_allclose(found, expected, rtol=TOLERANCE)


def test_a_rate_is_standardised_the_same_for_all_areas_at_once(reference: Path) -> None:
    given = pd.read_csv(reference / "phe/DSR_ISR__testdata_multiarea.csv")
    counts = given["count"].to_numpy().reshape(3, 19)
    people = given["pop"].to_numpy().reshape(3, 19)
    together = indicate.dsr(counts, people)
    apart = [indicate.dsr(c, n).value for c, n in zip(counts, people, strict=True)]
    np.testing.assert_array_equal(together.value, apart)
