"""What a running month will come to: the days known so far, and the forecast of the rest."""

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np

from shared.domain.forecast.daily_series import DailySeries
from shared.domain.forecast.forecasting import Forecast, Interval


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The total of the month in which a forecast begins.

    Attributes:
        month: its first day.
        spent: the sum of its days known so far; holes add nothing.
        total: expected at its end, with its band.
    """

    month: date
    spent: float
    total: Interval


def days_left(first: date) -> int:
    """Return how many days a forecast from this day on needs to reach the end of the month."""
    return calendar.monthrange(first.year, first.month)[1] - first.day + 1


def month_end(series: DailySeries, forecast: Forecast) -> MonthEnd:
    """Return what the month comes to.

    Args:
        series: the history.
        forecast: made of it, for at least `days_left(forecast.first)` days.
    """
    past_days = min(forecast.first.day - 1, len(series.values))
    spent = float(np.nansum(series.values[len(series.values) - past_days :]))
    rest = forecast.total(days_left(forecast.first))
    total = Interval(spent + rest.mean, spent + rest.lo80, spent + rest.hi80)
    return MonthEnd(forecast.first.replace(day=1), spent, total)
