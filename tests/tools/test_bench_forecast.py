"""Forecasts are scored on days that were not seen, and known methods do what they should."""

from datetime import date

import numpy as np
import pytest

from shared.domain.forecast.daily_series import DailySeries
from tools.bench.daily_spend import daily_spend
from tools.bench.plain_forecasts import damped_ets, mean_of_month, seasonal_naive, theta
from tools.bench.rolling_origin import cut, scaled_error, windows

WEEK = np.array([10.0, 12.0, 11.0, 13.0, 12.0, 4.0, 3.0])
AHEAD = np.arange(30)


def series(days: int) -> DailySeries:
    return DailySeries(date(2024, 1, 1), np.arange(float(days)))


def test_windows_end_101_days_apart_and_show_nothing_of_what_came() -> None:
    found = windows(series(500))
    assert [len(window.history.values) for window in found] == [470, 369, 268, 167]
    assert found[1].actual.tolist() == list(range(369, 399))


def test_a_series_too_short_or_without_change_has_no_window() -> None:
    assert windows(series(129)) == []
    assert windows(DailySeries(date(2024, 1, 1), np.ones(500))) == []


def test_a_cut_window_keeps_its_scale_and_its_last_days() -> None:
    window = windows(series(500))[0]
    brief = cut(window, 28)
    assert (brief.scale, brief.history.after) == (window.scale, window.history.after)
    assert brief.history.values.tolist() == list(range(442, 470))


def test_the_error_of_the_last_week_repeated_on_a_line_is_known() -> None:
    window = windows(series(500))[0]
    assert scaled_error(window, window.actual) == 0.0
    repeated = seasonal_naive(window.history.values)
    assert scaled_error(window, repeated) == pytest.approx(np.mean(7 * (AHEAD // 7 + 1)) / 7)


@pytest.mark.parametrize("method", [seasonal_naive, theta, damped_ets])
def test_known_methods_repeat_a_week(method: object) -> None:
    assert callable(method)
    np.testing.assert_allclose(method(np.tile(WEEK, 20)[:137]), WEEK[(137 + AHEAD) % 7], atol=0.2)


def test_the_mean_of_a_month_is_flat() -> None:
    assert mean_of_month(np.tile(WEEK, 20)).tolist() == [WEEK.mean()] * 30


def test_simulated_spend_is_the_same_for_the_same_seed() -> None:
    np.testing.assert_array_equal(daily_spend(3).values, daily_spend(3).values)
    assert not np.array_equal(daily_spend(3).values[:200], daily_spend(4).values[:200])
    assert np.nanmin(daily_spend(3).values) >= 0
