"""Values with their limits, at the edges: the published ones are in tests/statistics."""

import numpy as np
import pytest

from pipelines.indicate import (
    ESP2013,
    byars,
    dsr,
    dsr_of_repeated_events,
    isr,
    isr_rate,
    mean,
    poisson,
    proportion,
    rate,
)

PEOPLE = np.full(19, 1000.0)
SOME = np.arange(19, dtype=float)
REF_COUNT, REF_PEOPLE = np.array([10.0, 20.0, 30.0]), np.array([1000.0, 1000.0, 1000.0])


def test_the_european_standard_population_is_of_a_hundred_thousand() -> None:
    assert sum(ESP2013) == 100_000


def test_a_percentage_is_a_proportion_times_a_hundred() -> None:
    np.testing.assert_allclose(proportion(3, 8, 100), np.multiply(100, proportion(3, 8)))


@pytest.mark.parametrize("statistic", [proportion, rate])
def test_a_denominator_of_nought_is_refused(statistic: object) -> None:
    assert callable(statistic)
    with pytest.raises(ValueError, match="above 0"):
        statistic(0, 0)


def test_a_rate_may_be_above_one_each() -> None:
    assert float(rate(250, 200, 1).value) == 1.25


def test_a_mean_is_of_the_last_axis() -> None:
    assert mean([[1.0, 3.0], [5.0, 9.0]]).value.tolist() == [2, 7]


def test_equal_rates_in_every_age_are_their_own_standard() -> None:
    found = dsr(np.full(19, 5.0), PEOPLE)
    assert float(found.value) == pytest.approx(500)


def test_a_population_like_the_standard_has_the_crude_rates_limits() -> None:
    found = dsr(SOME, np.array(ESP2013))
    total = SOME.sum()
    np.testing.assert_allclose(found[1:], byars(total), rtol=1e-12)


@pytest.mark.parametrize(("total", "is_given"), [(9, False), (10, True)])
def test_fewer_than_ten_events_are_not_standardised(total: int, is_given: bool) -> None:
    found = dsr([total, *[0] * 18], PEOPLE)
    assert (~np.isnan(found)).all() == is_given


def test_a_missing_count_is_none() -> None:
    given = [20, np.nan, *[5] * 17]
    expected = [20, 0, *[5] * 17]
    np.testing.assert_array_equal(dsr(given, PEOPLE), dsr(expected, PEOPLE))


@pytest.mark.parametrize("people", [np.full(19, 0.0), np.full(19, np.nan), np.full(18, 10.0)])
def test_a_population_that_is_missing_or_nobody_is_refused(people: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"given and above 0|each age band"):
        dsr(SOME, people)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        dsr(-SOME, PEOPLE)


def test_single_events_are_as_independent_ones() -> None:
    found = dsr_of_repeated_events(SOME[:, np.newaxis], [1], PEOPLE)
    np.testing.assert_allclose(found, dsr(SOME, PEOPLE), rtol=1e-12)


def test_repeated_events_have_wider_limits_round_the_same_value() -> None:
    events = dsr(2 * SOME, PEOPLE)
    repeated = dsr_of_repeated_events(np.stack([0 * SOME, SOME], axis=-1), [1, 2], PEOPLE)
    assert repeated.value == pytest.approx(events.value)
    np.testing.assert_allclose(
        repeated.upper - repeated.value, np.sqrt(2) * (events.upper - events.value)
    )


def test_the_reference_population_has_a_ratio_of_one() -> None:
    assert float(isr(REF_COUNT, REF_PEOPLE, REF_COUNT, REF_PEOPLE).value) == pytest.approx(1)


def test_a_ratio_may_be_of_a_hundred() -> None:
    found = isr(2 * REF_COUNT, REF_PEOPLE, REF_COUNT, REF_PEOPLE, 100)
    assert float(found.value) == pytest.approx(200)


def test_a_ratios_limits_are_those_of_the_observed_over_the_expected() -> None:
    found = isr([10, 20, 60], REF_PEOPLE, REF_COUNT, REF_PEOPLE)
    np.testing.assert_allclose(found[1:], np.array(poisson(90)) / 60)


def test_few_observed_have_exact_limits() -> None:
    found = isr([1, 2, 3], REF_PEOPLE, REF_COUNT, REF_PEOPLE)
    np.testing.assert_allclose(found[1:], np.array(poisson(6)) / 60)


def test_observed_totals_are_enough() -> None:
    by_age = isr([[10, 20, 60], [1, 2, 3]], [REF_PEOPLE, REF_PEOPLE], REF_COUNT, REF_PEOPLE)
    totals = isr([90, 6], [REF_PEOPLE, REF_PEOPLE], REF_COUNT, REF_PEOPLE)
    np.testing.assert_allclose(totals, by_age)


def test_missing_counts_and_people_are_none() -> None:
    given = isr([10, np.nan, 60], [1000, 1000, np.nan], REF_COUNT, REF_PEOPLE)
    expected = isr([10, 0, 60], [1000, 1000, 0], REF_COUNT, REF_PEOPLE)
    np.testing.assert_array_equal(given, expected)


def test_an_indirect_rate_is_the_ratio_times_the_reference_rate() -> None:
    found = isr_rate(2 * REF_COUNT, REF_PEOPLE, REF_COUNT, REF_PEOPLE, 1000)
    assert float(found.value) == pytest.approx(40)


def test_counts_of_other_ages_are_refused() -> None:
    with pytest.raises(ValueError, match="by age band, or totals"):
        isr([1, 2], REF_PEOPLE, REF_COUNT, REF_PEOPLE)


def test_a_reference_of_other_ages_is_refused() -> None:
    with pytest.raises(ValueError, match="reference population"):
        isr([1, 2, 3], REF_PEOPLE, [1, 2], [10, 20])
