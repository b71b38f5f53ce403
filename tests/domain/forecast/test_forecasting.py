"""The forecast of series of every kind: sensible, in order, never negative where none was."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast.forecasting import Forecast, forecast
from shared.errors import InvalidInput
from tests.domain.daily_factories import MONDAY, QUIET_WEEKEND, busy_week, daily

ODD = {
    "one day": [5.0],
    "two days": [5.0, 7.0],
    "a week": busy_week(7),
    "eight days": busy_week(8),
    "four weeks": busy_week(28),
    "zeros": [0.0] * 60,
    "constant": [7.0] * 60,
    "known once": [5.0] + [np.nan] * 40,
    "known at both ends": [5.0] + [np.nan] * 90 + [6.0],
    "every fifth day": np.where(np.arange(200) % 5, np.nan, busy_week(200)),
    "intermittent": np.where(np.arange(300) % 9, 0.0, 20.0),
    "exponential": np.exp(np.arange(200) * 0.03),
    "huge": np.full(50, 1e99) * np.random.default_rng(1).uniform(0.5, 1.0, 50),
    "tiny": np.full(50, 1e-300),
    "ends in holes": np.concatenate([busy_week(100), [np.nan] * 12]),
}


def assert_in_order(found: Forecast, days: int) -> None:
    assert len(found.mean) == days
    assert np.isfinite([found.lo80, found.mean, found.hi80]).all()
    assert (found.lo80 <= found.mean).all()
    assert (found.mean <= found.hi80).all()
    total = found.total(days)
    assert total.lo80 <= total.mean <= total.hi80


@pytest.mark.parametrize("values", ODD.values(), ids=ODD)
def test_odd_series_get_ordered_bands_that_are_never_negative(values: object) -> None:
    found = forecast(daily(values), 30)
    assert_in_order(found, 30)
    assert (found.lo80 >= 0).all()
    assert found.total(30).lo80 >= 0


@given(st.lists(st.floats(-1e9, 1e9) | st.just(0.0), min_size=1, max_size=60), st.integers(1, 40))
def test_any_series_gets_ordered_bands(values: list[float], days: int) -> None:
    assert_in_order(forecast(daily(values), days), days)


@given(st.integers(0, 100), st.floats(1e-3, 1e6))
def test_a_forecast_in_cents_is_a_hundred_times_that_in_dollars(seed: int, unit: float) -> None:
    values = busy_week(120, seed=seed)
    found, scaled = forecast(daily(values), 30), forecast(daily(values * unit), 30)
    np.testing.assert_allclose(scaled.mean, found.mean * unit, rtol=1e-6)
    np.testing.assert_allclose(scaled.hi80, found.hi80 * unit, rtol=1e-6)


def test_the_week_is_forecast_on_its_days() -> None:
    found = forecast(daily(busy_week(123)), 30)
    assert found.first == date(2024, 5, 3)
    expected = 100 + QUIET_WEEKEND[np.arange(123, 153) % 7]
    np.testing.assert_allclose(found.mean, expected, atol=8)


def test_four_weeks_are_enough_for_the_week() -> None:
    found = forecast(daily(busy_week(28)), 30)
    np.testing.assert_allclose(found.mean, 100 + QUIET_WEEKEND[np.arange(30) % 7], atol=12)


def test_a_season_of_three_years_is_forecast() -> None:
    days = np.arange(3 * 364 + 30)
    season = 100 + 50 * np.sin(2 * np.pi * days / 364) + busy_week(len(days), level=0, noise=2)
    found = forecast(daily(season[:-30]), 30)
    np.testing.assert_allclose(found.mean, season[-30:], atol=15)


def test_a_level_that_wanders_has_its_totals_held_in_eighty_percent() -> None:
    held = []
    for seed in range(120):
        draw = np.random.default_rng(seed)
        values = 500 + np.cumsum(draw.normal(0.0, 2.0, 395)) + draw.normal(0.0, 5.0, 395)
        total = forecast(daily(values[:365]), 30).total(30)
        held.append(total.lo80 <= values[365:].sum() <= total.hi80)
    assert 0.72 <= np.mean(held) <= 0.93


def test_growth_goes_on() -> None:
    found = forecast(daily(np.exp(np.arange(200) * 0.01) * busy_week(200, noise=1)), 30)
    expected = np.exp(np.arange(200, 230) * 0.01) * (100 + QUIET_WEEKEND[np.arange(200, 230) % 7])
    assert found.mean.sum() == pytest.approx(expected.sum(), rel=0.05)


@pytest.mark.parametrize("factor", [0.02, 0.3, 3.0])
def test_a_shift_three_weeks_ago_is_the_level_to_come(factor: float) -> None:
    values = busy_week(200)
    values[179:] *= factor
    assert forecast(daily(values), 28).mean.mean() == pytest.approx(factor * 88.6, rel=0.1)


def test_bursts_do_not_bend_the_days_but_are_expected_in_the_total() -> None:
    values = busy_week(365)
    values[np.random.default_rng(3).random(365) < 0.05] += 300
    found = forecast(daily(values), 28)
    assert found.mean.mean() == pytest.approx(88.6, rel=0.05)
    assert found.total(28).mean == pytest.approx(28 * (88.6 + 15), rel=0.06)


def test_a_single_mistake_in_the_history_changes_little() -> None:
    values = busy_week(200)
    before = forecast(daily(values), 30)
    values[150] = 1e6
    after = forecast(daily(values), 30)
    np.testing.assert_allclose(after.mean, before.mean, rtol=0.1)
    assert after.total(30).hi80 < 1.2 * before.total(30).hi80


def test_a_history_above_zero_may_fall_below_only_where_allowed() -> None:
    values = np.random.default_rng(4).normal(3.0, 1.0, 200).clip(0.1)
    values[-40:] = np.linspace(2.0, 0.1, 40)
    assert forecast(daily(values), 60).lo80.min() == 0.0
    assert forecast(daily(values), 60, allow_negative=True).lo80.min() < 0.0
    assert forecast(daily(values - 3), 60).lo80.min() < 0.0


def test_a_shorter_history_has_a_wider_band() -> None:
    widths = [
        np.mean([np.ptp([f.lo80, f.hi80], axis=0).mean() for f in _forecasts(days)])
        for days in (3, 28, 365)
    ]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("days", "keep"), [(365, 0.0), (365, 0.7), (120, 0.5), (28, 0.3)])
def test_bands_hold_eighty_percent_of_days_and_at_least_as_many_totals(
    days: int, keep: float
) -> None:
    held_days, held_totals = [], []
    for seed in range(120):
        values = busy_week(days + 30, seed=seed, keep=keep)
        found, actual = forecast(daily(values[:days]), 30), values[days:]
        total = found.total(30)
        held_days.append(np.mean((found.lo80 <= actual) & (actual <= found.hi80)))
        held_totals.append(total.lo80 <= actual.sum() <= total.hi80)
    assert 0.75 <= np.mean(held_days) <= 0.93
    # These levels never move, as those of public series do: bands of sums reckon with it.
    assert np.mean(held_totals) >= 0.8


def test_total_bands_are_wider_than_those_of_independent_days() -> None:
    found = forecast(daily(busy_week(365, keep=0.8)), 30)
    independent = np.sqrt((found.spread.reach**2).sum())
    total = found.total(30)
    assert total.hi80 - total.lo80 > 2 * 1.5 * independent


@pytest.mark.parametrize("horizon_days", [0, -1, 367])
def test_a_horizon_out_of_range_is_refused(horizon_days: int) -> None:
    with pytest.raises(InvalidInput, match=f"horizon: expected 1..366 days, got {horizon_days}"):
        forecast(daily([1.0]), horizon_days)


def test_a_year_ahead_can_be_forecast() -> None:
    assert_in_order(forecast(daily(busy_week(800), MONDAY), 366), 366)


def _forecasts(days: int) -> list[Forecast]:
    return [forecast(daily(busy_week(days, seed=seed)), 30) for seed in range(10)]
