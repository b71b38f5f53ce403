"""A change of level is found where it is, and not where there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.degradation.change_point import best_change, last_change, level_p_value
from tests.domain.degradation_factories import alike


@pytest.mark.parametrize("at", [3, 50, 84, 150, 165])
def test_a_clear_change_is_found_where_it_is(at: int) -> None:
    values = alike(1, 168, 1.0, seed=at)[0]
    values[at:] += 20

    found = last_change(values, 1.0)

    assert found is not None
    assert found.at == at
    assert found.low <= at <= found.high
    assert found.after - found.before == pytest.approx(20, abs=4)


def test_of_several_changes_the_last_one_is_told() -> None:
    values = alike(1, 168, 1.0, seed=1)[0]
    values[40:60] += 25
    values[120:] += 15

    found = last_change(values, 1.0)

    assert found is not None
    assert found.at == 120


def test_noise_whose_hours_are_alike_has_hardly_ever_a_change() -> None:
    rows = alike(1000, 168, 1.0, seed=1)
    assert sum(last_change(row, 1.0) is not None for row in rows) <= 50


def test_the_stated_uncertainty_holds_the_truth_nine_times_in_ten() -> None:
    rows = alike(300, 168, 1.0, seed=2)
    rows[:, 144:] += 3
    found = [change for row in rows if (change := last_change(row, 1.0)) is not None]
    assert len(found) > 280
    assert sum(each.low <= 144 <= each.high for each in found) >= 0.9 * len(found)


def test_a_single_outlier_is_no_level() -> None:
    values = np.zeros(100)
    values[50] = 40.0
    assert last_change(values, 1.0) is None


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_values_have_no_change(count: int) -> None:
    assert last_change(np.zeros(count), 1.0) is None


def test_one_value_has_no_best_change() -> None:
    assert best_change(np.zeros(1), 1.0) is None


@given(st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=40))
def test_the_best_change_lies_within_what_is_plausible(drawn: list[float]) -> None:
    found = best_change(np.array(drawn), 0.5)
    assert found is not None
    assert 1 <= found.low <= found.at <= found.high < len(drawn)


def test_values_that_never_vary_have_no_change() -> None:
    assert last_change(np.full(100, 6.907755), 0.0) is None
    assert level_p_value(0.0, 5, 0.0) == 1
    assert level_p_value(0.1, 5, 0.0) == 0


def test_a_mean_of_more_hours_strays_less() -> None:
    chances = [level_p_value(1.0, count, 1.0) for count in (1, 6, 24)]
    assert chances == sorted(chances, reverse=True)
