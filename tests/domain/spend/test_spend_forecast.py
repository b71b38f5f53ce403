"""Days ahead are priced at their own prices, and what is provisioned is certain."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.forecast.forecasting import forecast
from shared.domain.spend.spend_forecast import DaySoFar, Repriced, SpendForecast, spend_forecast
from tests.domain.daily_factories import busy_week, daily

DAYS = 84
HISTORY = daily(busy_week(DAYS))
TODAY = HISTORY.after
NOTHING_FIXED = np.zeros(30)


def ahead(*priced: Repriced, today: DaySoFar | None = None) -> SpendForecast:
    return spend_forecast(priced or [Repriced(TODAY, HISTORY)], fixed=NOTHING_FIXED, today=today)


def times(factor: float) -> DailySeries:
    return DailySeries(HISTORY.first, HISTORY.values * factor)


def test_at_steady_prices_it_is_the_forecast_of_the_spend() -> None:
    found, plain = ahead(), forecast(HISTORY, 30)

    np.testing.assert_array_equal(found.tokens, plain.mean)
    days = found.daily()
    assert [day for day, _ in days] == [TODAY + timedelta(days=at) for at in range(30)]
    np.testing.assert_allclose([band.lo80 for _, band in days], plain.lo80)
    np.testing.assert_allclose([band.hi80 for _, band in days], plain.hi80)
    assert found.total(30) == plain.total(30)
    assert found.total(0).hi80 == 0.0


def test_a_price_that_doubles_next_week_counts_from_next_week_on() -> None:
    change = TODAY + timedelta(days=7)
    found, plain = ahead(Repriced(TODAY, HISTORY), Repriced(change, times(2))), ahead()

    np.testing.assert_allclose(found.tokens[:7], plain.tokens[:7])
    np.testing.assert_allclose(found.tokens[7:], 2 * plain.tokens[7:], rtol=1e-6)
    np.testing.assert_allclose(found.spread.reach[7:], 2 * plain.spread.reach[7:], rtol=1e-6)
    assert found.total(7) == plain.total(7)
    assert found.total(30).mean == pytest.approx(
        2 * plain.total(30).mean - plain.total(7).mean, rel=1e-6
    )


def test_what_is_provisioned_is_added_without_a_band() -> None:
    fixed = np.where(np.arange(30) < 10, 0.0, 24.0)
    found, plain = spend_forecast([Repriced(TODAY, HISTORY)], fixed=fixed), ahead()

    np.testing.assert_array_equal(found.tokens, plain.tokens)
    np.testing.assert_allclose(found.spread.reach, plain.spread.reach)
    whole, without = found.total(30), plain.total(30)
    assert whole.hi80 - whole.lo80 == pytest.approx(without.hi80 - without.lo80)
    assert whole.mean == pytest.approx(without.mean + 480)


def test_capacity_alone_is_certain() -> None:
    idle = DailySeries(HISTORY.first, np.zeros(DAYS))
    found = spend_forecast([Repriced(TODAY, idle)], fixed=np.full(5, 24.0))

    assert {(band.lo80, band.mean, band.hi80) for _, band in found.daily()} == {(24.0, 24.0, 24.0)}
    assert found.total(5).mean == found.total(5).lo80 == found.total(5).hi80 == 120.0


@pytest.mark.parametrize(
    ("elapsed", "spent", "whole"),
    [
        pytest.param(0.0, 0.0, 100.0, id="nothing is known yet"),
        pytest.param(0.5, 50.0, 100.0, id="as usual"),
        pytest.param(0.5, 100.0, 175.0, id="twice the pace: half of it is believed"),
        pytest.param(1.0, 130.0, 130.0, id="over"),
        pytest.param(0.5, 0.0, 25.0, id="silent so far"),
    ],
)
def test_today_goes_on_between_the_usual_rest_and_its_pace(
    elapsed: float, spent: float, whole: float
) -> None:
    flat = Repriced(TODAY, DailySeries(HISTORY.first, np.full(DAYS, 100.0)))
    found = ahead(flat, today=DaySoFar(spent, elapsed))

    assert found.tokens[0] == pytest.approx(whole)
    np.testing.assert_allclose(found.tokens[1:], 100.0)


def test_a_day_that_is_over_has_no_band_and_one_that_runs_a_narrower_one() -> None:
    usual = float(ahead().tokens[0])
    over = ahead(today=DaySoFar(usual, 1.0)).daily()[0][1]
    half = ahead(today=DaySoFar(usual / 2, 0.5)).daily()[0][1]
    whole = ahead().daily()[0][1]

    assert over.lo80 == over.mean == over.hi80 == usual
    assert usual < half.hi80 < whole.hi80


@given(st.floats(0, 1), st.floats(0, 1e4))
def test_no_band_falls_below_what_is_spent_already(elapsed: float, spent: float) -> None:
    found = ahead(today=DaySoFar(spent, elapsed))
    _, today = found.daily()[0]

    assert spent <= today.lo80 <= today.mean <= today.hi80
    assert found.total(1).lo80 >= spent
    assert found.total(30).mean >= found.total(7).mean - 1e-6
