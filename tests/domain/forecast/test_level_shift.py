"""Only a lasting, clear shift of level is believed."""

import numpy as np
import pytest

from shared.domain.forecast.level_shift import level_shift, levelled, since_first_spend
from shared.domain.packing import Floats
from tests.domain.daily_factories import busy_week


def shifted(days_ago: int, factor: float, *, seed: int = 1) -> Floats:
    values = busy_week(200, seed=seed)
    values[200 - days_ago :] *= factor
    return values


@pytest.mark.parametrize("days_ago", [8, 20, 60])
@pytest.mark.parametrize("factor", [0.05, 0.4, 3.0])
def test_a_lasting_shift_is_found_on_its_day(days_ago: int, factor: float) -> None:
    found = level_shift(shifted(days_ago, factor))
    assert found is not None
    assert found.days_ago == pytest.approx(days_ago, abs=1)
    assert found.after / found.before == pytest.approx(factor, rel=0.1)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(busy_week(200), id="noise"),
        pytest.param(busy_week(200, keep=0.7), id="wandering noise"),
        pytest.param(shifted(6, 3.0), id="less than eight days ago"),
        pytest.param(shifted(90, 3.0), id="more than sixty days ago"),
        pytest.param(busy_week(200) + np.arange(200), id="a ramp"),
        pytest.param(busy_week(25) * np.repeat([1, 3], [10, 15]), id="too little before"),
        pytest.param(np.full(200, 7.0), id="constant"),
        pytest.param(100 + 50 * np.sin(np.arange(200) / 58), id="a season"),
    ],
)
def test_what_is_no_lasting_shift_is_not_believed(values: Floats) -> None:
    assert level_shift(values) is None


def test_a_burst_that_ended_is_no_shift() -> None:
    burst = busy_week(200)
    burst[180:190] *= 3
    assert level_shift(burst) is None


def test_levelled_days_before_are_of_the_level_after() -> None:
    values = shifted(20, 3.0)
    values[50] = np.nan
    found = level_shift(shifted(20, 3.0))
    assert found is not None
    brought = levelled(values, found)
    assert np.nanmedian(brought[:180]) == pytest.approx(np.median(values[180:]), rel=0.05)
    np.testing.assert_array_equal(brought[180:], values[180:])
    assert np.isnan(brought[50])


def test_a_series_that_may_be_negative_is_moved() -> None:
    values = np.random.default_rng(2).normal(0.0, 1.0, 200)
    values[170:] += 30
    found = level_shift(values)
    assert found is not None
    brought = levelled(values, found)
    np.testing.assert_allclose(brought[:170] - values[:170], found.after - found.before)


def test_test_traffic_before_the_first_of_spend_is_left_out() -> None:
    values = busy_week(200)
    values[:170] = 0.01
    found = level_shift(values)
    assert found is not None
    assert len(levelled(values, found)) == found.days_ago


def test_zeros_before_the_first_of_spend_are_left_out() -> None:
    values = np.concatenate([np.zeros(50), busy_week(30)])
    np.testing.assert_array_equal(since_first_spend(values), values[50:])


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([0.0] * 50, id="all zero"),
        pytest.param([0.0] * 50 + [5.0] * 7, id="a week of spend"),
        pytest.param([0.0, -1.0] + [5.0] * 20, id="negative"),
        pytest.param([0.0] * 9 + [5.0, 0.0, 0.0] * 10, id="resting on most days"),
    ],
)
def test_other_zeros_stay(values: list[float]) -> None:
    assert since_first_spend(np.array(values)).tolist() == values
