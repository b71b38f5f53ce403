"""The month comes to what is spent and what is forecast of its rest."""

from datetime import date

import pytest

from shared.domain.forecast.forecasting import forecast
from shared.domain.forecast.month_end import days_left, month_end
from tests.domain.daily_factories import busy_week, daily


@pytest.mark.parametrize(
    ("first", "days"),
    [(date(2024, 2, 1), 29), (date(2024, 2, 29), 1), (date(2024, 12, 15), 17)],
)
def test_the_days_left_include_the_first_forecast_one(first: date, days: int) -> None:
    assert days_left(first) == days


def test_the_month_is_its_known_days_and_the_total_of_the_rest() -> None:
    series = daily([10.0] * 40)
    found = month_end(series, forecast(series, 30))
    assert (found.month, found.spent) == (date(2024, 2, 1), 90.0)
    assert found.total.mean == pytest.approx(290.0)
    assert found.total.lo80 == found.total.hi80 == pytest.approx(290.0)


def test_a_month_that_begins_tomorrow_is_all_forecast() -> None:
    series = daily(busy_week(31))
    found = month_end(series, forecast(series, 29))
    assert (found.month, found.spent) == (date(2024, 2, 1), 0.0)
    assert found.total == forecast(series, 29).total(29)


def test_a_history_that_began_within_the_month_counts_what_there_is() -> None:
    series = daily([10.0, float("nan"), 10.0], date(2024, 3, 10))
    assert month_end(series, forecast(series, 30)).spent == 20.0


def test_the_last_day_of_a_month_leaves_one_day() -> None:
    series = daily([10.0] * 30)
    found = month_end(series, forecast(series, 30))
    assert found.total.mean == pytest.approx(310.0)
