"""Limits against the published results of the public health methods package."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.indicate import mean_limits, wilson


@pytest.fixture(scope="module")
def wilson_cases(reference: Path) -> pd.DataFrame:
    table = pd.read_csv(reference / "phe/Byars_Wilson__testdata_B_W.csv")
    return table[(table.method == "Wilson") & (table.confidence == "95%")]


def test_there_are_published_wilson_limits_to_compare_with(wilson_cases: pd.DataFrame) -> None:
    assert len(wilson_cases) == 3


@pytest.mark.parametrize(("limit", "column"), [(0, "lowercl"), (1, "uppercl")])
def test_wilson_limits_are_the_published_ones(
    wilson_cases: pd.DataFrame, limit: int, column: str
) -> None:
    found = wilson(wilson_cases.x, wilson_cases.n)[limit]
    np.testing.assert_allclose(found, wilson_cases[column], rtol=1e-9)


@pytest.mark.parametrize(("limit", "column"), [(0, "lower95_0cl"), (1, "upper95_0cl")])
def test_limits_of_proportions_are_the_published_ones(
    reference: Path, limit: int, column: str
) -> None:
    cases = pd.read_csv(reference / "phe/Proportion__testdata_Prop.csv")
    cases = cases[cases.method == "Wilson"]
    found = wilson(cases.Numerator, cases.Denominator)[limit]
    np.testing.assert_allclose(found * cases.multiplier, cases[column], rtol=1e-9)


@pytest.mark.parametrize(("limit", "column"), [(0, "lower95_0cl"), (1, "upper95_0cl")])
def test_limits_of_means_are_the_published_ones(reference: Path, limit: int, column: str) -> None:
    scores = pd.read_csv(reference / "phe/Mean__testdata_Mean.csv")
    scores["squares"] = scores["values"] ** 2
    by_area = scores.groupby("area").agg(
        n=("values", "size"), total=("values", "sum"), squares=("squares", "sum")
    )
    expected = pd.read_csv(reference / "phe/Mean__testdata_Mean_results.csv").set_index("area")
    by_area = by_area.loc[["Area1", "Area2"]]
    found = mean_limits(by_area.total, by_area.squares, by_area.n)[limit]
    np.testing.assert_allclose(found, expected.loc[["Area1", "Area2"], column], rtol=1e-8)


def test_nobody_has_no_limits() -> None:
    assert np.isnan(wilson([0], [0])).all()


def test_one_person_has_no_mean_with_limits() -> None:
    assert np.isnan(mean_limits([5.0], [25.0], [1])).all()


def test_scores_that_are_all_the_same_have_no_width() -> None:
    lower, upper = mean_limits([50.0], [250.0], [10])
    assert (lower.tolist(), upper.tolist()) == ([5.0], [5.0])
